/** Writes what a fold computed: one statement a table however many rows there were, and as many tables as can be in one. */
import { sql, type RawBuilder } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { bigints, booleans, texts, uuids } from '#cloud/storage/arrays.ts'
import { json, storable, type ShopTransaction } from '#cloud/storage/database.ts'
import { soldLots } from './lots.ts'
import type { Flag, Folded, Known, Totals } from './fold.ts'

interface Place { readonly shop: Id; readonly device: Id }
export type Statement = RawBuilder<unknown>

/** Executes statements that touch different tables as one, which is one way to the database and back. */
export async function writeTogether(trx: ShopTransaction, statements: readonly Statement[]): Promise<void> {
  const [first, ...others] = statements
  if (!first) return
  const parts = others.map((statement, index) => sql`${sql.id(`part${index}`)} as (${statement})`)
  await (parts.length === 0 ? first : sql`with ${sql.join(parts)} ${first}`).execute(trx)
}

/** The sales of a fold and the lots they name; flags and reference data are written apart. */
export function salesOf({ shop, device }: Place, { sales }: Folded): Statement[] {
  if (sales.length === 0) return []
  const of = <T>(pick: (row: Folded['sales'][number]) => T): T[] => sales.map(pick)
  return [sql`insert into sale (shop_id, id, device_id, seq, no, at, date, total_fen, lines)
    select ${shop}::uuid, id, ${device}::uuid, seq, no, at, date, total_fen, lines from unnest(
      ${uuids(of(({ sale }) => sale.sale))}::uuid[], ${bigints(of(({ seq }) => seq))}::bigint[], ${texts(of(({ sale }) => storable(sale.no)))}::text[],
      ${bigints(of(({ at }) => at))}::bigint[], ${texts(of(({ sale }) => sale.date))}::text[], ${bigints(of(({ sale }) => sale.total))}::bigint[],
      ${bigints(of(({ sale }) => sale.lines.length))}::bigint[]
    ) as row (id, seq, no, at, date, total_fen, lines)`, ...soldLotsOf(shop, sales)]
}

function soldLotsOf(shop: Id, sales: Folded['sales']): Statement[] {
  const rows = sales.flatMap(({ sale }) => soldLots(sale).map((lot) => ({ sale: sale.sale, ...lot })))
  if (rows.length === 0) return []
  const of = <T>(pick: (row: typeof rows[number]) => T): T[] => rows.map(pick)
  return [sql`insert into sold_lot (shop_id, good_id, no, expiry, sale_id, quantity)
    select ${shop}::uuid, good_id, no, expiry, sale_id, quantity from unnest(
      ${uuids(of(({ good }) => good))}::uuid[], ${texts(of(({ no }) => storable(no)))}::text[], ${texts(of(({ expiry }) => storable(expiry)))}::text[],
      ${uuids(of(({ sale }) => sale))}::uuid[], ${bigints(of(({ quantity }) => quantity))}::bigint[]
    ) as row (good_id, no, expiry, sale_id, quantity)`]
}

/** Stock and balances. Each good's stock takes the next number behind `rev`. */
export function totalsOf(place: Place, rev: number, totals: Totals): Statement[] {
  return [stockOf(place, rev, totals), lotsOf(place, totals), balancesOf(place, totals)].filter((statement) => statement !== undefined)
}

export async function writeFlags(trx: ShopTransaction, { shop, device }: Place, flags: readonly Flag[]): Promise<void> {
  if (flags.length === 0) return
  const seqs = flags.map((flag) => flag.seq)
  const codes = flags.map((flag) => flag.code)
  const reasons = flags.map((flag) => storable(flag.reason).slice(0, 500))
  await sql`insert into journal_flag (shop_id, device_id, seq, code, reason)
    select ${shop}::uuid, ${device}::uuid, seq, code, reason from unnest(${seqs}::bigint[], ${codes}::text[], ${reasons}::text[]) as row (seq, code, reason)
    on conflict do nothing`.execute(trx)
}

