/**
 * A queue of the system's spooler, given the bytes as they are: CUPS by its programs `lp` and `lpstat`, Windows by winspool.
 * What a spooler has taken it keeps and prints when it can: it is the one to ask then.
 */
import { spawn } from 'node:child_process'
import type { FoundPrinter } from '#shared/devices/printing.ts'
import type { PrintOutcome, Printer, PrinterFaultCode, Timer } from '#shared/ports/ports.ts'
import { WINDOWS_PRINT, WINDOWS_QUEUES, powershell } from './winspool.ts'

/** A spooler writes to its disk; a print server far away may take longer. */
const SPOOL_MS = 20_000
const LIST_MS = 5_000
const OUTPUT_MAX = 100_000

export interface SpoolerOptions {
  readonly timer: Timer
  readonly platform?: NodeJS.Platform
  readonly stallMs?: number | undefined
}

interface Ran { readonly code: number | null; readonly out: string; readonly fault: 'missing' | 'late' | undefined }

export function spoolerPrinter({ queue }: { readonly queue: string }, { timer, platform = process.platform, stallMs = SPOOL_MS }: SpoolerOptions): Printer {
  const [file, args] = platform === 'win32' ? powershell(WINDOWS_PRINT) : ['lp', ['-d', queue, '-o', 'raw', '-t', 'Xiaopu', '-']] as const
  return {
    status: undefined,
    async send(bytes, { signal } = {}): Promise<PrintOutcome> {
      const ran = await run(file, args, { timer, ms: stallMs, input: bytes, signal, env: { XIAOPU_QUEUE: queue } })
      if (ran.fault === 'missing') return { ok: false, code: 'printer.no_driver', sent: 0 }
      // It may have taken it all and be slow to say so.
      if (ran.fault === 'late') return { ok: false, code: 'printer.timeout', sent: bytes.length }
      return ran.code === 0 ? { ok: true } : { ok: false, code: refusal(ran.out), sent: 0 }
    },
  }
}

/** A spooler that ends with a fault has thrown away what it was given. */
function refusal(text: string): PrinterFaultCode {
  if (/not accepting|rejecting|disabled/i.test(text)) return 'printer.refused'
  return /forbidden|not authorized|unauthorized|access is denied/i.test(text) ? 'printer.forbidden' : 'printer.unreachable'
}

/** The spooler's queues; none where there is no spooler. */
export async function spoolerQueues({ timer, platform = process.platform }: SpoolerOptions): Promise<FoundPrinter[]> {
  const [file, args] = platform === 'win32' ? powershell(WINDOWS_QUEUES) : ['lpstat', ['-e']] as const
  const ran = await run(file, args, { timer, ms: LIST_MS })
  if (ran.code !== 0) return []
  return ran.out.split(/\r?\n/).map((line) => line.trim()).filter((name) => name !== '' && name.length <= 100)
    .map((queue) => ({ address: `spooler:${encodeURIComponent(queue)}`, label: queue, by: 'spooler' as const }))
}

interface RunOptions { readonly timer: Timer; readonly ms: number; readonly input?: Uint8Array; readonly signal?: AbortSignal | undefined; readonly env?: Record<string, string> }

function run(file: string, args: readonly string[], { timer, ms, input, signal, env }: RunOptions): Promise<Ran> {
  return new Promise((resolve) => {
    // In plain English: what it says is read.
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env, LC_ALL: 'C.UTF-8' }, windowsHide: true })
    let out = ''
    let fault: Ran['fault']
    const settle = (code: number | null): void => {
      cancel()
      signal?.removeEventListener('abort', late)
      resolve({ code, out, fault })
    }
    const late = (): void => {
      fault = 'late'
      child.kill('SIGKILL')
    }
    const cancel = timer.after(ms, late)
    signal?.addEventListener('abort', late)
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { if (out.length < OUTPUT_MAX) out += text })
    child.on('error', () => {
      fault ??= 'missing'
      settle(null)
    })
    child.on('close', settle)
    // A program that ended early says why by its code.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
