/** Recalls in the cloud: which stand, which tills have confirmed, which lots they are about, what is left, and who bought. */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { maskName, maskPhone } from '#shared/identity/person.ts'
import { openRow } from '#shared/ledger/envelope.ts'
import { currentOf } from '#shared/members/record.ts'
import { readEvent } from '#shared/sync/events.ts'
import { lotKey, lotsLeft, type LotPart } from '#shared/stock/lot.ts'
import { type Dated, readDated, underNames } from '#shared/trace/correct.ts'
import { byItsNames, cameSince, type Recall, type Recallable, readRecall, recalledLots, stopsGood, underOneName } from '#shared/trace/recall.ts'
import { type LotView, readLot } from '#shared/trace/lot.ts'
import { tillNumber } from '#cloud/identity/devices.ts'
import { texts, uuids } from '#cloud/storage/arrays.ts'
import { inShop, storable, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import type { LotStory } from './lots.ts'
import { readPeople, withPeople, type PeopleDesk } from './people.ts'
import { SLICES_AT_ONCE, salesOfGood, settleSold, unnamedSales } from './sold-goods.ts'

/** Recalls, the latest first. */
export function listRecalls(db: Database, shop: Id): Promise<Recall[]> {
  return inShop(db, shop, async (trx) => {
    const rows = await trx.selectFrom('reference').select(['id', 'doc']).where('shop_id', '=', shop).where('kind', '=', 'recall').execute()
    return rows.flatMap(({ id, doc }) => readRecall(id, doc) ?? []).toSorted((a, b) => b.at - a.at)
  })
}

const recallable = ({ lot, good, no, expiry, supplier, date, parents }: LotView): Recallable => ({ lot, good, no, expiry, supplier, date, parents })

type Story = Pick<LotStory, 'lot' | 'ancestors'>
/** Whether a recall that stands is about one of the lots that a code may mean, one that it was made of, or one of `others` that it can't be told from. */
export async function isRecalled(db: Database, shop: Id, meant: readonly Story[], others: readonly Story[] = []): Promise<boolean> {
  const all = [...meant, ...others].flatMap(({ lot, ancestors }) => [lot, ...ancestors]).flatMap((each) => byItsNames(recallable(each), each.expiries))
  return (await listRecalls(db, shop)).some((recall) => {
    if (recall.lifted !== null) return false
    const hit = new Set(recalledLots(recall, all).map(({ lot }) => lot))
    return meant.some(({ lot }) => stopsGood(recall, lot.good) || hit.has(lot.lot))
  })
}

interface Candidate extends Recallable { readonly dated: Record<string, unknown> | null }

/** Lots besides that share a number with one of these: by it they can't be told apart. */
async function sameNamed(trx: ShopTransaction, shop: Id, lots: readonly Candidate[]): Promise<Candidate[]> {
  const named = lots.filter(({ no }) => no !== '')
  if (named.length === 0) return []
  const { rows } = await sql<{ id: Id; doc: Record<string, unknown> }>`select distinct on (reference.id) reference.id, doc from unnest(${texts(named.map(({ good }) => good))}::text[], ${texts(named.map(({ no }) => no))}::text[]) as wanted (good, no)
    join reference on reference.shop_id = ${shop} and kind = 'lot' and doc->>'good' = wanted.good and doc->>'no' = wanted.no where not reference.id = any(${uuids(named.flatMap(({ lot }) => lot ?? []))}::uuid[])`.execute(trx)
  return rows.flatMap(({ id, doc }) => {
    const lot = readLot(id, doc)
    return lot ? [{ ...recallable(lot), dated: lot.expiries.length > 0 ? doc : null }] : []
  })
}

/** Every lot that the recall may be about: those it names, by their indexes, and those that were made of any. A lot that nobody described is known by its moves. */
async function candidates(trx: ShopTransaction, shop: Id, { good, no, supplier, from, to }: Recall['what']): Promise<Recallable[]> {
  const named = sql.join([
    sql`true`, ...(good === null ? [] : [sql`doc->>'good' = ${good}`]), ...(no === '' ? [] : [sql`doc->>'no' = ${storable(no)}`]), ...(supplier === '' ? [] : [sql`doc->>'supplier' = ${storable(supplier)}`]),
    ...(from === '' ? [] : [sql`doc->>'date' >= ${from}`]), ...(to === '' ? [] : [sql`doc->>'date' <= ${to}`]),
  ], sql` and `)
  const { rows } = await sql<Candidate>`select id as lot, doc->>'good' as good, coalesce(doc->>'no', '') as no, coalesce(doc->>'expiry', '') as expiry, coalesce(doc->>'supplier', '') as supplier,
      coalesce(doc->>'date', '') as date, coalesce(doc->'parents', '[]'::jsonb) as parents, case when doc->'dated' is not null then doc end as dated
    from reference where shop_id = ${shop} and kind = 'lot' and doc->>'good' is not null and (${named})
    union all select id, doc->>'good', coalesce(doc->>'no', ''), coalesce(doc->>'expiry', ''), coalesce(doc->>'supplier', ''), coalesce(doc->>'date', ''), doc->'parents', case when doc->'dated' is not null then doc end
    from reference where shop_id = ${shop} and kind = 'lot' and doc->>'good' is not null and doc->'parents' is not null and (${named}) is not true`.execute(trx)
  const same = await sameNamed(trx, shop, rows)
  const known = [...rows, ...same].flatMap(({ dated, ...lot }) => byItsNames(lot, dated === null ? [] : readDated(dated).expiries))
  if (supplier !== '' || from !== '' || to !== '') return known
  const keys = new Set(known.map(lotKey))
  const { rows: moved } = await sql<{ good: Id; no: string; expiry: string }>`select distinct good_id as good, no, expiry from lot
    where shop_id = ${shop} and (${good}::uuid is null or good_id = ${good}::uuid) and (${no} = '' or no = ${storable(no)})`.execute(trx)
  return [...known, ...moved.filter((lot) => !keys.has(lotKey(lot))).map((lot) => ({ ...lot, lot: null, supplier: '', date: '', parents: [] }))]
}

interface Named { readonly name: string; readonly unit: string; readonly pricing: string }
export interface EffectLot extends Named { readonly good: Id; readonly no: string; readonly expiry: string; readonly supplier: string; readonly left: number }
/** `lots` as it names them; `good` and `quantity` where it was found without them. */
export interface EffectSale {
  readonly sale: Id; readonly no: string; readonly till: string; readonly at: number; readonly lots: readonly string[]
  readonly good: (Named & { readonly quantity: number }) | null
  readonly member: { readonly name: string; readonly phone: string } | null
}
export interface EffectSales { readonly sales: readonly EffectSale[]; readonly total: number }
export interface CloudEffect extends EffectSales {
  readonly lots: readonly EffectLot[]
  /** Where the whole good stops: it, what is left of it, and how much was sold; the sales are then all of its sales. */
  readonly whole: (Named & { readonly left: number; readonly quantity: number }) | null
  /** Sales since the lots came that name no lot for some of the good: it may have been of these. Never of a whole good. */
  readonly unnamed: EffectSales
  /** Sales of before are still being looked through: of those without lots there may be more. */
  readonly isPartial: boolean
}

/** What a recall comes to over all tills: its lots with what is left, how many sales name them or may be of them, and the latest of those, members masked. */
export async function effectOf(desk: PeopleDesk, shop: Id, { what }: Pick<Recall, 'what'>, limit: number, slices = SLICES_AT_ONCE): Promise<CloudEffect> {
  const isSettled = await settleSold(desk.db, shop, slices)
  return withPeople(desk, shop, async (trx) => {
    const hit = recalledLots({ what }, await candidates(trx, shop, what))
    const good = what.good !== null && stopsGood({ what }, what.good) ? what.good : null
    const of = good === null ? undefined : await salesOfGood(trx, shop, good, limit)
    const named: { readonly sales: readonly Sold[]; readonly total: number } = of ?? await namedSales(trx, shop, hit, limit)
    const may: typeof named = of ? { sales: [], total: 0 } : await unnamedSales(trx, shop, cameSince(what, hit), hit, limit)
    const goods = await goodsOf(trx, shop, [...hit.map((lot) => lot.good), ...[...named.sales, ...may.sales].flatMap((sale) => sale.good ?? []), ...good === null ? [] : [good]])
    const shown = await shownSales(desk, trx, shop, [...named.sales, ...may.sales].map(({ sale }) => sale))
    const tell = (sales: readonly Sold[]): EffectSale[] => sales.flatMap((sold) => {
      const sale = shown.get(sold.sale)
      return sale ? [{ ...sale, lots: sold.lots ?? [], good: sold.good === undefined ? null : { ...goods(sold.good), quantity: sold.quantity ?? 0 } }] : []
    }).toSorted((a, b) => b.at - a.at)
    return {
      lots: await withLeft(trx, shop, hit, goods), sales: tell(named.sales), total: named.total,
      whole: good !== null && of ? { ...goods(good), left: await leftOf(trx, shop, good), quantity: of.quantity } : null,
      unnamed: { sales: tell(may.sales), total: may.total }, isPartial: !isSettled,
    }
  })
}

interface Sold { readonly sale: Id; readonly lots?: readonly string[]; readonly good?: Id; readonly quantity?: number }

/** Sales that name one of the lots. Ids carry their time, so the latest are those of the greatest ids. */
async function namedSales(trx: ShopTransaction, shop: Id, hit: readonly Recallable[], limit: number): Promise<{ sales: Sold[]; total: number }> {
  if (hit.length === 0) return { sales: [], total: 0 }
  const named = sql`unnest(${uuids(hit.map(({ good }) => good))}::uuid[], ${texts(hit.map(({ no }) => no))}::text[], ${texts(hit.map(({ expiry }) => expiry))}::text[]) as wanted (good_id, no, expiry)
    join sold_lot on sold_lot.shop_id = ${shop} and sold_lot.good_id = wanted.good_id and sold_lot.no = wanted.no and sold_lot.expiry = wanted.expiry`
  const { rows: [count] } = await sql<{ total: number }>`select count(distinct sale_id)::bigint as total from ${named}`.execute(trx)
  const { rows: sales } = await sql<{ sale: Id; lots: string[] }>`select sale_id as sale, array_agg(sold_lot.no order by sold_lot.no) as lots from ${named} group by sale_id order by sale_id desc limit ${limit}`.execute(trx)
  return { sales, total: count!.total }
}

/** Sales as they are shown, by id. */
async function shownSales(desk: PeopleDesk, trx: ShopTransaction, shop: Id, ids: readonly Id[]): Promise<Map<Id, Omit<EffectSale, 'lots' | 'good'>>> {
  const { rows } = await sql<{ sale: Id; no: string; at: number; till: number; seq: number; text: string; hash: string }>`
    select sale.id as sale, sale.no, sale.at, device.till, sale.seq, journal.text, journal.hash from sale
    join journal on journal.shop_id = ${shop} and journal.device_id = sale.device_id and journal.seq = sale.seq
    join device on device.shop_id = ${shop} and device.device_id = sale.device_id
    where sale.shop_id = ${shop} and sale.id = any(${uuids([...new Set(ids)])}::uuid[])`.execute(trx)
  const members = new Map(rows.flatMap((row): [Id, Id][] => {
    const member = memberIn(row)
    return member === undefined ? [] : [[row.sale, member]]
  }))
  const { records } = await readPeople(desk, trx, shop, [...new Set(members.values())])
  return new Map(rows.map(({ sale, no, at, till }) => {
    const found = records.get(members.get(sale) ?? '')
    const { name = '', phone = '' } = found ? currentOf(found).fields : {}
    return [sale, { sale, no, at, till: tillNumber(till), member: found ? { name: maskName(name), phone: maskPhone(phone) } : null }]
  }))
}

/** What goods are called and sold in; one that is not known any more has no name. */
async function goodsOf(trx: ShopTransaction, shop: Id, goods: readonly Id[]): Promise<(good: Id) => Named> {
  const { rows } = await sql<{ good: Id; name: string | null; unit: string | null; pricing: string | null }>`select id as good, doc->>'name' as name, doc->>'unit' as unit, doc->>'pricing' as pricing
    from reference where shop_id = ${shop} and kind = 'good' and id = any(${uuids([...new Set(goods)])}::uuid[])`.execute(trx)
  const known = new Map(rows.map((row) => [row.good, { name: row.name ?? '', unit: row.unit ?? '', pricing: row.pricing ?? 'piece' }]))
  return (good) => known.get(good) ?? { name: '', unit: '', pricing: 'piece' }
}

async function leftOf(trx: ShopTransaction, shop: Id, good: Id): Promise<number> {
  const { rows: [stock] } = await sql<{ quantity: number }>`select greatest(coalesce(sum(quantity), 0), 0)::bigint as quantity from stock where shop_id = ${shop} and good_id = ${good}`.execute(trx)
  return stock!.quantity
}

function memberIn(row: { seq: number; text: string; hash: string }): Id | undefined {
  const opened = openRow(row)
  const read = 'envelope' in opened ? readEvent(opened.envelope) : undefined
  return read && 'event' in read && read.event.type === 'sale.completed' ? read.event.body.member?.member : undefined
}

async function withLeft(trx: ShopTransaction, shop: Id, hit: readonly Recallable[], named: (good: Id) => Named): Promise<EffectLot[]> {
  const goods = [...new Set(hit.map(({ good }) => good))]
  const { rows: sums } = await sql<LotPart & { good: Id }>`select good_id as good, no, expiry, sum(quantity)::bigint as quantity from lot where shop_id = ${shop} and good_id = any(${uuids(goods)}::uuid[]) group by good_id, no, expiry`.execute(trx)
  const { rows: stocks } = await sql<{ good: Id; quantity: number }>`select good_id as good, sum(quantity)::bigint as quantity from stock where shop_id = ${shop} and good_id = any(${uuids(goods)}::uuid[]) group by good_id`.execute(trx)
  const { rows: dated } = await sql<{ good: Id; doc: Record<string, unknown> }>`select doc->>'good' as good, doc from reference where shop_id = ${shop} and kind = 'lot' and doc->'dated' is not null and doc->>'good' = any(${goods}::text[])`.execute(trx)
  const datedOf = new Map(goods.map((good): [Id, Dated[]] => [good, dated.filter((each) => each.good === good).map(({ doc }) => readDated(doc))]))
  const left = new Map(goods.map((good) => [good, lotsLeft(underNames(sums.filter((each) => each.good === good), datedOf.get(good)!), stocks.find((each) => each.good === good)?.quantity ?? 0)]))
  return underOneName(hit).map(({ good, no, expiry, supplier }) => ({ good, no, expiry, supplier, ...named(good), left: left.get(good)?.find((each) => each.no === no && each.expiry === expiry)?.quantity ?? 0 }))
}