/** Moves this till's part of the stock. */
function stockOf({ shop, device }: Place, rev: number, { stock }: Totals): Statement | undefined {
  if (stock.size === 0) return undefined
  const moves = [...stock]
  return sql`insert into stock as old (shop_id, good_id, device_id, quantity, counted, updated_at, rev)
    select ${shop}::uuid, good_id, ${device}::uuid, delta, counted, at, ${rev}::bigint + n from unnest(
      ${uuids(moves.map(([good]) => good))}::uuid[], ${bigints(moves.map(([, move]) => move.delta))}::bigint[],
      ${booleans(moves.map(([, move]) => move.counted))}::boolean[], ${bigints(moves.map(([, move]) => move.at))}::bigint[]
    ) with ordinality as row (good_id, delta, counted, at, n)
    on conflict (shop_id, good_id, device_id) do update set quantity = old.quantity + excluded.quantity,
      counted = old.counted or excluded.counted, updated_at = greatest(old.updated_at, excluded.updated_at), rev = excluded.rev`
}

function lotsOf({ shop, device }: Place, { lots }: Totals): Statement | undefined {
  if (lots.size === 0) return undefined
  const of = <T>(pick: (row: { good: Id; no: string; expiry: string; delta: number }) => T): T[] => [...lots.values()].map(pick)
  return sql`insert into lot as old (shop_id, good_id, no, expiry, device_id, quantity)
    select ${shop}::uuid, good_id, no, expiry, ${device}::uuid, delta from unnest(
      ${uuids(of(({ good }) => good))}::uuid[], ${texts(of(({ no }) => no))}::text[], ${texts(of(({ expiry }) => expiry))}::text[], ${bigints(of(({ delta }) => delta))}::bigint[]
    ) as row (good_id, no, expiry, delta)
    on conflict (shop_id, good_id, no, expiry, device_id) do update set quantity = old.quantity + excluded.quantity`
}

function balancesOf({ shop, device }: Place, { balances }: Totals): Statement | undefined {
  if (balances.size === 0) return undefined
  return sql`insert into balance as old (shop_id, device_id, account, fen)
    select ${shop}::uuid, ${device}::uuid, account, fen from unnest(${texts([...balances.keys()])}::text[], ${bigints([...balances.values()])}::bigint[]) as row (account, fen)
    on conflict (shop_id, device_id, account) do update set fen = old.fen + excluded.fen`
}

/** Writes changed documents, and then what lost, each under the next number behind `rev`; returns the shop's new rev. */
export async function writeReferences(
  trx: ShopTransaction, shop: Id, rev: number, known: Pick<Known, 'references'>, { changed, lost }: Pick<Folded, 'changed' | 'lost'>,
): Promise<number> {
  await writeLost(trx, shop, rev + changed.size, lost)
  if (changed.size === 0) return rev + lost.length
  const rows = [...changed].map((key, index) => {
    const [kind = '', id = ''] = key.split(' ')
    const { doc, clocks } = known.references.get(key) ?? { doc: {}, clocks: {} }
    return { kind, id, doc: json(doc), clocks: json(clocks), rev: rev + index + 1 }
  })
  await sql`insert into reference (shop_id, kind, id, doc, clocks, rev)
    select ${shop}::uuid, kind, id, doc, clocks, rev from unnest(
      ${rows.map((row) => row.kind)}::text[], ${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.doc)}::jsonb[],
      ${rows.map((row) => row.clocks)}::jsonb[], ${rows.map((row) => row.rev)}::bigint[]
    ) as row (kind, id, doc, clocks, rev)
    on conflict (shop_id, kind, id) do update set doc = excluded.doc, clocks = excluded.clocks, rev = excluded.rev`.execute(trx)
  return rev + rows.length + lost.length
}

async function writeLost(trx: ShopTransaction, shop: Id, rev: number, lost: Folded['lost']): Promise<void> {
  if (lost.length === 0) return
  const of = <T>(pick: (row: Folded['lost'][number]) => T): T[] => lost.map(pick)
  await sql`insert into lost_edit (shop_id, arrival, kind, id, field, value, hlc, editor, won, won_hlc, rev)
    select ${shop}::uuid, arrival, kind, id, field, value, hlc, editor, won, won_hlc, ${rev}::bigint + n from unnest(
      ${of((row) => row.arrival)}::bigint[], ${of((row) => row.kind)}::text[], ${of((row) => row.id)}::uuid[], ${of((row) => row.field)}::text[],
      ${of((row) => json(row.value))}::jsonb[], ${of((row) => row.hlc)}::text[], ${of((row) => row.editor)}::text[],
      ${of((row) => json(row.won))}::jsonb[], ${of((row) => row.wonHlc)}::text[]
    ) with ordinality as row (arrival, kind, id, field, value, hlc, editor, won, won_hlc, n)
    on conflict do nothing`.execute(trx)
}
