/**
 * Makes goods that came by the hundred be found by name, a few at a time, once the line is quiet: pinyin costs more than all
 * the rest of a good. What is still to do is in the ledger's file, so a till that ends meanwhile goes on where it was.
 */
import type { TillStore } from '#shared/host/store.ts'
import type { Timer } from '#shared/ports/ports.ts'

/** Pages of a long pull come in quicker succession than this. */
const QUIET_MS = 500
/** More kicks than a pull of a hundred thousand goods has pages. */
const PUT_OFF_MAX = 1000
/** Some ten milliseconds, which a sale may have to wait. */
const GOODS_AT_ONCE = 100

export class SearchQueue {
  readonly #store
  readonly #timer
  readonly #onFault: (fault: unknown) => void
  #cancel: (() => void) | undefined
  /** Kicks since the last of it was done. */
  #putOff = 0

  constructor(store: Pick<TillStore, 'settleSearch'>, timer: Timer, onFault: (fault: unknown) => void) {
    this.#store = store
    this.#timer = timer
    this.#onFault = onFault
  }

  /** Goods came, or moved: those that still come go first, but not for ever. */
  kick(): void {
    this.#putOff += 1
    if (this.#putOff < PUT_OFF_MAX) this.#after(QUIET_MS)
  }

  /** For good: the store may be closed from now on. */
  close(): void {
    this.#cancel?.()
  }

  #after(ms: number): void {
    this.#cancel?.()
    this.#cancel = this.#timer.after(ms, () => {
      try {
        if (this.#store.settleSearch(GOODS_AT_ONCE)) this.#after(0)
        else this.#putOff = 0
      } catch (fault) {
        this.#putOff = 0
        // A full disk, say: the next goods, or the next start, try again.
        this.#onFault(fault)
      }
    })
  }
}
