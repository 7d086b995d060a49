/**
 * A printer of the USB printer class, spoken to directly through the package `usb`, which is loaded when the first is
 * opened or looked for. The device acknowledges every packet that it takes. On Linux the system's own driver is asked to
 * let it go for a document, and gets it back.
 */
import { type FoundPrinter, type PrinterPlace, usbAddress } from '#shared/devices/printing.ts'
import type { Printer, PrinterFaultCode, Timer } from '#shared/ports/ports.ts'
import { type LinedPrinterOptions, linedPrinter } from './lined-printer.ts'
import { LineClosed, type PaperLine, type PaperLineEvents } from './talk.ts'

interface UsbEndpointInfo { readonly endpointNumber: number; readonly direction: 'in' | 'out'; readonly type: string }
interface UsbInterfaceInfo {
  readonly interfaceNumber: number
  readonly alternate: { readonly interfaceClass: number; readonly endpoints: readonly UsbEndpointInfo[] }
}
/** What is used of a device of the package `usb`. Times in ms. */
export interface UsbHandle {
  readonly vendorId: number
  readonly productId: number
  readonly serialNumber?: string | null | undefined
  readonly productName?: string | null | undefined
  readonly configurations: readonly { readonly configurationValue: number; readonly interfaces: readonly UsbInterfaceInfo[] }[]
  open(): Promise<void>
  close(): Promise<void>
  selectConfiguration(value: number): Promise<void>
  claimInterface(number: number): Promise<void>
  releaseInterface(number: number): Promise<void>
  transferOut(endpoint: number, data: Uint8Array, timeout: number): Promise<{ readonly bytesWritten: number }>
  transferIn(endpoint: number, length: number, timeout: number): Promise<{ readonly data?: DataView | undefined }>
  detachKernelDriver?(number: number): Promise<void>
  attachKernelDriver?(number: number): Promise<void>
}
export interface UsbDriver { getDevices(): Promise<readonly UsbHandle[]> }

const PRINTER_CLASS = 7
/** Longer than a printer may take none: who waits for it gives up first. */
const OUT_MS = 60_000
const IN_MS = 200
const LOOK_MS = 20

/** Rejects where the package, or what it needs of the system, is not there. */
export async function loadUsb(): Promise<UsbDriver> {
  const { usb } = await import('usb')
  return usb as unknown as UsbDriver
}

export function usbPrinter(place: Extract<PrinterPlace, { kind: 'usb' }>, options: LinedPrinterOptions, load = loadUsb): Printer {
  return linedPrinter((on) => openUsb(place, on, options.timer, load), { isAcknowledged: true, isSilentWhenOff: true, isShared: false }, options)
}

interface PrinterPart { readonly configuration: number; readonly number: number; readonly out: number; readonly in: number | undefined }
function printerPart({ configurations }: UsbHandle): PrinterPart | undefined {
  for (const { configurationValue, interfaces } of configurations) {
    for (const { interfaceNumber, alternate } of interfaces) {
      const bulk = (direction: 'in' | 'out') => alternate.endpoints.find((each) => each.type === 'bulk' && each.direction === direction)?.endpointNumber
      const out = bulk('out')
      if (alternate.interfaceClass === PRINTER_CLASS && out !== undefined) return { configuration: configurationValue, number: interfaceNumber, out, in: bulk('in') }
    }
  }
  return undefined
}

/** Printers that are plugged in; none where they can't be looked for. */
export async function usbPrinters(load = loadUsb): Promise<FoundPrinter[]> {
  try {
    return (await (await load()).getDevices()).filter((each) => printerPart(each)).map(({ vendorId, productId, serialNumber, productName }) => {
      const address = usbAddress(vendorId, productId, serialNumber || null)
      return { address, label: productName?.trim() || address, by: 'usb' as const }
    })
  } catch {
    return []
  }
}

async function openUsb({ vendor, product, serial }: Extract<PrinterPlace, { kind: 'usb' }>, on: PaperLineEvents, timer: Timer, load: () => Promise<UsbDriver>): Promise<PaperLine> {
  const driver = await load().catch(() => { throw new LineClosed('printer.no_driver') })
  const devices = await driver.getDevices().catch(() => [])
  const device = devices.find((each) => each.vendorId === vendor && each.productId === product && (serial === null || each.serialNumber === serial))
  const part = device && printerPart(device)
  if (!device || !part) throw new LineClosed('printer.unreachable')
  try {
    await device.open()
    // Not there on other systems, and refused where nothing has it.
    await device.detachKernelDriver?.(part.number).catch(() => undefined)
    await device.selectConfiguration(part.configuration).catch(() => undefined)
    await device.claimInterface(part.number)
  } catch (error) {
    await device.close().catch(() => undefined)
    throw new LineClosed(faultOf(error))
  }

  let isOver = false
  let stopPause = (): void => undefined
  const read = async (endpoint: number): Promise<void> => {
    while (!isOver) {
      // Nothing to say ends as a time-out, a device that is gone as well: writing notices that.
      const { data } = await device.transferIn(endpoint, 64, IN_MS).catch(() => ({ data: undefined }))
      if (data && data.byteLength > 0 && !isOver) on.data(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      else await new Promise<void>((resolve) => { const cancel = timer.after(LOOK_MS, resolve); stopPause = () => { cancel(); resolve() } })
    }
  }
  const reading = part.in === undefined ? Promise.resolve() : read(part.in)
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await device.transferOut(part.out, bytes.subarray(at), OUT_MS)
        if (bytesWritten <= 0) throw new LineClosed('printer.cut_off')
        at += bytesWritten
      }
    },
    async close() {
      isOver = true
      stopPause()
      await reading
      await device.releaseInterface(part.number).catch(() => undefined)
      await device.attachKernelDriver?.(part.number).catch(() => undefined)
      await device.close().catch(() => undefined)
    },
  }
}

function faultOf(error: unknown): PrinterFaultCode {
  const text = String(error)
  if (/access|permission|EACCES|EPERM/i.test(text)) return 'printer.forbidden'
  return /busy|EBUSY|claimed/i.test(text) ? 'printer.refused' : 'printer.unreachable'
}
