/** Which till is asking: from the bearer token to the device, or a refusal. */
import type { Selectable } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'
import { notify } from '#cloud/storage/notices.ts'
import type { Tables } from '#cloud/storage/tables.ts'
import { Refusal } from './refusal.ts'
import { bearerOf, isSame, sha256, shopOfSecret } from './secrets.ts'

export type Device = Selectable<Tables['device']>
/** A till's last sign of life is written at most this often. */
const SEEN_EVERY_MS = 20_000

/** A till's number as people say it and receipts print it. */
export const tillNumber = (till: number): string => String(till).padStart(2, '0')

/** The device of an `Authorization` header; notes that it was seen. Throws `token.invalid` or `device.revoked`. */
export async function authenticate(db: Database, authorization: string | undefined, now: number): Promise<Device> {
  const token = bearerOf(authorization)
  const shop = token && shopOfSecret('xpt', token)
  if (!token || !shop) throw new Refusal('token.invalid', 'a till\'s token is needed')
  const hash = sha256(token)
  const device = await inShop(db, shop, async (trx) => {
    const found = await trx.selectFrom('device').selectAll().where('shop_id', '=', shop).where('token_hash', '=', hash).executeTakeFirst()
    if (found && isSame(found.token_hash, hash) && found.revoked_at === null && now - found.seen_at > SEEN_EVERY_MS) {
      await trx.updateTable('device').set({ seen_at: now }).where('shop_id', '=', shop).where('device_id', '=', found.device_id).execute()
    }
    return found
  })
  if (!device || !isSame(device.token_hash, hash)) throw new Refusal('token.invalid', 'nobody knows this token; pair the till again')
  if (device.revoked_at !== null) throw new Refusal('device.revoked', 'the shop has withdrawn this till\'s access; pair it again')
  return device
}

/** Withdraws a till's access: its token opens nothing from now on. False when the shop has no such till. */
export async function revokeDevice(db: Database, shop: Id, device: Id, now: number): Promise<boolean> {
  return inShop(db, shop, async (trx) => {
    const changed = await trx.updateTable('device').set({ revoked_at: now }).where('shop_id', '=', shop).where('device_id', '=', device).where('revoked_at', 'is', null).executeTakeFirst()
    if (changed.numUpdatedRows > 0n) await notify(trx, { shop, revoked: device })
    return await trx.selectFrom('device').select('device_id').where('shop_id', '=', shop).where('device_id', '=', device).executeTakeFirst() !== undefined
  })
}
