/**
 * `kill.migration`: the host killed inside its first opening of an older database: an empty one, and one of every older
 * version with a day's sales in it. Where the disk can be ruled, at any single write, sync or truncation of that opening.
 */
import { randomUUID } from 'node:crypto'
import { cpSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Sqlite, { type Database } from 'better-sqlite3'
import { LEDGER_FILE, MIGRATIONS } from '#desktop/storage/open.ts'
import { migrate } from '#desktop/storage/migrate.ts'
import { chance } from '../replay/sales-files.ts'
import { Auditor } from './auditor.ts'
import { makeFaultyDisk, faultyDisk } from './faulty-disk.ts'
import { beginHost, startHost } from './host.ts'
import { Load } from './load.ts'
import { type TortureOptions, type TortureReport, Verdict } from './report.ts'

const WRITES_BEFORE = 60
const OPENING_MS_MAX = 700

export async function killInMigration({ times, seed, log }: TortureOptions): Promise<TortureReport> {
  const verdict = new Verdict()
  const random = chance(seed)
  const room = mkdtempSync(join(tmpdir(), 'xiaopu-migration-'))
  try {
    const auditor = new Auditor(verdict)
    const olds = await oldDatabases(room, auditor, random)
    const made = makeFaultyDisk()
    const operations = new Map<number, number>()
    let [kills, killedInside] = [0, 0]
    for (let n = 0; n < times && verdict.wrong.length === 0; n++) {
      const { version, folder: old } = olds[n % olds.length]!
      const folder = join(room, 'till')
      cpSync(old, folder, { recursive: true })
      if ('library' in made) {
        const disk = faultyDisk(made.library, folder, join(room, 'control'))
        // Once undisturbed, to know how many operations an opening takes.
        let count = operations.get(version)
        if (count === undefined) {
          disk.spoil({ operation: 'any', effect: 'kill', skip: 1_000_000 })
          const host = await startHost({ folder, env: disk.env })
          count = disk.counts().seen
          operations.set(version, count)
          await host.stop()
          rmSync(folder, { recursive: true })
          cpSync(old, folder, { recursive: true })
        }
        disk.spoil({ operation: 'any', effect: 'kill', skip: Math.floor(random() * count) })
        await beginHost({ folder, env: disk.env }).ended
        killedInside += disk.counts().spoilt
        disk.close()
      } else {
        const opening = beginHost({ folder })
        await pause(random() * OPENING_MS_MAX)
        opening.child.kill('SIGKILL')
        await opening.ended
      }
      kills += 1
      await check(folder, version, auditor, verdict)
      rmSync(folder, { recursive: true })
      if ((n + 1) % 10 === 0) log(`kill.migration: ${n + 1} of ${times} kills`)
    }
    return {
      name: 'kill.migration', seed, kills, versions: olds.map(({ version }) => version), killedInside, sales: auditor.sales.size,
      lost: verdict.lost, doubled: verdict.doubled, wrong: verdict.wrong,
    }
  } finally {
    rmSync(room, { recursive: true, force: true })
  }
}

async function check(folder: string, version: number, auditor: Auditor, verdict: Verdict): Promise<void> {
  const host = await startHost({ folder })
  if (version > 0) await auditor.check(host.client, true)
  else {
    const found = await host.client.call('ledger.verify', {})
    if (!found.ok || found.rows !== 1) verdict.fault(`a new till that was killed while it began: ${JSON.stringify(found)}`)
    await host.client.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1234' })
  }
  await host.stop()
}

/** A folder of each version before this program's; all but the first hold the same sales, which the auditor knows. */
async function oldDatabases(room: string, auditor: Auditor, random: () => number): Promise<{ version: number; folder: string }[]> {
  const begun = join(room, 'begun')
  const host = await startHost({ folder: begun })
  const load = new Load({ auditor, chance: random, noMembers: true })
  await load.setUp(host.client)
  await load.work(host.client, WRITES_BEFORE)
  await host.stop()
  const files = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql')).sort()
  return files.map((_, version) => {
    const folder = join(room, `version-${version}`)
    const migrations = join(room, `migrations-${version}`)
    for (const made of [folder, migrations]) mkdirSync(made)
    for (const name of files.slice(0, version)) copyFileSync(join(MIGRATIONS, name), join(migrations, name))
    if (version > 0) {
      const db = new Sqlite(join(folder, LEDGER_FILE))
      migrate(db, migrations)
      fill(db, join(begun, LEDGER_FILE))
      db.close()
    }
    return { version, folder }
  })
}

/** Everything of a newer database that the older one has a place for: migrations add, so that is what an older program left. */
function fill(db: Database, newer: string): void {
  // The search index keeps its content in tables that are its own to write.
  db.unsafeMode(true)
  db.prepare('ATTACH ? AS newer').run(newer)
  const tables = db.prepare<[], { name: string }>("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'").all()
  const columnsOf = (schema: string, table: string): string[] => (db.pragma(`${schema}.table_info(${table})`) as { name: string }[]).map(({ name }) => name)
  for (const { name } of tables) {
    const there = new Set(columnsOf('newer', name))
    const columns = columnsOf('main', name).filter((column) => there.has(column)).join(', ')
    if (columns !== '') db.exec(`INSERT OR REPLACE INTO main.${name} (${columns}) SELECT ${columns} FROM newer.${name}`)
  }
}
