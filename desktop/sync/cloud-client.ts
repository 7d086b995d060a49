/** The sync protocol's calls over a wire, each with a limit in time, each answer parsed. */
import type { z } from 'zod'
import type { Id } from '#shared/identity/ids.ts'
import type { JournalRow, RawRow } from '#shared/ledger/envelope.ts'
import type { NamedRecord } from '#shared/members/record.ts'
import type { Timer, Wire, WireAnswer } from '#shared/ports/ports.ts'
import { PeopleReplySchema, type SentRecordSchema } from '#shared/sync/people.ts'
import {
  ChangesSchema, type KnownEvent, KnownSchema, PULL_ROWS_MAX, PairReplySchema, type PairRequestSchema, PushReplySchema, RefusalSchema, RowsSchema, SyncStateSchema,
} from '#shared/sync/protocol.ts'
import { signBytes } from './device-key.ts'
import { packPush, type PushBody } from './push-body.ts'

/** The cloud answered no; `retryAfterMs` where it said when to ask again. */
export class Refused extends Error {
  readonly code: string
  readonly detail: Record<string, unknown>
  readonly retryAfterMs: number | undefined
  constructor(code: string, detail: Record<string, unknown>, retryAfterMs?: number) {
    super(code)
    this.name = 'Refused'
    this.code = code
    this.detail = detail
    this.retryAfterMs = retryAfterMs
  }
}

/** The stream was ended from this side, because an exchange failed. */
export class HungUp extends Error {
  constructor() {
    super('hung up')
    this.name = 'HungUp'
  }
}

const TIMEOUT_MS = 20_000
/** The stream's heartbeat comes every 15 s; silence for longer than this is a dead line. */
const SILENCE_MS = 40_000

const PUSH_TIMEOUT_MS = 60_000

export interface CloudAddress {
  readonly token: string
  readonly device: string
  readonly privateKey: string
  /** Personal records may go over this line. */
  readonly isPrivate: boolean
}

function read<Schema extends z.ZodType>({ status, headers, text }: WireAnswer, schema: Schema): z.output<Schema> {
  const body = parseJson(text)
  if (status < 200 || status > 299) {
    const refusal = RefusalSchema.safeParse(body)
    const { code = 'rate.limited', detail = {} } = refusal.data ?? {}
    // The cloud says it in ms; a proxy before it that is busy itself, in seconds alone (RFC 9110 §10.2.3).
    const retryAfterMs = Number(detail['retryAfterMs'] ?? Number(headers['retry-after'] ?? NaN) * 1000)
    if (Number.isFinite(retryAfterMs)) throw new Refused(code, detail, Math.max(0, retryAfterMs))
    if (refusal.success && status < 500) throw new Refused(code, detail)
    throw new Error(`the cloud answered ${status}`)
  }
  return schema.parse(body)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export class CloudClient {
  readonly #at
  readonly #wire
  readonly #timer
  #stream: AbortController | undefined

  constructor(address: CloudAddress, wire: Wire, timer: Timer) {
    this.#at = address
    this.#wire = wire
    this.#timer = timer
  }

  get isPrivate(): boolean {
    return this.#at.isPrivate
  }

  get #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#at.token}` }
  }

  async #get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return read(await this.#wire.ask({ method: 'GET', path, headers: this.#headers, timeoutMs: TIMEOUT_MS }), schema)
  }

  state() {
    return this.#get('/api/sync/state', SyncStateSchema)
  }

  /** There must be a row. */
  pack(rows: readonly RawRow[]): PushBody {
    return packPush(rows, this.#at)
  }

  async push({ bytes, encoding, signature }: PushBody) {
    const headers = { ...this.#headers, 'content-type': 'application/x-ndjson', 'content-encoding': encoding, 'x-xiaopu-signature': signature }
    return read(await this.#wire.ask({ method: 'POST', path: '/api/sync/push', body: bytes, headers, timeoutMs: PUSH_TIMEOUT_MS }), PushReplySchema)
  }

  async people(records: readonly NamedRecord[]) {
    const sent = records.map(({ person, salt, set, digest, event }): z.input<typeof SentRecordSchema> => ({ person, salt, set, digest, event }))
    const body = Buffer.from(JSON.stringify({ device: this.#at.device, records: sent }))
    const headers = { ...this.#headers, 'content-type': 'application/json', 'x-xiaopu-signature': signBytes(this.#at.privateKey, body) }
    return read(await this.#wire.ask({ method: 'POST', path: '/api/sync/people', body, headers, timeoutMs: TIMEOUT_MS }), PeopleReplySchema)
  }

  changes(since: number) {
    return this.#get(`/api/sync/changes?since=${since}&limit=${PULL_ROWS_MAX}${this.#at.isPrivate ? '&people=1' : ''}`, ChangesSchema)
  }

  /** Rows of this till's ledger behind `after`, as the cloud has them. */
  async rows(after: number): Promise<JournalRow[]> {
    const { rows } = await this.#get(`/api/sync/rows?after=${after}&limit=${PULL_ROWS_MAX}`, RowsSchema)
    return rows.map((row, i) => ({ seq: after + 1 + i, ...row }))
  }

  /** Of these events (a push's worth at most), those that the shop has. */
  async known(ids: readonly Id[]): Promise<KnownEvent[]> {
    const headers = { ...this.#headers, 'content-type': 'application/json' }
    return read(await this.#wire.ask({ method: 'POST', path: '/api/sync/known', body: Buffer.from(JSON.stringify({ ids })), headers, timeoutMs: TIMEOUT_MS }), KnownSchema).known
  }

  /** Listens until the line breaks; `onRev` at once and whenever the shop's counter moves. Always ends by throwing; HungUp after `hangUp`. */
  async listen(onRev: (rev: number) => void): Promise<never> {
    const stream = new AbortController()
    this.#stream = stream
    const silent = (): void => stream.abort(new Error('the stream fell silent'))
    let cancel = this.#timer.after(SILENCE_MS, silent)
    let held = ''
    try {
      const refusal = await this.#wire.listen({ path: '/api/sync/stream', headers: { ...this.#headers, accept: 'text/event-stream' } }, (text) => {
        cancel()
        cancel = this.#timer.after(SILENCE_MS, silent)
        held += text
        const events = held.split(/\r?\n\r?\n/)
        held = events.pop()!
        for (const event of events) {
          const data = /^data: ?(\d+)$/m.exec(event)
          if (/^event: ?rev$/m.test(event) && data) onRev(Number(data[1]))
        }
      }, stream.signal)
      if (refusal) read(refusal, SyncStateSchema)
      throw new Error('the stream ended')
    } catch (error) {
      throw stream.signal.reason instanceof HungUp ? stream.signal.reason : error
    } finally {
      cancel()
      stream.abort()
    }
  }

  /** Ends the stream that is being listened to, if any. */
  hangUp(): void {
    this.#stream?.abort(new HungUp())
  }

  close(): void {
    this.#wire.close()
  }
}

/** Joins a shop by a one-time code; proves the key by signing the request. */
export async function pairWithCloud(wire: Wire, request: z.input<typeof PairRequestSchema>, privateKey: string) {
  const body = Buffer.from(JSON.stringify(request))
  const headers = { 'content-type': 'application/json', 'x-xiaopu-signature': signBytes(privateKey, body) }
  return read(await wire.ask({ method: 'POST', path: '/api/pair', body, headers, timeoutMs: TIMEOUT_MS }), PairReplySchema)
}
