/**
 * The other end of the sync protocol, in memory and over real HTTP: keeps rows and changes as a cloud does, checks every
 * signature, and misbehaves when told to. It shares nothing with the till but the protocol's own module.
 */
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { packClocks, unpackClocks } from '#shared/catalog/hlc.ts'
import type { RecordState } from '#shared/sync/people.ts'
import { readEvent } from '#shared/sync/events.ts'
import { EMPTY_HEAD, GENESIS, type JournalRow, checkRow } from '#shared/ledger/envelope.ts'
import { type Change, PUSH_BYTES_MAX, KnownRequestSchema, PULL_ROWS_MAX, PairRequestSchema, REFUSALS, type RefusalCode, readPush } from '#shared/sync/protocol.ts'

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')

interface Device { id: string; publicKey: string; token: string; till: string; rows: JournalRow[]; quarantined: boolean; revoked: boolean }
/**
 * lost: done, and the answer never comes · failed: not done, answered with 500 · a number: not done, and told to come back
 * after so many ms · else the refusal of that code, not done
 */
export type Mishap = 'lost' | 'failed' | number | RefusalCode

class No extends Error {
  readonly code: RefusalCode
  readonly detail: Record<string, unknown>
  constructor(code: RefusalCode, detail: Record<string, unknown> = {}) {
    super(code)
    this.code = code
    this.detail = detail
  }
}

