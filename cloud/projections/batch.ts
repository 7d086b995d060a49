/** Where a batch of a device's rows stands against what is stored of that device. Pure: whoever stores it does as it says. */
import type { JournalRow } from '#shared/ledger/envelope.ts'
import type { Device } from '#cloud/identity/devices.ts'
import { Refusal } from '#cloud/identity/refusal.ts'

export type Verdict =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The same numbers with other hashes: the device is to be quarantined, and the refusal told. */
  | { readonly kind: 'fork'; readonly refusal: Refusal }
  | { readonly kind: 'fresh'; readonly rows: readonly JournalRow[] }

type Standing = Pick<Device, 'ack' | 'quarantined_at'>

/** Refuses a batch that leaves a gap, or of a device that is quarantined. */
export function refuseBatch(device: Standing, rows: readonly JournalRow[]): Refusal | undefined {
  if (device.quarantined_at !== null) return new Refusal('device.quarantined', 'this till\'s ledger was seen in two versions; it must be looked at')
  if (rows[0]!.seq > device.ack + 1) return new Refusal('sync.gap', `row ${device.ack + 1} is missing`, { expected: device.ack + 1 })
  return undefined
}

/** Rows of the batch that are stored already, or stand in the place of some. */
export function repeatedRows(device: Standing, rows: readonly JournalRow[]): JournalRow[] {
  return rows.filter((row) => row.seq <= device.ack)
}

/** `stored` are the hashes by number of the rows that `repeatedRows` named. */
export function judgeBatch(device: Standing, rows: readonly JournalRow[], stored: ReadonlyMap<number, string>): Verdict {
  const refusal = refuseBatch(device, rows)
  if (refusal) return { kind: 'refused', refusal }
  const fork = repeatedRows(device, rows).find((row) => stored.get(row.seq) !== row.hash)?.seq
  if (fork !== undefined) return { kind: 'fork', refusal: new Refusal('sync.fork', `row ${fork} is stored with another hash; this till's ledger exists twice`, { seq: fork }) }
  return { kind: 'fresh', rows: rows.filter((row) => row.seq > device.ack) }
}
