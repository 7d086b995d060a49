/** What of a till outlives its process: its database, in memory for speed or in a folder for truth. */
import Sqlite, { type Database } from 'better-sqlite3'
import { rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenLedger } from '#desktop/loopback/compose.ts'
import { migrate } from '#desktop/storage/migrate.ts'
import { LEDGER_FILE, openTillFolder } from '#desktop/storage/open.ts'

export interface Disk {
  /** As a process that starts finds it. */
  open(migrations: string): OpenLedger
  /** The process is gone, however it went. */
  letGo(): void
  /** Everything on it, as a backup made at this moment. */
  image(): Buffer
  /** Puts an image in the place of what is there. */
  restore(image: Buffer): void
  destroy(): void
}

let empty: { migrations: string; image: Buffer } | undefined

/** A migrated database without rows, made once: a seed must not pay for the schema again. */
function emptyImage(migrations: string): Buffer {
  if (empty?.migrations !== migrations) {
    const db = new Sqlite(':memory:')
    migrate(db, migrations)
    empty = { migrations, image: db.serialize() }
    db.close()
  }
  return empty.image
}

export function memoryDisk(): Disk {
  let db: Database | undefined
  return {
    open(migrations) {
      const opened = db ??= new Sqlite(emptyImage(migrations))
      return { db: opened, release: () => {} }
    },
    letGo() {
      // A process that dies takes back what it had not committed.
      if (db?.inTransaction) db.exec('ROLLBACK')
    },
    image: () => db!.serialize(),
    restore(image) {
      db?.close()
      db = new Sqlite(image)
    },
    destroy: () => db?.close(),
  }
}

export function folderDisk(folder: string): Disk {
  let held: OpenLedger | undefined
  const letGo = (): void => {
    held?.release()
    held = undefined
  }
  return {
    open(migrations) {
      const { db, release } = openTillFolder(folder, migrations)
      let isOpen = true
      held = { db, release: () => { if (isOpen) { isOpen = false; release() } } }
      return held
    },
    letGo,
    image() {
      const image = held!.db.serialize()
      // The header's read and write versions (SQLite file format, 1.3): an image without its log is a database in rollback mode.
      image[18] = 1
      image[19] = 1
      return image
    },
    restore(image) {
      letGo()
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(join(folder, LEDGER_FILE), image)
    },
    destroy() {
      letGo()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
