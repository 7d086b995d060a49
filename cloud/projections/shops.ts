/** Making a shop, and what the cloud tells its owner about it. */
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { uuidv7, type Id } from '#shared/identity/ids.ts'
import { SHOP_DEFAULTS } from '#shared/catalog/shop.ts'
import type { Fields } from '#shared/catalog/hlc.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { newSecret, sha256 } from '#cloud/identity/secrets.ts'
import { inShop, setShop, storable, type Database } from '#cloud/storage/database.ts'
import { editInTransaction } from './references.ts'

export interface NewShop { readonly fields: Fields & { name: string; kind: string }; readonly slug: string | undefined; readonly site: string }

/** A shop with its profile, its counter and its owner's key, which is shown this once. */
export async function createShop(db: Database, { fields, slug, site }: NewShop, now: number): Promise<{ id: Id; ownerKey: string }> {
  const id = uuidv7(now, randomBytes(10))
  const ownerKey = newSecret('xpo', id)
  await db.transaction().execute(async (trx) => {
    await setShop(trx, id)
    if (slug !== undefined && await trx.selectFrom('directory').select('slug').where('slug', '=', slug).executeTakeFirst()) {
      throw new Refusal('input.invalid', 'another shop has this short name', { field: 'slug', reason: 'taken' })
    }
    await trx.insertInto('directory').values({ shop_id: id, slug: slug ?? null, name: storable(fields.name), kind: fields.kind }).execute()
    await trx.insertInto('shop').values({ shop_id: id, owner_key_hash: sha256(ownerKey) }).execute()
    await trx.insertInto('counter').values({ shop_id: id }).execute()
    await editInTransaction(trx, id, [{ kind: 'shop', id, fields: { ...SHOP_DEFAULTS, ...fields, site } }], 'cloud', now)
  })
  return { id, ownerKey }
}

export interface Summary {
  /** Projected sales: their number, their sum in fen, and the number of their lines. */
  sales: number; totalFen: number; lines: number
  byDevice: { device: Id; till: number; ack: number; sales: number; totalFen: number }[]
  /** fen by account over all tills */
  balances: { account: string; fen: number }[]
  /** The first hundred rows that were stored and not believed or not understood. */
  flags: { device: Id; seq: number; code: string; reason: string }[]
  flagCount: number
  rev: number
}

export function summarise(db: Database, shop: Id): Promise<Summary> {
  return inShop(db, shop, async (trx) => {
    const { rows: byDevice } = await sql<Summary['byDevice'][number] & { lines: number }>`
      select device.device_id as device, till, ack, count(sale.id) as sales, coalesce(sum(total_fen), 0)::bigint as "totalFen", coalesce(sum(lines), 0)::bigint as lines
      from device left join sale on sale.shop_id = device.shop_id and sale.device_id = device.device_id
      where device.shop_id = ${shop} group by device.shop_id, device.device_id, till, ack order by till`.execute(trx)
    const { rows: balances } = await sql<Summary['balances'][number]>`
      select account, sum(fen)::bigint as fen from balance where shop_id = ${shop} group by account order by account`.execute(trx)
    const flags = await trx.selectFrom('journal_flag').select(['device_id as device', 'seq', 'code', 'reason']).where('shop_id', '=', shop)
      .orderBy('device_id').orderBy('seq').orderBy('code').limit(100).execute()
    const { count } = await trx.selectFrom('journal_flag').select((e) => e.fn.countAll<number>().as('count')).where('shop_id', '=', shop).executeTakeFirstOrThrow()
    const { rev } = await trx.selectFrom('counter').select('rev').where('shop_id', '=', shop).executeTakeFirstOrThrow()
    const total = (of: (row: typeof byDevice[number]) => number): number => byDevice.reduce((sum, row) => sum + of(row), 0)
    return {
      sales: total((row) => row.sales), totalFen: total((row) => row.totalFen), lines: total((row) => row.lines),
      byDevice: byDevice.map(({ device, till, ack, sales, totalFen }) => ({ device, till, ack, sales, totalFen })),
      balances, flags, flagCount: count, rev,
    }
  })
}

export interface DeviceView {
  device: Id; till: string; ack: number; pairedAt: number; seenAt: number; revokedAt: number | null; quarantinedAt: number | null
}

export function listDevices(db: Database, shop: Id): Promise<DeviceView[]> {
  return inShop(db, shop, async (trx) => {
    const rows = await trx.selectFrom('device').selectAll().where('shop_id', '=', shop).orderBy('till').execute()
    return rows.map((row) => ({
      device: row.device_id, till: String(row.till).padStart(2, '0'), ack: row.ack, pairedAt: row.paired_at, seenAt: row.seen_at,
      revokedAt: row.revoked_at, quarantinedAt: row.quarantined_at,
    }))
  })
}

/** The shop of a short id, an id or a slug; undefined when there is none. */
export async function findShop(db: Database, by: { id?: Id | undefined; slug?: string }): Promise<{ id: Id; slug: string | null } | undefined> {
  const query = db.selectFrom('directory').select(['shop_id as id', 'slug'])
  if (by.id !== undefined) return query.where('shop_id', '=', by.id).executeTakeFirst()
  // Whatever an address says is asked for; what PostgreSQL can't hold is no shop's name.
  return query.where('slug', '=', storable(by.slug ?? '')).executeTakeFirst()
}
