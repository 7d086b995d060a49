/** The cloud as the simulation runs it: the product's own routes, over memory or over PostgreSQL, with a process that can stop. */
import type { FastifyInstance } from 'fastify'
import type { Id } from '#shared/identity/ids.ts'
import type { WireAnswer, WireRequest } from '#shared/ports/ports.ts'
import { createApp } from '#cloud/api/server.ts'
import { tellRevs } from '#cloud/api/stream.ts'
import { syncRoutes } from '#cloud/api/sync.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import type { SyncDesk } from '#cloud/jobs/desk.ts'
import type { SyncStore } from '#cloud/projections/sync-store.ts'
import type { Notice, Notices } from '#cloud/storage/notices.ts'
import type { CloudUnderTest } from '#cloud/testing/books.ts'
import type { Schedule } from './schedule.ts'

interface Line { write(text: string): void; end(): void; isCut(): boolean }

/** Wake-ups that come one by one and in order, whatever a database's own would do. */
export class SimulatedNotices implements Notices {
  readonly #listeners = new Set<(notice: Notice | undefined) => void>()

  subscribe(_shop: Id, listener: (notice: Notice | undefined) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells everybody to look. */
  wake(): void {
    for (const listener of this.#listeners) listener(undefined)
  }

  async close(): Promise<void> {}
}

export class CloudMachine {
  readonly store: CloudUnderTest
  isUp = true
  readonly #schedule
  readonly #notices
  readonly #desk: SyncDesk
  readonly #app: FastifyInstance
  readonly #lines = new Map<Line, () => void>()

  constructor(schedule: Schedule, store: CloudUnderTest, notices: SimulatedNotices) {
    this.#schedule = schedule
    this.store = store
    this.#notices = notices
    this.#desk = { sync: this.#watched(store.sync), notices, now: () => schedule.now }
    this.#app = createApp({ logLevel: 'silent' })
    void this.#app.register(syncRoutes(this.#desk))
  }

  /** Every call counts as under way until it is over. */
  #watched(sync: SyncStore): SyncStore {
    return new Proxy(sync, {
      get: (target, name: keyof SyncStore) => (...args: unknown[]) => this.#schedule.during(() => (target[name] as (...args: unknown[]) => Promise<unknown>).apply(target, args)),
    })
  }

  /** Answers one request; undefined when the cloud went away meanwhile. */
  async handle({ method, path, headers, body }: WireRequest): Promise<WireAnswer | undefined> {
    const reply = await this.#app.inject({ method, url: path, headers, ...(body ? { payload: Buffer.from(body) } : {}) })
    this.#notices.wake()
    await this.#schedule.settle()
    return this.isUp ? { status: reply.statusCode, headers: {}, text: reply.body } : undefined
  }

  /** Opens a till's stream: how to leave it, or the refusal. */
  async follow({ headers }: Pick<WireRequest, 'headers'>, line: Line): Promise<(() => void) | WireAnswer> {
    try {
      const device = await this.#desk.sync.authenticate(headers['authorization'], this.#schedule.now)
      const unsubscribe = tellRevs(this.#desk, device, { write: (text) => { if (!line.isCut()) line.write(text) }, end: line.end })
      const beat = (): void => {
        if (!this.#lines.has(line)) return
        if (!line.isCut()) line.write(': still here\n\n')
        this.#schedule.after(15_000, beat)
      }
      const leave = (): void => {
        unsubscribe()
        this.#lines.delete(line)
      }
      this.#lines.set(line, leave)
      this.#schedule.after(15_000, beat)
      return leave
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { status: error.status, headers: {}, text: JSON.stringify({ code: error.code, message: error.message, detail: error.detail ?? {} }) }
    }
  }

  /** The process ends: every line breaks, and nothing is answered until it is back. */
  stop(): void {
    this.isUp = false
    for (const line of this.#lines.keys()) line.end()
    this.#lines.clear()
  }

  start(): void {
    this.isUp = true
  }

  /** Something was changed beside the routes. */
  async changed(): Promise<void> {
    this.#notices.wake()
    await this.#schedule.settle()
  }

  async close(): Promise<void> {
    await this.#app.close()
    await this.store.close()
  }
}
