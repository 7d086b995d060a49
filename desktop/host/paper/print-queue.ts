/**
 * The pump of the print queue: takes jobs from the durable queue and gives them to printers, one at a time for each
 * printer and in their order, and waits with those that are away. It decides nothing about a sale and nothing waits for
 * it. It may print a paper twice, then marked as a copy, and never loses one: a job leaves as done or as failed. What a
 * printer took whole and never confirmed is not repeated by itself. A printer that tells how it does is asked while there is
 * nothing to print, and gets no paper while it could not print it. Another may take over what waits.
 */
import { type PrinterSettings, standsFor } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { blocking } from '#shared/devices/printing.ts'
import type { Clock, PrintJob, PrintJobs, PrintOutcome, Printer, PrinterState, Timer } from '#shared/ports/ports.ts'
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
  /** A printer says something else of itself, came or went. */
  onState(printer: Id, state: PrinterState): void
  /** The queue itself could not be read or written, or a document not be rendered: for the log. The pump goes on. */
  onFault(fault: unknown): void
}
export interface PrintQueue {
  /** There is something new to print, or a reason to try again at once. */
  kick(): void
  /** What waits for one printer goes to another, and what is stuck half way too, then as a copy. Returns how many papers. */
  takeOver(from: Id, to: Id): number
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
/** How often an idle printer that tells how it does is asked; and one that doesn't, because it may have been asleep. */
export const POLL_MS = 1_000
export const POLL_MUTE_MS = 60_000
/** In a row, looks that did not reach it: one may have met another till's paper. */
const AWAY_AFTER = 2
/** A paper that takes no longer than this to be sent is not stuck. */
const STUCK_MS = 3_000
const UNKNOWN: PrinterState = { state: 'unknown', code: null, troubles: [] }

/** 1, 2, 4, 8, 15, 15 … seconds after the first, second … failure in a row. */
export function retryDelayMs(failures: number): number {
  return Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(20, failures - 1))
}

