/** Sales as pages and the API show them: the projection says which, the journal's own text says what was sold. */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { openRow } from '#shared/ledger/envelope.ts'
import type { Sale } from '#shared/sales/events.ts'
import { readEvent } from '#shared/sync/events.ts'
import { inShop, storable, type Database } from '#cloud/storage/database.ts'

interface Facts { id: Id; device: Id; seq: number; no: string; at: number; date: string; totalFen: number; lines: number }
export interface ShownSale extends Facts { doc: Sale }

/** Sales newest first, at most so many: all, or those before a time and, within that millisecond, before an id. */
export async function listSales(db: Database, shop: Id, { limit, before, beforeId }: { limit: number; before?: number | undefined; beforeId?: Id | undefined }): Promise<ShownSale[]> {
  const older = before === undefined ? sql`true` : sql`sale.at <= ${before} and (sale.at < ${before} or sale.id < ${beforeId ?? null}::uuid)`
  const { rows } = await inShop(db, shop, (trx) => sql<Facts & { text: string; hash: string }>`
    select sale.id, sale.device_id as device, sale.seq, no, sale.at, date, total_fen as "totalFen", lines, text, hash
    from sale join journal on journal.shop_id = sale.shop_id and journal.device_id = sale.device_id and journal.seq = sale.seq
    where sale.shop_id = ${shop} and ${older}
    order by sale.at desc, sale.id desc limit ${limit}`.execute(trx))
  return rows.flatMap(({ text, hash, ...facts }) => {
    const doc = saleIn({ seq: facts.seq, text, hash })
    return doc ? [{ ...facts, doc }] : []
  })
}

/** One sale and when it was, UTC ms; undefined where the shop has none of that id. */
export async function findSale(db: Database, shop: Id, id: Id): Promise<{ sale: Sale; at: number } | undefined> {
  const { rows: [row] } = await inShop(db, shop, (trx) => sql<{ seq: number; at: number; text: string; hash: string }>`
    select sale.seq, sale.at, text, hash from sale join journal on journal.shop_id = sale.shop_id and journal.device_id = sale.device_id and journal.seq = sale.seq
    where sale.shop_id = ${shop} and sale.id = ${id}`.execute(trx))
  const sale = row && saleIn(row)
  return sale && { sale, at: row.at }
}

/** What was projected was understood once, and readers keep every old version. */
function saleIn(row: { seq: number; text: string; hash: string }): Sale | undefined {
  const opened = openRow(row)
  const read = 'envelope' in opened ? readEvent(opened.envelope) : undefined
  return read && 'event' in read && read.event.type === 'sale.completed' ? storable(read.event.body) : undefined
}
