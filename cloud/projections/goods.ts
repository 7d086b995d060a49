/** Goods as pages and the API show them: the reference document, with its stock where anybody ever counted it. */
import { sql } from 'kysely'
import { GOOD_DEFAULTS, GoodSchema, type Good } from '#shared/catalog/good.ts'
import type { Id } from '#shared/identity/ids.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'

/** `stock` in thousandths, or null where nobody ever counted it. */
export type ShownGood = Good & { readonly stock: number | null; readonly rev: number }

/** All goods of a shop, or those of some ids, by category and name. Incomplete documents are left out. */
export async function listGoods(db: Database, shop: Id, only?: readonly Id[]): Promise<ShownGood[]> {
  const { rows } = await inShop(db, shop, (trx) => sql<{ id: Id; doc: object; rev: number; stock: number | null }>`
    select reference.id, doc, reference.rev, stock.quantity as stock
    from reference left join (
      select shop_id, good_id, sum(quantity)::bigint as quantity from stock
      where shop_id = ${shop} and (${only === undefined} or good_id = any(${only ?? []}::uuid[])) group by shop_id, good_id having bool_or(counted)
    ) as stock on stock.shop_id = reference.shop_id and stock.good_id = reference.id
    where reference.shop_id = ${shop} and kind = 'good' and (${only === undefined} or reference.id = any(${only ?? []}::uuid[]))
    order by doc->>'category', doc->>'name', reference.id`.execute(trx))
  return rows.flatMap(({ id, doc, rev, stock }) => {
    const good = GoodSchema.safeParse({ ...GOOD_DEFAULTS, ...doc, id })
    return good.success ? [{ ...good.data, stock, rev }] : []
  })
}
