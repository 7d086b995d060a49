/** Where a printer is and what can be wrong with it: settings of the till, never in the journal. */
import { z } from 'zod'
import { BAUD_RATES, LINE_BITS, LineSchema, type LineSettings } from './settings.ts'

/** What a printer says of itself; the first that it says is the one to be mended first. */
export const TROUBLES = ['cover_open', 'paper_out', 'cutter', 'fault', 'off_line', 'paper_low'] as const
export type Trouble = (typeof TROUBLES)[number]
/** What keeps it from printing: all but the warning that there is little paper left. */
export type Blocking = Exclude<Trouble, 'paper_low'>

export function blocking(troubles: readonly Trouble[]): Blocking | undefined {
  return TROUBLES.find((trouble): trouble is Blocking => trouble !== 'paper_low' && troubles.includes(trouble))
}

/** How the two ends of a serial line hold each other up: by wires, by XON and XOFF, or not. */
export const FLOWS = ['none', 'rtscts', 'xonxoff'] as const
export type Flow = (typeof FLOWS)[number]

export type PrinterPlace =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'serial'; readonly line: LineSettings; readonly flow: Flow }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'usb'; readonly vendor: number; readonly product: number; readonly serial: string | null }
  | { readonly kind: 'spooler'; readonly queue: string }

const DEVICE = /^\/dev\/(?!.*\.\.)[A-Za-z0-9_.,:+=#@/-]+$/
const QuerySchema = z.strictObject({
  baud: z.coerce.number().pipe(z.literal([...BAUD_RATES])).default(9600), bits: z.enum(LINE_BITS).default('8n1'), flow: z.enum(FLOWS).default('none'),
})

/**
 * `tcp://HOST:PORT` (IPv6 in brackets), `serial:PORT?baud=9600&bits=8n1&flow=rtscts`, `file:/dev/usb/lp0`,
 * `usb:VENDOR:PRODUCT[:SERIAL]` in hexadecimal, `spooler:QUEUE` (serial numbers and queues URL-encoded); undefined for anything else.
 */
export function parsePlace(address: string): PrinterPlace | undefined {
  const [, kind, rest] = /^(tcp|serial|file|usb|spooler):(.+)$/s.exec(address) ?? []
  if (kind === undefined || rest === undefined) return undefined
  switch (kind) {
    case 'tcp': {
      const match = /^\/\/(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})$/.exec(rest)
      const host = match?.[1] ?? match?.[2]
      const port = Number(match?.[3])
      return host !== undefined && port >= 1 && port <= 65_535 ? { kind, host, port } : undefined
    }
    case 'serial': {
      const [port, query = ''] = rest.split('?', 2)
      const asked = QuerySchema.safeParse(Object.fromEntries(new URLSearchParams(query)))
      const line = LineSchema.safeParse({ port, baud: asked.data?.baud, bits: asked.data?.bits })
      return asked.success && line.success && rest.split('?').length <= 2 ? { kind, line: line.data, flow: asked.data.flow } : undefined
    }
    case 'file':
      return DEVICE.test(rest) ? { kind, path: rest } : undefined
    case 'usb': {
      const match = /^([0-9a-f]{4}):([0-9a-f]{4})(?::([^:/?#\s]+))?$/i.exec(rest)
      const serial = match?.[3] === undefined ? null : decoded(match[3])
      return match && serial !== undefined ? { kind, vendor: Number.parseInt(match[1]!, 16), product: Number.parseInt(match[2]!, 16), serial } : undefined
    }
    default: {
      const queue = decoded(rest)
      // A queue's name becomes an argument of a program: never one that looks like an option.
      return queue !== undefined && /^[^\s/#"'\\-][^/#"'\\\p{Cc}]*$/u.test(queue) ? { kind: 'spooler', queue } : undefined
    }
  }
}

function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text)
    return plain === '' ? undefined : plain
  } catch {
    return undefined
  }
}

export const usbAddress = (vendor: number, product: number, serial: string | null): string => {
  const four = (n: number): string => n.toString(16).padStart(4, '0')
  return `usb:${four(vendor)}:${four(product)}${serial === null ? '' : `:${encodeURIComponent(serial)}`}`
}

export const PlaceSchema = z.string().trim().max(260).refine((address) => parsePlace(address) !== undefined, 'printer address')

/** A printer that was found and may be set up at one touch. */
export const FoundPrinterSchema = z.object({ address: PlaceSchema, label: z.string(), by: z.enum(['network', 'scan', 'usb', 'serial', 'file', 'spooler']) })
export type FoundPrinter = z.output<typeof FoundPrinterSchema>
