/** Makes a till of a backup, in a folder that has none. The backup is read from its first row to its last before anything stands. */
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { TillError } from '#shared/host/frames.ts'
import type { Fault } from '#shared/host/schemas.ts'
import type { Identity, Pairing } from '#shared/host/store.ts'
import { Documents } from '../documents.ts'
import { migrate } from '../migrate.ts'
import { LEDGER_FILE, MIGRATIONS, openForReading, storageError } from '../open.ts'
import { markWaitingAsCopies } from '../print-jobs.ts'
import { Reads } from '../reads.ts'
import { Settings } from '../settings.ts'
import { StockReads } from '../stock-reads.ts'
import { sha256 } from '../till-store.ts'
import { verifyLedger } from '../verify.ts'
import { PART, moveInto } from './durable.ts'

/** What a backup is of, for whoever is about to use it. */
export interface Restored {
  readonly shop: string
  readonly till: string
  readonly device: string
  readonly cloud: string | null
  readonly rows: number
  readonly sales: number
  /** UTC ms of the last row; null where there is none. */
  readonly lastAt: number | null
  readonly file: string
}

/**
 * Throws TillError restore.not_empty, ledger.not_found, ledger.damaged, database.newer, restore.damaged with its faults. `mark` is
 * set in the new ledger: the till asks its cloud where it stands before it sells. Papers that still wait in it come out as copies.
 */
export async function restoreLedger(backup: string, folder: string, mark: { key: string; value: string }): Promise<Restored> {
  const file = join(folder, LEDGER_FILE)
  // In this folder or, as somebody copied it by hand, in the one above: two tills must not come to share a folder.
  for (const there of [file, join(dirname(folder), LEDGER_FILE)]) if (existsSync(there)) throw new TillError('restore.not_empty', { folder: dirname(there) })
  const source = openForReading(backup)
  const part = `${file}${PART}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    rmSync(part, { force: true })
    // Through SQLite, so that rows that still stand beside a file that was in use come along.
    await source.backup(part)
    chmodSync(part, 0o600)
    const db = new Sqlite(part)
    let restored: Restored
    try {
      restored = prepare(db, file, mark)
    } finally {
      db.close()
    }
    moveInto(part, file)
    return restored
  } catch (error) {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(part + end, { force: true })
    throw storageError(error)
  } finally {
    source.close()
  }
}

/** Brings the copy to this program's version, checks it, and sets the marks. */
function prepare(db: Database, file: string, mark: { key: string; value: string }): Restored {
  db.pragma('journal_mode = DELETE')
  migrate(db, MIGRATIONS)
  const settings = new Settings(db)
  if (!settings.hasIdentity()) throw new TillError('ledger.damaged', { reason: 'no till\'s' })
  const { ok, rows, sales, faults } = verifyLedger(db, sha256)
  if (!ok) throw new TillError('restore.damaged', { faults: faults satisfies Fault[] })
  settings.set(`own:${mark.key}`, mark.value)
  markWaitingAsCopies(db)
  const { shop, till, device }: Identity = settings.identity()
  const documents = new Documents(db)
  const { name } = new Reads(db, documents, new StockReads(db, documents)).shop(shop)
  const pairing = JSON.parse(settings.get('pairing') ?? 'null') as Pairing | null
  const last = db.prepare<[], { at: number | null }>('SELECT max(at) AS at FROM journal').get()
  return { shop: name, till, device, cloud: pairing?.cloud ?? null, rows, sales, lastAt: last?.at ?? null, file }
}
