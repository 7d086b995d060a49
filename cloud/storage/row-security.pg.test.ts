/**
 * Every table as another shop: the service's role, told that it serves shop B, no shop, or nonsense, reads and changes
 * nothing of shop A, whatever the statement says. The tables come from the catalogue, so a new one is tried like the rest.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf, partitionsOf, tablesOf, tenantTablesOf } from '#cloud/testing/catalogue.ts'
import { furnishShop, type FurnishedShop } from '#cloud/testing/furnish.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { serviceConnection } from './database.ts'

const ROLE = 'xiaopu_service'
const DENIED = '42501'
/** A value that is no UUID: the policy must not read it as one, and may say so. */
const BAD_VALUE = '22P02'
const POLICY = "(shop_id = (NULLIF(current_setting('app.shop_id'::text, true), ''::text))::uuid)"

let cloud: TestCloud
let a: FurnishedShop
let b: FurnishedShop
let owner: pg.Client
let service: pg.Client
let tenants: string[]
let tables: string[]

beforeAll(async () => {
  cloud = await startCloud()
  a = await furnishShop(cloud, 'shop-a')
  b = await furnishShop(cloud, 'shop-b')
  owner = new pg.Client({ connectionString: cloud.databaseUrl })
  service = new pg.Client(serviceConnection(cloud.databaseUrl))
  await Promise.all([owner.connect(), service.connect()])
  tenants = await tenantTablesOf(owner)
  tables = await tablesOf(owner)
})
afterAll(async () => {
  await Promise.all([owner.end(), service.end()])
  await cloud.destroy()
})

const column = async (client: pg.Client, statement: string, values: unknown[] = []): Promise<unknown[]> => (await client.query<unknown[]>({ text: statement, values, rowMode: 'array' })).rows.map(([value]) => value)

/** The code of the error that a statement ends with, or the number of rows it touched; in a transaction that is undone. */
async function attempt(setting: string | undefined, statement: string, values: unknown[] = []): Promise<string | number> {
  await service.query('begin')
  try {
    if (setting !== undefined) await service.query(`set local app.shop_id = '${setting}'`)
    return (await service.query(statement, values)).rowCount ?? 0
  } catch (error) {
    return (error as pg.DatabaseError).code ?? String(error)
  } finally {
    await service.query('rollback')
  }
}

/** One of the outcomes that are right, with the statement in sight when it is another. */
function expectOutcome(statement: string, outcome: string | number, ...right: readonly (string | number)[]): void {
  expect({ statement, outcome, isRight: right.includes(outcome) }).toMatchObject({ isRight: true })
}

test('every table of a shop\'s has row security, with one policy for the service and for all it does', async () => {
  const { rows } = await owner.query<{ name: string; enabled: boolean; policies: unknown }>(`select c.oid::regclass::text as name, relrowsecurity as enabled,
    (select json_agg(json_build_array(polcmd, polpermissive, polroles::regrole[]::text[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))) from pg_policy where polrelid = c.oid) as policies
    from pg_class c where c.oid::regclass::text = any($1) order by 1`, [tenants])
  expect(rows).toEqual(tenants.map((name) => ({ name, enabled: true, policies: [['*', true, [ROLE], POLICY, POLICY]] })))
})

test('no part of a table can be reached by its own name, and none would show a row if it could', async () => {
  const parts = await partitionsOf(owner)
  expect(parts.length).toBeGreaterThan(0)
  for (const part of parts) {
    for (const statement of [`select from ${part}`, `insert into ${part} select from ${part}`, `update ${part} set hash = ''`, `delete from ${part}`]) {
      expectOutcome(statement, await attempt(a.shop, statement), DENIED)
    }
  }
  expect(await column(owner, 'select oid::regclass::text from pg_class where relispartition and relkind = $1 and not relrowsecurity', ['r'])).toEqual([])
  expect(await column(owner, 'select polrelid::regclass::text from pg_policy join pg_class on pg_class.oid = polrelid where relispartition')).toEqual([])
})

