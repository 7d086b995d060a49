/** The cloud over a PostgreSQL database of its own, as a suite or a simulation drives it. */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { pgSyncStore } from '#cloud/api/pg-sync-store.ts'
import { revokeDevice } from '#cloud/identity/devices.ts'
import { createCode } from '#cloud/identity/pairing.ts'
import { keysInMemory } from '#cloud/identity/personal-keys.ts'
import { newPlatformKeyPem, openPlatformKey } from '#cloud/identity/platform-key.ts'
import { closingOf } from '#cloud/projections/purses.ts'
import { rebuild } from '#cloud/projections/rebuild.ts'
import { editReferences } from '#cloud/projections/references.ts'
import { createShop } from '#cloud/projections/shops.ts'
import { inShop, openDatabase } from '#cloud/storage/database.ts'
import type { Notices } from '#cloud/storage/notices.ts'
import type { Books, CloudUnderTest } from './books.ts'
import { sorted } from './memory-cloud.ts'

/** `notices` as the service's own, or what a simulation puts in their place. Closing leaves the database. */
export function pgCloud(databaseUrl: string, notices: Notices, connections?: number): CloudUnderTest {
  const db = openDatabase(databaseUrl, (error) => { throw error }, connections)
  const sync = pgSyncStore({ db, key: openPlatformKey(newPlatformKeyPem()), personalKeys: keysInMemory(), site: 'http://cloud.test' })
  return {
    sync, notices,
    createShop: async (now) => (await createShop(db, { fields: { name: '小铺', kind: 'shop' }, slug: undefined, site: '' }, now)).id,
    createCode: async (shop, now) => (await createCode(db, shop, now)).code,
    edit: async (shop, edits, now) => { await editReferences(db, shop, edits, 'operator', now) },
    revoke: async (shop, device, now) => { if (await revokeDevice(db, shop, device, now)) await editReferences(db, shop, [closingOf(shop, device)], 'owner', now) },
    rebuild: async (shop) => { await rebuild(db, shop) },
    books: (shop) => inShop(db, shop, async (trx): Promise<Books> => {
      const all = async <Row>(query: string): Promise<Row[]> => (await sql.raw<Row>(query).execute(trx)).rows
      const [counter] = await all<{ rev: number }>('select rev from counter')
      return sorted({
        rev: counter!.rev,
        devices: await all('select device_id as device, till, ack, head, quarantined_at is not null as quarantined, revoked_at is not null as revoked from device'),
        journal: await all('select device_id as device, seq, text, hash from journal'),
        flags: await all('select device_id as device, seq, code from journal_flag'),
        sales: await all('select id as sale, device_id as device, seq, no, total_fen as total, lines from sale'),
        stock: await all('select good_id as good, device_id as device, quantity, counted from stock'),
        lots: await all('select good_id as good, no, expiry, device_id as device, quantity from lot'),
        soldLots: await all('select good_id as good, no, expiry, sale_id as sale, quantity from sold_lot'),
        balances: await all('select device_id as device, account, fen from balance'),
        references: await all("select kind, id, doc, clocks from reference where kind <> 'credit'"),
        lost: await all('select kind, id, field, value, hlc, editor from lost_edit'),
      })
    }),
    close: () => db.destroy(),
  }
}

/** Whoever needs a store without wake-ups. */
export const noNotices = (): Notices => ({ subscribe: (_shop: Id) => () => {}, close: async () => {} })
