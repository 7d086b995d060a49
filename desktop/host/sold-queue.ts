/**
 * Takes sales into the table that a recall looks through, a few at a time: a sale itself must not wait for it. How far it
 * is, is in the ledger's file, so a till that ends meanwhile goes on where it was; what is not in it yet is found too.
 */
import type { TillStore } from '#shared/host/store.ts'
import type { Timer } from '#shared/ports/ports.ts'

/** Some milliseconds, which a sale may have to wait. */
export const SALES_AT_ONCE = 100
/** Between two of them, where years of sales wait: the counter has most of the time. */
const PAUSE_MS = 50
const LOOK_MS = 5 * 60_000

export class SoldQueue {
  readonly #store
  readonly #timer
  readonly #onFault: (fault: unknown) => void
  #cancel: () => void

  constructor(store: Pick<TillStore, 'settleSold'>, timer: Timer, onFault: (fault: unknown) => void) {
    this.#store = store
    this.#timer = timer
    this.#onFault = onFault
    this.#cancel = this.#after(PAUSE_MS)
  }

  /** For good: the store may be closed from now on. */
  close(): void {
    this.#cancel()
  }

  #after(ms: number): () => void {
    return this.#timer.after(ms, () => { this.#cancel = this.#after(this.#settle() ? PAUSE_MS : LOOK_MS) })
  }

  #settle(): boolean {
    try {
      return this.#store.settleSold(SALES_AT_ONCE)
    } catch (fault) {
      // A full disk, say: the next look tries again.
      this.#onFault(fault)
      return false
    }
  }
}
