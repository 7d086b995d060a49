/** What the host asks of imported history: whether a file or a receipt is in it already. */
import type { Database } from 'better-sqlite3'
import type { HistoryStore } from '#shared/host/store.ts'
import { ON } from './history-sums.ts'

export function historyReads(db: Database): HistoryStore {
  const byDigest = db.prepare<[string], string>('SELECT import FROM history_batch WHERE digest = ? AND is_on = 1').pluck()
  const isOn = db.prepare<[string], number>('SELECT is_on FROM history_batch WHERE import = ?').pluck()
  const receipt = db.prepare<[string, number], number>(`SELECT 1 FROM history_receipt WHERE no = ? AND minute = ? AND batch IN ${ON} LIMIT 1`).pluck()
  const batches = db.prepare<[], string>('SELECT batch FROM history_batch WHERE is_on = 1').pluck()
  return {
    importOf: (digest) => byDigest.get(digest),
    isOn: (imported) => isOn.get(imported) === 1,
    hasReceipt: (no, minute) => receipt.get(no, minute) !== undefined,
    batches: () => batches.all(),
  }
}
