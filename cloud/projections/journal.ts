/**
 * The journal read back for its own tills: a till that lost its newest rows gets them again, and one that begins a new
 * ledger learns which of its events the shop has. Only reads.
 */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import type { KnownEvent } from '#shared/sync/protocol.ts'
import type { Device } from '#cloud/identity/devices.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'
import type { OwnRows } from './sync-store.ts'

/** A page ends at the row that makes it as large as this, in characters: pictures of goods are in their rows. */
const PAGE_CHARS_MAX = 4_000_000

/** Rows of this device behind `after`, verbatim and in order. */
export function ownRows(db: Database, device: Device, after: number, limit: number): Promise<OwnRows> {
  return inShop(db, device.shop_id, async (trx) => {
    const { rows } = await sql<{ hash: string; text: string; before: number }>`
      select hash, text, (sum(length(text)) over (order by seq) - length(text))::bigint as before
      from journal where shop_id = ${device.shop_id} and device_id = ${device.device_id} and seq > ${after} order by seq limit ${limit}`.execute(trx)
    const page = rows.filter(({ before }) => before < PAGE_CHARS_MAX)
    return { rows: page.map(({ hash, text }) => ({ hash, text })), more: after + page.length < device.ack }
  })
}

/** Of `ids`, the events that are in the shop's journal and count. */
export function knownEvents(db: Database, shop: Id, ids: readonly Id[]): Promise<KnownEvent[]> {
  return inShop(db, shop, async (trx) => {
    const { rows } = await sql<KnownEvent>`select id, at from journal where shop_id = ${shop} and id = any(${ids}::uuid[])`.execute(trx)
    return rows
  })
}
