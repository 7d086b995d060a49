/**
 * What was sold of each good, whether it names lots or not. Taking sales in must not wait for it, so its table is filled
 * behind them, by slices of arrivals: by a job, and by whoever asks. Quantities in thousandths.
 */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { openRow } from '#shared/ledger/envelope.ts'
import type { Sale } from '#shared/sales/events.ts'
import type { Recallable } from '#shared/trace/recall.ts'
import { soldParts } from '#shared/trace/sold.ts'
import { readEvent } from '#shared/sync/events.ts'
import { bigints, booleans, texts, uuids } from '#cloud/storage/arrays.ts'
import { inShop, type Database, type ShopTransaction } from '#cloud/storage/database.ts'

const ARRIVALS_AT_ONCE = 1000
/** What one who asks waits for at most: some seconds, and more than comes in while the job sleeps. */
export const SLICES_AT_ONCE = 20

/** Takes what has come in so far into the table, `slices` slices of it at most; says whether that is all. Several may be at it at once. */
export async function settleSold(db: Database, shop: Id, slices = SLICES_AT_ONCE, arrivals = ARRIVALS_AT_ONCE): Promise<boolean> {
  for (let slice = 0; slice < slices; slice++) {
    if (await inShop(db, shop, (trx) => settleSlice(trx, shop, arrivals))) return true
  }
  return false
}

/** Whether nothing is left to do. */
async function settleSlice(trx: ShopTransaction, shop: Id, arrivals: number): Promise<boolean> {
  const { rows: [present] } = await sql<{ upto: number; head: number }>`select coalesce((select arrival from sale_good_upto where shop_id = ${shop}), 0) as upto, counter.arrivals as head from counter where shop_id = ${shop}`.execute(trx)
  if (!present || present.upto >= present.head) return true
  // Others at the same shop wait here, and then go on from where this one ends.
  await sql`insert into sale_good_upto (shop_id, arrival) values (${shop}, 0) on conflict (shop_id) do nothing`.execute(trx)
  const { arrival: from } = await trx.selectFrom('sale_good_upto').select('arrival').where('shop_id', '=', shop).forUpdate().executeTakeFirstOrThrow()
  const to = Math.min(from + arrivals, present.head)
  if (from >= to) return true
  const { rows } = await sql<Row>`select device_id as device, seq, text from journal
    where shop_id = ${shop} and arrival > ${from} and arrival <= ${to} and type = 'sale.completed'`.execute(trx)
  await write(trx, shop, await soundSales(trx, shop, rows))
  await trx.updateTable('sale_good_upto').set({ arrival: to }).where('shop_id', '=', shop).execute()
  return to >= present.head
}

interface Row { readonly device: Id; readonly seq: number; readonly text: string }

/** Those that count as sales: a row that was flagged and stored, or that says again what another said, does not. */
async function soundSales(trx: ShopTransaction, shop: Id, rows: readonly Row[]): Promise<Sale[]> {
  const read = rows.flatMap((row) => {
    const sale = saleIn(row)
    return sale ? [{ ...row, sale }] : []
  })
  const of = <T>(pick: (row: typeof read[number]) => T): T[] => read.map(pick)
  const { rows: known } = await sql<{ device: Id; seq: number }>`select sale.device_id as device, sale.seq from unnest(${uuids(of(({ sale }) => sale.sale))}::uuid[], ${uuids(of(({ device }) => device))}::uuid[], ${bigints(of(({ seq }) => seq))}::bigint[]) as row (id, device_id, seq)
    join sale on sale.shop_id = ${shop} and sale.id = row.id and sale.device_id = row.device_id and sale.seq = row.seq`.execute(trx)
  const sound = new Set(known.map(({ device, seq }) => `${device} ${seq}`))
  return read.flatMap(({ device, seq, sale }) => (sound.has(`${device} ${seq}`) ? [sale] : []))
}

function saleIn({ seq, text }: Row): Sale | undefined {
  const opened = openRow({ seq, text, hash: '' })
  const read = 'envelope' in opened ? readEvent(opened.envelope) : undefined
  return read && 'event' in read && read.event.type === 'sale.completed' ? read.event.body : undefined
}