export class FakeCloud {
  readonly shop = randomUUID()
  readonly devices = new Map<string, Device>()
  /** Every request in order: `POST /api/sync/push`, without its query. */
  readonly asked: string[] = []
  /** Rows and decompressed bytes of every push. */
  readonly batches: { from: number; rows: number; bytes: number }[] = []
  /** Records as they were sent, every time. */
  readonly people: { person: string; digest: string; event: string; set: Record<string, unknown> }[] = []
  /** How records are answered. */
  peopleState: RecordState = 'stored'
  pageMax = PULL_ROWS_MAX
  clockAheadMs = 0
  rev = 0
  readonly #changes = new Map<string, Change>()
  readonly #codes = new Set<string>()
  readonly #streams = new Set<ServerResponse>()
  readonly #stalls = new Map<string, { arrived: () => void; over: Promise<void> }>()
  readonly #mishaps: { path: string; mishap: Mishap }[] = []
  #server: Server | undefined
  #port = 0

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get streams(): number {
    return this.#streams.size
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      void this.#answer(request, response)
    })
    await new Promise<void>((resolve) => { server.listen(this.#port, '127.0.0.1', resolve) })
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
    return this
  }

  /** As a cable pulled: every line breaks at once. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    this.#streams.clear()
  }

  /** The next request of this path fails so, and the one after that, for each time this is called. */
  next(path: string, mishap: Mishap): void {
    this.#mishaps.push({ path, mishap })
  }

  /** The next request of this path waits: `arrived` when it has come, answered after `release`. */
  stall(path: string): { arrived: Promise<void>; release(): void } {
    const [arrived, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    this.#stalls.set(path, { arrived: arrived.resolve, over: over.promise })
    return { arrived: arrived.promise, release: over.resolve }
  }

  newCode(): string {
    const code = randomUUID().replaceAll('-', '').slice(0, 8).toUpperCase()
    this.#codes.add(code)
    return code
  }

  /** The only till there is. */
  get device(): Device {
    const [device] = this.devices.values()
    if (!device || this.devices.size > 1) throw new Error(`${this.devices.size} devices are paired`)
    return device
  }

  /** An edit at the cloud; tills that listen are woken. */
  edit(kind: string, id: string, doc: Record<string, unknown>, clocks?: Record<string, string>): void {
    this.rev += 1
    const stamp = `${(Date.now() + this.rev).toString(16).padStart(12, '0')}0000-cloud`
    const old = this.#changes.get(`${kind} ${id}`)
    const before = old && unpackClocks(old.clocks, old.doc)
    this.#changes.set(`${kind} ${id}`, { kind, id, rev: this.rev, doc: { ...old?.doc, ...doc }, clocks: packClocks({ ...before, ...clocks ?? unpackClocks(stamp, doc) }) })
    for (const stream of this.#streams) stream.write(`event: rev\ndata: ${this.rev}\n\n`)
  }

  /** Another change under the number of the last one, as a member and their record have. */
  alongside(kind: string, id: string, doc: Record<string, unknown>): void {
    this.rev -= 1
    this.edit(kind, id, doc)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://fake')
    this.asked.push(`${request.method} ${url.pathname}`)
    const at = this.#mishaps.findIndex(({ path }) => path === url.pathname)
    const mishap = at < 0 ? undefined : this.#mishaps.splice(at, 1)[0]!.mishap
    const reply = (status: number, body: object): void => {
      if (mishap === 'lost') request.socket.destroy()
      else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    try {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const stall = this.#stalls.get(url.pathname)
      this.#stalls.delete(url.pathname)
      stall?.arrived()
      await stall?.over
      if (mishap === 'failed') return reply(500, { code: 'server.failed', message: 'a bug' })
      if (typeof mishap === 'number') throw new No('rate.limited', { retryAfterMs: mishap })
      if (mishap !== undefined && mishap !== 'lost') throw new No(mishap)
      const body = Buffer.concat(chunks)
      if (url.pathname === '/api/pair') return reply(200, this.#pair(body, request))
      const device = this.#authenticate(request)
      switch (url.pathname) {
        case '/api/sync/state': return reply(200, this.#state(device))
        case '/api/sync/people': return reply(200, this.#takePeople(device, body, request))
        case '/api/sync/push': return reply(200, this.#push(device, body, request))
        case '/api/sync/changes': return reply(200, this.#pull(Number(url.searchParams.get('since'))))
        case '/api/sync/rows': return reply(200, this.#rows(device, Number(url.searchParams.get('after'))))
        case '/api/sync/known': return reply(200, this.#known(body))
        case '/api/sync/stream': return this.#stream(response)
        default: throw new No('not.found')
      }
    } catch (error) {
      if (!(error instanceof No)) return reply(500, { code: 'server.failed', message: String(error) })
      reply(REFUSALS[error.code], { code: error.code, message: error.code, detail: error.detail })
    }
  }

  #authenticate(request: IncomingMessage): Device {
    const device = [...this.devices.values()].find(({ token }) => request.headers.authorization === `Bearer ${token}`)
    if (!device) throw new No('token.invalid')
    if (device.revoked) throw new No('device.revoked')
    return device
  }

  #check(publicKey: string, body: Buffer, request: IncomingMessage): void {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
    const signature = Buffer.from(String(request.headers['x-xiaopu-signature']), 'base64url')
    if (!verify(null, body, key, signature)) throw new No('signature.invalid')
  }

  #pair(body: Buffer, request: IncomingMessage): object {
    const parsed = PairRequestSchema.safeParse(JSON.parse(String(body)))
    if (!parsed.success) throw new No('input.invalid')
    const { code, device: id, publicKey, shop } = parsed.data
    this.#check(publicKey, body, request)
    if (shop !== undefined && shop !== this.shop) throw new No('pairing.other_shop')
    if (!this.#codes.delete(code)) throw new No('pairing.code_wrong')
    const known = this.devices.get(id)
    const device: Device = known ?? { id, publicKey, token: '', till: String(this.devices.size + 1).padStart(2, '0'), rows: [], quarantined: false, revoked: false }
    device.token = randomUUID()
    this.devices.set(id, device)
    return { shop: this.shop, name: '云上小铺', till: device.till, token: device.token, rev: this.rev, time: Date.now(), ack: device.rows.length }
  }

  #state({ rows, quarantined }: Device): object {
    return { ack: rows.length, head: rows.at(-1)?.hash ?? GENESIS, rev: this.rev, quarantined, time: Date.now() + this.clockAheadMs }
  }

  #push(device: Device, body: Buffer, request: IncomingMessage): object {
    if (device.quarantined) throw new No('device.quarantined')
    this.#check(device.publicKey, body, request)
    const text = (request.headers['content-encoding'] === 'zstd' ? zstdDecompressSync(body) : gunzipSync(body)).toString('utf8')
    if (Buffer.byteLength(text) > PUSH_BYTES_MAX) throw new No('batch.too_large')
    const read = readPush(text)
    if ('reason' in read) throw new No('batch.malformed', read)
    const { header, rows } = read
    this.batches.push({ from: header.from, rows: rows.length, bytes: Buffer.byteLength(text) })
    if (header.device !== device.id) throw new No('not.allowed')
    if (header.from > device.rows.length + 1) throw new No('sync.gap', { expected: device.rows.length + 1 })
    const flags: { seq: number; code: string; reason: string }[] = []
    for (const row of rows) {
      const stored = device.rows[row.seq - 1]
      if (stored && stored.hash !== row.hash) {
        device.quarantined = true
        throw new No('sync.fork', { seq: row.seq })
      }
      if (stored) continue
      const checked = checkRow(device.rows.at(-1) ?? EMPTY_HEAD, row, sha256)
      for (const fault of checked.faults) flags.push({ seq: row.seq, code: fault.code, reason: '' })
      const event = checked.envelope && readEvent(checked.envelope)
      if (event && 'fault' in event) flags.push({ seq: row.seq, ...event.fault })
      device.rows.push(row)
    }
    return { ack: device.rows.length, flags, time: Date.now() }
  }

  #takePeople(device: Device, body: Buffer, request: IncomingMessage): object {
    this.#check(device.publicKey, body, request)
    const { records } = JSON.parse(String(body)) as { records: FakeCloud['people'] }
    this.people.push(...records)
    return { states: records.map(() => this.peopleState) }
  }

  #rows(device: Device, after: number): object {
    const rows = device.rows.slice(after, after + this.pageMax).map(({ hash, text }) => ({ hash, text }))
    return { rows, more: after + rows.length < device.rows.length }
  }

  #known(body: Buffer): object {
    const { ids } = KnownRequestSchema.parse(JSON.parse(String(body)))
    const all = new Map([...this.devices.values()].flatMap(({ rows }) => rows).reverse().map(({ text }) => JSON.parse(text) as { id: string; at: number }).map(({ id, at }) => [id, at]))
    return { known: ids.filter((id) => all.has(id)).map((id) => ({ id, at: all.get(id)! })) }
  }

  #pull(since: number): object {
    const from = since > this.rev ? 0 : since
    const newer = [...this.#changes.values()].filter(({ rev }) => rev > from).sort((a, b) => a.rev - b.rev)
    const changes = newer.slice(0, this.pageMax)
    const more = newer.length > changes.length
    return { rev: more ? changes.at(-1)!.rev : this.rev, more, changes }
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`retry: 1000\n\nevent: rev\ndata: ${this.rev}\n\n`)
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }
}