describe('the service\'s role', () => {
  test('is nobody special, a member of nothing, and the owner of nothing', async () => {
    const { rows } = await owner.query('select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = $1', [ROLE])
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false }])
    expect(await column(owner, 'select roleid::regrole::text from pg_auth_members where member = $1::regrole', [ROLE])).toEqual([])
    expect(await column(owner, "select count(*) from pg_shdepend where refobjid = $1::regrole and deptype = 'o'", [ROLE])).toEqual(['0'])
  })

  test('is what a connection of the service is, and stays so when it is reset', async () => {
    expect(await column(service, 'select current_user')).toEqual([ROLE])
    await service.query('reset role')
    await service.query('discard all')
    expect(await column(service, 'select current_user')).toEqual([ROLE])
    // Asking to be spared is refused instead of granted.
    await service.query('set row_security = off')
    expect(await attempt(b.shop, 'select * from sale')).toBe(DENIED)
    await service.query('reset row_security')
  })

  test('may make nothing: no schema, no table, no function that would stand before ours', async () => {
    expect(await column(owner, "select nspname from pg_namespace where nspname not like 'pg\\_temp%' and has_schema_privilege($1, oid, 'create')", [ROLE])).toEqual([])
    expect(await column(owner, "select has_database_privilege($1, current_database(), 'create')", [ROLE])).toEqual([false])
    for (const statement of [
      'create table x (a int)', 'create function f() returns int language sql as $$select 1$$', 'create schema x', 'create view x as select 1', 'create sequence x',
      'alter table sale disable row level security', 'alter table sale add column x int', 'drop table sale', 'drop policy of_this_shop on sale',
      'create policy mine on sale using (true)', 'create index on sale (no)', "create trigger t before insert on sale for each row execute function suppress_redundant_updates_trigger()",
      `alter role ${ROLE} bypassrls`, 'create role x', 'create extension pg_trgm', "copy sale to program 'true'", "copy sale to '/tmp/x'",
    ]) expectOutcome(statement, await attempt(a.shop, statement), DENIED)
  })

  test('finds nothing that would act with another\'s rights: no definer\'s function, no view that reads as its owner', async () => {
    expect(await column(owner, "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = pronamespace where nspname not in ('pg_catalog', 'information_schema')")).toEqual([])
    expect(await column(owner, "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace where relkind in ('v', 'm') and nspname not in ('pg_catalog', 'information_schema') and not coalesce(reloptions @> '{security_invoker=true}', false)")).toEqual([])
  })

  test('holds of each table what it needs and no more; facts and edits can not be changed by anybody of the service', async () => {
    const held: Record<string, unknown[]> = {}
    for (const table of tables) {
      held[table] = await column(owner, "select p from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain']) p where has_table_privilege($1, $2, p) or (p in ('select', 'insert', 'update', 'references') and has_any_column_privilege($1, $2, p))", [ROLE, table])
      expect(held[table]).not.toContainEqual(expect.stringMatching(/truncate|references|trigger|maintain/))
    }
    expect(held).toMatchObject({ journal: ['select', 'insert'], edit: ['select', 'insert'], schema_version: [] })
    for (const table of ['journal', 'edit']) {
      for (const statement of [`update ${table} set shop_id = shop_id`, `delete from ${table}`, `truncate ${table}`, `insert into ${table} select * from ${table} on conflict do update set shop_id = excluded.shop_id`, `merge into ${table} t using ${table} s on false when matched then delete`]) {
        expectOutcome(statement, await attempt(a.shop, statement), DENIED, '42601')
      }
    }
    expect(await attempt(a.shop, 'select from schema_version')).toBe(DENIED)
    expect(await attempt(a.shop, 'insert into schema_version values (99, $1)', ['x'])).toBe(DENIED)
  })
})

