/** The wire to the cloud: HTTP calls of the sync protocol, each with a limit in time, each answer parsed. */
import { gzipSync } from 'node:zlib'
import type { z } from 'zod'
import type { JournalRow } from '#shared/ledger/envelope.ts'
import {
  ChangesSchema, PULL_ROWS_MAX, PairReplySchema, type PairRequestSchema, PushReplySchema, RefusalSchema, SyncStateSchema, writePush,
} from '#shared/sync/protocol.ts'
import { signBytes } from './device-key.ts'

/** The cloud answered no. */
export class Refused extends Error {
  readonly code: string
  readonly detail: Record<string, unknown>
  constructor(code: string, detail: Record<string, unknown>) {
    super(code)
    this.name = 'Refused'
    this.code = code
    this.detail = detail
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

export interface CloudAddress {
  readonly url: string
  readonly token: string
  readonly device: string
  readonly privateKey: string
}

async function read<Schema extends z.ZodType>(response: Response, schema: Schema): Promise<z.output<Schema>> {
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) {
    const refusal = RefusalSchema.safeParse(body)
    if (refusal.success && response.status < 500) throw new Refused(refusal.data.code, refusal.data.detail ?? {})
    throw new Error(`the cloud answered ${response.status}`)
  }
  return schema.parse(body)
}

export class CloudClient {
  readonly #at
  readonly #stop = new AbortController()
  #stream: AbortController | undefined

  constructor(address: CloudAddress) {
    this.#at = address
  }

  #fetch(path: string, init: RequestInit & { timeoutMs?: number } = {}): Promise<Response> {
    const signals = [this.#stop.signal, ...(init.timeoutMs === 0 ? [] : [AbortSignal.timeout(init.timeoutMs ?? TIMEOUT_MS)]), ...(init.signal ? [init.signal] : [])]
    return fetch(new URL(path, this.#at.url), { ...init, signal: AbortSignal.any(signals), headers: { authorization: `Bearer ${this.#at.token}`, ...init.headers } })
  }

  async state() {
    return read(await this.#fetch('/api/sync/state'), SyncStateSchema)
  }

  async push(rows: readonly JournalRow[]) {
    const body = gzipSync(writePush(this.#at.device, rows), { level: 3 })
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip', 'x-xiaopu-signature': signBytes(this.#at.privateKey, body) }
    return read(await this.#fetch('/api/sync/push', { method: 'POST', body, headers, timeoutMs: 60_000 }), PushReplySchema)
  }

  async changes(since: number) {
    return read(await this.#fetch(`/api/sync/changes?since=${since}&limit=${PULL_ROWS_MAX}`), ChangesSchema)
  }

  /** Listens until the line breaks; `onRev` at once and whenever the shop's counter moves. Always ends by throwing; HungUp after `hangUp`. */
  async listen(onRev: (rev: number) => void): Promise<never> {
    const stream = new AbortController()
    this.#stream = stream
    const silent = (): void => stream.abort(new Error('the stream fell silent'))
    let timer = setTimeout(silent, SILENCE_MS)
    try {
      const response = await this.#fetch('/api/sync/stream', { timeoutMs: 0, signal: stream.signal, headers: { accept: 'text/event-stream' } })
      if (!response.ok || !response.body) await read(response, SyncStateSchema)
      let held = ''
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        clearTimeout(timer)
        timer = setTimeout(silent, SILENCE_MS)
        held += chunk
        const events = held.split(/\r?\n\r?\n/)
        held = events.pop()!
        for (const event of events) {
          const data = /^data: ?(\d+)$/m.exec(event)
          if (/^event: ?rev$/m.test(event) && data) onRev(Number(data[1]))
        }
      }
      throw new Error('the stream ended')
    } catch (error) {
      throw stream.signal.reason instanceof HungUp ? stream.signal.reason : error
    } finally {
      clearTimeout(timer)
      stream.abort()
    }
  }

  /** Ends the stream that is being listened to, if any. */
  hangUp(): void {
    this.#stream?.abort(new HungUp())
  }

  close(): void {
    this.#stop.abort()
  }
}

/** Joins a shop by a one-time code; proves the key by signing the request. */
export async function pairWithCloud(url: string, request: z.input<typeof PairRequestSchema>, privateKey: string) {
  const body = JSON.stringify(request)
  const headers = { 'content-type': 'application/json', 'x-xiaopu-signature': signBytes(privateKey, Buffer.from(body)) }
  return read(await fetch(new URL('/api/pair', url), { method: 'POST', body, headers, signal: AbortSignal.timeout(TIMEOUT_MS) }), PairReplySchema)
}
