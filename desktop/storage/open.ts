/** Opens a till's folder: one SQLite file, held by one host at a time, durable at every commit. */
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { TillError } from '#shared/host/frames.ts'
import { migrate, refuseNewer } from './migrate.ts'
import { COMMITS_UNSEEN_MAX, commitsUnseen } from './ledger/wal-file.ts'

export const MIGRATIONS = join(import.meta.dirname, '../../migrations/till')
export const LEDGER_FILE = 'till.db'
export const LOCK_FILE = 'host.lock'
/** Stands in the folder while a recovered ledger takes the damaged one's place. */
export const RECOVERING_FILE = 'recovering'

/** Holds a folder against every other host until it is closed. Throws TillError folder.in_use or folder.unwritable. */
export function lockFolder(folder: string): Database {
  let lock: Database | undefined
  try {
    lock = new Sqlite(join(folder, LOCK_FILE), { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (codeOf(error).startsWith('SQLITE_BUSY')) throw new TillError('folder.in_use', { folder })
    throw new TillError('folder.unwritable', { folder, reason: codeOf(error) })
  }
}

/**
 * Opens or makes `folder/till.db`. WAL with synchronous=FULL: a commit that returned survives a power cut.
 * Throws TillError: folder.unwritable, folder.in_use (another host has it), database.newer, ledger.*.
 */
export function openTillFolder(folder: string, migrations = MIGRATIONS): { db: Database; release: () => void } {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!existsSync(join(folder, LEDGER_FILE))) syncNames(folder)
  } catch (error) {
    throw new TillError('folder.unwritable', { folder, reason: codeOf(error) })
  }
  const lock = lockFolder(folder)
  let db: Database | undefined
  try {
    refuseBroken(folder)
    const opened = db = new Sqlite(join(folder, LEDGER_FILE))
    // Before anything is set: a file that a newer program wrote is left exactly as it is.
    refuseNewer(opened, migrations)
    chmodSync(join(folder, LEDGER_FILE), 0o600)
    prepare(opened)
    migrate(opened, migrations)
    return { db: opened, release: () => { opened.close(); lock.close() } }
  } catch (error) {
    db?.close()
    lock.close()
    throw error instanceof TillError ? error : storageError(error)
  }
}

/** Throws TillError for what SQLite would open without a word: a ledger half replaced, or a log damaged in the middle. */
function refuseBroken(folder: string): void {
  if (existsSync(join(folder, RECOVERING_FILE))) throw new TillError('ledger.recovering', { folder })
  const commits = commitsUnseen(join(folder, `${LEDGER_FILE}-wal`))
  if (commits > COMMITS_UNSEEN_MAX) throw new TillError('ledger.damaged', { reason: `${commits} commits in the log behind a broken one` })
}

/**
 * A new folder's name is safe from a power cut when the folder it stands in was synced: else the whole till could be
 * gone with it, however durable its file is. SQLite sees to the names inside.
 */
function syncNames(folder: string): void {
  // Windows has no such sync, and writes names with its own log.
  if (process.platform === 'win32') return
  for (let at = dirname(folder); ; at = dirname(at)) {
    let handle
    try {
      handle = openSync(at, 'r')
    } catch {
      // Not ours to read, so not made a moment ago either.
      return
    }
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    if (at === dirname(at)) return
  }
}

/** A database in memory with the same schema: for rebuilding projections, and for tests. */
export function openMemory(migrations = MIGRATIONS): Database {
  const db = new Sqlite(':memory:')
  migrate(db, migrations)
  return db
}

/** Opens a ledger file to read it only, whoever else has it. Throws TillError ledger.not_found or ledger.damaged. */
export function openForReading(file: string): Database {
  // SQLite's driver answers a folder that isn't there with an error without a code.
  if (!existsSync(file)) throw new TillError('ledger.not_found', { file })
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true })
    db.pragma('query_only = ON')
    return db
  } catch (error) {
    throw codeOf(error) === 'SQLITE_CANTOPEN' ? new TillError('ledger.not_found', { file }) : storageError(error)
  }
}

function prepare(db: Database): void {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('cache_size = -32000')
  // For good, not just while somebody is erased: pages that are rearranged at other times keep copies of what they held.
  db.pragma('secure_delete = ON')
}

function codeOf(error: unknown): string {
  return error !== null && typeof error === 'object' && 'code' in error ? String(error.code) : String(error)
}

/** What SQLite says, as the till says it: TillError ledger.disk_full, read_only, damaged or io; what is none of these stays as it is. */
export function storageError(error: unknown): unknown {
  const code = codeOf(error)
  // Making room for the index of the log is the first thing that fails on a full disk.
  if (code.startsWith('SQLITE_FULL') || code === 'SQLITE_IOERR_SHMSIZE') return new TillError('ledger.disk_full')
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) return new TillError('ledger.read_only', { reason: code })
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB') || code === 'SQLITE_IOERR_CORRUPTFS') return new TillError('ledger.damaged', { reason: code })
  // The disk failed, which says nothing about what is on it: that is for verify to tell.
  if (code.startsWith('SQLITE_IOERR')) return new TillError('ledger.io', { reason: code })
  // Each statement is right, and was run against the schema it was written for: here it finds another.
  if (code === 'SQLITE_ERROR') return new TillError('ledger.damaged', { reason: error instanceof Error ? error.message : code })
  // Whatever the file keeps as JSON was JSON when it was put there.
  if (error instanceof SyntaxError) return new TillError('ledger.damaged', { reason: 'a text that is no JSON' })
  return error
}
