/** `npm run till -- backup FILE` and `restore FILE`: a ledger into one sealed file, and a till out of one. */
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { lockOf } from '#desktop/storage/backup/backups.ts'
import { type CopiedLedger, copyLedger } from '#desktop/storage/backup/copy-ledger.ts'
import { restoreLedger } from '#desktop/storage/backup/restore.ts'
import { type Lock, makeLock } from '#desktop/storage/backup/sealed/lock.ts'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { Settings } from '#desktop/storage/settings.ts'
import { RESTORED } from '#desktop/sync/cloud-sync.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Restored } from '#shared/host/schemas.ts'
import { type PassphraseFrom, askPassphrase, givenPassphrase } from './passphrase.ts'

/**
 * Copies the ledger of a till's folder, whether it runs or not, sealed with a passphrase given here or else with the till's own.
 * Throws TillError; backup.no_passphrase where there is neither.
 */
export async function backUpTo(file: string | undefined, tillFolder: string, from: PassphraseFrom): Promise<CopiedLedger> {
  const target = resolve(requireFile(file))
  const ledger = join(tillFolder, LEDGER_FILE)
  const passphrase = givenPassphrase(from)
  const lock = passphrase === undefined ? tillsLock(ledger) : await makeLock(passphrase, Date.now())
  if (!lock) throw new TillError('backup.no_passphrase')
  mkdirSync(dirname(target), { recursive: true })
  return copyLedger({ from: ledger, name: () => target, lock })
}

/** Makes the till of a backup in a data folder that has none. Throws TillError. */
export function restoreFrom(file: string | undefined, data: string, from: PassphraseFrom): Promise<Restored & { file: string }> {
  return restoreLedger(resolve(requireFile(file)), join(data, 'till'), restoredMark(), () => askPassphrase(from))
}

/** What a till is marked with whose file may be older than what its cloud has. */
export const restoredMark = (): { key: string; value: string } => ({ key: RESTORED, value: String(Date.now()) })

function tillsLock(ledger: string): Lock | null {
  const db = openForReading(ledger)
  try {
    const settings = new Settings(db)
    return lockOf((key) => settings.get(`own:${key}`))
  } finally {
    db.close()
  }
}

function requireFile(file: string | undefined): string {
  if (file === undefined) throw new TillError('call.invalid', { field: 'FILE', reason: 'which file?' })
  return file
}