async function write(trx: ShopTransaction, shop: Id, sales: readonly Sale[]): Promise<void> {
  const parts = sales.flatMap((sale) => soldParts(sale.lines).map((part) => ({ sale: sale.sale, date: sale.date, ...part })))
  if (parts.length === 0) return
  const of = <T>(pick: (part: typeof parts[number]) => T): T[] => parts.map(pick)
  await sql`insert into sale_good (shop_id, good_id, sale_id, date, quantity, unnamed, named)
    select ${shop}::uuid, good_id, sale_id, date, quantity, unnamed, named from unnest(
      ${uuids(of(({ good }) => good))}::uuid[], ${uuids(of(({ sale }) => sale))}::uuid[], ${texts(of(({ date }) => date))}::text[],
      ${bigints(of(({ quantity }) => quantity))}::bigint[], ${bigints(of(({ unnamed }) => unnamed))}::bigint[], ${booleans(of(({ named }) => named))}::boolean[]
    ) as row (good_id, sale_id, date, quantity, unnamed, named)`.execute(trx)
}

/** A sale and a good of it: all that it sold of it, or what of that named no lot. */
export interface SoldOf { readonly sale: Id; readonly good: Id; readonly quantity: number }
/** The latest, and how many sales there are. */
export interface Found { readonly sales: readonly SoldOf[]; readonly total: number }

/** All sales of a good, and how much of it they sold. */
export async function salesOfGood(trx: ShopTransaction, shop: Id, good: Id, limit: number): Promise<Found & { readonly quantity: number }> {
  const { rows: [sum] } = await sql<{ total: number; quantity: number }>`select count(*)::bigint as total, coalesce(sum(quantity), 0)::bigint as quantity from sale_good where shop_id = ${shop} and good_id = ${good}`.execute(trx)
  const { rows: sales } = await sql<SoldOf>`select sale_id as sale, good_id as good, quantity from sale_good where shop_id = ${shop} and good_id = ${good} order by sale_id desc limit ${limit}`.execute(trx)
  return { sales, ...sum! }
}

/**
 * Sales that name no lot for some of a good, from its date on, and none of the lots that were hit. Those that name some lot are
 * told apart by grouping, not by a join: of what it has just found itself the database knows no sizes, and chose one that took minutes.
 */
export async function unnamedSales(trx: ShopTransaction, shop: Id, since: ReadonlyMap<Id, string>, hit: readonly Recallable[], limit: number): Promise<Found> {
  if (since.size === 0) return { sales: [], total: 0 }
  const { rows: [found] } = await sql<Found>`with may as materialized (
      select sale_good.sale_id, sale_good.good_id, unnamed, named from unnest(${uuids([...since.keys()])}::uuid[], ${texts([...since.values()])}::text[]) as wanted (good_id, date)
      join sale_good on sale_good.shop_id = ${shop} and sale_good.good_id = wanted.good_id and sale_good.date >= wanted.date and unnamed > 0
    ), half as (
      select sale_id, good_id, max(unnamed) as unnamed from (
        select sale_id, good_id, unnamed, false as is_hit from may where named
        union all select sold_lot.sale_id, sold_lot.good_id, 0, true
          from unnest(${uuids(hit.map(({ good }) => good))}::uuid[], ${texts(hit.map(({ no }) => no))}::text[], ${texts(hit.map(({ expiry }) => expiry))}::text[]) as lot (good_id, no, expiry)
          join sold_lot on sold_lot.shop_id = ${shop} and sold_lot.good_id = lot.good_id and sold_lot.no = lot.no and sold_lot.expiry = lot.expiry
      ) as told group by sale_id, good_id having not bool_or(is_hit)
    ), rest as materialized (
      select sale_id, good_id, unnamed from may where not named union all select sale_id, good_id, unnamed from half
    ) select (select count(distinct sale_id)::bigint from rest) as total, (
      select coalesce(jsonb_agg(jsonb_build_object('sale', sale_id, 'good', good_id, 'quantity', unnamed) order by sale_id desc, good_id), '[]'::jsonb)
      from (select * from rest order by sale_id desc, good_id limit ${limit}) as latest
    ) as sales`.execute(trx)
  return found!
}
