/**
 * Takes a batch of a device's journal rows into the shop's journal, exactly once, and projects them in the same
 * transaction. Batches of one shop wait for one another at the shop's counter, so that what one sees as new is new.
 */
import { setImmediate as breath } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import type { Head, JournalRow } from '#shared/ledger/envelope.ts'
import { fen } from '#shared/money/money.ts'
import { paidInAll } from '#shared/sales/share.ts'
import { bigints, texts, uuids } from '#cloud/storage/arrays.ts'
import { inShop, storable, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import { notify } from '#cloud/storage/notices.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { tillNumber } from '#cloud/identity/devices.ts'
import { judgeBatch, repeatedRows } from './batch.ts'
import { foldRows, noTotals, openRows, type Flag, type Known, type OpenedRow } from './fold.ts'
import { couponsNamed } from './coupons.ts'
import { destroyErased } from './people.ts'
import { closingOf, pursesNamed } from './purses.ts'
import { editInTransaction, loadReferences, rememberShop, type Wanted } from './references.ts'
import type { Ingested } from './sync-store.ts'
import { salesOf, totalsOf, writeFlags, writeReferences, writeTogether, type Statement } from './write.ts'

/** Rows in one statement, and opened while the statement before it runs. */
const ROWS_AT_ONCE = 250

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
    await editInTransaction(trx, shop, [closingOf(shop, device)], 'cloud', now)
  }
  if (verdict.kind !== 'fresh') return verdict.refusal
  const { rows: fresh } = verdict
  const from = rows[0]!.seq
  const last = rows.at(-1)!.seq
  const stored = await store(trx, { shop, device, ledgerShops: found.ledger_shops, till: tillNumber(found.till), now }, found, fresh)
  if (stored.touchedReferences) await notify(trx, { shop, rev: stored.rev })
  // Stock alone is news for the shop's other tills, where there are any: this one knows what it moved.
  else if (stored.rev !== found.rev && found.tills > 1) await notify(trx, { shop, rev: stored.rev, by: device })
  const isFlagged = stored.isFlagged || fresh.length < rows.length
  return { ack: Math.max(found.ack, last), flags: isFlagged ? await readFlags(trx, shop, device, from, last) : [], touchedShop: stored.touchedShop }
}

interface Place { readonly shop: Id; readonly device: Id; readonly ledgerShops: readonly Id[]; readonly till: string; readonly now: number }
interface Stored { readonly rev: number; readonly touchedShop: boolean; readonly touchedReferences: boolean; readonly isFlagged: boolean }

/** Slice by slice, each opened and understood while the database writes the one before it. */
async function store(trx: ShopTransaction, place: Place, found: { ack: number; head: string; arrivals: number; rev: number }, rows: readonly JournalRow[]): Promise<Stored> {
  const { shop, device, now } = place
  const latest = await latestIds(trx, shop)
  const known: Known = { events: new Set(), sales: new Set(), paid: new Map(), references: new Map() }
  const changed = new Set<string>()
  const totals = noTotals()
  let { rev, arrivals } = found
  let at: Head = { seq: found.ack, hash: found.head }
  let isFlagged = false
  let writing: Promise<unknown> = Promise.resolve()
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const { opened, flags, head } = openRows(at, rows.slice(from, from + ROWS_AT_ONCE))
    const asked = questionsOf(shop, opened, latest)
    if (asked) {
      await writing
      await learn(trx, shop, asked, known)
    }
    const folded = foldRows(place, opened, arrivals + 1, known, totals)
    const statements = [journalOf({ shop, device, opened, accepted: folded.accepted, arrivals, now }), ...salesOf(place, folded)]
    await writing
    await writeFlags(trx, place, [...flags, ...folded.flags])
    rev = await writeReferences(trx, shop, rev, known, folded)
    for (const key of folded.changed) changed.add(key)
    isFlagged ||= flags.length + folded.flags.length > 0
    arrivals += opened.length
    at = head
    if (from + ROWS_AT_ONCE >= rows.length) {
      statements.push(
        ...totalsOf(place, rev, totals), sql`update counter set rev = ${rev + totals.stock.size}, arrivals = ${arrivals} where shop_id = ${shop}`,
        sql`update device set ack = ${head.seq}, head = ${head.hash}, seen_at = ${now} where shop_id = ${shop} and device_id = ${device}`,
      )
    }
    writing = writeTogether(trx, statements)
    // Its failure is heard at the next look; a promise that nobody looks at meanwhile would end the process.
    writing.catch(() => undefined)
    // The statement is on its way once other work has had its turn.
    await breath()
  }
  await writing
  // The counter stands by now: erasing counts on from it.
  const touchedShop = await rememberShop(trx, shop, known, changed)
  await destroyErased(trx, shop, known, changed, now)
  return { rev: rev + totals.stock.size, touchedShop, touchedReferences: rev !== found.rev, isFlagged }
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

interface Latest {
  readonly event: Id | null
  readonly sale: Id | null
  /** Sales that are not here, and of which something came back. */
  readonly awaited: readonly Id[]
}

