/** What the pages read about a shop: its profile, its tills' last sign of life, its credit code. */
import { SHOP_DEFAULTS, ShopFields, type Shop } from '#shared/catalog/shop.ts'
import { IdSchema, longId, type Id } from '#shared/identity/ids.ts'
import { CreditDocSchema, type CreditDoc } from '#shared/sync/protocol.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'
import { findShop } from '#cloud/projections/shops.ts'

export interface ShopView {
  readonly shop: Shop
  /** How its pages are addressed. */
  readonly path: string
  /** When any till that may still speak for the shop was last heard, UTC ms; null if there is none. */
  readonly heardAt: number | null
  /** A code that is good at `now`. */
  readonly credit: CreditDoc | undefined
}

/** Finds a shop by short id, id or slug. */
export async function viewShop(db: Database, name: string, now: number): Promise<ShopView | undefined> {
  const id = longId(name) ?? IdSchema.safeParse(name).data
  const found = await findShop(db, id === undefined ? { slug: name } : { id })
  return found && readShop(db, found.id, found.slug ?? name, now)
}

function readShop(db: Database, id: Id, path: string, now: number): Promise<ShopView> {
  return inShop(db, id, async (trx) => {
    const rows = await trx.selectFrom('reference').select(['kind', 'doc']).where('shop_id', '=', id).where('kind', 'in', ['shop', 'credit']).where('id', '=', id).execute()
    const doc = rows.find(({ kind }) => kind === 'shop')?.doc ?? {}
    const credit = CreditDocSchema.safeParse(rows.find(({ kind }) => kind === 'credit')?.doc).data
    const { heard } = await trx.selectFrom('device').select((e) => e.fn.max('seen_at').as('heard')).where('shop_id', '=', id).where('revoked_at', 'is', null).executeTakeFirstOrThrow()
    // Fields merge one by one, so one that can't be read must not hide the others.
    const fields = Object.fromEntries(Object.entries(ShopFields.shape).map(([name, schema]) => {
      const parsed = schema.safeParse(doc[name])
      return [name, parsed.success ? parsed.data : SHOP_DEFAULTS[name as keyof typeof SHOP_DEFAULTS]]
    })) as Omit<Shop, 'id'>
    return { shop: { ...fields, id }, path, heardAt: heard, credit: credit && credit.token !== '' && credit.expiresAt > now ? credit : undefined }
  })
}
