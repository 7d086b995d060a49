/** Every table can be spread over machines by shop, as the catalogue sees it; and the check sees every way to lose that. */
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUndistributable, partitionsOf, tablesOf, tenantTablesOf } from '#cloud/testing/catalogue.ts'
import { cloneDatabase, type TestDatabase } from '#cloud/testing/database.ts'
import { SERVICE_TABLES } from './tenancy.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await cloneDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

test('every table is a shop\'s and can be distributed, or is on the list with a reason', async () => {
  expect(await findUndistributable(client)).toEqual([])
  const tables = await tablesOf(client)
  expect(tables).toContain('journal')
  expect(tables.filter((table) => Object.hasOwn(SERVICE_TABLES, table))).toEqual(Object.keys(SERVICE_TABLES).sort())
})

/** What somebody might add, and the line that tells. */
const SLIPS: readonly (readonly [sql: string, told: string])[] = [
  ['create table x (id uuid primary key)', 'x: shop_id is none'],
  ['create table x (shop_id uuid, id uuid not null, unique (shop_id, id))', 'x: shop_id is uuid null'],
  ['create table x (shop_id text not null, primary key (shop_id))', 'x: shop_id is text'],
  ['create table x (shop_id uuid not null, id int)', 'x: no primary key'],
  ['create table x (id uuid, shop_id uuid not null, primary key (id, shop_id))', 'x: unique x_pkey does not begin'],
  ['alter table sale add unique (no)', 'sale: unique sale_no_key does not begin'],
  ['create unique index sale_no on sale (lower(no))', 'sale: unique sale_no does not begin'],
  ['create unique index part_id on journal_07 (id)', 'journal_07: unique part_id does not begin'],
  ['alter table sale add exclude using btree (shop_id with =)', 'sale: exclusion constraint'],
  ['alter table stock add foreign key (shop_id) references directory', 'stock: stock_shop_id_fkey refers to directory'],
  ['alter table directory add foreign key (shop_id) references shop', 'directory: directory_shop_id_fkey refers to shop'],
  ['create table x (shop_id uuid not null, b uuid, primary key (shop_id), foreign key (b) references shop)', 'x: x_b_fkey refers to shop'],
  ['create function f() returns trigger language plpgsql as $$begin return new; end$$; create trigger t before insert on sale for each row execute function f()', 'sale: trigger t'],
  ['create rule r as on delete to sale do instead nothing', 'sale: rule r'],
  ['create table x (shop_id uuid, n serial, primary key (shop_id, n))', 'x_n_seq: a sequence'],
  ['create table x (shop_id uuid, n int generated always as identity, primary key (shop_id, n))', 'x_n_seq: a sequence'],
  ['create unlogged table x (shop_id uuid primary key)', 'x: not an ordinary, lasting table'],
  ['create materialized view x as select * from sale', 'x: not an ordinary, lasting table'],
  ['create schema other; create table other.x (id uuid primary key)', 'other.x: shop_id is none'],
]

test.each(SLIPS)('found: %s', async (sql, told) => {
  await client.query('begin')
  try {
    await client.query(sql)
    expect(await findUndistributable(client)).toContainEqual(expect.stringContaining(told))
  } finally {
    await client.query('rollback')
  }
})

test.each([
  'create table x (shop_id uuid not null, id uuid, primary key (shop_id, id), foreign key (shop_id) references shop)',
  'create index sale_no on sale (no)',
])('allowed: %s', async (sql) => {
  await client.query('begin')
  try {
    await client.query(sql)
    expect(await findUndistributable(client)).toEqual([])
  } finally {
    await client.query('rollback')
  }
})

const citus = (name: string): string => readFileSync(new URL(`../../migrations/citus/${name}`, import.meta.url), 'utf8')

test('migrations/citus says for each table what becomes of it there', async () => {
  const text = citus('2_distribute.sql')
  const named = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = '']) => name).sort()
  expect(named(/create_distributed_table\('(\w+)', 'shop_id'/g)).toEqual(await tenantTablesOf(client))
  const [, local = ''] = /^-- (.*) stay on the coordinator/m.exec(text) ?? []
  expect([...named(/create_reference_table\('(\w+)'/g), ...local.split(/, | and /)].sort()).toEqual(Object.keys(SERVICE_TABLES).sort())
})

test('the journal made whole for Citus keeps its rows, its keys, its policy and what the service may do', async () => {
  const described = async (): Promise<unknown> => (await client.query(`select json_build_object(
    'rows', (select json_agg(to_jsonb(journal) order by shop_id, seq) from journal),
    'columns', (select json_agg(json_build_array(attname, format_type(atttypid, atttypmod), attnotnull) order by attnum) from pg_attribute where attrelid = 'journal'::regclass and attnum > 0),
    'keys', (select json_agg(replace(pg_get_indexdef(indexrelid), 'ON ONLY', 'ON') order by indexrelid::regclass::text) from pg_index where indrelid = 'journal'::regclass),
    'policy', (select json_agg(json_build_array(polname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))) from pg_policy where polrelid = 'journal'::regclass),
    'secured', (select relrowsecurity from pg_class where oid = 'journal'::regclass),
    'held', (select json_agg(p) from unnest(array['select', 'insert', 'update', 'delete', 'truncate']) p where has_table_privilege('xiaopu_service', 'journal', p))) as all`)).rows
  await client.query("insert into journal (shop_id, device_id, seq, arrival, text, hash, received_at) select gen_random_uuid(), gen_random_uuid(), n, n, 'text', 'hash', n from generate_series(1, 50) n")
  const before = await described()
  expect(await partitionsOf(client)).toHaveLength(32)
  await client.query(citus('1_journal_whole.sql'))
  expect(await described()).toEqual(before)
  expect(await partitionsOf(client)).toEqual([])
  expect(await findUndistributable(client)).toEqual([])
})
