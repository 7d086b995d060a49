/** Brings a till's database to the version this program knows: numbered SQL files, each in one transaction with its number. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { TillError } from '#shared/host/frames.ts'

interface Migration { readonly version: number; readonly file: string }

function migrationsIn(folder: string): Migration[] {
  return readdirSync(folder).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort().map((name) => ({ version: Number.parseInt(name, 10), file: join(folder, name) }))
}

const versionOf = (db: Database): number => db.pragma('user_version', { simple: true }) as number

/** Throws TillError `database.newer` when the file was written by a newer program: it is never touched then. Only reads. */
export function refuseNewer(db: Database, folder: string): void {
  const known = migrationsIn(folder).at(-1)?.version ?? 0
  const present = versionOf(db)
  if (present > known) throw new TillError('database.newer', { present, known })
}

/** Throws TillError `database.newer`. */
export function migrate(db: Database, folder: string): void {
  refuseNewer(db, folder)
  const present = versionOf(db)
  for (const { version, file } of migrationsIn(folder)) {
    if (version <= present) continue
    db.transaction(() => {
      db.exec(readFileSync(file, 'utf8'))
      db.pragma(`user_version = ${version}`)
    })()
  }
}
