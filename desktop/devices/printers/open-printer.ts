/** The printer at an address, by whatever way it is reached. An address that can't be read is a printer that can't be reached. */
import { parsePlace } from '#shared/devices/printing.ts'
import type { PrinterSettings } from '#shared/host/schemas.ts'
import type { Printer, Timer } from '#shared/ports/ports.ts'
import { profileNamed } from '#printers/profiles.ts'
import { filePrinter } from './file-printer.ts'
import { serialPrinter } from './serial-printer.ts'
import { spoolerPrinter } from './spooler-printer.ts'
import { tcpPrinter } from './tcp-printer.ts'
import { usbPrinter } from './usb-printer.ts'

export function openPrinter({ address, profile, label }: Pick<PrinterSettings, 'address' | 'profile' | 'label'>, timer: Timer): Printer {
  const place = parsePlace(address)
  // A label printer has a language of its own, in which the question would be ink.
  const options = { timer, asks: !label && profileNamed(profile).status === 'ask' }
  switch (place?.kind) {
    case 'tcp': return tcpPrinter(place, options)
    case 'serial': return serialPrinter(place, options)
    case 'file': return filePrinter(place, options)
    case 'usb': return usbPrinter(place, options)
    case 'spooler': return spoolerPrinter(place, options)
    case undefined: return { send: () => Promise.resolve({ ok: false, code: 'printer.unreachable', sent: 0 }), status: undefined }
  }
}