/** The shop's latest ids. Ids carry their time: most of what comes is later than all that is there, and need not be looked for. */
async function latestIds(trx: ShopTransaction, shop: Id): Promise<Latest> {
  const { rows } = await sql<Latest>`select
    (select id from journal where shop_id = ${shop} and id is not null order by id desc limit 1) as event,
    (select id from sale where shop_id = ${shop} order by id desc limit 1) as sale,
    array(select id from reference where shop_id = ${shop} and kind = 'refund' and (doc->>'paid') is null) as awaited`.execute(trx)
  return rows[0]!
}

interface Questions { readonly events: readonly Id[]; readonly sales: readonly Id[]; readonly paid: readonly Id[]; readonly references: readonly Wanted[] }

/** What the fold must know of the past, and no more; undefined where it is nothing. */
function questionsOf(shop: Id, opened: readonly OpenedRow[], latest: Latest): Questions | undefined {
  const envelopes = opened.flatMap(({ envelope }) => envelope ?? [])
  const named = (name: string, type: string): Id[] => envelopes.filter((envelope) => envelope.type === type).map(({ body }) => body[name]).filter(isUuid)
  const upTo = (last: Id | null, ids: readonly Id[]): Id[] => (last === null ? [] : ids.filter((id) => id.toLowerCase() <= last))
  const events = upTo(latest.event, envelopes.map(({ id }) => id))
  const sales = upTo(latest.sale, named('sale', 'sale.completed'))
  const purses = envelopes.map(pursesNamed)
  const paid = named('sale', 'sale.refunded')
  const awaited = latest.awaited.length === 0 ? [] : named('sale', 'sale.completed').filter((id) => latest.awaited.includes(id.toLowerCase()))
  const references = [
    ...[...paid, ...awaited].map((id) => ({ kind: 'refund', id })),
    ...named('good', 'good.changed').map((id) => ({ kind: 'good', id })),
    ...named('promotion', 'promotion.changed').map((id) => ({ kind: 'promotion', id })),
    ...named('staff', 'staff.changed').map((id) => ({ kind: 'staff', id })),
    ...envelopes.filter(({ type }) => type === 'ticket.held').map(({ id }) => ({ kind: 'ticket', id })),
    ...named('held', 'ticket.taken').map((id) => ({ kind: 'ticket', id })),
    ...envelopes.filter(({ type }) => type === 'stock.ordered').map(({ id }) => ({ kind: 'order', id })),
    ...['stock.received', 'stock.order_closed'].flatMap((type) => named('order', type)).map((id) => ({ kind: 'order', id })),
    ...['member.joined', 'member.changed', 'person.erased'].flatMap((type) => named('person', type)).map((id) => ({ kind: 'member', id })),
    ...purses.flatMap(({ members }) => members.filter(isUuid)).map((id) => ({ kind: 'purse', id })),
    ...envelopes.flatMap(couponsNamed).filter(isUuid).map((id) => ({ kind: 'coupon', id })),
    ...['lot.described', 'lot.corrected', 'lot.labelled', 'lot.codes_printed'].flatMap((type) => named('lot', type)).map((id) => ({ kind: 'lot', id })),
    ...['lot.recalled', 'lot.recall_lifted', 'lot.recall_heard'].flatMap((type) => named('recall', type)).map((id) => ({ kind: 'recall', id })),
    ...(purses.some(({ tills }) => tills) ? [{ kind: 'tills', id: shop }] : []),
    ...(envelopes.some(({ type }) => type === 'shop.changed') ? [{ kind: 'shop', id: shop }] : []),
  ]
  return events.length + sales.length + references.length === 0 ? undefined : { events, sales, paid, references }
}

async function learn(trx: ShopTransaction, shop: Id, asked: Questions, known: Known): Promise<void> {
  if (asked.events.length + asked.sales.length > 0) {
    // One look into an index for each id, which the planner would not choose before it has counted a new shop's rows.
    const { rows } = await sql<{ id: Id; isSale: boolean }>`
      select id, false as "isSale" from unnest(${uuids(asked.events)}::uuid[]) as wanted (id),
        lateral (select from journal where shop_id = ${shop} and journal.id = wanted.id limit 1) as found
      union all select id, true from unnest(${uuids(asked.sales)}::uuid[]) as wanted (id),
        lateral (select from sale where shop_id = ${shop} and sale.id = wanted.id limit 1) as found`.execute(trx)
    for (const { id, isSale } of rows) (isSale ? known.sales : known.events).add(id)
  }
  if (asked.paid.length > 0) {
    const sold = await trx.selectFrom('sale').select(['id', 'total_fen']).where('shop_id', '=', shop).where('id', 'in', [...new Set(asked.paid)]).execute()
    for (const { id, total_fen: total } of sold) known.paid.set(id, paidInAll({ total: fen(total) }))
  }
  for (const [key, reference] of await loadReferences(trx, shop, asked.references)) known.references.set(key, reference)
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
      ${texts(of(({ row }) => row.bytes ?? storable(row.text)))}::text[], ${texts(of(({ row }) => row.hash))}::text[]
    ) as row (seq, arrival, id, type, at, text, hash)`
}
