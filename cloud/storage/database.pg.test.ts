import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cloneDatabase, type TestDatabase } from '#cloud/testing/database.ts'
import { openDatabase } from './database.ts'

let database: TestDatabase
beforeAll(async () => { database = await cloneDatabase() })
afterAll(() => database.drop())

test('a connection that the server ends in the middle of a transaction fails that, and nothing else', async () => {
  const said: string[] = []
  const uncaught = (error: Error): void => { said.push(error.message) }
  process.on('uncaughtException', uncaught)
  const db = openDatabase(database.url, () => undefined)
  const owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
  try {
    await expect(db.transaction().execute(async (trx) => {
      const { rows: [own] } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await Promise.all([sql`select pg_sleep(60)`.execute(trx), owner.query('select pg_terminate_backend($1)', [own!.pid])])
    })).rejects.toThrow(/terminat|ECONNRESET/i)
    expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
    expect(said).toEqual([])
  } finally {
    process.off('uncaughtException', uncaught)
    await owner.end()
    await db.destroy()
  }
})
