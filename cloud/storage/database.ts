/**
 * The service's connections. Each acts as the role `xiaopu_service`, which owns no table and which row security binds;
 * a shop's rows are reached only inside `inShop`. Nothing here knows what the rows mean.
 */
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { IdSchema, type Id } from '#shared/identity/ids.ts'
import { StartupError } from './startup-error.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
/** A transaction with a shop set. */
export type ShopTransaction = Transaction<Tables>

const SERVICE_ROLE = 'xiaopu_service'
const INT8 = 20
/** bigint columns hold milliseconds, fen and counters, all far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as ReturnType<typeof pg.types.getTypeParser>,
}

/** How every connection of the service begins: as the role that can't bypass row security. */
export function serviceConnection(databaseUrl: string): pg.ClientConfig {
  return { connectionString: databaseUrl, options: `-c role=${SERVICE_ROLE}`, application_name: 'xiaopu', types }
}

/**
 * Lets no connection be used that row security does not bind. Options in DATABASE_URL replace ours, and a pooler may drop
 * them: either would make the service the owner of the tables, whom no policy binds. Throws StartupError.
 */
async function assertServiceRole(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ role: string }>('select current_user as role')
  const role = rows[0]?.role ?? ''
  if (role === SERVICE_ROLE) return
  throw new StartupError('database.role', `The database took the service for ${role}, and row security binds only ${SERVICE_ROLE}. Take "options" out of DATABASE_URL; behind a pooler that drops startup options, let the account it uses begin as ${SERVICE_ROLE} (ALTER ROLE … SET role).`)
}

export function openDatabase(databaseUrl: string, onError: (error: Error) => void, connections = 10): Database {
  const pool = new pg.Pool({ ...serviceConnection(databaseUrl), max: connections, idleTimeoutMillis: 60_000, onConnect: assertServiceRole })
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', onError)
  const open = new Map<pg.PoolClient, Promise<void>>()
  pool.on('connect', (client) => {
    // One that breaks while it is in use says so to its query too; unheard, it would end the process.
    client.on('error', () => undefined)
    open.set(client, new Promise((resolve) => {
      client.once('end', () => {
        open.delete(client)
        resolve()
      })
    }))
  })
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        options: pool.options,
        connect: () => pool.connect(),
        // The pool's own end waits for no connection: a server stopped right after would find them open, and complain.
        async end() {
          const closed = [...open.values()]
          await pool.end()
          await Promise.all(closed)
        },
      },
    }),
  })
  pools.set(db, pool)
  return db
}

const pools = new WeakMap<Database, pg.Pool>()

/** The connections of a database: in use, idle, and how much work waits for one. */
export function connectionsOf(db: Database): { used: number; idle: number; waiting: number } {
  const { totalCount = 0, idleCount = 0, waitingCount = 0 } = pools.get(db) ?? {}
  return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
}

/**
 * Says which shop a transaction is about. It must be this statement and no function call, because only the statement
 * reaches the workers of a distributed database; it takes no parameter, so the text is made from a parsed UUID and
 * nothing else.
 */
export async function setShop(transaction: ShopTransaction, shop: Id): Promise<void> {
  await sql.raw(`SET LOCAL app.shop_id = '${IdSchema.parse(shop)}'`).execute(transaction)
}

/** Runs `work` in one transaction that sees the rows of one shop and no other. */
export function inShop<T>(db: Database, shop: Id, work: (transaction: ShopTransaction) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (transaction) => {
    await setShop(transaction, shop)
    return work(transaction)
  })
}

/**
 * Runs `work` unless another process is at the same `task` just now; gives undefined then. The database frees a task
 * whose process died.
 */
export function ifAlone<T>(db: Database, task: string, work: () => Promise<T>): Promise<T | undefined> {
  return db.connection().execute(async (connection) => {
    const { rows } = await sql<{ got: boolean }>`select pg_try_advisory_lock(hashtextextended(${task}, 0)) as got`.execute(connection)
    if (!rows[0]?.got) return undefined
    try {
      return await work()
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${task}, 0))`.execute(connection)
    }
  })
}

/**
 * A value as PostgreSQL can keep it. Its text and jsonb hold neither U+0000 nor half a surrogate pair; both become
 * U+FFFD in projections, while the journal keeps the text as it came.
 */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return (value.isWellFormed() && !value.includes('\0') ? value : value.toWellFormed().replaceAll('\0', '\uFFFD')) as T
  if (Array.isArray(value)) return value.map(storable) as T
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storable(item)])) as T
  }
  return value
}

/** A jsonb column's value. */
export const json = (value: unknown): string => JSON.stringify(storable(value))
