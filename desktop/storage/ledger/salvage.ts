/**
 * Reads what is whole in a damaged ledger: the longest prefix of the journal whose chain is right, and rows of other
 * tables as far as they can be read. Works on copies; the damaged file is only ever read.
 */
import { closeSync, copyFileSync, existsSync, openSync, writeSync, ftruncateSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { EMPTY_HEAD, type Head, type JournalRow, type Sha256, checkRow } from '#shared/ledger/envelope.ts'
import { LEDGER_FILE } from '../open.ts'
import { readWal } from './wal-file.ts'

export interface SalvagedRow extends JournalRow { readonly id: string; readonly type: string; readonly at: number }

/** An opened copy, and how far its journal is whole. */
export interface Salvage { readonly db: Database; readonly head: Head }

/**
 * Opens copies of `file` and its log, made in `room` (an empty folder): as SQLite sees them, and with all frames of the
 * log put in their places although one before them is broken. Each row proves itself by its hash, so the copy with more
 * whole rows is the better one. Undefined where neither is a database with a journal.
 */
export function salvage(file: string, room: string, sha256: Sha256): Salvage | undefined {
  const found: Salvage[] = []
  const log = `${file}-wal`
  const usual = join(room, LEDGER_FILE)
  copyFileSync(file, usual)
  if (existsSync(log)) copyFileSync(log, `${usual}-wal`)
  open(usual)
  const wal = readWal(log)
  if (wal && wal.seen < wal.frames.length) {
    const forced = join(room, `forced-${LEDGER_FILE}`)
    copyFileSync(file, forced)
    const handle = openSync(forced, 'r+')
    const last = wal.frames.findLastIndex(({ commit }) => commit > 0)
    for (const { page, data } of wal.frames.slice(0, last + 1)) if (page > 0) writeSync(handle, data, 0, data.length, (page - 1) * wal.pageSize)
    if (last >= 0) ftruncateSync(handle, wal.frames[last]!.commit * wal.pageSize)
    closeSync(handle)
    open(forced)
  }
  const best = found.toSorted((a, b) => b.head.seq - a.head.seq)[0]
  for (const { db } of found) if (db !== best?.db) db.close()
  return best

  function open(copy: string): void {
    let db
    try {
      db = new Sqlite(copy)
      // As sqlite3's own .recover does: else a file shorter than it says it is is refused as a whole.
      db.unsafeMode(true)
      db.pragma('writable_schema = ON')
      db.prepare('SELECT seq FROM journal LIMIT 1').get()
    } catch {
      // No database any more: this copy gives nothing, and the report says how little there was.
      db?.close()
      return
    }
    let head = EMPTY_HEAD
    for (const row of wholeRows(db, sha256)) head = { seq: row.seq, hash: row.hash }
    found.push({ db, head })
  }
}

/** The journal from its first row to the last before anything that is wrong with it. */
export function* wholeRows(db: Database, sha256: Sha256): Generator<SalvagedRow> {
  let head = EMPTY_HEAD
  for (const row of readable<SalvagedRow>(db, 'SELECT seq, id, type, at, text, hash FROM journal ORDER BY seq')) {
    // A broken page can give anything for a column, whatever the table says.
    if (typeof row.text !== 'string' || typeof row.hash !== 'string') return
    const checked = checkRow(head, row, sha256)
    const { envelope } = checked
    if (checked.faults.length > 0 || !envelope) return
    head = checked.head
    // The columns are copies of what the text says.
    yield { seq: row.seq, text: row.text, hash: row.hash, id: envelope.id, type: envelope.type, at: envelope.at }
  }
}

/** Rows of a query until one can't be read. */
export function* readable<Row>(db: Database, sql: string): Generator<Row> {
  try {
    yield* db.prepare<[], Row>(sql).iterate()
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error
  }
}