/** Recovers what a crash left half sent, and starts pumping. */
export function createPrintQueue(options: PrintQueueOptions): PrintQueue {
  const lanes = new Map<Id, Lane>()
  let isStopped = false
  const laneOf = (id: Id): Lane => {
    const lane = lanes.get(id) ?? new Lane(id, options, laneOf)
    lanes.set(id, lane)
    return lane
  }
  const kick = (): void => {
    if (isStopped) return
    try {
      for (const { id } of options.printers()) laneOf(id).kick()
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
    takeOver(from, to) {
      if (from === to) return 0
      const moved = laneOf(from).handOver(to)
      options.onChange(from)
      laneOf(to).kick()
      return moved
    },
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

/** One printer's jobs. Its loop runs while there are any, or while the printer can be asked, and is started again by a kick. */
class Lane {
  readonly #printer: Id
  readonly #options: PrintQueueOptions
  readonly #laneOf: (id: Id) => Lane
  #running: Promise<void> | undefined
  /** A kick came while the loop was running: look again before going to sleep. */
  #isKicked = false
  #isStopping = false
  #isAbandoned = false
  #failures = 0
  #device: { readonly address: string; readonly profile: string; readonly printer: Printer } | undefined
  #partialTries: { job: number; tries: number } = { job: -1, tries: 0 }
  #wake: (() => void) | undefined
  #state = UNKNOWN
  #awayLooks = 0
  /** Nothing of the paper in front could be sent the last time. */
  #isHeld = false
  /** It was there then, and said nothing. */
  #isLookedAt = false
  /** UTC ms since when the paper in front can't be printed. */
  #stuckSince: number | undefined
  #sending: { readonly since: number; readonly giveUp: AbortController } | undefined
  /** Who gets the paper that is being given up. */
  #heir: Id | undefined
  /** The printer was heard just now. */
  #isFresh = false

  constructor(printer: Id, options: PrintQueueOptions, laneOf: (id: Id) => Lane) {
    this.#printer = printer
    this.#options = options
    this.#laneOf = laneOf
  }

  /** Nothing is known to keep it from printing. */
  get isFit(): boolean {
    return !this.#isHeld && this.#stuckSince === undefined && this.#state.state !== 'away' && !blocking(this.#state.troubles)
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

  /** Gives what waits to another printer, and what is being sent where it is stuck. Returns how many papers. */
  handOver(to: Id): number {
    const { jobs, clock } = this.#options
    const moved = jobs.move(this.#printer, to)
    this.#stuckSince = undefined
    if (!this.#sending) return moved
    this.#heir = to
    const isStuck = blocking(this.#state.troubles) !== undefined || clock.now() - this.#sending.since > STUCK_MS
    if (isStuck) this.#sending.giveUp.abort()
    return moved + (isStuck ? 1 : 0)
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
    if (!settings) return undefined
    const next = jobs.next(this.#printer)
    if (!next) return this.#idle(settings)
    if (this.#callStandIn(settings)) return 0
    // Left half sent by a crash, and even that could not be written down at the start: some of it may be on paper.
    const job = next.state === 'sending' ? { ...next, copy: true } : next

    const bytes = this.#bytesOf(job, settings)
    if ('error' in bytes) {
      jobs.mark(job.id, 'failed', bytes.error)
      onChange(this.#printer)
      return 0
    }
    if (this.#isHeld && !await this.#isMended(settings)) return this.#until(settings, POLL_MS)
    this.#isLookedAt = false
    if (this.#isAbandoned || this.#isStopping) return undefined
    // While it was asked, another printer may have taken the paper over.
    if (jobs.next(this.#printer)?.id !== job.id) return 0
    jobs.mark(job.id, 'sending', null, job.copy)
    onChange(this.#printer)
    const outcome = await this.#send(settings, bytes)
    if (this.#isAbandoned) return undefined
    await this.#record(job, outcome)
    if (this.#isAbandoned) return undefined
    const isOut = outcome.ok || outcome.code === 'printer.unconfirmed'
    this.#isHeld = !outcome.ok && outcome.sent === 0
    this.#isFresh = isOut
    this.#stuckSince = isOut ? undefined : this.#stuckSince ?? this.#options.clock.now()
    this.#passOn(isOut)
    onChange(this.#printer)
    if (isOut) {
      this.#failures = 0
      return 0
    }
    const delayMs = retryDelayMs(++this.#failures)
    return this.#until(settings, this.#isHeld && this.#open(settings).status ? Math.min(delayMs, POLL_MS) : delayMs)
  }

  async #send(settings: PrinterSettings, bytes: Uint8Array): Promise<PrintOutcome> {
    const giveUp = new AbortController()
    this.#sending = { since: this.#options.clock.now(), giveUp }
    try {
      return await this.#open(settings).send(bytes, {
        signal: giveUp.signal,
        told: (state) => {
          this.#tell(state)
          if (!blocking(state.troubles)) return
          this.#stuckSince ??= this.#options.clock.now()
          if (this.#callStandIn(settings)) giveUp.abort()
        },
      })
    } finally {
      this.#sending = undefined
    }
  }

  /** What did not come out follows the papers that were behind it. */
  #passOn(isOut: boolean): void {
    const heir = this.#heir
    this.#heir = undefined
    if (heir === undefined || isOut || this.#options.jobs.move(this.#printer, heir) === 0) return
    this.#stuckSince = undefined
    this.#options.onChange(heir)
    this.#laneOf(heir).kick()
  }

  /** Hands over where that is set, due, and the other printer is not known to be stuck itself. True when it did. */
  #callStandIn(settings: PrinterSettings): boolean {
    const { standIn } = settings
    const { clock, printers, onChange } = this.#options
    if (!standIn || this.#stuckSince === undefined || clock.now() - this.#stuckSince < standIn.afterS * 1000) return false
    const other = printers().find(({ id }) => id === standIn.printer && id !== this.#printer)
    if (!other || !standsFor(settings, other) || !this.#laneOf(other.id).isFit) return false
    const moved = this.handOver(other.id)
    if (moved === 0) return false
    onChange(this.#printer)
    this.#laneOf(other.id).kick()
    return true
  }

  /** ms to wait, and no longer than until the other printer is to be called. */
  #until({ standIn }: PrinterSettings, ms: number): number {
    if (!standIn || this.#stuckSince === undefined) return ms
    const due = this.#stuckSince + standIn.afterS * 1000 - this.#options.clock.now()
    return due > 0 ? Math.min(ms, due) : ms
  }

  /** Asks a printer that could not print whether it can: a job is not touched for that. True also where it can't be asked. */
  async #isMended(settings: PrinterSettings): Promise<boolean> {
    if (this.#isLookedAt) return true
    const state = await this.#open(settings).status?.()
    if (!state || this.#isAbandoned) return true
    this.#tell(state)
    // One that says nothing may be slow to notice that we have left, and turn the next away: it is tried a moment later.
    this.#isLookedAt = state.state === 'unknown'
    return state.state === 'known' && !blocking(state.troubles)
  }

  async #idle(settings: PrinterSettings): Promise<number | undefined> {
    this.#stuckSince = undefined
    this.#isHeld = false
    const { status } = this.#open(settings)
    if (!status) return undefined
    if (this.#isFresh) {
      this.#isFresh = false
      return POLL_MS
    }
    const state = await status()
    if (this.#isAbandoned) return undefined
    this.#tell(state)
    return state.state === 'unknown' ? POLL_MUTE_MS : POLL_MS
  }

  #tell(state: PrinterState): void {
    this.#awayLooks = state.state === 'away' ? this.#awayLooks + 1 : 0
    if (state.state === 'away' && this.#awayLooks < AWAY_AFTER) return
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return
    this.#state = state
    this.#options.onState(this.#printer, state)
  }

  #open({ address, profile }: PrinterSettings): Printer {
    if (this.#device?.address !== address || this.#device.profile !== profile) {
      this.#device = { address, profile, printer: this.#options.open(this.#options.printers().find(({ id }) => id === this.#printer)!) }
      this.#awayLooks = 0
      this.#tell(UNKNOWN)
    }
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
