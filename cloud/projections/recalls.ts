/** Recalls in the cloud: which stand, which tills have confirmed, which lots they are about, what is left, and who bought. */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { maskName, maskPhone } from '#shared/identity/person.ts'
import { openRow } from '#shared/ledger/envelope.ts'
import { currentOf } from '#shared/members/record.ts'
import { readEvent } from '#shared/sync/events.ts'
import { lotsLeft, type LotPart } from '#shared/stock/lot.ts'
import { type Dated, readDated, underNames } from '#shared/trace/correct.ts'
import { byItsNames, type Recall, type Recallable, readRecall, recalledLots, stopsGood, underOneName } from '#shared/trace/recall.ts'
import { type LotView, readLot } from '#shared/trace/lot.ts'
import { tillNumber } from '#cloud/identity/devices.ts'
import { texts, uuids } from '#cloud/storage/arrays.ts'
import { inShop, storable, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import { lotKey, type LotStory } from './lots.ts'
import { readPeople, withPeople, type PeopleDesk } from './people.ts'

/** Recalls, the latest first. */
export function listRecalls(db: Database, shop: Id): Promise<Recall[]> {
  return inShop(db, shop, async (trx) => {
    const rows = await trx.selectFrom('reference').select(['id', 'doc']).where('shop_id', '=', shop).where('kind', '=', 'recall').execute()
    return rows.flatMap(({ id, doc }) => readRecall(id, doc) ?? []).toSorted((a, b) => b.at - a.at)
  })
}

const recallable = ({ lot, good, no, expiry, supplier, date, parents }: LotView): Recallable => ({ lot, good, no, expiry, supplier, date, parents })

/** Whether a recall that stands is about this lot, about one that it was made of, or about one of `others` that it can't be told from. */
export async function isRecalled(db: Database, shop: Id, story: Pick<LotStory, 'lot' | 'ancestors'>, others: readonly Pick<LotStory, 'lot' | 'ancestors'>[] = []): Promise<boolean> {
  const all = [story, ...others].flatMap(({ lot, ancestors }) => [lot, ...ancestors]).flatMap((each) => byItsNames(recallable(each), each.expiries))
  return (await listRecalls(db, shop)).some((recall) => recall.lifted === null && (stopsGood(recall, story.lot.good) || recalledLots(recall, all).some((each) => each.lot === story.lot.lot)))
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

export interface EffectLot { readonly good: Id; readonly name: string; readonly unit: string; readonly pricing: string; readonly no: string; readonly expiry: string; readonly supplier: string; readonly left: number }
export interface EffectSale { readonly sale: Id; readonly no: string; readonly till: string; readonly at: number; readonly lots: readonly string[]; readonly member: { readonly name: string; readonly phone: string } | null }
export interface CloudEffect { readonly lots: readonly EffectLot[]; readonly sales: readonly EffectSale[]; readonly total: number }

/** What a recall comes to over all tills: its lots with what is left, how many sales name them, and the latest of those, members masked. */
export function effectOf(desk: PeopleDesk, shop: Id, recall: Pick<Recall, 'what'>, limit: number): Promise<CloudEffect> {
  // Ids carry their time, so the latest sales are those of the greatest ids.
  return withPeople(desk, shop, async (trx) => {
    const hit = recalledLots(recall, await candidates(trx, shop, recall.what))
    if (hit.length === 0) return { lots: [], sales: [], total: 0 }
    const named = sql`unnest(${uuids(hit.map(({ good }) => good))}::uuid[], ${texts(hit.map(({ no }) => no))}::text[], ${texts(hit.map(({ expiry }) => expiry))}::text[]) as wanted (good_id, no, expiry)`
    const { rows: [count] } = await sql<{ total: number }>`select count(distinct sale_id)::bigint as total from ${named}
      join sold_lot on sold_lot.shop_id = ${shop} and sold_lot.good_id = wanted.good_id and sold_lot.no = wanted.no and sold_lot.expiry = wanted.expiry`.execute(trx)
    const { rows: sales } = await sql<{ sale: Id; no: string; at: number; till: number; seq: number; text: string; hash: string; lots: string[] }>`
      select sale.id as sale, sale.no, sale.at, device.till, sale.seq, journal.text, journal.hash, found.lots from (
        select sale_id, array_agg(sold_lot.no order by sold_lot.no) as lots from ${named}
        join sold_lot on sold_lot.shop_id = ${shop} and sold_lot.good_id = wanted.good_id and sold_lot.no = wanted.no and sold_lot.expiry = wanted.expiry
        group by sale_id order by sale_id desc limit ${limit}
      ) as found
      join sale on sale.shop_id = ${shop} and sale.id = found.sale_id
      join journal on journal.shop_id = ${shop} and journal.device_id = sale.device_id and journal.seq = sale.seq
      join device on device.shop_id = ${shop} and device.device_id = sale.device_id
      order by sale.at desc`.execute(trx)
    const members = new Map(sales.flatMap((row): [Id, Id][] => {
      const member = memberIn(row)
      return member === undefined ? [] : [[row.sale, member]]
    }))
    const { records } = await readPeople(desk, trx, shop, [...new Set(members.values())])
    return {
      lots: await withLeft(trx, shop, hit), total: count!.total,
      sales: sales.map(({ sale, no, at, till, lots }) => {
        const found = records.get(members.get(sale) ?? '')
        const { name = '', phone = '' } = found ? currentOf(found).fields : {}
        return { sale, no, at, till: tillNumber(till), lots, member: found ? { name: maskName(name), phone: maskPhone(phone) } : null }
      }),
    }
  })
}

function memberIn(row: { seq: number; text: string; hash: string }): Id | undefined {
  const opened = openRow(row)
  const read = 'envelope' in opened ? readEvent(opened.envelope) : undefined
  return read && 'event' in read && read.event.type === 'sale.completed' ? read.event.body.member?.member : undefined
}

async function withLeft(trx: ShopTransaction, shop: Id, hit: readonly Recallable[]): Promise<EffectLot[]> {
  const goods = [...new Set(hit.map(({ good }) => good))]
  const { rows: sums } = await sql<LotPart & { good: Id }>`select good_id as good, no, expiry, sum(quantity)::bigint as quantity from lot where shop_id = ${shop} and good_id = any(${uuids(goods)}::uuid[]) group by good_id, no, expiry`.execute(trx)
  const { rows: stocks } = await sql<{ good: Id; quantity: number }>`select good_id as good, sum(quantity)::bigint as quantity from stock where shop_id = ${shop} and good_id = any(${uuids(goods)}::uuid[]) group by good_id`.execute(trx)
  const { rows: names } = await sql<{ good: Id; name: string | null; unit: string | null; pricing: string | null }>`select id as good, doc->>'name' as name, doc->>'unit' as unit, doc->>'pricing' as pricing from reference where shop_id = ${shop} and kind = 'good' and id = any(${uuids(goods)}::uuid[])`.execute(trx)
  const { rows: dated } = await sql<{ good: Id; doc: Record<string, unknown> }>`select doc->>'good' as good, doc from reference where shop_id = ${shop} and kind = 'lot' and doc->'dated' is not null and doc->>'good' = any(${goods}::text[])`.execute(trx)
  const datedOf = new Map(goods.map((good): [Id, Dated[]] => [good, dated.filter((each) => each.good === good).map(({ doc }) => readDated(doc))]))
  const left = new Map(goods.map((good) => [good, lotsLeft(underNames(sums.filter((each) => each.good === good), datedOf.get(good)!), stocks.find((each) => each.good === good)?.quantity ?? 0)]))
  return underOneName(hit).map(({ good, no, expiry, supplier }) => {
    const named = names.find((each) => each.good === good)
    return { good, no, expiry, supplier, name: named?.name ?? '', unit: named?.unit ?? '', pricing: named?.pricing ?? 'piece', left: left.get(good)?.find((each) => each.no === no && each.expiry === expiry)?.quantity ?? 0 }
  })
}
