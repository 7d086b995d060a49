/** The key of a shop's owner: whether one is theirs, and a new one in its place. */
import type { Id } from '#shared/identity/ids.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'
import { isSame, newSecret, sha256, shopOfSecret } from './secrets.ts'

export async function isOwnerKey(db: Database, shop: Id, key: string): Promise<boolean> {
  if (shopOfSecret('xpo', key) !== shop) return false
  const row = await inShop(db, shop, (trx) => trx.selectFrom('shop').select('owner_key_hash').where('shop_id', '=', shop).executeTakeFirst())
  return row !== undefined && isSame(row.owner_key_hash, sha256(key))
}

/** A new key, shown this once; the one before opens nothing any more, save pages that are open already (session.ts). */
export async function renewOwnerKey(db: Database, shop: Id): Promise<string> {
  const key = newSecret('xpo', shop)
  await inShop(db, shop, (trx) => trx.updateTable('shop').set({ owner_key_hash: sha256(key) }).where('shop_id', '=', shop).execute())
  return key
}
