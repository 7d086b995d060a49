/** Lots in the cloud: which a sale names, their documents by what codes and receipts say, and how often a code was looked at. */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import type { Sale } from '#shared/sales/events.ts'
import { lotKey } from '#shared/stock/lot.ts'
import { ancestors } from '#shared/trace/lineage.ts'
import { type LotView, readLot } from '#shared/trace/lot.ts'
import { inShop, storable, type Database, type ShopTransaction } from '#cloud/storage/database.ts'

export interface SoldLot { readonly good: Id; readonly no: string; readonly expiry: string; readonly quantity: number }

/** What the lines of a sale name, each lot once. */
export function soldLots({ lines }: Pick<Sale, 'lines'>): SoldLot[] {
  const found = new Map<string, SoldLot>()
  for (const { good, lots } of lines) {
    for (const { no, expiry, quantity } of lots ?? []) {
      const key = lotKey({ good, no, expiry })
      found.set(key, { good, no, expiry, quantity: quantity + (found.get(key)?.quantity ?? 0) })
    }
  }
  return [...found.values()]
}

interface Row { id: Id; doc: Record<string, unknown> }
const lotsIn = (rows: readonly Row[]): LotView[] => rows.flatMap(({ id, doc }) => readLot(id, doc) ?? [])

/** How far back a lot's making is followed. */
const GENERATIONS_MAX = 8
/** More lots under one number are a mistake that a page need not show in full. */
const SAME_NO_MAX = 5
export interface LotStory { readonly lot: LotView; readonly goodName: string; readonly unit: string; readonly pricing: 'piece' | 'weight'; readonly ancestors: readonly LotView[] }

/**
 * The lots that a code names, each with all it was made of, the first described first. Usually one: two tills that could not
 * hear one another may have given one number to what they each took in, and nothing but an item's serial tells those apart.
 */
export function findLots(db: Database, shop: Id, gtin: string, no: string): Promise<LotStory[]> {
  return inShop(db, shop, async (trx) => {
    const { rows } = await sql<Row>`select id, doc from reference where shop_id = ${shop} and kind = 'lot' and doc->>'gtin' = ${storable(gtin)} and doc->>'no' = ${storable(no)} order by id limit ${SAME_NO_MAX}`.execute(trx)
    const stories: LotStory[] = []
    for (const lot of lotsIn(rows)) stories.push(await storyOf(trx, shop, lot))
    return stories
  })
}

async function storyOf(trx: ShopTransaction, shop: Id, lot: LotView): Promise<LotStory> {
  const known = new Map<Id, LotView>()
  let next = lot.parents.map((each) => each.lot)
  for (let n = 0; next.length > 0 && n < GENERATIONS_MAX; n++) {
    const found = lotsIn(await lotRows(trx, shop, next))
    for (const each of found) known.set(each.lot, each)
    next = found.flatMap(({ parents }) => parents.map((each) => each.lot)).filter((id) => !known.has(id))
  }
  const good = await trx.selectFrom('reference').select('doc').where('shop_id', '=', shop).where('kind', '=', 'good').where('id', '=', lot.good).executeTakeFirst()
  return { lot, goodName: String(good?.doc['name'] ?? ''), unit: String(good?.doc['unit'] ?? ''), pricing: good?.doc['pricing'] === 'weight' ? 'weight' : 'piece', ancestors: ancestors(lot, (id) => known.get(id)) }
}

async function lotRows(trx: ShopTransaction, shop: Id, ids: readonly Id[]): Promise<Row[]> {
  return (await sql<Row>`select id, doc from reference where shop_id = ${shop} and kind = 'lot' and id = any(${[...new Set(ids)]}::uuid[])`.execute(trx)).rows
}

/** Documents of the lots that a sale's lines name, by good, date and number. */
export function lotsOfSale(db: Database, shop: Id, sale: Pick<Sale, 'lines'>): Promise<Map<string, LotView>> {
  const named = soldLots(sale)
  if (named.length === 0) return Promise.resolve(new Map())
  return inShop(db, shop, async (trx) => {
    const { rows } = await sql<Row>`select reference.id, doc from unnest(${named.map(({ good }) => good)}::text[], ${named.map(({ no }) => storable(no))}::text[]) as wanted (good, no)
      join reference on reference.shop_id = ${shop} and kind = 'lot' and doc->>'good' = wanted.good and doc->>'no' = wanted.no order by reference.id desc`.execute(trx)
    return new Map(lotsIn(rows).flatMap((lot) => [...lot.expiries, lot.expiry].map((expiry) => [lotKey({ ...lot, expiry }), lot] as const)))
  })
}

export interface Scans { readonly scans: number; readonly firstAt: number }
/** Looking twice in this time is one look: somebody reloads, a phone's camera and its browser both open the page. */
const ONE_LOOK_MS = 3000

/** Counts a look at a code and says how many there were. Nothing is kept of who looked. */
export function countScan(db: Database, shop: Id, lot: Id, item: string, now: number): Promise<Scans> {
  return inShop(db, shop, async (trx) => {
    const { rows } = await sql<Scans>`insert into trace_scan as old (shop_id, lot_id, item, scans, first_at, last_at) values (${shop}, ${lot}, ${storable(item)}, 1, ${now}, ${now})
      on conflict (shop_id, lot_id, item) do update set scans = old.scans + case when excluded.last_at - old.last_at >= ${ONE_LOOK_MS} then 1 else 0 end, last_at = greatest(old.last_at, case when excluded.last_at - old.last_at >= ${ONE_LOOK_MS} then excluded.last_at else old.last_at end)
      returning scans, first_at as "firstAt"`.execute(trx)
    return rows[0]!
  })
}
