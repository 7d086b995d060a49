/**
 * Takes a batch of a device's journal rows into the shop's journal, exactly once, and projects them in the same
 * transaction. Batches of one shop wait for one another at the shop's counter, so that what one sees as new is new.
 */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import type { JournalRow } from '#shared/ledger/envelope.ts'
import { bigints, texts, uuids } from '#cloud/storage/arrays.ts'
import { inShop, storable, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import { notify } from '#cloud/storage/notices.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { judgeBatch, repeatedRows } from './batch.ts'
import { foldRows, openRows, type Known, type OpenedRow } from './fold.ts'
import { destroyErased } from './people.ts'
import { loadReferences, rememberShop } from './references.ts'
import type { Ingested } from './sync-store.ts'
import { writeFacts, writeFlags, writeReferences } from './write.ts'

export interface Taken extends Ingested { readonly touchedShop: boolean }

/**
 * Stores and projects rows that follow one another. Throws `sync.gap` with the expected number, `sync.fork` after
 * quarantining the device, `device.quarantined`.
 */
export async function ingest(db: Database, shop: Id, device: Id, rows: readonly JournalRow[], now: number): Promise<Taken> {
  const outcome = await inShop(db, shop, (trx) => ingestRows(trx, shop, device, rows, now))
  if (outcome instanceof Refusal) throw outcome
  return outcome
}

async function ingestRows(trx: ShopTransaction, shop: Id, device: Id, rows: readonly JournalRow[], now: number): Promise<Taken | Refusal> {
  const counter = await trx.selectFrom('counter').selectAll().where('shop_id', '=', shop).forUpdate().executeTakeFirstOrThrow()
  const found = await trx.selectFrom('device').selectAll().where('shop_id', '=', shop).where('device_id', '=', device).forUpdate().executeTakeFirstOrThrow()
  const verdict = judgeBatch(found, rows, await storedHashes(trx, shop, device, repeatedRows(found, rows)))
  if (verdict.kind === 'fork') {
    // Kept by committing: the refusal is returned, not thrown.
    await trx.updateTable('device').set({ quarantined_at: now }).where('shop_id', '=', shop).where('device_id', '=', device).execute()
  }
  if (verdict.kind !== 'fresh') return verdict.refusal
  const { rows: fresh } = verdict
  const from = rows[0]!.seq
  const last = rows.at(-1)!.seq
  let touchedShop = false
  if (fresh.length > 0) {
    const { opened, flags, head } = openRows({ seq: found.ack, hash: found.head }, fresh)
    const known = await load(trx, shop, opened)
    const folded = foldRows({ shop, ledgerShops: found.ledger_shops, device }, opened, counter.arrivals + 1, known)
    await writeJournal(trx, { shop, device, opened, accepted: folded.accepted, arrivals: counter.arrivals, now })
    await writeFlags(trx, { shop, device }, flags)
    await writeFacts(trx, { shop, device }, folded)
    const rev = await writeReferences(trx, shop, counter.rev, known, folded)
    await trx.updateTable('counter').set({ rev, arrivals: counter.arrivals + fresh.length }).where('shop_id', '=', shop).execute()
    await trx.updateTable('device').set({ ack: head.seq, head: head.hash, seen_at: now }).where('shop_id', '=', shop).where('device_id', '=', device).execute()
    touchedShop = await rememberShop(trx, shop, known, folded.changed)
    if (rev !== counter.rev) await notify(trx, { shop, rev })
    await destroyErased(trx, shop, known, folded.changed, now)
  }
  const flags = await trx.selectFrom('journal_flag').select(['seq', 'code', 'reason']).where('shop_id', '=', shop).where('device_id', '=', device)
    .where('seq', '>=', from).where('seq', '<=', last).orderBy('seq').orderBy('code').execute()
  return { ack: Math.max(found.ack, last), flags, touchedShop }
}

/** Hashes by number of rows that should be stored already. */
async function storedHashes(trx: ShopTransaction, shop: Id, device: Id, rows: readonly JournalRow[]): Promise<Map<number, string>> {
  if (rows.length === 0) return new Map()
  const stored = await trx.selectFrom('journal').select(['seq', 'hash']).where('shop_id', '=', shop).where('device_id', '=', device)
    .where('seq', '>=', rows[0]!.seq).where('seq', '<=', rows.at(-1)!.seq).execute()
  return new Map(stored.map(({ seq, hash }) => [seq, hash]))
}

/** Reads what the fold must know of the past, and no more. */
async function load(trx: ShopTransaction, shop: Id, opened: readonly OpenedRow[]): Promise<Known> {
  const envelopes = opened.flatMap(({ envelope }) => envelope ?? [])
  const ids = envelopes.map(({ id }) => id)
  const { rows: events } = await sql<{ id: Id }>`select id from journal where shop_id = ${shop} and id = any(${uuids(ids)}::uuid[])`.execute(trx)
  const named = (name: string, type: string): Id[] => envelopes.filter((envelope) => envelope.type === type).map(({ body }) => body[name]).filter(isUuid)
  const saleIds = named('sale', 'sale.completed')
  const { rows: sales } = saleIds.length === 0 ? { rows: [] } : await sql<{ id: Id }>`select id from sale where shop_id = ${shop} and id = any(${uuids(saleIds)}::uuid[])`.execute(trx)
  const wanted = [
    ...named('good', 'good.changed').map((id) => ({ kind: 'good', id })),
    ...named('staff', 'staff.changed').map((id) => ({ kind: 'staff', id })),
    ...['member.joined', 'member.changed', 'person.erased'].flatMap((type) => named('person', type)).map((id) => ({ kind: 'member', id })),
    ...(envelopes.some(({ type }) => type === 'shop.changed') ? [{ kind: 'shop', id: shop }] : []),
  ]
  return { events: new Set(events.map(({ id }) => id)), sales: new Set(sales.map(({ id }) => id)), references: await loadReferences(trx, shop, wanted) }
}

const isUuid = (value: unknown): value is Id => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)

interface Batch {
  readonly shop: Id
  readonly device: Id
  readonly opened: readonly OpenedRow[]
  /** Rows whose event id counts: a row that is not this device's own must not make the true one look repeated. */
  readonly accepted: ReadonlySet<number>
  readonly arrivals: number
  readonly now: number
}

async function writeJournal(trx: ShopTransaction, { shop, device, opened, accepted, arrivals, now }: Batch): Promise<void> {
  const of = <T>(pick: (entry: OpenedRow) => T): T[] => opened.map(pick)
  await sql`insert into journal (shop_id, device_id, seq, arrival, id, type, at, text, hash, received_at)
    select ${shop}::uuid, ${device}::uuid, seq, arrival, id, type, at, text, hash, ${now}::bigint from unnest(
      ${bigints(of(({ row }) => row.seq))}::bigint[], ${bigints(opened.map((_, index) => arrivals + index + 1))}::bigint[],
      ${uuids(of(({ row, envelope }) => (accepted.has(row.seq) ? envelope?.id ?? null : null)))}::uuid[],
      ${texts(of(({ envelope }) => (envelope ? storable(envelope.type) : null)))}::text[], ${bigints(of(({ envelope }) => envelope?.at ?? null))}::bigint[],
      ${texts(of(({ row }) => storable(row.text)))}::text[], ${texts(of(({ row }) => row.hash))}::text[]
    ) as row (seq, arrival, id, type, at, text, hash)`.execute(trx)
}
