/** Printers that are there: on the network, plugged in, and in the spooler. What can't be looked for on this machine is not found. */
import { readdirSync } from 'node:fs'
import type { FoundPrinter } from '#shared/devices/printing.ts'
import type { Timer } from '#shared/ports/ports.ts'
import { serialPorts } from '../serial-ports.ts'
import { announcedPrinters } from './mdns.ts'
import { ownNetwork, scanNetwork } from './scan-network.ts'
import { spoolerQueues } from './spooler-printer.ts'
import { usbPrinters } from './usb-printer.ts'

export async function findPrinters({ timer, scan }: { readonly timer: Timer; readonly scan: boolean }): Promise<FoundPrinter[]> {
  const found = await Promise.all([
    announcedPrinters(timer), scan ? scanNetwork(ownNetwork(), timer) : [], devicePrinters(), usbPrinters(), spoolerQueues({ timer }),
    serialPorts().then((ports) => ports.map(({ port, label }) => ({ address: `serial:${port}?baud=9600`, label, by: 'serial' as const }))).catch(() => []),
  ])
  // What announces itself has a name; the same address found by asking has none.
  return [...new Map(found.flat().toReversed().map((each) => [each.address, each])).values()].toReversed()
}

/** Linux shows printers on USB as files while its own driver has them. */
export function devicePrinters(folder = '/dev/usb'): FoundPrinter[] {
  try {
    return readdirSync(folder).filter((name) => /^lp\d+$/.test(name)).sort().map((name) => ({ address: `file:${folder}/${name}`, label: `${folder}/${name}`, by: 'file' as const }))
  } catch {
    return []
  }
}
