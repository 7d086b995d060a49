/** Writes what a fold computed, one statement a table however many rows there were. */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { bigints, booleans, texts, uuids } from '#cloud/storage/arrays.ts'
import { json, storable, type ShopTransaction } from '#cloud/storage/database.ts'
import type { Flag, Folded, Known } from './fold.ts'

interface Place { readonly shop: Id; readonly device: Id }

/** Every kind of change but reference data, which needs the shop's counter: see writeReferences. */
export async function writeFacts(trx: ShopTransaction, place: Place, folded: Folded): Promise<void> {
  await writeFlags(trx, place, folded.flags)
  await writeSales(trx, place, folded)
  await writeStock(trx, place.shop, folded)
  await writeBalances(trx, place, folded)
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

async function writeSales(trx: ShopTransaction, { shop, device }: Place, { sales }: Folded): Promise<void> {
  if (sales.length === 0) return
  const of = <T>(pick: (row: Folded['sales'][number]) => T): T[] => sales.map(pick)
  await sql`insert into sale (shop_id, id, device_id, seq, no, at, date, total_fen, lines)
    select ${shop}::uuid, id, ${device}::uuid, seq, no, at, date, total_fen, lines from unnest(
      ${uuids(of(({ sale }) => sale.sale))}::uuid[], ${bigints(of(({ seq }) => seq))}::bigint[], ${texts(of(({ sale }) => storable(sale.no)))}::text[],
      ${bigints(of(({ at }) => at))}::bigint[], ${texts(of(({ sale }) => sale.date))}::text[], ${bigints(of(({ sale }) => sale.total))}::bigint[],
      ${bigints(of(({ sale }) => sale.lines.length))}::bigint[]
    ) as row (id, seq, no, at, date, total_fen, lines)`.execute(trx)
}

async function writeStock(trx: ShopTransaction, shop: Id, { stock }: Folded): Promise<void> {
  if (stock.size === 0) return
  const moves = [...stock]
  await sql`insert into stock as old (shop_id, good_id, quantity, counted, updated_at)
    select ${shop}::uuid, good_id, delta, counted, at from unnest(
      ${uuids(moves.map(([good]) => good))}::uuid[], ${bigints(moves.map(([, move]) => move.delta))}::bigint[],
      ${booleans(moves.map(([, move]) => move.counted))}::boolean[], ${bigints(moves.map(([, move]) => move.at))}::bigint[]
    ) as row (good_id, delta, counted, at)
    on conflict (shop_id, good_id) do update set quantity = old.quantity + excluded.quantity,
      counted = old.counted or excluded.counted, updated_at = greatest(old.updated_at, excluded.updated_at)`.execute(trx)
}

async function writeBalances(trx: ShopTransaction, { shop, device }: Place, { balances }: Folded): Promise<void> {
  if (balances.size === 0) return
  await sql`insert into balance as old (shop_id, device_id, account, fen)
    select ${shop}::uuid, ${device}::uuid, account, fen from unnest(${[...balances.keys()]}::text[], ${[...balances.values()]}::bigint[]) as row (account, fen)
    on conflict (shop_id, device_id, account) do update set fen = old.fen + excluded.fen`.execute(trx)
}

/** Writes changed documents, each under the next number behind `rev`, and what lost; returns the shop's new rev. */
export async function writeReferences(
  trx: ShopTransaction, shop: Id, rev: number, known: Pick<Known, 'references'>, { changed, lost }: Pick<Folded, 'changed' | 'lost'>,
): Promise<number> {
  await writeLost(trx, shop, lost)
  if (changed.size === 0) return rev
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
  return rev + rows.length
}

async function writeLost(trx: ShopTransaction, shop: Id, lost: Folded['lost']): Promise<void> {
  if (lost.length === 0) return
  const of = <T>(pick: (row: Folded['lost'][number]) => T): T[] => lost.map(pick)
  await sql`insert into lost_edit (shop_id, arrival, kind, id, field, value, hlc, editor)
    select ${shop}::uuid, arrival, kind, id, field, value, hlc, editor from unnest(
      ${of((row) => row.arrival)}::bigint[], ${of((row) => row.kind)}::text[], ${of((row) => row.id)}::uuid[], ${of((row) => row.field)}::text[],
      ${of((row) => json(row.value))}::jsonb[], ${of((row) => row.hlc)}::text[], ${of((row) => row.editor)}::text[]
    ) as row (arrival, kind, id, field, value, hlc, editor)
    on conflict do nothing`.execute(trx)
}
