import { describe, expect, test } from 'vitest'
import { checkSqlHabits, tablesOf, type AcrossShops } from './sql-habits.ts'

const MIGRATION = `create table directory (shop_id uuid primary key); create table sale (shop_id uuid, id uuid); create table stock (shop_id uuid);
create table journal_new (shop_id uuid); drop table journal; alter table journal_new rename to journal; -- create table nothing (a int)`
const migration = (text: string): { path: string; text: string } => ({ path: 'migrations/cloud/0001.sql', text })

function rules(text: string, { path = 'cloud/projections/sales.ts', across = [] as readonly AcrossShops[] } = {}): string[] {
  return checkSqlHabits({ code: [{ path, text }], migrations: [migration(MIGRATION)], serviceTables: ['directory'], across }).map(({ rule }) => rule)
}
const migrationRules = (text: string): string[] => checkSqlHabits({ code: [], migrations: [migration(text)], serviceTables: [], across: [] }).map(({ rule }) => rule)

/** The one rule a row breaks, or undefined where it is fine. */
type Row = readonly [text: string, rule: string | undefined]

const QUERIES: readonly Row[] = [
  ["trx.selectFrom('sale').selectAll().where('shop_id', '=', shop).execute()", undefined],
  ["trx.selectFrom('sale as s').select('s.id').where('id', '=', id).where('s.shop_id', '=', shop).execute()", undefined],
  ["trx.selectFrom('sale').selectAll().execute()", "does not say which shop's sale"],
  ["trx.selectFrom('sale').selectAll().where('shop_id', '!=', shop).execute()", "does not say which shop's sale"],
  ["trx.selectFrom('sale').where((e) => e('shop_id', '=', shop)).execute()", "does not say which shop's sale"],
  ["trx.selectFrom(['directory', 'sale']).selectAll().execute()", "does not say which shop's sale"],
  ["trx.updateTable('stock').set({ quantity: 1 }).where('good_id', '=', good).execute()", "does not say which shop's stock"],
  ["trx.deleteFrom('sale').execute()", "does not say which shop's sale"],
  ["trx.deleteFrom(table).execute()", "does not say which shop's ?"],
  ["trx.deleteFrom(table).where('shop_id', '=', shop).execute()", undefined],
  ["db.selectFrom('sale').where('shop_id', '=', shop).execute()", 'outside a transaction of its shop'],
  ["desk.db.selectFrom('journal').where('shop_id', '=', shop).execute()", 'touches journal outside'],
  ["db.selectFrom('directory').selectAll().execute()", undefined],
  ["trx.insertInto('sale').values({ shop_id: shop, id }).execute()", undefined],
  ["trx.insertInto('sale').values([{ shop_id: shop, id }, { id }]).execute()", 'inserts into sale rows that don'],
  ["trx.insertInto('sale').values(rows.map((row) => ({ shop_id: shop, ...row }))).execute()", undefined],
  ["trx.insertInto('sale').values(rows.map((row) => ({ ...row }))).execute()", 'inserts into sale rows'],
  ["trx.insertInto('sale').values(row).execute()", 'inserts into sale rows'],
  ["trx.insertInto('sale').expression(other).execute()", 'inserts into sale rows'],
  ["trx.selectFrom('sale').innerJoin('stock', 'stock.good_id', 'sale.good').where('sale.shop_id', '=', shop).execute()", 'joins stock other than by shop_id'],
  ["trx.selectFrom('sale').innerJoin('stock', (join) => join.onRef('stock.shop_id', '=', 'sale.shop_id')).where('sale.shop_id', '=', shop).execute()", undefined],
  ["trx.selectFrom('sale').where('shop_id', '=', shop).forUpdate().skipLocked().execute()", 'skips locked rows of sale'],
  ["db.selectFrom('directory').forUpdate().skipLocked().execute()", undefined],
]

const TEMPLATES: readonly Row[] = [
  ['sql`select 1 from sale where shop_id = ${shop}`.execute(trx)', undefined],
  ['sql`select 1 from sale where id = ${id}`.execute(trx)', "does not say which shop's sale"],
  ['sql`select 1 from sale where shop_id = ${shop}`.execute(desk.db)', 'outside a transaction of its shop'],
  ['sql`select id from directory`.execute(db)', undefined],
  ['sql`select 1 from sale join stock on stock.shop_id = sale.shop_id where sale.shop_id = ${shop}`.execute(trx)', undefined],
  ['sql`select 1 from sale join stock on stock.shop_id = ${shop} and stock.id = sale.id where sale.shop_id = ${shop}`.execute(trx)', undefined],
  ['sql`select 1 from sale left join stock on stock.good_id = sale.id where sale.shop_id = ${shop}`.execute(trx)', 'joins stock other than by shop_id'],
  ['sql`select 1 from sale, stock where sale.shop_id = ${shop}`.execute(trx)', 'joins stock by a comma'],
  ['sql`select 1 from sale s, stock where s.shop_id = ${shop}`.execute(trx)', 'joins stock by a comma'],
  ['sql`select sale.id, sale.no from sale where shop_id = ${shop} group by sale.id, sale.no`.execute(trx)', undefined],
  ['sql`select 1 from sale where shop_id = ${shop} union all select 1 from journal`.execute(trx)', "does not say which shop's journal"],
  ['sql`select 1 from directory where exists (select from sale)`.execute(trx)', "does not say which shop's sale"],
  ['sql`update stock set quantity = 0 where good_id = ${good}`.execute(trx)', "does not say which shop's stock"],
  ['sql`delete from stock where shop_id = ${shop}`.execute(trx)', undefined],
  ['sql`insert into sale (shop_id, id) select ${shop}::uuid, id from unnest(${ids}::uuid[]) as row (id)`.execute(trx)', undefined],
  ['sql`insert into sale as old (shop_id, id) values (${shop}, ${id}) on conflict (shop_id, id) do nothing`.execute(trx)', undefined],
  ['sql`insert into sale (id, shop_id) values (${id}, ${shop})`.execute(trx)', 'without shop_id as the first'],
  ['sql`insert into sale (shop_id, id) select other.shop_id, id from unnest(${ids}::uuid[]) as other (id)`.execute(trx)', 'without shop_id as the first'],
  ['sql`insert into sale (shop_id, id) select ${shop}::uuid, ${id}::uuid`.execute(trx)', 'inserts a SELECT of constants'],
  ['sql`select 1 from journal where shop_id = ${shop} for update skip locked`.execute(trx)', 'skips locked rows of journal'],
  ["sql`select set_config('app.shop_id', ${shop}, true)`.execute(trx)", 'set_config()'],
  ["sql`set local app.shop_id = 'x'`.execute(trx)", 'sets the shop other than through setShop'],
  ["sql.raw(`SET LOCAL app.shop_id = '${shop}'`).execute(trx)", 'sets the shop other than'],
  ["client.query(`reset app.shop_id`)", 'sets the shop other than'],
  ["sql.raw(text).execute(trx)", 'sql.raw outside setShop'],
  ["sql`select current_setting('app.shop_id')::uuid`.execute(trx)", 'reads the shop\'s setting other than as'],
]

