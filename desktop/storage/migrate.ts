/** Brings a till's database to the version this program knows: numbered SQL files, each in one transaction with its number. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { TillError } from '#shared/host/frames.ts'

/** Throws TillError `database.newer` when the file was written by a newer program: it is never touched then. */
export function migrate(db: Database, folder: string): void {
  const files = readdirSync(folder).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort()
  const known = files.length === 0 ? 0 : Number.parseInt(files.at(-1)!, 10)
  const present = db.pragma('user_version', { simple: true }) as number
  if (present > known) throw new TillError('database.newer', { present, known })
  for (const name of files) {
    const version = Number.parseInt(name, 10)
    if (version <= present) continue
    db.transaction(() => {
      db.exec(readFileSync(join(folder, name), 'utf8'))
      db.pragma(`user_version = ${version}`)
    })()
  }
}
