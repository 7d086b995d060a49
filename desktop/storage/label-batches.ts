/**
 * Labels that wait to be printed, as they were when somebody asked for them: a price may change before the roll is mended. Those that
 * say whom a parcel is for are under the seal of personal records, and gone when they are printed.
 */
import type { Database } from 'better-sqlite3'
import type { LabelRun } from '#shared/documents/label.ts'
import type { Id } from '#shared/identity/ids.ts'
import { type Vault, VaultError } from '#shared/members/vault.ts'

export type TextSeal = Pick<Vault, 'sealText' | 'openText'>
/** Long enough to print a failed job again. */
const KEPT_MS = 14 * 86_400_000
const SEALED_KEPT_MS = 2 * 86_400_000
const WAITS = "SELECT ref FROM print_job WHERE kind = 'labels' AND state IN ('queued', 'sending')"
/** Deletes what says whom a parcel is for and does not wait any more. SQLite writes over what it deletes (open.ts). */
export const DROP_SEALED = `DELETE FROM label_batch WHERE key IS NOT NULL AND id NOT IN (${WAITS})`

interface Row { readonly id: Id; readonly doc: string; readonly key: string | null }

export class LabelBatches {
  readonly #put
  readonly #get
  readonly #sweep
  readonly #sealed
  readonly #reseal

  constructor(db: Database) {
    this.#put = db.prepare<[string, string, string | null, number]>('INSERT INTO label_batch (id, doc, key, at) VALUES (?, ?, ?, ?)')
    this.#get = db.prepare<[string], Row>('SELECT id, doc, key FROM label_batch WHERE id = ?')
    this.#sweep = db.prepare<[number]>(`DELETE FROM label_batch WHERE at < ? AND id NOT IN (${WAITS})`)
    this.#sealed = db.prepare<[], Row>('SELECT id, doc, key FROM label_batch WHERE key IS NOT NULL')
    this.#reseal = db.prepare<[string, string, string]>('UPDATE label_batch SET doc = ?, key = ? WHERE id = ?')
  }

  /** With `seal` they are personal. */
  put(id: Id, runs: readonly LabelRun[], at: number, seal?: TextSeal): void {
    this.#sweep.run(at - KEPT_MS)
    const text = JSON.stringify(runs)
    const sealed = seal?.sealText(id, text)
    this.#put.run(id, sealed ? Buffer.from(sealed.sealed).toString('base64') : text, sealed?.key ?? null, at)
  }

  /** Undefined where they are gone, or no key opens them any more. */
  get(id: Id, seal: () => TextSeal): LabelRun[] | undefined {
    const row = this.#get.get(id)
    const text = row && (row.key === null ? row.doc : opened(row, seal()))
    return text === undefined ? undefined : JSON.parse(text) as LabelRun[]
  }

  /** Seals anew what can be opened. Call inside a transaction. */
  reseal(from: TextSeal, to: TextSeal): void {
    for (const row of this.#sealed.all()) {
      const text = opened(row, from)
      if (text === undefined) continue
      const { key, sealed } = to.sealText(row.id, text)
      this.#reseal.run(Buffer.from(sealed).toString('base64'), key, row.id)
    }
  }
}

function opened({ id, doc, key }: Row, seal: TextSeal): string | undefined {
  try {
    return seal.openText(id, { key: key!, sealed: Buffer.from(doc, 'base64') })
  } catch (error) {
    if (error instanceof VaultError) return undefined
    throw error
  }
}

/** When a print job is over, what was personal about it is too; what failed is kept for two days, in which it may be printed again. */
export class SealedLabels {
  readonly #printed
  readonly #removed
  readonly #old

  constructor(db: Database) {
    this.#printed = db.prepare<[number]>("DELETE FROM label_batch WHERE key IS NOT NULL AND id = (SELECT ref FROM print_job WHERE id = ? AND kind = 'labels')")
    this.#removed = db.prepare<[string]>('DELETE FROM label_batch WHERE key IS NOT NULL AND id IN (SELECT ref FROM print_job WHERE printer = ?)')
    this.#old = db.prepare<[number]>(`${DROP_SEALED} AND at < ?`)
  }
  printed(job: number): void {
    this.#printed.run(job)
  }
  removed(printer: Id): void {
    this.#removed.run(printer)
  }
  /** `now`: UTC ms */
  sweep(now: number): void {
    this.#old.run(now - SEALED_KEPT_MS)
  }
}
