/**
 * Brings a database to this version's schema: numbered SQL files, each in one transaction, their numbers kept in a
 * table. A database from a newer version is refused rather than guessed at. Several processes may start at once: an
 * advisory lock lets one work while the others wait.
 */
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'

const FOLDER = new URL('../../migrations/cloud/', import.meta.url)
/** Any number that nothing else in this database locks. */
const LOCK = 7_814_001

export class NewerDatabaseError extends Error {
  readonly found: number
  readonly known: number
  constructor(found: number, known: number) {
    super(`the database has schema ${found}, and this version knows ${known}`)
    this.found = found
    this.known = known
  }
}

/** The schema that this version knows. */
export async function knownVersion(): Promise<number> {
  return (await readMigrations()).at(-1)?.version ?? 0
}

/** Migrates as the owner of the tables. Throws NewerDatabaseError when the database is ahead of the code. */
export async function migrate(databaseUrl: string): Promise<void> {
  const migrations = await readMigrations()
  const known = migrations.at(-1)?.version ?? 0
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    if (await versionOf(client) === known) return
    await client.query('select pg_advisory_lock($1)', [LOCK])
    const found = await versionOf(client)
    if (found > known) throw new NewerDatabaseError(found, known)
    for (const { version, name } of migrations.slice(found)) {
      const text = await readFile(new URL(name, FOLDER), 'utf8')
      await client.query('begin')
      await client.query('create table if not exists schema_version (version int primary key, name text not null, applied_at timestamptz not null default now())')
      await client.query(text)
      await client.query('insert into schema_version (version, name) values ($1, $2)', [version, name])
      await client.query('commit')
    }
  } finally {
    await client.end()
  }
}

async function versionOf(client: pg.Client): Promise<number> {
  const table = await client.query<{ there: boolean }>("select to_regclass('schema_version') is not null as there")
  if (!table.rows[0]?.there) return 0
  const { rows } = await client.query<{ version: number }>('select coalesce(max(version), 0) as version from schema_version')
  return rows[0]?.version ?? 0
}

async function readMigrations(): Promise<{ version: number; name: string }[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()
  return names.map((name, index) => {
    if (Number(name.slice(0, 4)) !== index + 1) throw new Error(`migrations/cloud/${name} is out of order`)
    return { version: index + 1, name }
  })
}
