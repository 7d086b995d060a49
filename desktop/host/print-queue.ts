/**
 * The pump of the print queue: takes jobs from the durable queue and gives them to printers, one at a time for each
 * printer and in their order, and waits with those that are away. It decides nothing about a sale and nothing waits for
 * it. It may print a paper twice, then marked as a copy, and never loses one: a job leaves as done or as failed. What a
 * printer took whole and never confirmed is not repeated by itself.
 */
import type { PrinterSettings } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Clock, PrintJob, PrintJobs, PrintOutcome, Printer, Timer } from '#shared/ports/ports.ts'
import { profileNamed } from '#printers/profiles.ts'
import { drawerKick } from '#printers/receipt.ts'

export interface PrintQueueOptions {
  readonly jobs: PrintJobs
  printers(): readonly PrinterSettings[]
  /** Asked once for each address; the printer serves all its jobs. */
  open(settings: PrinterSettings): Printer
  /** A job's paper; undefined when what it would print is not there. Not asked for jobs that only open the drawer. */
  render(job: PrintJob, settings: PrinterSettings): Uint8Array | undefined
  readonly clock: Clock
  readonly timer: Timer
  /** A job of this printer moved. */
  onChange(printer: Id): void
  /** The queue itself could not be read or written, or a document not be rendered: for the log. The pump goes on. */
  onFault(fault: unknown): void
}
export interface PrintQueue {
  /** There is something new to print, or a reason to try again at once. */
  kick(): void
  /** Starts nothing more, and resolves when what is being sent is over, or after `graceMs`: then it is found by `recover`. */
  stop(graceMs?: number): Promise<void>
}

export const RETRY_FIRST_MS = 1_000
export const RETRY_MAX_MS = 15_000
/** A drawer that springs open long after the sale is an open drawer that nobody minds; then the key must do. */
export const DRAWER_FRESH_MS = 60_000
/** Each partial try costs paper; after so many of one job the printer, or the job, needs a person. */
export const PARTIAL_TRIES_MAX = 5
const STOP_GRACE_MS = 2_000

/** 1, 2, 4, 8, 15, 15 … seconds after the first, second … failure in a row. */
export function retryDelayMs(failures: number): number {
  return Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(20, failures - 1))
}

/** Recovers what a crash left half sent, and starts pumping. */
export function createPrintQueue(options: PrintQueueOptions): PrintQueue {
  const lanes = new Map<Id, Lane>()
  let isStopped = false
  const kick = (): void => {
    if (isStopped) return
    try {
      for (const { id } of options.printers()) {
        const lane = lanes.get(id) ?? new Lane(id, options)
        lanes.set(id, lane)
        lane.kick()
      }
    } catch (fault) {
      options.onFault(fault)
    }
  }
  try {
    options.jobs.recover()
  } catch (fault) {
    options.onFault(fault)
  }
  kick()
  return {
    kick,
    async stop(graceMs = STOP_GRACE_MS) {
      isStopped = true
      let cancel = (): void => undefined
      const grace = new Promise<void>((resolve) => { cancel = options.timer.after(graceMs, resolve) })
      await Promise.race([Promise.all([...lanes.values()].map((lane) => lane.stop())), grace])
      cancel()
      for (const lane of lanes.values()) lane.abandon()
    },
  }
}

/** One printer's jobs. Its loop runs while there are any, and is started again by a kick. */
class Lane {
  readonly #printer: Id
  readonly #options: PrintQueueOptions
  #running: Promise<void> | undefined
  /** A kick came while the loop was running: look again before going to sleep. */
  #isKicked = false
  #isStopping = false
  #isAbandoned = false
  #failures = 0
  #device: { readonly address: string; readonly printer: Printer } | undefined
  #partialTries: { job: number; tries: number } = { job: -1, tries: 0 }
  #wake: (() => void) | undefined

  constructor(printer: Id, options: PrintQueueOptions) {
    this.#printer = printer
    this.#options = options
  }

  kick(): void {
    this.#isKicked = true
    this.#wake?.()
    if (this.#running || this.#isStopping) return
    this.#running = this.#run().finally(() => {
      this.#running = undefined
      if (this.#isKicked) this.kick()
    })
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#isKicked = false
    this.#wake?.()
    await this.#running
  }

