/** Keeps every shop's table of what was sold of each good filled, so that whoever recalls one waits for little of it. */
import type { Id } from '#shared/identity/ids.ts'
import { settleSold } from '#cloud/projections/sold-goods.ts'
import type { Database } from '#cloud/storage/database.ts'

/** Gives the shops where it failed. Stops between two slices once the signal says so; the next round goes on there. */
export async function keepSold(db: Database, stop: AbortSignal): Promise<{ shop: Id; error: unknown }[]> {
  const failed: { shop: Id; error: unknown }[] = []
  for (const { shop_id: shop } of await db.selectFrom('directory').select('shop_id').execute()) {
    try {
      while (!stop.aborted && !await settleSold(db, shop, 1));
    } catch (error) {
      failed.push({ shop, error })
    }
    if (stop.aborted) break
  }
  return failed
}
