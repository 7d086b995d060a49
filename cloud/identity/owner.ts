/** Whether a key is that of a shop's owner. */
import type { Id } from '#shared/identity/ids.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'
import { isSame, sha256, shopOfSecret } from './secrets.ts'

export async function isOwnerKey(db: Database, shop: Id, key: string): Promise<boolean> {
  if (shopOfSecret('xpo', key) !== shop) return false
  const row = await inShop(db, shop, (trx) => trx.selectFrom('shop').select('owner_key_hash').where('shop_id', '=', shop).executeTakeFirst())
  return row !== undefined && isSame(row.owner_key_hash, sha256(key))
}
