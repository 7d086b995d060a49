/**
 * Raw bytes to a printer of Windows: PowerShell, which every Windows has, calls winspool's OpenPrinter, StartDocPrinter
 * with the data type RAW, and WritePrinter. The queue comes in an environment variable and the bytes through the standard
 * input, so that neither is ever part of a program. Written after Microsoft's documentation.
 */

export const WINDOWS_QUEUES = '[Console]::OutputEncoding = [Text.Encoding]::UTF8; Get-CimInstance Win32_Printer | ForEach-Object { $_.Name }'

export const WINDOWS_PRINT = `
$ErrorActionPreference = 'Stop'
Add-Type -TypeDefinition @'
using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
public static class RawPrint {
  [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
  struct DocInfo { public string Name; public string Output; public string DataType; }
  [DllImport("winspool.drv", CharSet = CharSet.Unicode, SetLastError = true)] static extern bool OpenPrinterW(string name, out IntPtr printer, IntPtr defaults);
  [DllImport("winspool.drv", CharSet = CharSet.Unicode, SetLastError = true)] static extern int StartDocPrinterW(IntPtr printer, int level, ref DocInfo info);
  [DllImport("winspool.drv", SetLastError = true)] static extern bool StartPagePrinter(IntPtr printer);
  [DllImport("winspool.drv", SetLastError = true)] static extern bool WritePrinter(IntPtr printer, byte[] bytes, int count, out int written);
  [DllImport("winspool.drv", SetLastError = true)] static extern bool EndPagePrinter(IntPtr printer);
  [DllImport("winspool.drv", SetLastError = true)] static extern bool EndDocPrinter(IntPtr printer);
  [DllImport("winspool.drv", SetLastError = true)] static extern bool AbortPrinter(IntPtr printer);
  [DllImport("winspool.drv", SetLastError = true)] static extern bool ClosePrinter(IntPtr printer);
  static void Check(bool isDone) { if (!isDone) throw new Win32Exception(Marshal.GetLastWin32Error()); }
  public static void Send(string queue, byte[] bytes) {
    IntPtr printer;
    Check(OpenPrinterW(queue, out printer, IntPtr.Zero));
    try {
      DocInfo info = new DocInfo { Name = "Xiaopu", DataType = "RAW" };
      Check(StartDocPrinterW(printer, 1, ref info) != 0);
      try {
        Check(StartPagePrinter(printer));
        int written;
        Check(WritePrinter(printer, bytes, bytes.Length, out written));
        if (written != bytes.Length) throw new IOException("written " + written + " of " + bytes.Length);
        Check(EndPagePrinter(printer));
      } catch { AbortPrinter(printer); throw; }
      Check(EndDocPrinter(printer));
    } finally { ClosePrinter(printer); }
  }
}
'@
$bytes = New-Object System.IO.MemoryStream
[Console]::OpenStandardInput().CopyTo($bytes)
[RawPrint]::Send($env:XIAOPU_QUEUE, $bytes.ToArray())
`

/** How to run a script: encoded, because no quoting survives every shell. */
export function powershell(script: string): readonly [string, readonly string[]] {
  return ['powershell.exe', ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-EncodedCommand', Buffer.from(script, 'utf16le').toString('base64')]]
}