  /** The store may be closed from now on: a late outcome writes nothing. */
  abandon(): void {
    this.#isAbandoned = true
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      this.#isKicked = false
      let delayMs: number | undefined
      try {
        delayMs = await this.#step()
      } catch (fault) {
        if (this.#isAbandoned) return
        this.#options.onFault(fault)
        delayMs = retryDelayMs(++this.#failures)
      }
      if (delayMs === undefined) return
      if (delayMs > 0) await this.#sleep(delayMs)
    }
  }

  /** Handles the oldest job; gives the ms to wait before the next look, or undefined when there is nothing to do. */
  async #step(): Promise<number | undefined> {
    const { jobs, printers, onChange } = this.#options
    const settings = printers().find(({ id }) => id === this.#printer)
    const next = settings && jobs.next(this.#printer)
    if (!settings || !next) return undefined
    // Left half sent by a crash, and even that could not be written down at the start: some of it may be on paper.
    const job = next.state === 'sending' ? { ...next, copy: true } : next

    const bytes = this.#bytesOf(job, settings)
    if ('error' in bytes) {
      jobs.mark(job.id, 'failed', bytes.error)
      onChange(this.#printer)
      return 0
    }
    jobs.mark(job.id, 'sending', null, job.copy)
    onChange(this.#printer)
    const outcome = await this.#open(settings).send(bytes)
    if (this.#isAbandoned) return undefined
    await this.#record(job, outcome)
    if (this.#isAbandoned) return undefined
    onChange(this.#printer)
    if (outcome.ok || outcome.code === 'printer.unconfirmed') {
      this.#failures = 0
      return 0
    }
    return retryDelayMs(++this.#failures)
  }

  #open(settings: PrinterSettings): Printer {
    if (this.#device?.address !== settings.address) this.#device = { address: settings.address, printer: this.#options.open(settings) }
    return this.#device.printer
  }

  /** Writes an outcome down, however long that takes: a paper that came out must not come out again for a full disk. */
  async #record(job: PrintJob, outcome: PrintOutcome): Promise<void> {
    const mark = this.#markFor(job, outcome)
    for (let tries = 1; !this.#isAbandoned; tries++) {
      try {
        mark()
        return
      } catch (fault) {
        this.#options.onFault(fault)
        if (this.#isStopping) return
        await this.#sleep(retryDelayMs(tries))
      }
    }
  }

  #markFor(job: PrintJob, outcome: PrintOutcome): () => void {
    const { jobs } = this.#options
    // A pulse that may have gone out is not tried again: the cashier sees whether the drawer is open.
    if (outcome.ok || (job.kind === 'drawer' && outcome.sent > 0)) return () => jobs.mark(job.id, 'done', null)
    // Very likely out: a person looks, and prints it again as a copy where it isn't.
    if (outcome.code === 'printer.unconfirmed') return () => jobs.mark(job.id, 'failed', outcome.code, true)
    if (outcome.sent === 0) return () => jobs.mark(job.id, 'queued', outcome.code)
    const tries = this.#partialTries.job === job.id ? this.#partialTries.tries + 1 : 1
    this.#partialTries = { job: job.id, tries }
    const isGivenUp = tries >= PARTIAL_TRIES_MAX
    if (isGivenUp) this.#partialTries = { job: -1, tries: 0 }
    return () => jobs.mark(job.id, isGivenUp ? 'failed' : 'queued', outcome.code, true)
  }

  /** The drawer's pulse goes first: the cashier needs the drawer before the customer needs the paper. */
  #bytesOf(job: PrintJob, settings: PrinterSettings): Uint8Array | { error: string } {
    const isFresh = this.#options.clock.now() - job.at <= DRAWER_FRESH_MS
    const kick = drawerKick(profileNamed(settings.profile))
    if (job.kind === 'drawer') return isFresh && !job.copy ? kick : { error: 'drawer.too_late' }
    let paper
    try {
      paper = this.#options.render(job, settings)
    } catch (fault) {
      this.#options.onFault(fault)
    }
    if (paper === undefined) return { error: 'print.unrenderable' }
    // A copy's pulse was among the bytes that went out before.
    return job.drawer && settings.drawer && isFresh && !job.copy ? Uint8Array.from([...kick, ...paper]) : paper
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#isKicked || this.#isStopping) {
      this.#isKicked = false
      return
    }
    await new Promise<void>((resolve) => {
      const cancel = this.#options.timer.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
    this.#wake = undefined
  }
}