/** Who the service may be told it serves while it should see nothing of shop A. */
const ELSEWHERE: Readonly<Record<string, () => string | undefined>> = {
  'another shop': () => b.shop, 'no shop': () => undefined, 'an empty shop': () => '', 'a shop that is not there': () => randomUUID(),
  nonsense: () => 'nobody', 'a quote': () => "x'' or true --",
}

/** A row of shop A in each table, as the JSON it would be copied by, and the columns that can be written. */
async function rowOf(table: string): Promise<{ row: string; columns: string; key: string }> {
  const columns = await column(owner, "select quote_ident(attname) from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum", [table]) as string[]
  const key = await column(owner, 'select quote_ident(attname) from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey) where indrelid = $1::regclass and indisprimary', [table]) as string[]
  const [row] = await column(owner, `select to_jsonb(t)::text from ${table} t where shop_id = $1 limit 1`, [a.shop])
  if (row === undefined) throw new Error(`furnishShop leaves ${table} empty, so nothing would be proved of it`)
  return { row: row as string, columns: columns.join(', '), key: key.join(', ') }
}

describe.each(Object.keys(ELSEWHERE))('told of %s', (who) => {
  const setting = (): string | undefined => ELSEWHERE[who]!()
  const isBad = who === 'nonsense' || who === 'a quote'

  test('it reads nothing', async () => {
    for (const table of tenants) {
      const seen = await attempt(setting(), `select from ${table} where shop_id = $1`, [a.shop])
      const all = await attempt(setting(), `select from ${table} where shop_id is distinct from $1`, [b.shop])
      const shapes = await attempt(setting(), `select from ${table} t where exists (select from ${table} o where o.shop_id = $1)`, [a.shop])
      expect([table, seen, all, shapes]).toEqual(isBad ? [table, BAD_VALUE, BAD_VALUE, BAD_VALUE] : [table, 0, 0, 0])
    }
  })

  test('it adds nothing, neither new nor in place of what is there', async () => {
    const before = await digestOf(owner)
    for (const table of tenants) {
      const { row, columns, key } = await rowOf(table)
      const insert = `insert into ${table} (${columns}) select ${columns} from jsonb_populate_record(null::${table}, $1::jsonb)`
      for (const statement of [insert, `${insert} on conflict do nothing`, `${insert} on conflict (${key}) do update set shop_id = excluded.shop_id`]) {
        expectOutcome(statement, await attempt(setting(), statement, [row]), DENIED, ...(isBad ? [BAD_VALUE] : []))
      }
    }
    expect(await digestOf(owner)).toEqual(before)
  })

  test('it changes and takes away nothing', async () => {
    const before = await digestOf(owner)
    for (const table of tenants) {
      for (const statement of [`update ${table} set shop_id = shop_id where shop_id = $1`, `update ${table} set shop_id = $1 where shop_id = $1`, `delete from ${table} where shop_id = $1`]) {
        expectOutcome(statement, await attempt(setting(), statement, [a.shop]), 0, DENIED, ...(isBad ? [BAD_VALUE] : []))
      }
    }
    expect(await digestOf(owner)).toEqual(before)
  })
})

test('told of its own shop it can not give a row away', async () => {
  for (const table of tenants) expectOutcome(table, await attempt(b.shop, `update ${table} set shop_id = $1`, [a.shop]), DENIED)
})

test('a shop set in one transaction is forgotten by the next on the same connection, after an error too', async () => {
  await service.query(`begin; set local app.shop_id = '${a.shop}'`)
  expect((await service.query('select from sale')).rowCount).toBe(1)
  await service.query('commit')
  expect((await service.query('select from sale')).rowCount).toBe(0)
  await service.query(`begin; set local app.shop_id = '${a.shop}'`)
  await expect(service.query('select 1/0')).rejects.toThrow('division by zero')
  await service.query('rollback')
  expect((await service.query('select from sale')).rowCount).toBe(0)
})
