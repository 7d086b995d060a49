/**
 * Copies a till's ledger to one file while the till sells on, reads the copy back from its first row to its last, seals it with
 * the till's lock, reads that back too, and only then gives it its name. It takes its time and blocks whoever calls: see
 * worker.ts. Never changes the ledger. What is not sealed yet lies beside the ledger, never where the backup goes.
 */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { TillError } from '#shared/host/frames.ts'
import { HEADER_BYTES } from '#shared/host/restore.ts'
import { LEDGER_FILE, openForReading, storageError } from '../open.ts'
import { PEOPLE_KEYS_FILE } from '../people/key-file.ts'
import { sha256 } from '../till-store.ts'
import { verifyLedger } from '../ledger/verify.ts'
import { PART, moveInto } from './durable.ts'
import { Opener, Sealer } from './sealed/chunks.ts'
import { listBytes, readThrough, writeAll } from './sealed/content.ts'
import { type Lock, sealingKey } from './sealed/lock.ts'

export interface CopiedLedger {
  readonly file: string
  readonly rows: number
  /** Hash of the last row. */
  readonly head: string
  readonly sales: number
  readonly bytes: number
}
export interface CopyWish {
  /** The ledger's file, which may be in use. */
  readonly from: string
  /** Makes the backup's path out of its number of rows. */
  name(rows: number): string
  readonly migrations?: string | undefined
  /** Null: not sealed, and without the keys of personal records. */
  readonly lock: Lock | null
}

/** More pages than any ledger has: all in one step, which sees one moment of the file. */
const ALL_PAGES = 2 ** 30
/** A copy that is not sealed yet, of the process that makes it. */
const COPY = /^backup-(\d+)\.db\.part/

/** Throws TillError ledger.not_found, .damaged, .disk_full, backup.disk_full, backup.damaged when the copy does not verify, and what the file system says. */
export async function copyLedger({ from, name, migrations, lock }: CopyWish): Promise<CopiedLedger> {
  const target = `${name(0)}${PART}`
  const part = lock ? join(dirname(from), `backup-${process.pid}.db${PART}`) : target
  const source = openForReading(from)
  const parts = [part, target]
  try {
    for (const each of parts) rmSync(each, { force: true })
    if (lock) sweepCopies(dirname(from))
    await source.backup(part, { progress: () => ALL_PAGES })
    chmodSync(part, 0o600)
    asOneFile(part)
    const copy = openForReading(part)
    const { ok, rows, head, sales, faults } = verifyLedger(copy, sha256, migrations)
    copy.close()
    if (!ok) throw new TillError('backup.damaged', { fault: faults[0]?.code, seq: faults[0]?.seq, reason: faults[0]?.reason })
    // The keys after the rows: a record's key is there before the record is.
    if (lock) seal(lock, [{ name: LEDGER_FILE, file: part }, { name: PEOPLE_KEYS_FILE, file: join(dirname(from), PEOPLE_KEYS_FILE) }], target)
    const file = name(rows)
    const { size } = statSync(target)
    moveInto(target, file)
    return { file, rows, head, sales, bytes: size }
  } catch (error) {
    rmSync(target, { force: true })
    throw (error as { code?: unknown } | null)?.code === 'ENOSPC' ? new TillError('backup.disk_full') : storageError(error)
  } finally {
    source.close()
    for (const end of ['', '-journal']) if (lock) rmSync(part + end, { force: true })
  }
}

/** Seals the files that are there into one, and reads it back from the disk. */
function seal(lock: Lock, files: readonly { name: typeof LEDGER_FILE | typeof PEOPLE_KEYS_FILE; file: string }[], target: string): void {
  const found = files.filter(({ file }) => existsSync(file)).map((each) => ({ ...each, bytes: statSync(each.file).size }))
  const key = sealingKey(lock)
  const out = openSync(target, 'wx', 0o600)
  try {
    const sealer = new Sealer(key, (bytes) => writeAll(out, bytes))
    sealer.push(listBytes({ files: found.map(({ name, bytes }) => ({ name, bytes })) }))
    for (const { file } of found) readThrough(file, (bytes) => sealer.push(bytes))
    sealer.end()
    fsyncSync(out)
  } finally {
    closeSync(out)
  }
  const opener = new Opener(key, () => undefined)
  try {
    readThrough(target, (bytes) => opener.push(bytes), HEADER_BYTES)
    opener.end()
  } catch (error) {
    throw error instanceof TillError ? new TillError('backup.failed', { reason: 'read back wrong', ...error.detail }) : error
  }
}

/** Unsealed copies whose process is gone. */
function sweepCopies(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(COPY.exec(name)?.[1] ?? 0)
    if (pid !== 0 && !isAlive(pid)) rmSync(join(folder, name), { force: true })
  }
}
function isAlive(pid: number): boolean {
  try {
    return pid === process.pid || process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Out of WAL mode: a backup is one file, and opens on a medium that can't be written. */
function asOneFile(file: string): void {
  const db = new Sqlite(file)
  db.pragma('journal_mode = DELETE')
  db.close()
}
