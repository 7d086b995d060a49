/**
 * Whose turn it is at the database. Work waits in lanes, one for each shop or caller; a lane runs only a few at once,
 * lanes that wait are served in turn, and a lane that waits too long already is told when to come back. So what one
 * shop sends, however much, costs another shop no more than one turn. It knows nothing of what the work is.
 */

/** Too many wait in this lane: come back after `retryAfterMs`. */
export class Crowded extends Error {
  readonly retryAfterMs: number
  constructor(retryAfterMs: number) {
    super('too many wait')
    this.name = 'Crowded'
    this.retryAfterMs = retryAfterMs
  }
}

export interface FairQueueOptions {
  /** Work that runs at once, over all lanes. */
  readonly running: number
  readonly runningPerLane: number
  readonly waitingPerLane: number
  /** A clock for durations, ms. */
  readonly now?: () => number
}

/** A time to come back that is neither at once nor for ever. */
const RETRY_MIN_MS = 250
const RETRY_MAX_MS = 30_000
/** How much the latest duration counts in the mean. */
const LATEST = 0.1

interface Lane { running: number; readonly waiting: (() => void)[] }

export class FairQueue {
  readonly #options: Required<FairQueueOptions>
  readonly #lanes = new Map<string, Lane>()
  /** Lanes whose next may run as soon as there is room, in the order of their turns. */
  readonly #due = new Set<string>()
  #running = 0
  #waiting = 0
  #meanMs = 20

  constructor(options: FairQueueOptions) {
    this.#options = { now: () => performance.now(), ...options }
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting
  }

  /** Lanes that run or wait. */
  get lanes(): number {
    return this.#lanes.size
  }

  /** Waits for a turn of `lane`; whoever got it calls what it resolves to, once or more, when done. Throws Crowded at once. */
  enter(lane: string): Promise<() => void> {
    const entry = this.#lanes.get(lane) ?? { running: 0, waiting: [] }
    const isFree = this.#running < this.#options.running && entry.running < this.#options.runningPerLane && entry.waiting.length === 0
    if (!isFree && entry.waiting.length >= this.#options.waitingPerLane) return Promise.reject(new Crowded(this.#retryAfterMs(entry)))
    this.#lanes.set(lane, entry)
    if (isFree) return Promise.resolve(this.#begin(lane, entry))
    return new Promise((resolve) => {
      entry.waiting.push(() => resolve(this.#begin(lane, entry)))
      this.#waiting += 1
      if (entry.running < this.#options.runningPerLane) this.#due.add(lane)
    })
  }

  #begin(lane: string, entry: Lane): () => void {
    entry.running += 1
    this.#running += 1
    const began = this.#options.now()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      entry.running -= 1
      this.#running -= 1
      this.#meanMs += LATEST * (this.#options.now() - began - this.#meanMs)
      if (entry.waiting.length > 0) this.#due.add(lane)
      else if (entry.running === 0) this.#lanes.delete(lane)
      this.#next()
    }
  }

  #next(): void {
    while (this.#running < this.#options.running) {
      const [lane] = this.#due
      if (lane === undefined) return
      // To the end of the turns, if more of it may run.
      this.#due.delete(lane)
      const entry = this.#lanes.get(lane)!
      const start = entry.waiting.shift()!
      this.#waiting -= 1
      start()
      if (entry.waiting.length > 0 && entry.running < this.#options.runningPerLane) this.#due.add(lane)
    }
  }

  /** About when the last of those who wait will have had its turn. */
  #retryAfterMs({ waiting }: Lane): number {
    const mine = (waiting.length * this.#meanMs) / this.#options.runningPerLane
    return Math.round(Math.min(RETRY_MAX_MS, Math.max(RETRY_MIN_MS, mine)))
  }
}
