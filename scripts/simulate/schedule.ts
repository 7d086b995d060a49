/**
 * Time that passes when it is told to. What is due runs one after the other, and each comes to its end, with everything
 * it sets off at once, before the next begins: so one seed is one order of events.
 */

interface Entry { readonly at: number; readonly order: number; readonly run: () => void | Promise<void> }

export class Schedule {
  /** UTC milliseconds of the world, whatever clocks in it say. */
  now: number
  /** What escaped from what ran. */
  readonly faults: unknown[] = []
  readonly #queue: Entry[] = []
  #order = 0
  /** Work of the real world that is under way, such as a statement at a database. */
  #busy = 0

  constructor(now: number) {
    this.now = now
  }

  /** Runs `run` once, `ms` of the world's milliseconds from now, unless the returned function is called first. */
  after(ms: number, run: () => void | Promise<void>): () => void {
    const entry: Entry = { at: this.now + Math.max(0, Math.ceil(ms)), order: this.#order++, run }
    let index = this.#queue.length
    while (index > 0 && this.#queue[index - 1]!.at > entry.at) index -= 1
    this.#queue.splice(index, 0, entry)
    return () => {
      const at = this.#queue.indexOf(entry)
      if (at >= 0) this.#queue.splice(at, 1)
    }
  }

  /** Counts `work` as under way, so that nothing else begins before it is over. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#busy += 1
    try {
      return await work()
    } finally {
      this.#busy -= 1
    }
  }

  /** Resolves when everything that has been set off has come to its end or waits for time to pass. */
  async settle(): Promise<void> {
    do await new Promise((resolve) => { setImmediate(resolve) })
    while (this.#busy > 0)
  }

  /** Lets `ms` pass, running what falls due. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms
    for (let entry = this.#queue[0]; entry && entry.at <= until; entry = this.#queue[0]) {
      this.#queue.shift()
      this.now = Math.max(this.now, entry.at)
      try {
        await entry.run()
      } catch (error) {
        this.faults.push(error)
      }
      await this.settle()
    }
    this.now = until
  }

  /** Lets time pass, `stepMs` at a time, until `isReached`. False when that has not come in `limitMs`. */
  async passUntil(isReached: () => boolean, stepMs: number, limitMs: number): Promise<boolean> {
    const limit = this.now + limitMs
    while (!isReached()) {
      if (this.now >= limit) return false
      await this.pass(stepMs)
    }
    return true
  }
}
