/** Labels that wait to be printed, as they were when somebody asked for them: a price may change before the roll is mended. */
import type { Database } from 'better-sqlite3'
import type { LabelRun } from '#shared/documents/label.ts'
import type { Id } from '#shared/identity/ids.ts'

/** Long enough to print a failed job again. */
const KEPT_MS = 14 * 86_400_000

export class LabelBatches {
  readonly #put
  readonly #get
  readonly #sweep

  constructor(db: Database) {
    this.#put = db.prepare<[string, string, number]>('INSERT INTO label_batch (id, doc, at) VALUES (?, ?, ?)')
    this.#get = db.prepare<[string], string>('SELECT doc FROM label_batch WHERE id = ?').pluck()
    this.#sweep = db.prepare<[number]>("DELETE FROM label_batch WHERE at < ? AND id NOT IN (SELECT ref FROM print_job WHERE kind = 'labels' AND state IN ('queued', 'sending'))")
  }

  put(id: Id, runs: readonly LabelRun[], at: number): void {
    this.#sweep.run(at - KEPT_MS)
    this.#put.run(id, JSON.stringify(runs), at)
  }

  get(id: Id): LabelRun[] | undefined {
    const doc = this.#get.get(id)
    return doc === undefined ? undefined : JSON.parse(doc) as LabelRun[]
  }
}
