/** The migration that parts the journal, on a database that already holds rows. */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { partitionsOf } from '#cloud/testing/catalogue.ts'
import { administer, databaseUrl } from '#cloud/testing/postgres.ts'
import { migrate } from './migrate.ts'

const FOLDER = new URL('../../migrations/cloud/', import.meta.url)
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.sql')).sort()
const partition = files.findIndex((name) => name.endsWith('_journal_partitions.sql'))
const database = `xiaopu_test_${randomUUID().replaceAll('-', '')}`
let client: pg.Client

beforeAll(async () => {
  const server = inject('cloudServerUrl')
  await administer(server, `create database ${database}`)
  client = new pg.Client({ connectionString: databaseUrl(server, database) })
  await client.connect()
  await client.query('create table schema_version (version int primary key, name text not null, applied_at timestamptz not null default now())')
  for (const [index, name] of files.slice(0, partition).entries()) {
    await client.query(readFileSync(new URL(name, FOLDER), 'utf8'))
    await client.query('insert into schema_version (version, name) values ($1, $2)', [index + 1, name])
  }
})
afterAll(async () => {
  await client.end()
  await administer(inject('cloudServerUrl'), `drop database ${database} with (force)`)
})

const rowsOf = async (): Promise<string[]> => (await client.query<{ row: string }>('select to_jsonb(journal)::text as row from journal order by shop_id, device_id, seq')).rows.map(({ row }) => row)

test('every row is kept, each shop in one part, and keys hold as before', async () => {
  const shops = Array.from({ length: 100 }, () => randomUUID())
  for (const shop of shops) {
    await client.query(`insert into journal (shop_id, device_id, seq, arrival, id, type, at, text, hash, received_at)
      select $1::uuid, $2::uuid, n, n, case when n > 1 then gen_random_uuid() end, 'sale.completed', n, repeat('行', n::int), repeat('0', 64), n from generate_series(1, 5) n`, [shop, randomUUID()])
  }
  const before = await rowsOf()
  expect(before).toHaveLength(500)
  await migrate(databaseUrl(inject('cloudServerUrl'), database))

  expect(await rowsOf()).toEqual(before)
  expect(await partitionsOf(client)).toHaveLength(32)
  const { rows: spread } = await client.query<{ shop: string; parts: string }>('select shop_id as shop, count(distinct tableoid) as parts from journal group by shop_id')
  expect(new Set(spread.map(({ parts }) => parts))).toEqual(new Set(['1']))
  expect((await client.query('select distinct tableoid from journal')).rows.length).toBeGreaterThan(16)
  // The same row, and another under its number or its arrival, are refused by the database itself.
  await expect(client.query('insert into journal select * from journal limit 1')).rejects.toMatchObject({ code: '23505' })
  await expect(client.query('insert into journal (shop_id, device_id, seq, arrival, text, hash, received_at) select shop_id, device_id, seq, 99, text, hash, 0 from journal limit 1')).rejects.toMatchObject({ code: '23505' })
  await expect(client.query('insert into journal (shop_id, device_id, seq, arrival, text, hash, received_at) select shop_id, device_id, 99, arrival, text, hash, 0 from journal limit 1')).rejects.toMatchObject({ code: '23505' })
})

test('what is asked of one shop looks into one part', async () => {
  const plan = async (statement: string): Promise<string> => {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${statement}`)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }
  await client.query('set enable_seqscan = off')
  const shop = randomUUID()
  for (const where of [
    `shop_id = '${shop}' and device_id = '${shop}' and seq between 1 and 10`, `shop_id = '${shop}' and arrival > 5 order by arrival limit 10`, `shop_id = '${shop}' and id = any('{${shop}}'::uuid[])`,
  ]) {
    const text = await plan(`select * from journal where ${where}`)
    expect(text).toMatch(/Index Scan/)
    expect(new Set(text.match(/journal_\d\d/g)).size).toBe(1)
  }
})
