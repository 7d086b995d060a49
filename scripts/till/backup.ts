/** `npm run till -- backup FILE` and `restore FILE`: a ledger into one file, and a till out of one. */
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type CopiedLedger, copyLedger } from '#desktop/storage/backup/copy-ledger.ts'
import { type Restored, restoreLedger } from '#desktop/storage/backup/restore.ts'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import { RESTORED } from '#desktop/sync/cloud-sync.ts'
import { TillError } from '#shared/host/frames.ts'

/** Copies the ledger of a till's folder, whether it runs or not. Throws TillError. */
export async function backUpTo(file: string | undefined, tillFolder: string): Promise<CopiedLedger> {
  const target = resolve(requireFile(file))
  mkdirSync(dirname(target), { recursive: true })
  return copyLedger(join(tillFolder, LEDGER_FILE), () => target)
}

/** Makes the till of a backup in a data folder that has none. Throws TillError. */
export function restoreFrom(file: string | undefined, data: string): Promise<Restored> {
  return restoreLedger(resolve(requireFile(file)), join(data, 'till'), restoredMark())
}

/** What a till is marked with whose file may be older than what its cloud has. */
export const restoredMark = (): { key: string; value: string } => ({ key: RESTORED, value: String(Date.now()) })

function requireFile(file: string | undefined): string {
  if (file === undefined) throw new TillError('call.invalid', { field: 'FILE', reason: 'which file?' })
  return file
}
