/**
 * What comes down to one till: reference documents, what the shop's other tills have moved of each good, and the edits made
 * at it that lost, in the one order of the shop's counter. It moves under a row lock that is held until commit, so every number up to the one read
 * first is there to be seen, and nothing can appear behind it later.
 */
import { sql } from 'kysely'
import { packClocks } from '#shared/catalog/hlc.ts'
import type { Id } from '#shared/identity/ids.ts'
import { byExpiry, type LotPart } from '#shared/stock/lot.ts'
import { tillNumber } from '#cloud/identity/devices.ts'
import { uuids } from '#cloud/storage/arrays.ts'
import { inShop, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import type { Changes } from './sync-store.ts'

export async function readRev(db: Database, shop: Id): Promise<number> {
  return (await inShop(db, shop, (trx) => trx.selectFrom('counter').select('rev').where('shop_id', '=', shop).executeTakeFirstOrThrow())).rev
}

export interface Puller { readonly shop: Id; readonly device: Id }
type Found = Changes['changes']
/** Changes numbered above `from` and up to `upto`, the first `limit` of them. */
interface Stretch extends Puller { readonly from: number; readonly upto: number; readonly limit: number }

export function pull(db: Database, puller: Puller, since: number, limit: number): Promise<Changes> {
  return inShop(db, puller.shop, async (trx) => {
    const { rev: upto } = await trx.selectFrom('counter').select('rev').where('shop_id', '=', puller.shop).executeTakeFirstOrThrow()
    // Ahead of us: this database was restored from an older copy, and the till begins again.
    const stretch = { ...puller, from: since > upto ? 0 : since, upto, limit: limit + 1 }
    if (stretch.from === upto) return pageOf([], upto, limit)
    const found = [...await stockElsewhere(trx, stretch), ...await lostHere(trx, stretch)]
    // Documents are read along their index. Before the planner has counted a new shop's rows it would sort all of them for each page.
    await sql`SET LOCAL enable_sort = off`.execute(trx)
    found.push(...await references(trx, stretch))
    return pageOf(found.sort((one, other) => one.rev - other.rev), upto, limit)
  })
}

function references(trx: ShopTransaction, { shop, from, upto, limit }: Stretch): Promise<Found> {
  return trx.selectFrom('reference').select(['kind', 'id', 'rev', 'doc', 'clocks'])
    .where('shop_id', '=', shop).where('rev', '>', from).where('rev', '<=', upto)
    // A good without a name or a price is not yet one; it comes down when it is.
    .where((e) => e.or([e('kind', '!=', 'good'), e.and([e(e.ref('doc', '->').key('name'), 'is not', null), e(e.ref('doc', '->').key('price'), 'is not', null)])]))
    .orderBy('rev').limit(limit).execute()
}

/** Sums over the shop's other tills. A sum may already hold what has a later number: that one comes once more, and is the same. */
async function stockElsewhere(trx: ShopTransaction, { shop, device, from, upto, limit }: Stretch): Promise<Found> {
  const { rows } = await sql<{ id: Id; rev: number; quantity: number }>`
    with moved as (
      select good_id, max(rev) as rev from stock where shop_id = ${shop} and rev > ${from} and rev <= ${upto} and device_id <> ${device}
      group by good_id order by max(rev) limit ${limit}
    )
    select moved.good_id as id, moved.rev, sum(quantity)::bigint as quantity
    from moved join stock on stock.shop_id = ${shop} and stock.good_id = moved.good_id and stock.device_id <> ${device}
    group by moved.good_id, moved.rev order by moved.rev`.execute(trx)
  const lots = await lotsElsewhere(trx, shop, device, rows.map(({ id }) => id))
  return rows.map(({ id, rev, quantity }) => ({ kind: 'stock', id, rev, doc: { quantity, ...lots.get(id) }, clocks: {} }))
}

/** Of goods that have lots at the other tills: those lots whose moves there do not come to nothing. */
async function lotsElsewhere(trx: ShopTransaction, shop: Id, device: Id, goods: readonly Id[]): Promise<Map<Id, { lots: LotPart[] }>> {
  const found = new Map<Id, { lots: LotPart[] }>()
  if (goods.length === 0) return found
  const { rows } = await sql<{ good: Id; no: string; expiry: string; quantity: number }>`
    select good_id as good, no, expiry, sum(quantity)::bigint as quantity from lot
    where shop_id = ${shop} and device_id <> ${device} and good_id = any(${uuids(goods)}::uuid[]) group by good_id, no, expiry`.execute(trx)
  for (const { good, ...part } of rows) {
    const entry = found.get(good) ?? { lots: [] }
    found.set(good, entry)
    if (part.quantity !== 0) entry.lots.push(part)
  }
  for (const { lots } of found.values()) lots.sort(byExpiry)
  return found
}

async function lostHere(trx: ShopTransaction, { shop, device, from, upto, limit }: Stretch): Promise<Found> {
  const { rows } = await sql<{ id: Id; rev: number; arrival: number; kind: string; field: string; value: unknown; hlc: string; won: unknown; till: number | null }>`
    select lost_edit.id, rev, arrival, kind, field, value, hlc, won, till
    from lost_edit left join device on device.shop_id = lost_edit.shop_id and device.device_id::text = substr(won_hlc, 18)
    where lost_edit.shop_id = ${shop} and editor = ${device} and rev > ${from} and rev <= ${upto} order by rev limit ${limit}`.execute(trx)
  return rows.map(({ id, rev, till, ...doc }) => ({ kind: 'lost', id, rev, doc: { ...doc, till: till === null ? null : tillNumber(till) }, clocks: {} }))
}

/** A page of `rows`, which may be more than it holds. */
export function pageOf(rows: Changes['changes'], rev: number, limit: number): Changes {
  const changes = rows.slice(0, limit).map((each) => (typeof each.clocks === 'string' ? each : { ...each, clocks: packClocks(each.clocks) }))
  const more = rows.length > limit
  const last = changes.at(-1)?.rev ?? 0
  return { rev: more ? last : Math.max(rev, last), more, changes }
}
