/**
 * The lock on the keys of personal records. Whoever reads or writes records holds it together with all others; whoever changes
 * which keys there are waits for them, so that nothing is read under a key that is gone before it was opened.
 */
import { sql } from 'kysely'
import type { Database, ShopTransaction } from './database.ts'

/** Any number that nothing else in this database locks. */
const LOCK = 7_814_002

/** Until the transaction ends. */
export async function holdKeys(trx: ShopTransaction): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${LOCK})`.execute(trx)
}

/** Does `work` when nobody holds the keys. */
export function whenKeysRest(db: Database, work: () => void): Promise<void> {
  return db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${LOCK})`.execute(connection)
    try {
      work()
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(connection)
    }
  })
}
