/** Reference data on its way down to a till: the changes of a shop behind a number, in order. */
import type { Id } from '#shared/identity/ids.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'
import type { Changes } from './sync-store.ts'

export async function readRev(db: Database, shop: Id): Promise<number> {
  return (await inShop(db, shop, (trx) => trx.selectFrom('counter').select('rev').where('shop_id', '=', shop).executeTakeFirstOrThrow())).rev
}

/**
 * Changes behind `since`, in order. The counter moves under a row lock that is held until commit, so every number up
 * to the largest that can be seen is there to be seen, and nothing can appear behind it later.
 */
export function pull(db: Database, shop: Id, since: number, limit: number): Promise<Changes> {
  return inShop(db, shop, async (trx) => {
    const { rev } = await trx.selectFrom('counter').select('rev').where('shop_id', '=', shop).executeTakeFirstOrThrow()
    // Ahead of us: this database was restored from an older copy, and the till begins again.
    const from = since > rev ? 0 : since
    const rows = await trx.selectFrom('reference').select(['kind', 'id', 'rev', 'doc', 'clocks'])
      .where('shop_id', '=', shop).where('rev', '>', from)
      // A good without a name or a price is not yet one; it comes down when it is.
      .where((e) => e.or([e('kind', '!=', 'good'), e.and([e(e.ref('doc', '->').key('name'), 'is not', null), e(e.ref('doc', '->').key('price'), 'is not', null)])]))
      .orderBy('rev').limit(limit + 1).execute()
    return pageOf(rows, rev, limit)
  })
}

/** A page of `rows`, which may be one more than it holds. */
export function pageOf(rows: Changes['changes'], rev: number, limit: number): Changes {
  const changes = rows.slice(0, limit)
  const more = rows.length > limit
  const last = changes.at(-1)?.rev ?? 0
  return { rev: more ? last : Math.max(rev, last), more, changes }
}
