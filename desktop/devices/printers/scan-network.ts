/** Asks every address of the shop's own network whether it takes raw bytes for a printer. Only when a person wants that. */
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { FoundPrinter } from '#shared/devices/printing.ts'
import type { Timer } from '#shared/ports/ports.ts'

export const RAW_PORT = 9100
const CONNECT_MS = 600
/** A router for homes takes no offence at so many. */
const AT_ONCE = 64

/** The neighbours of this machine: of each private IPv4 address the 256 around it, without itself. */
export function ownNetwork(interfaces = networkInterfaces()): string[] {
  const own = Object.values(interfaces).flatMap((each) => each ?? []).filter(({ family, internal, address }) => family === 'IPv4' && !internal && isPrivate(address)).map(({ address }) => address)
  const networks = new Set(own.map((address) => address.slice(0, address.lastIndexOf('.'))))
  return [...networks].slice(0, 4).flatMap((network) => Array.from({ length: 254 }, (_, i) => `${network}.${i + 1}`)).filter((address) => !own.includes(address))
}

export const isPrivate = (address: string): boolean => /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/.test(address)

export async function scanNetwork(addresses: readonly string[], timer: Timer, port = RAW_PORT): Promise<FoundPrinter[]> {
  const found: string[] = []
  const left = [...addresses]
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let host = left.shift(); host !== undefined; host = left.shift()) if (await answers(host, port, timer)) found.push(host)
  }))
  return addresses.filter((host) => found.includes(host)).map((host) => ({ address: `tcp://${host}:${port}`, label: host, by: 'scan' as const }))
}

function answers(host: string, port: number, timer: Timer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const settle = (isThere: boolean): void => {
      cancel()
      socket.destroy()
      resolve(isThere)
    }
    const cancel = timer.after(CONNECT_MS, () => settle(false))
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
