/**
 * Takes a batch of a device's journal rows into the shop's journal, exactly once, and projects them in the same
 * transaction. Batches of one shop wait for one another at the shop's counter, so that what one sees as new is new.
 */
import { setImmediate as breath } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import type { Head, JournalRow } from '#shared/ledger/envelope.ts'
import { bigints, texts, uuids } from '#cloud/storage/arrays.ts'
import { inShop, storable, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import { notify } from '#cloud/storage/notices.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { tillNumber } from '#cloud/identity/devices.ts'
import { judgeBatch, repeatedRows } from './batch.ts'
import { foldRows, noTotals, openRows, type Flag, type Known, type OpenedRow } from './fold.ts'
import { destroyErased } from './people.ts'
import { loadReferences, rememberShop } from './references.ts'
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

/** Slice by slice, each opened while the database writes the one before it. */
async function store(trx: ShopTransaction, place: Place, found: { ack: number; head: string; arrivals: number; rev: number }, rows: readonly JournalRow[]): Promise<Stored> {
  const { shop, device, now } = place
  let { rev, arrivals } = found
  let at: Head = { seq: found.ack, hash: found.head }
  let touchedShop = false
  let touchedReferences = false
  let isFlagged = false
  const totals = noTotals()
  let writing: Promise<unknown> = Promise.resolve()
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const { opened, flags, head } = openRows(at, rows.slice(from, from + ROWS_AT_ONCE))
    await writing
    const isLast = from + ROWS_AT_ONCE >= rows.length
    const known = await load(trx, shop, opened)
    const folded = foldRows(place, opened, arrivals + 1, known, totals)
    await writeFlags(trx, place, [...flags, ...folded.flags])
    const merged = await writeReferences(trx, shop, rev, known, folded)
    touchedReferences ||= merged !== rev
    const statements = [journalOf({ shop, device, opened, accepted: folded.accepted, arrivals, now }), ...salesOf(place, folded)]
    arrivals += opened.length
    rev = isLast ? merged + totals.stock.size : merged
    if (isLast) {
      statements.push(
        ...totalsOf(place, merged, totals), sql`update counter set rev = ${rev}, arrivals = ${arrivals} where shop_id = ${shop}`,
        sql`update device set ack = ${head.seq}, head = ${head.hash}, seen_at = ${now} where shop_id = ${shop} and device_id = ${device}`,
      )
    }
    const facts = writeTogether(trx, statements)
    writing = facts.then(() => rememberShop(trx, shop, known, folded.changed)).then(async (touched) => {
      touchedShop ||= touched
      await destroyErased(trx, shop, known, folded.changed, now)
    })
    // Its failure is heard at the next look; a promise that nobody looks at meanwhile would end the process.
    writing.catch(() => undefined)
    isFlagged ||= flags.length + folded.flags.length > 0
    at = head
    // The statement is on its way once other work has had its turn.
    if (!isLast) await breath()
  }
  await writing
  return { rev, touchedShop, touchedReferences, isFlagged }
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
  // One look into an index for each id, which the planner would not choose before it has counted a new shop's rows.
  const { rows: present } = await sql<{ id: Id; isSale: boolean }>`
    select id, false as "isSale" from unnest(${uuids(ids)}::uuid[]) as wanted (id),
      lateral (select from journal where shop_id = ${shop} and journal.id = wanted.id limit 1) as found
    union all select id, true from unnest(${uuids(named('sale', 'sale.completed'))}::uuid[]) as wanted (id),
      lateral (select from sale where shop_id = ${shop} and sale.id = wanted.id limit 1) as found`.execute(trx)
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
      ${texts(of(({ row }) => row.bytes ?? storable(row.text)))}::text[], ${texts(of(({ row }) => row.hash))}::text[]
    ) as row (seq, arrival, id, type, at, text, hash)`
}
