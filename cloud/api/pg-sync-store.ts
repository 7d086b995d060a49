/** The sync routes' store over the service's PostgreSQL: each call put together from what the folders behind it do. */
import { authenticate } from '#cloud/identity/devices.ts'
import { pair } from '#cloud/identity/pairing.ts'
import { keepCredit, type CreditDesk } from '#cloud/jobs/credit.ts'
import { attachPeople, storePeople, type PeopleDesk } from '#cloud/projections/people.ts'
import { ingest } from '#cloud/projections/ingest.ts'
import { knownEvents, ownRows } from '#cloud/projections/journal.ts'
import { pull, readRev } from '#cloud/projections/pull.ts'
import type { SyncStore } from '#cloud/projections/sync-store.ts'

export function pgSyncStore(desk: CreditDesk & PeopleDesk): SyncStore {
  const { db } = desk
  return {
    authenticate: (authorization, now) => authenticate(db, authorization, now),
    pair: (attempt) => pair(db, attempt),
    async ingest(device, rows, now) {
      const { ack, flags, touchedShop } = await ingest(db, device.shop_id, device.device_id, rows, now)
      if (touchedShop) await keepCredit(desk, device.shop_id, now)
      return { ack, flags }
    },
    people: {
      store: (device, sent, now) => storePeople(desk, device.shop_id, device.device_id, sent, now),
      attach: (device, changes) => attachPeople(desk, device.shop_id, changes),
    },
    rev: (shop) => readRev(db, shop),
    pull: (device, since, limit) => pull(db, { shop: device.shop_id, device: device.device_id }, since, limit),
    rows: (device, after, limit) => ownRows(db, device, after, limit),
    known: (shop, ids) => knownEvents(db, shop, ids),
  }
}
