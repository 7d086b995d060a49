/**
 * What PostgreSQL's own catalogue says about our schema, for the tests that hold it against the design: which tables
 * there are, whether each can be spread over machines by shop, and what all of them hold. Reads and changes nothing.
 */
import type pg from 'pg'
import { SERVICE_TABLES } from '#cloud/storage/tenancy.ts'

/** Our own schemas; what the server brings is not ours to judge. */
const OURS = "n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_toast%' and n.nspname not like 'pg\\_temp%'"

/** All tables but partitions, as their names are written in SQL. */
export async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where ${OURS} and c.relkind in ('r', 'p', 'f', 'm') and not c.relispartition order by 1`)
  return rows.map(({ name }) => name)
}

/** The tables that hold a shop's rows. */
export async function tenantTablesOf(client: pg.Client): Promise<string[]> {
  return (await tablesOf(client)).filter((name) => !Object.hasOwn(SERVICE_TABLES, name))
}

export async function partitionsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where ${OURS} and c.relispartition and c.relkind in ('r', 'p') order by 1`)
  return rows.map(({ name }) => name)
}

/** A digest of each table's rows, by its name: equal before and after means that nothing changed. */
export async function digestOf(client: pg.Client): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const table of await tablesOf(client)) {
    const { rows } = await client.query<{ digest: string }>(`select count(*) || ' ' || coalesce(md5(string_agg(t::text, e'\\n' order by t::text)), '') as digest from ${table} t`)
    digests[table] = rows[0]!.digest
  }
  return digests
}

/**
 * Every reason why a table could not be distributed by `shop_id` on Citus, each in one line: keys that don't begin with
 * it, references that leave the shop, triggers, rules, sequences, kinds of table that can't be spread. Empty when all can.
 */
export async function findUndistributable(client: pg.Client): Promise<string[]> {
  const tenants = await tenantTablesOf(client)
  const found: string[] = []
  const look = async (query: string, say: (row: Record<string, string>) => string): Promise<void> => {
    const { rows } = await client.query<Record<string, string>>(query, [tenants])
    found.push(...rows.map(say))
  }
  const tenant = (oid: string): string => `${oid}::regclass::text = any($1::text[])`
  // The tables that hold a shop's rows, and their parts.
  const parts = `(select c.oid, c.oid::regclass::text as name, coalesce(i.inhparent, c.oid) as root from pg_class c left join pg_inherits i on i.inhrelid = c.oid where ${tenant('coalesce(i.inhparent, c.oid)')})`

  await look(`select c.oid::regclass::text as table, coalesce(format_type(a.atttypid, null) || case when a.attnotnull then '' else ' null' end, 'none') as type
    from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attname = 'shop_id' and a.attnum > 0 and not a.attisdropped
    where ${tenant('c.oid')} and not (a.attname is not null and a.attnotnull and a.atttypid = 'uuid'::regtype) order by 1`,
  ({ table, type }) => `${table}: shop_id is ${type}, not a uuid that is never null`)
  await look(`select c.oid::regclass::text as table from pg_class c where ${tenant('c.oid')}
    and not exists (select from pg_index x where x.indrelid = c.oid and x.indisprimary) order by 1`, ({ table }) => `${table}: no primary key`)
  await look(`select c.oid::regclass::text as table, c.relkind as kind, c.relpersistence as kept from pg_class c where ${tenant('c.oid')}
    and (c.relkind not in ('r', 'p') or c.relpersistence <> 'p') order by 1`, ({ table }) => `${table}: not an ordinary, lasting table`)
  await look(`select p.name as table, x.indexrelid::regclass::text as index from ${parts} p join pg_index x on x.indrelid = p.oid
    left join pg_attribute a on a.attrelid = p.oid and a.attnum = x.indkey[0]
    where (x.indisunique or x.indisexclusion) and a.attname is distinct from 'shop_id' order by 1, 2`, ({ table, index }) => `${table}: unique ${index} does not begin with shop_id`)
  await look(`select k.conrelid::regclass::text as table, k.conname as name from pg_constraint k
    where k.contype = 'x' and ${tenant('k.conrelid')} order by 1, 2`, ({ table, name }) => `${table}: exclusion constraint ${name}`)
  // Both ends are a shop's, and both say which.
  await look(`select k.conrelid::regclass::text as table, k.conname as name, k.confrelid::regclass::text as other from pg_constraint k
    left join pg_attribute here on here.attrelid = k.conrelid and here.attnum = k.conkey[1]
    left join pg_attribute there on there.attrelid = k.confrelid and there.attnum = k.confkey[1]
    where k.contype = 'f' and (${tenant('k.conrelid')} or ${tenant('k.confrelid')})
      and not (${tenant('k.conrelid')} and ${tenant('k.confrelid')} and here.attname = 'shop_id' and there.attname = 'shop_id') order by 1, 2`,
  ({ table, name, other }) => `${table}: ${name} refers to ${other} other than by shop_id to a shop's table`)
  await look(`select p.name as table, t.tgname as name from ${parts} p join pg_trigger t on t.tgrelid = p.oid
    where not t.tgisinternal order by 1, 2`, ({ table, name }) => `${table}: trigger ${name}`)
  await look(`select p.name as table, r.rulename as name from ${parts} p join pg_rewrite r on r.ev_class = p.oid order by 1, 2`, ({ table, name }) => `${table}: rule ${name}`)
  await look(`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where ${OURS} and c.relkind = 'S' and $1::text[] is not null order by 1`, ({ name }) => `${name}: a sequence, which all shops would share`)
  return found
}
