/** The counter's devices that are read: scales and scanners. They come and go by themselves, and nothing at the counter waits for one. */
import type { ScaleCommand, ScaleReading } from '../devices/scale.ts'
import type { DeviceFault, ScaleSettings, ScannerSettings } from '../devices/settings.ts'

/** One scale. */
export interface Scale {
  /** What it shows at this moment; `away` while it is not there or says nothing. */
  reading(): ScaleReading
  /** Why it can't be reached; null while it can. */
  fault(): DeviceFault | null
  /** Sends a command, and hears of its effect in the readings alone. False where nothing is there to hear it. */
  tell(command: ScaleCommand): boolean
  close(): Promise<void>
}
/** One scanner with a line of its own. */
export interface Scanner {
  fault(): DeviceFault | null
  close(): Promise<void>
}
/** All scanners that are there over USB, whichever is plugged in. */
export interface UsbScanners extends Scanner {
  /** What those that are there call themselves. */
  names(): string[]
}
export interface ScannerEvents {
  scan(text: string): void
  /** It came, went, or has another fault. */
  changed(): void
}
export interface SerialPortInfo {
  readonly port: string
  /** What the device calls itself, or the port again. */
  readonly label: string
}

/** What reaches the devices of this machine. Opening never fails: a device that is not there is looked for again and again. */
export interface Devices {
  /** `changed`: look at it again; at most every 100 ms. */
  scale(settings: ScaleSettings, changed: () => void): Scale
  scanner(settings: ScannerSettings, on: ScannerEvents): Scanner
  usbScanners(on: ScannerEvents): UsbScanners
  serialPorts(): Promise<SerialPortInfo[]>
}
