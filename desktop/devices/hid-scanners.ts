/**
 * Scanners in HID POS mode over the package `node-hid`, which needs the system's libusb and udev: it is loaded when asked
 * for, and where that fails this says so and does nothing more. Whatever scanner is plugged in is found and read.
 */
import { HidScan, SCANNER_USAGE_PAGE } from '#shared/devices/hid-pos.ts'
import type { DeviceFault } from '#shared/devices/settings.ts'
import type { ScannerEvents, UsbScanners } from '#shared/ports/devices.ts'
import type { Timer } from '#shared/ports/ports.ts'

export interface HidInfo { readonly path?: string | undefined; readonly usagePage?: number | undefined; readonly product?: string | undefined }
export interface HidHandle {
  on(event: 'data', listener: (report: Uint8Array) => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  close(): Promise<void>
}
/** What is used of node-hid. */
export interface HidDriver {
  devicesAsync(): Promise<readonly HidInfo[]>
  readonly HIDAsync: { open(path: string): Promise<HidHandle> }
}

export const LOOK_MS = 2_000
/** A driver that can't list devices this often in a row is no driver. */
const TRIES = 3

export async function loadNodeHid(): Promise<HidDriver> {
  const loaded = await import('node-hid') as unknown as HidDriver & { readonly default?: HidDriver }
  return loaded.default ?? loaded
}

export function hidScanners(on: ScannerEvents, { timer, load = loadNodeHid }: { timer: Timer; load?: () => Promise<HidDriver> }): UsbScanners {
  const open = new Map<string, { readonly name: string; readonly handle: HidHandle }>()
  let fault: DeviceFault | null = null
  let isClosed = false
  let cancel: () => void = () => undefined
  let failures = 0

  const say = (next: DeviceFault | null, isNews: boolean): void => {
    const changed = isNews || fault !== next
    fault = next
    if (changed && !isClosed) on.changed()
  }
  const drop = async (path: string): Promise<void> => {
    const gone = open.get(path)
    if (!gone) return
    open.delete(path)
    await gone.handle.close().catch(() => undefined)
  }
  const read = async (driver: HidDriver, path: string, name: string): Promise<void> => {
    const scan = new HidScan()
    const handle = await driver.HIDAsync.open(path)
    open.set(path, { name, handle })
    handle.on('data', (report) => {
      const code = scan.feed(report)
      if (code !== undefined && !isClosed) on.scan(code)
    })
    handle.on('error', () => { void drop(path).then(() => say(fault, true)) })
  }

  const look = async (): Promise<void> => {
    try {
      const driver = await load()
      const found = (await driver.devicesAsync()).filter((each) => each.usagePage === SCANNER_USAGE_PAGE && each.path !== undefined)
      failures = 0
      const before = [...open.keys()].join('\n')
      const paths = new Set(found.map(({ path }) => path!))
      for (const path of open.keys()) if (!paths.has(path)) await drop(path)
      let refused: DeviceFault | null = null
      for (const { path, product } of found) {
        // Opening fails for a user who may not read the device; it may be granted while it is plugged in.
        if (!open.has(path!) && !isClosed) await read(driver, path!, product || 'HID POS').catch(() => { refused = 'forbidden' })
      }
      say(refused, [...open.keys()].join('\n') !== before)
    } catch {
      failures += 1
      if (failures >= TRIES || open.size === 0) {
        say('no_driver', false)
        return
      }
    }
    if (!isClosed) cancel = timer.after(LOOK_MS, () => { looking = look() })
  }
  let looking = look()

  return {
    fault: () => fault,
    names: () => [...open.values()].map(({ name }) => name),
    async close() {
      isClosed = true
      cancel()
      await looking
      cancel()
      for (const path of open.keys()) await drop(path)
    },
  }
}
