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
import { tillNumber } from '#cloud/identity/devices.ts'
import { judgeBatch, repeatedRows } from './batch.ts'
import { foldRows, openRows, type Flag, type Known, type OpenedRow } from './fold.ts'
import { destroyErased } from './people.ts'
import { loadReferences, rememberShop } from './references.ts'
import type { Ingested } from './sync-store.ts'
import { factsOf, writeFlags, writeReferences, writeTogether, type Statement } from './write.ts'

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
  const found = await lock(trx, shop, device)
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
  let isFlagged = fresh.length < rows.length
  if (fresh.length > 0) {
    const place = { shop, device }
    const { opened, flags, head } = openRows({ seq: found.ack, hash: found.head }, fresh)
    const known = await load(trx, shop, opened)
    const folded = foldRows({ ...place, ledgerShops: found.ledger_shops, till: tillNumber(found.till) }, opened, found.arrivals + 1, known)
    await writeFlags(trx, place, [...flags, ...folded.flags])
    const merged = await writeReferences(trx, shop, found.rev, known, folded)
    const rev = merged + folded.stock.size
    await writeTogether(trx, [
      journalOf({ ...place, opened, accepted: folded.accepted, arrivals: found.arrivals, now }), ...factsOf(place, merged, folded),
      sql`update counter set rev = ${rev}, arrivals = ${found.arrivals + fresh.length} where shop_id = ${shop}`,
      sql`update device set ack = ${head.seq}, head = ${head.hash}, seen_at = ${now} where shop_id = ${shop} and device_id = ${device}`,
    ])
    touchedShop = await rememberShop(trx, shop, known, folded.changed)
    if (merged !== found.rev) await notify(trx, { shop, rev })
    // Stock alone is news for the shop's other tills, where there are any: this one knows what it moved.
    else if (rev !== merged && found.tills > 1) await notify(trx, { shop, rev, by: device })
    isFlagged ||= flags.length + folded.flags.length > 0
    await destroyErased(trx, shop, known, folded.changed, now)
  }
  return { ack: Math.max(found.ack, last), flags: isFlagged ? await readFlags(trx, shop, device, from, last) : [], touchedShop }
}

/** The shop's counter and the device, both locked: the counter first, as everywhere. */
function lock(trx: ShopTransaction, shop: Id, device: Id) {
  return trx.selectFrom('counter').innerJoin('device', 'device.shop_id', 'counter.shop_id')
    .select(['counter.rev', 'counter.arrivals', 'counter.tills', 'device.till', 'device.ack', 'device.head', 'device.ledger_shops', 'device.quarantined_at'])
    .where('counter.shop_id', '=', shop).where('device.shop_id', '=', shop).where('device.device_id', '=', device).forUpdate().executeTakeFirstOrThrow()
}

function readFlags(trx: ShopTransaction, shop: Id, device: Id, from: number, last: number): Promise<Flag[]> {
  return trx.selectFrom('journal_flag').select(['seq', 'code', 'reason']).where('shop_id', '=', shop).where('device_id', '=', device)
    .where('seq', '>=', from).where('seq', '<=', last).orderBy('seq').orderBy('code').execute()
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
  const named = (name: string, type: string): Id[] => envelopes.filter((envelope) => envelope.type === type).map(({ body }) => body[name]).filter(isUuid)
  const { rows: present } = await sql<{ id: Id; isSale: boolean }>`
    select id, false as "isSale" from journal where shop_id = ${shop} and id = any(${uuids(ids)}::uuid[])
    union all select id, true from sale where shop_id = ${shop} and id = any(${uuids(named('sale', 'sale.completed'))}::uuid[])`.execute(trx)
  const wanted = [
    ...named('good', 'good.changed').map((id) => ({ kind: 'good', id })),
    ...named('staff', 'staff.changed').map((id) => ({ kind: 'staff', id })),
    ...envelopes.filter(({ type }) => type === 'ticket.held').map(({ id }) => ({ kind: 'ticket', id })),
    ...named('held', 'ticket.taken').map((id) => ({ kind: 'ticket', id })),
    ...['member.joined', 'member.changed', 'person.erased'].flatMap((type) => named('person', type)).map((id) => ({ kind: 'member', id })),
    ...(envelopes.some(({ type }) => type === 'shop.changed') ? [{ kind: 'shop', id: shop }] : []),
  ]
  const idsOf = (sales: boolean): Set<Id> => new Set(present.filter(({ isSale }) => isSale === sales).map(({ id }) => id))
  return { events: idsOf(false), sales: idsOf(true), references: await loadReferences(trx, shop, wanted) }
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

function journalOf({ shop, device, opened, accepted, arrivals, now }: Batch): Statement {
  const of = <T>(pick: (entry: OpenedRow) => T): T[] => opened.map(pick)
  return sql`insert into journal (shop_id, device_id, seq, arrival, id, type, at, text, hash, received_at)
    select ${shop}::uuid, ${device}::uuid, seq, arrival, id, type, at, text, hash, ${now}::bigint from unnest(
      ${bigints(of(({ row }) => row.seq))}::bigint[], ${bigints(opened.map((_, index) => arrivals + index + 1))}::bigint[],
      ${uuids(of(({ row, envelope }) => (accepted.has(row.seq) ? envelope?.id ?? null : null)))}::uuid[],
      ${texts(of(({ envelope }) => (envelope ? storable(envelope.type) : null)))}::text[], ${bigints(of(({ envelope }) => envelope?.at ?? null))}::bigint[],
      ${texts(of(({ row }) => storable(row.text)))}::text[], ${texts(of(({ row }) => row.hash))}::text[]
    ) as row (seq, arrival, id, type, at, text, hash)`
}
