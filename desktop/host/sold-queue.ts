/**
 * Takes sales into the table that a recall looks through, a few at a time and while nobody is at the counter: a sale itself must
 * not wait for it, nor a scan for SQLite's checkpoint after it, which takes most of a second on a slow disk. How far it is, is in the
 * ledger's file, so a till that ends meanwhile goes on where it was; of what is not in it yet the latest is found too.
 */
import type { TillStore } from '#shared/host/store.ts'
import type { Clock, Timer } from '#shared/ports/ports.ts'

/** Some milliseconds. */
export const SALES_AT_ONCE = 100
/** Between two of them, where years of sales wait, and how much longer than one of them took: the counter has most of the time. */
const PAUSE_MS = 50
const PAUSES_PER_SLICE = 4
const LOOK_MS = 5 * 60_000
/** After the last touch of the counter the next customer may be at it, or nobody. */
const QUIET_MS = 5000
/** A ticket that is open for so long without a touch: whoever rang it up is away. */
const AWAY_MS = 60_000

export interface SoldQueueParts {
  readonly store: Pick<TillStore, 'settleSold'>
  readonly timer: Timer
  readonly clock: Clock
  onFault(fault: unknown): void
}

export class SoldQueue {
  readonly #parts
  #cancel: () => void
  #isClosed = false

  constructor(parts: SoldQueueParts) {
    this.#parts = parts
    this.#cancel = this.#after(PAUSE_MS)
  }

  /** Somebody did something at the counter, which is left to them for a while; `isOpen`: a ticket is being rung up. */
  touched(isOpen: boolean): void {
    if (this.#isClosed) return
    this.#cancel()
    this.#cancel = this.#after(isOpen ? AWAY_MS : QUIET_MS)
  }

  /** For good: the store may be closed from now on. */
  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  #after(ms: number): () => void {
    return this.#parts.timer.after(ms, () => { this.#cancel = this.#after(this.#settle()) })
  }

  /** When to come again, in ms. */
  #settle(): number {
    const { store, clock, onFault } = this.#parts
    const begun = clock.now()
    try {
      if (!store.settleSold(SALES_AT_ONCE)) return LOOK_MS
    } catch (fault) {
      // A full disk, say: the next look tries again.
      onFault(fault)
      return LOOK_MS
    }
    return Math.min(Math.max(PAUSE_MS, PAUSES_PER_SLICE * (clock.now() - begun)), QUIET_MS)
  }
}
