/** Tills' stores for tests: on a folder of their own that goes with the test. */
import Sqlite, { type Database } from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Identity, TillStore } from '#shared/host/store.ts'
import { countingIds } from '#shared/testing/clock-and-ids.ts'
import { LEDGER_FILE, openTillFolder } from '../open.ts'
import { createTillStore } from '../till-store.ts'

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-till-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const ids = countingIds(0x5703)
/** Nobody signs here, so the keys are words. */
export const newIdentity = (): Identity => ({ device: ids.next(), shop: ids.next(), till: '00', publicKey: 'public', privateKey: 'private' })

export function openStore(folder = temporaryFolder()): TillStore {
  const { db, release } = openTillFolder(folder)
  const store = createTillStore(db, newIdentity, release)
  let isOpen = true
  onTestFinished(() => { if (isOpen) store.close() })
  return { ...store, close() { isOpen = false; store.close() } }
}

/** The file as a stranger gets at it, while no till has it. */
export function tamper(folder: string, work: (db: Database) => void): void {
  const db = new Sqlite(join(folder, LEDGER_FILE))
  try {
    work(db)
  } finally {
    db.close()
  }
}
