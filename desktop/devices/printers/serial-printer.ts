/** A printer on a serial line, opened for a document or a question and let go again. */
import type { PrinterPlace } from '#shared/devices/printing.ts'
import type { DeviceFault } from '#shared/devices/settings.ts'
import type { Printer, PrinterFaultCode } from '#shared/ports/ports.ts'
import { LineFault, type LineOpener, openSerialLine } from '../serial-line.ts'
import { type LinedPrinterOptions, linedPrinter } from './lined-printer.ts'
import { LineClosed } from './talk.ts'

export const FAULT_CODES: Record<DeviceFault, PrinterFaultCode> = {
  missing: 'printer.unreachable', busy: 'printer.refused', forbidden: 'printer.forbidden', failed: 'printer.unreachable', no_driver: 'printer.no_driver',
}

export function serialPrinter({ line, flow }: Extract<PrinterPlace, { kind: 'serial' }>, options: LinedPrinterOptions, open: LineOpener = openSerialLine): Printer {
  return linedPrinter(async (on) => {
    try {
      const opened = await open({ ...line, flow }, { data: (bytes) => on.data(bytes), gone: () => on.gone(false) })
      return { write: (bytes) => opened.deliver(bytes), close: () => opened.close() }
    } catch (error) {
      throw new LineClosed(error instanceof LineFault ? FAULT_CODES[error.fault] : 'printer.unreachable')
    }
  }, { isAcknowledged: false, isSilentWhenOff: true, isShared: false }, options)
}
