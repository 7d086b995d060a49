/**
 * Copies a till's ledger to one file while the till sells on, reads the copy back from its first row to its last, and only
 * then gives it its name. It takes its time and blocks whoever calls: see worker.ts. Never changes the ledger.
 */
import { chmodSync, rmSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { TillError } from '#shared/host/frames.ts'
import { openForReading, storageError } from '../open.ts'
import { sha256 } from '../till-store.ts'
import { verifyLedger } from '../verify.ts'
import { PART, moveInto } from './durable.ts'

export interface CopiedLedger {
  readonly file: string
  readonly rows: number
  /** Hash of the last row. */
  readonly head: string
  readonly sales: number
  readonly bytes: number
}

/** More pages than any ledger has: all in one step, which sees one moment of the file. */
const ALL_PAGES = 2 ** 30

/**
 * `from` may be in use; `name` makes the copy's path out of its number of rows. Throws TillError ledger.not_found, .damaged,
 * .disk_full, backup.damaged when the copy does not verify, and what the file system says.
 */
export async function copyLedger(from: string, name: (rows: number) => string, migrations?: string): Promise<CopiedLedger> {
  const part = `${name(0)}${PART}`
  const source = openForReading(from)
  try {
    rmSync(part, { force: true })
    await source.backup(part, { progress: () => ALL_PAGES })
    chmodSync(part, 0o600)
    asOneFile(part)
    const copy = openForReading(part)
    const { ok, rows, head, sales, faults } = verifyLedger(copy, sha256, migrations)
    copy.close()
    if (!ok) throw new TillError('backup.damaged', { fault: faults[0]?.code, seq: faults[0]?.seq, reason: faults[0]?.reason })
    const file = name(rows)
    const { size } = statSync(part)
    moveInto(part, file)
    return { file, rows, head, sales, bytes: size }
  } catch (error) {
    rmSync(part, { force: true })
    throw storageError(error)
  } finally {
    source.close()
  }
}

/** Out of WAL mode: a backup is one file, and opens on a medium that can't be written. */
function asOneFile(file: string): void {
  const db = new Sqlite(file)
  db.pragma('journal_mode = DELETE')
  db.close()
}
