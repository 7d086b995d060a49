/**
 * Keeps a till and its cloud in step: pushes journal rows after the last acknowledged one, pulls changes after the last
 * number seen, and listens for the cloud's wake-up. It never blocks a sale and never decides what is true: the cloud's
 * acknowledgement is believed, in both directions.
 */
import type { SyncStatus } from '#shared/host/schemas.ts'
import type { Pulled, TillStore } from '#shared/host/store.ts'
import { TillError } from '#shared/host/frames.ts'
import { GENESIS, type JournalRow } from '#shared/ledger/envelope.ts'
import type { Clock, Timer, Wire } from '#shared/ports/ports.ts'
import { errorFacts } from '#shared/ports/log.ts'
import { isPrivateLine } from '#shared/sync/people.ts'
import { CloudClient, HungUp, Refused } from './cloud-client.ts'
import type { Exchange } from './exchange.ts'
import { pull } from './pull.ts'
import { push } from './push.ts'

/** Refusals that trying again soon will not mend. */
const LASTING = new Set(['device.quarantined', 'device.revoked', 'token.invalid', 'signature.invalid', 'sync.fork', 'protocol.unsupported'])
const RETRY_FIRST_MS = 500
const RETRY_MAX_MS = 10_000
const REFUSED_RETRY_MS = 60_000
/** The longest that a till stays away because it was told to: whoever said more was wrong. */
const TOLD_MAX_MS = 10 * 60_000
const KEEP_SEEN_MS = 30_000
/** Selling waits no longer than this many broken attempts for rows that the cloud has and this file hasn't. */
const HOLD_TRIES = 3
/** Set where a till was restored from a backup: how it stands is asked before anything is sold. */
export const RESTORED = 'restored'

export interface SyncHooks {
  status(status: SyncStatus): void
  /** Something came down that screens should know of. */
  pulled(what: Pulled): void
  /** Rows of this till's own came back: anything may be other than it was. */
  caughtUp(): void
  /** Something worth a line in the log; never with personal data. */
  log(code: string, detail: Record<string, unknown>): void
}

/** What the sync needs of the world beside its store. */
export interface SyncWorld {
  readonly clock: Clock
  readonly timer: Timer
  /** The line to the cloud at an address. */
  wire(url: string): Wire
  /** At least 0 and less than 1. */
  random(): number
}

export class CloudSync {
  readonly #store: TillStore
  readonly #world: SyncWorld
  readonly #hooks: SyncHooks
  #client: CloudClient | undefined
  #state: SyncStatus['state'] = 'none'
  #code: string | null = null
  #skewMs: number | null = null
  #exchange: Promise<void> | undefined
  #again = false
  /** Broken attempts for which the ledger is still held. */
  #holdLeft = 0
  #stopped = true
  #isKicked = false
  #isClosed = false
  #keptBack = false
  readonly #pace = { isQuick: true }
  #delay = RETRY_FIRST_MS
  /** How long the cloud said to stay away, ms; 0 when it did not. */
  #awayMs = 0
  #wake: (() => void) | undefined
  #told = ''
  #lastOnline: number | null
  #lastOnlineKept = 0

  constructor(store: TillStore, world: SyncWorld, hooks: SyncHooks) {
    this.#store = store
    this.#world = world
    this.#hooks = hooks
    const kept = store.setting('last-online')
    this.#lastOnline = kept === undefined ? null : Number(kept)
  }

  status(): SyncStatus {
    const unsent = this.#store.head().seq - this.#store.acknowledged()
    return {
      state: this.#state, code: this.#code, unsent, unsentSince: unsent > 0 ? this.#store.unsentSince() : null,
      lastOnline: this.#lastOnline, cloud: this.#store.pairing()?.cloud ?? null,
      rev: this.#store.rev(), skewMs: this.#skewMs,
    }
  }

