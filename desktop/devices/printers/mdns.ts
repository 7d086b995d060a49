/**
 * Printers that announce themselves: one question by multicast DNS (RFC 6762) for the services of DNS-SD (RFC 6763) that
 * take raw bytes, and what is heard within a second. Replies come from anybody on the network: they are read within
 * bounds, and give an address of that network, a port and a name for a person to read, or nothing.
 */
import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { FoundPrinter } from '#shared/devices/printing.ts'
import type { Timer } from '#shared/ports/ports.ts'
import { answersOf, questionFor } from './dns-message.ts'
import { RAW_PORT, isPrivate } from './scan-network.ts'

const MDNS_ADDRESS = '224.0.0.251'
const MDNS_PORT = 5353
const HEAR_MS = 1_200
const MESSAGES_MAX = 500
/** What takes raw bytes at the port it names; and what names the port of LPD, and takes raw bytes at the usual one. */
const RAW = '_pdl-datastream._tcp.local'
export const SERVICES = [RAW, '_printer._tcp.local'] as const

export async function announcedPrinters(timer: Timer, { port = MDNS_PORT, address = MDNS_ADDRESS, own = ownAddresses() }: { readonly port?: number; readonly address?: string; readonly own?: readonly string[] } = {}): Promise<FoundPrinter[]> {
  const found = new Map<string, FoundPrinter>()
  let heard = 0
  const listen = (from: string | undefined): Promise<void> => new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    const settle = (): void => {
      cancel()
      socket.close(() => resolve())
    }
    const cancel = timer.after(HEAR_MS, settle)
    // A network that allows no multicast has no announced printers.
    socket.on('error', () => undefined)
    socket.on('message', (message, { address: sender }) => {
      if (++heard > MESSAGES_MAX) return
      for (const printer of printersIn(message, sender)) if (!found.has(printer.address)) found.set(printer.address, printer)
    })
    // From a port of its own: replies then come to it alone, also beside another responder on this machine.
    socket.bind(0, from, () => {
      try {
        socket.setMulticastTTL(255)
        if (from !== undefined) socket.setMulticastInterface(from)
        socket.send(questionFor(SERVICES), port, address, () => undefined)
      } catch {
        // The interface went away meanwhile.
      }
    })
  })
  await Promise.all((own.length > 0 ? own.slice(0, 4) : [undefined]).map(listen))
  return [...found.values()].sort((a, b) => a.label.localeCompare(b.label))
}

const ownAddresses = (): string[] => Object.values(networkInterfaces()).flatMap((each) => each ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)

/** What one message announces. An instance without an address of its own is at its sender's. */
export function printersIn(message: Uint8Array, sender: string): FoundPrinter[] {
  const records = answersOf(message)
  const hosts = new Map(records.flatMap((each) => (each.type === 'A' ? [[each.name.toLowerCase(), each.address]] as const : [])))
  return records.flatMap((record) => {
    if (record.type !== 'SRV' || record.port === 0) return []
    const service = SERVICES.find((each) => record.name.toLowerCase().endsWith(`.${each}`))
    if (!service) return []
    const label = record.name.slice(0, -service.length - 1)
    const named = hosts.get(record.target.toLowerCase())
    // Nobody announces a printer somewhere on the internet.
    const host = named !== undefined && isPrivate(named) ? named : sender
    return [{ address: `tcp://${host}:${service === RAW ? record.port : RAW_PORT}`, label, by: 'network' as const }]
  })
}
