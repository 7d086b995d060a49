/**
 * Makes a till of a backup: its files come into a folder of their own, are read from the first row to the last there, and
 * only then take their place. Where anything is wrong nothing stands, and the backup is as it was.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { TillError } from '#shared/host/frames.ts'
import { HEADER_BYTES } from '#shared/host/restore.ts'
import type { Fault, Restored } from '#shared/host/schemas.ts'
import type { Identity, Pairing } from '#shared/host/store.ts'
import { Alerts } from '../alerts.ts'
import { Documents } from '../documents.ts'
import { migrate } from '../migrate.ts'
import { LEDGER_FILE, MIGRATIONS, openForReading, storageError } from '../open.ts'
import { PEOPLE_KEYS_FILE } from '../people/key-file.ts'
import { markWaitingAsCopies } from '../print-jobs.ts'
import { Reads } from '../reads/reads.ts'
import { ARCHIVE_FOLDER } from '../ledger/renewal.ts'
import { SIGNED_OUT, Settings } from '../settings.ts'
import { StockReads } from '../reads/stock-reads.ts'
import { TraceReads } from '../reads/trace-reads.ts'
import { sha256 } from '../till-store.ts'
import { verifyLedger } from '../ledger/verify.ts'
import { FAILED, LAST } from './backups.ts'
import { syncPath } from './durable.ts'
import { Opener } from './sealed/chunks.ts'
import { Unpacker, readThrough } from './sealed/content.ts'
import { type FileKey, looksSealed, openingKey } from './sealed/lock.ts'

export interface Mark { readonly key: string; readonly value: string }
/** Where a backup's files lie until all of it was checked; beside the ledger's place. */
const STAGE = 'restoring'

export const stageIn = (folder: string): string => join(folder, STAGE)
export function clearStage(folder: string): void {
  rmSync(stageIn(folder), { recursive: true, force: true })
}

/**
 * Restores into a folder that has no till. Throws TillError restore.*, ledger.not_found, .damaged, .disk_full, database.newer. `mark` is
 * set in the new ledger: the till asks its cloud where it stands before it sells. Papers that still wait in it come out as
 * copies. `passphrase` is asked for when the backup is sealed.
 */
export async function restoreLedger(backup: string, folder: string, mark: Mark, passphrase: () => Promise<string>): Promise<Restored & { file: string }> {
  refuseTaken(folder)
  if (!existsSync(backup)) throw new TillError('ledger.not_found', { file: backup })
  const start = startOf(backup)
  const key = looksSealed(start) ? await openingKey(start, await passphrase()) : undefined
  try {
    const stage = makeStage(folder)
    if (key) unpack(backup, key, stage)
    else await copyPlain(backup, join(stage, LEDGER_FILE))
    const restored = checkStage(stage, mark)
    refuseTaken(folder)
    takePlace(folder)
    return { ...restored, file: join(folder, LEDGER_FILE) }
  } catch (error) {
    throw restoreError(error)
  } finally {
    clearStage(folder)
  }
}

/** In this folder or, as somebody copied it by hand, in the one above: two tills must not come to share a folder. */
function refuseTaken(folder: string): void {
  for (const there of [folder, dirname(folder)]) if (existsSync(join(there, LEDGER_FILE))) throw new TillError('restore.not_empty', { folder: there })
}

/** An empty stage. */
export function makeStage(folder: string): string {
  clearStage(folder)
  mkdirSync(stageIn(folder), { recursive: true, mode: 0o700 })
  return stageIn(folder)
}

export function restoreError(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code === 'ENOSPC' ? new TillError('ledger.disk_full') : storageError(error)
}

function startOf(file: string): Buffer {
  const [handle, start] = [openSync(file, 'r'), Buffer.alloc(HEADER_BYTES)]
  try {
    return start.subarray(0, readSync(handle, start, 0, HEADER_BYTES, 0))
  } finally {
    closeSync(handle)
  }
}

function unpack(backup: string, key: FileKey, stage: string): void {
  const unpacker = new Unpacker(stage)
  try {
    const opener = new Opener(key, (bytes) => unpacker.push(bytes))
    readThrough(backup, (bytes) => opener.push(bytes), HEADER_BYTES)
    opener.end()
    unpacker.end()
  } finally {
    unpacker.close()
  }
}

/** A backup that was not sealed, as tills once made them: through SQLite, so that rows that still stand beside a file that was in use come along. */
async function copyPlain(backup: string, file: string): Promise<void> {
  const source = openForReading(backup)
  try {
    await source.backup(file)
    chmodSync(file, 0o600)
  } finally {
    source.close()
  }
}

/** Brings the ledger that lies in `stage` to this program's version, checks it, and sets the marks. It takes its time and blocks whoever calls. */
export function checkStage(stage: string, mark: Mark, migrations = MIGRATIONS): Restored {
  const db = new Sqlite(join(stage, LEDGER_FILE))
  try {
    return prepare(db, mark, migrations)
  } finally {
    db.close()
  }
}

function prepare(db: Database, mark: Mark, migrations: string): Restored {
  db.pragma('journal_mode = DELETE')
  migrate(db, migrations)
  const settings = new Settings(db)
  if (!settings.hasIdentity()) throw new TillError('ledger.damaged', { reason: 'no till\'s' })
  const { ok, rows, sales, faults } = verifyLedger(db, sha256, migrations)
  if (!ok) throw new TillError('restore.damaged', { faults: faults satisfies Fault[] })
  settings.set(`own:${mark.key}`, mark.value)
  // Who sat at the old machine need not be who sits at this one. A shift that was open stays so.
  settings.set(SIGNED_OUT, '1')
  // What the old machine said of its own backups.
  for (const key of [LAST, FAILED]) settings.remove(`own:${key}`)
  markWaitingAsCopies(db)
  const { shop, till, device }: Identity = settings.identity()
  const documents = new Documents(db)
  const { name } = new Reads(db, documents, new StockReads(db, documents), new TraceReads(db, documents, new Alerts(db))).shop(shop)
  const pairing = JSON.parse(settings.get('pairing') ?? 'null') as Pairing | null
  const last = db.prepare<[], { at: number | null }>('SELECT max(at) AS at FROM journal').get()
  return { shop: name, till, device, cloud: pairing?.cloud ?? null, rows, sales, lastAt: last?.at ?? null }
}

/**
 * Puts what was staged and checked in its place. What stood there goes to the archive first, its log too: a log beside
 * another database would be read into it. Broken off anywhere, the folder has a whole ledger or none.
 */
export function takePlace(folder: string): void {
  const stage = stageIn(folder)
  const archive = join(folder, ARCHIVE_FOLDER)
  for (const name of readdirSync(stage)) syncPath(join(stage, name))
  for (const name of [LEDGER_FILE, `${LEDGER_FILE}-wal`, `${LEDGER_FILE}-shm`, PEOPLE_KEYS_FILE]) {
    if (!existsSync(join(folder, name))) continue
    mkdirSync(archive, { recursive: true, mode: 0o700 })
    renameSync(join(folder, name), freeName(archive, `before-restore-${name}`))
  }
  // The ledger last: with it there, everything is.
  for (const name of [PEOPLE_KEYS_FILE, LEDGER_FILE]) if (existsSync(join(stage, name))) renameSync(join(stage, name), join(folder, name))
  syncPath(folder, true)
  clearStage(folder)
}

function freeName(folder: string, name: string): string {
  for (let n = 1; ; n += 1) {
    const file = join(folder, n === 1 ? name : `${name}.${n}`)
    if (!existsSync(file)) return file
  }
}
