/**
 * Makes goods that came by the hundred be found by name, a few at a time, once the line is quiet: pinyin costs more than all
 * the rest of a good. What is still to do is in the ledger's file, so a till that ends meanwhile goes on where it was.
 */
import type { TillStore } from '#shared/host/store.ts'
import type { Timer } from '#shared/ports/ports.ts'

/** Pages of a long pull come in quicker succession than this. */
const QUIET_MS = 500
/** Some ten milliseconds, which a sale may have to wait. */
const GOODS_AT_ONCE = 100

export class SearchQueue {
  readonly #store
  readonly #timer
  readonly #onFault: (fault: unknown) => void
  #cancel: (() => void) | undefined
  #isAtIt = false

  constructor(store: Pick<TillStore, 'settleSearch'>, timer: Timer, onFault: (fault: unknown) => void) {
    this.#store = store
    this.#timer = timer
    this.#onFault = onFault
  }

  /** Goods came. While it is at it already, they come last. */
  kick(): void {
    if (!this.#isAtIt) this.#after(QUIET_MS)
  }

  /** For good: the store may be closed from now on. */
  close(): void {
    this.#cancel?.()
  }

  #after(ms: number): void {
    this.#cancel?.()
    this.#cancel = this.#timer.after(ms, () => {
      try {
        this.#isAtIt = this.#store.settleSearch(GOODS_AT_ONCE)
        if (this.#isAtIt) this.#after(0)
      } catch (fault) {
        this.#isAtIt = false
        // A full disk, say: the next goods, or the next start, try again.
        this.#onFault(fault)
      }
    })
  }
}