  /** Begins, or begins again with a new pairing. Does nothing on a till that is not paired. */
  start(): void {
    this.stop()
    const pairing = this.#store.pairing()
    if (!pairing) return
    const { device, privateKey } = this.#store.identity()
    const client = new CloudClient({ token: pairing.token, device, privateKey, isPrivate: isPrivateLine(pairing.cloud) }, this.#world.wire(pairing.cloud), this.#world.timer)
    this.#client = client
    this.#keptBack = false
    this.#stopped = false
    if (this.#store.setting(RESTORED)) this.#hold(HOLD_TRIES)
    this.#delay = RETRY_FIRST_MS
    this.#set('offline', null)
    void this.#listen(client)
  }

  /** For good: the store may be closed from now on. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.rest()
  }

  /** Stops, and resolves when the exchange that was under way has come to its end. */
  async rest(): Promise<void> {
    const last = this.#exchange
    this.stop()
    await last?.catch(() => undefined)
  }

  stop(): void {
    this.#stopped = true
    this.#client?.close()
    this.#client = undefined
    this.#exchange = undefined
    this.#hold(0)
    this.#wake?.()
  }

  /** Holds the ledger for so many broken attempts; 0 lets go. */
  #hold(tries: number): void {
    this.#holdLeft = tries
    this.#store.hold(tries > 0)
  }

  /** The journal has grown: push, if the line is up. After the sale's own answer, which must not wait for this. */
  kick(): void {
    if (this.#isKicked) return
    this.#isKicked = true
    this.#world.timer.after(0, () => {
      this.#isKicked = false
      if (this.#isClosed) return
      this.#tell()
      if (this.#state === 'online') void this.#run().catch(() => undefined)
    })
  }

  /** One whole exchange now, also when off-line or refused. */
  async now(): Promise<SyncStatus> {
    if (this.#client) {
      await this.#run().catch(() => undefined)
      // Whatever came of it, the line is tried now, not when its pause is over.
      this.#wake?.()
    }
    return this.status()
  }

  /** One loop for the life of the client: the stream is the line; while it is up the till is on-line. */
  async #listen(client: CloudClient): Promise<void> {
    while (this.#client === client && !this.#stopped) {
      try {
        await client.listen((rev) => {
          if (this.#state === 'online' && rev <= this.#store.rev()) return
          void this.#run().catch(() => undefined)
        })
      } catch (error) {
        if (this.#client !== client || this.#stopped) return
        if (!(error instanceof HungUp)) this.#failed(error)
      }
      // Not all tills of a street at once, when the street's network is back; nor all that were told the same time.
      const chance = this.#world.random()
      const delayMs = this.#state === 'refused' ? REFUSED_RETRY_MS : this.#delay * (0.75 + chance / 2)
      do {
        const awayMs = this.#awayMs * (1 + chance / 2)
        this.#awayMs = 0
        await this.#pause(Math.max(delayMs, awayMs))
        // Somebody asked for an exchange meanwhile, and it was told to come back later.
      } while (this.#awayMs > 0 && this.#client === client)
      this.#delay = Math.min(this.#delay * 2, RETRY_MAX_MS)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#world.timer.after(ms, resolve)
      this.#wake = () => { cancel(); resolve() }
    })
  }

  /** Runs an exchange; a call during one makes it go round once more. */
  #run(): Promise<void> {
    const client = this.#client
    if (!client) return Promise.resolve()
    if (this.#exchange) {
      this.#again = true
      return this.#exchange
    }
    const ways = this.#waysOf(client)
    const work = async (): Promise<void> => {
      try {
        if (this.#state !== 'online') await this.#meet(client)
        do {
          this.#again = false
          await push(ways, () => this.#meet(client))
          await pull(ways, (what) => this.#hooks.pulled(what))
          await this.#sendPeople(client)
        } while (this.#again && this.#client === client)
        this.#delay = RETRY_FIRST_MS
      } catch (error) {
        if (this.#client === client) {
          this.#failed(error)
          // The stream may be well, but nothing would try again while it says nothing.
          client.hangUp()
        }
        throw error
      } finally {
        // In the same breath as the last look at `#again`, so that no call falls between.
        if (this.#exchange === exchange) this.#exchange = undefined
      }
    }
    const exchange: Promise<void> = work()
    this.#exchange = exchange
    return exchange
  }

  #waysOf(client: CloudClient): Exchange {
    return {
      client, store: this.#store, timer: this.#world.timer, clock: this.#world.clock, pace: this.#pace,
      isCurrent: () => this.#client === client,
      moved: () => {
        this.#seen()
        this.#tell()
      },
      log: (code, detail) => this.#hooks.log(code, detail),
    }
  }

  /** Compares where both sides stand. A cloud that knows rows this file doesn't have means that the file is an old backup. */
  async #meet(client: CloudClient): Promise<void> {
    const asked = this.#world.clock.now()
    const state = await client.state()
    const answered = this.#world.clock.now()
    if (this.#client !== client) throw new Error('stopped')
    this.#skewMs = Math.round((asked + answered) / 2 - state.time)
    if (state.quarantined) throw new Refused('device.quarantined', {})
    if (state.ack > this.#store.head().seq) await this.#catchUp(client, state.ack)
    const own = state.ack === 0 ? GENESIS : this.#store.rows(state.ack - 1, 1)[0]?.hash
    if (own !== state.head) throw new Refused('sync.fork', { seq: state.ack })
    if (state.ack !== this.#store.acknowledged()) {
      this.#hooks.log('sync.ack_moved', { from: this.#store.acknowledged(), to: state.ack })
      // It went back, and a record follows its row in a breath of its own: any of them may be gone.
      if (state.ack < this.#store.acknowledged()) this.#store.people.sendAgain()
      this.#store.acknowledge(state.ack)
    }
    if (this.#store.setting(RESTORED)) this.#store.setSetting(RESTORED, '')
    this.#hold(0)
    this.#set('online', null)
  }

  /**
   * Takes back what this file lost, a page in a transaction. Nothing is sold meanwhile: a row made here would stand where
   * one of those belongs, and the ledger would exist twice.
   */
  async #catchUp(client: CloudClient, ack: number): Promise<void> {
    const from = this.#store.head().seq
    this.#hold(this.#holdLeft || HOLD_TRIES)
    this.#set('behind', 'sync.behind')
    while (this.#store.head().seq < ack) {
      const after = this.#store.head().seq
      const rows = await client.rows(after)
      if (this.#client !== client) throw new Error('stopped')
      if (rows.length === 0) throw new Error(`the cloud has no row ${after + 1}`)
      if (!this.#append(rows)) throw new Refused('sync.fork', { seq: after + 1 })
    }
    this.#hooks.log('sync.caught_up', { from, to: this.#store.head().seq })
    this.#hooks.caughtUp()
  }

  /** Throws Refused protocol.unsupported for rows that this program can't read: a newer one wrote them. */
  #append(rows: readonly JournalRow[]): boolean {
    try {
      return this.#store.append(rows)
    } catch (error) {
      throw error instanceof TillError && error.code === 'rows.unreadable' ? new Refused('protocol.unsupported', error.detail ?? {}) : error
    }
  }

  /** Personal records follow the rows that name them; each is answered by itself. */
  async #sendPeople(client: CloudClient): Promise<void> {
    for (;;) {
      const records = this.#store.people.unsent(this.#store.acknowledged())
      if (records.length === 0 || this.#client !== client) return
      if (!client.isPrivate) return this.#keepBack(records.length)
      const { states } = await client.people(records)
      if (this.#client !== client) return
      if (states.length !== records.length) throw new Error(`the cloud answered ${states.length} of ${records.length} records`)
      this.#store.together(() => {
        records.forEach((record, index) => this.#store.people.sent(record, states[index]!))
      })
      if (states.includes('erased')) this.#store.people.scrub()
      records.forEach(({ event }, index) => {
        if (states[index] === 'refused') this.#hooks.log('sync.record_refused', { event })
      })
    }
  }

  /** Others could read along on this line. Said once for each connection. */
  #keepBack(records: number): void {
    if (!this.#keptBack) this.#hooks.log('sync.people_kept_back', { records })
    this.#keptBack = true
  }

  /** The line works. Kept in the file now and then, not at every sale: a write costs the counter a moment. */
  #seen(): void {
    const now = this.#world.clock.now()
    this.#lastOnline = now
    if (Math.abs(now - this.#lastOnlineKept) < KEEP_SEEN_MS) return
    this.#lastOnlineKept = now
    this.#store.setSetting('last-online', String(now))
  }

  #failed(error: unknown): void {
    if (error instanceof Refused) this.#awayMs = Math.min(error.retryAfterMs ?? 0, TOLD_MAX_MS)
    const isLasting = error instanceof Refused && LASTING.has(error.code)
    // A refusal needs somebody to act, a line that stays away may stay away all day: the counter waits for neither.
    this.#hold(isLasting ? 0 : Math.max(0, this.#holdLeft - 1))
    if (error instanceof Refused && isLasting) {
      this.#hooks.log('sync.refused', { code: error.code, ...error.detail })
      this.#set('refused', error.code)
    } else {
      if (this.#state === 'online') this.#hooks.log('sync.lost', { reason: reasonOf(error) })
      this.#set('offline', error instanceof Refused ? error.code : null)
    }
  }

  #set(state: SyncStatus['state'], code: string | null): void {
    this.#state = state
    this.#code = code
    this.#tell()
  }

  /** Tells the screens, once for each change worth showing. */
  #tell(): void {
    const status = this.status()
    const worth = JSON.stringify([status.state, status.code, status.unsent, status.rev, status.cloud])
    if (worth === this.#told) return
    this.#told = worth
    this.#hooks.status(status)
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.cause instanceof Error && 'code' in error.cause) return String(error.cause.code)
  const { error: kind, message } = errorFacts(error)
  return message ?? kind
}