describe('a query', () => {
  test.each(QUERIES)('%s', (text, rule) => {
    expect(rules(text)).toEqual(rule === undefined ? [] : [expect.stringContaining(rule)])
  })
})

describe('a template', () => {
  test.each(TEMPLATES)('%s', (text, rule) => {
    const [first, ...more] = rules(text)
    if (rule === undefined) expect(first).toBeUndefined()
    else expect([first, ...more]).toContainEqual(expect.stringContaining(rule))
  })
})

test('the place that sets the shop may, and another function of its file may not', () => {
  const path = 'cloud/storage/database.ts'
  const set = "sql.raw(`SET LOCAL app.shop_id = '${IdSchema.parse(shop)}'`).execute(trx)"
  expect(rules(`async function setShop(trx, shop) { await ${set} }`, { path })).toEqual([])
  expect(rules(`async function another(trx, shop) { await ${set} }`, { path })).toHaveLength(2)
  expect(rules(`async function setShop(trx, shop) { await ${set} }`)).toHaveLength(2)
})

test('a transaction is told its shop, and no shop is opened inside another', () => {
  const work = "await trx.selectFrom('sale').where('shop_id', '=', shop).execute()"
  expect(rules(`db.transaction().execute(async (trx) => { ${work} })`)).toEqual([expect.stringContaining('opens a transaction that is told no shop')])
  expect(rules(`db.transaction().execute(async (trx) => { await setShop(trx, shop); ${work} })`)).toEqual([])
  expect(rules(`inShop(db, one, async (trx) => { ${work} })`)).toEqual([])
  expect(rules("inShop(db, one, async () => inShop(db, two, async () => undefined))")).toEqual([expect.stringContaining('opens a shop inside another')])
})

test('what reads across shops on purpose is on the list, and the list names nothing else', () => {
  const across = [{ file: 'cloud/projections/sales.ts', table: 'sale', because: 'the market\'s turnover' }]
  expect(rules("trx.selectFrom('sale').selectAll().execute()", { across })).toEqual([])
  expect(rules("trx.selectFrom('stock').selectAll().execute()", { across })).toEqual([expect.stringContaining("which shop's stock"), expect.stringContaining('is listed as reading sale')])
})

describe('a migration', () => {
  test.each<Row>([
    ['create table x (shop_id uuid, n serial)', 'serial: a distributed table'],
    ['create sequence x', 'create sequence:'],
    ["insert into x select nextval('y') from z", 'nextval:'],
    ['create trigger t before insert on x for each row execute function f()', 'create trigger:'],
    ["create function f() returns trigger language sql as ''", 'a function:'],
    ["create function pg_temp.f() returns int language sql as ''", undefined],
    ["create policy p on x using (shop_id = current_setting('app.shop_id')::uuid)", "reads the shop's setting"],
    ["create policy p on x using (shop_id = nullif(current_setting('app.shop_id', true), '')::uuid)", undefined],
    ["execute format('create policy p on %I using (shop_id = nullif(current_setting(''app.shop_id'', true), '''')::uuid)', t)", undefined],
    ["insert into x (shop_id) select gen_random_uuid()", 'inserts a SELECT of constants'],
    ['insert into x (shop_id) select shop_id from y', undefined],
    ['-- create trigger t, with set_config()', undefined],
  ])('%s', (text, rule) => {
    expect(migrationRules(text)).toEqual(rule === undefined ? [] : [expect.stringContaining(rule)])
  })

  test('its tables are known by the names they end with', () => {
    expect(tablesOf([migration(MIGRATION)])).toEqual(['directory', 'journal', 'sale', 'stock'])
  })
})

test('a finding has the line it is on', () => {
  const code = [{ path: 'cloud/a.ts', text: "\n\ntrx\n  .selectFrom('sale').execute()" }]
  expect(checkSqlHabits({ code, migrations: [migration(MIGRATION)], serviceTables: ['directory'], across: [] })).toMatchObject([{ file: 'cloud/a.ts', line: 4 }])
})
