/**
 * The cloud's side of shared/sync/protocol.ts: tills are paired, push their journals and pull reference data. Bodies
 * arrive as the bytes that were signed; nothing decompresses or parses a push before its signature is right.
 */
import { isUtf8 } from 'node:buffer'
import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  KnownRequestSchema, PairRequestSchema, PROTOCOL_VERSION, PULL_ROWS_MAX, PUSH_BYTES_MAX, readPush, type PushHeader,
} from '#shared/sync/protocol.ts'
import { PEOPLE_BYTES_MAX, PeopleUploadSchema } from '#shared/sync/people.ts'
import type { JournalRow } from '#shared/ledger/envelope.ts'
import { isSignedBy } from '#cloud/identity/device-key.ts'
import type { Device } from '#cloud/identity/devices.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import type { SyncDesk } from '#cloud/jobs/desk.ts'
import type { Turns } from '#cloud/operating/turns.ts'
import { makeEntrance } from './entrance.ts'
import { parseInput } from './input.ts'
import { streamRoute } from './stream.ts'

const SIGNATURE = 'x-xiaopu-signature'
/** Whoever pairs is nobody yet, and has little to say. */
const PAIR_BYTES_MAX = 4096
/** A thousand ids in JSON. */
const KNOWN_BYTES_MAX = 64 * 1024
/** The bytes that begin a zstd frame (RFC 8878 §3.1.1); the signature is over the body, not over the header that names its coding. */
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
type Unpack = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>
const ungzip: Unpack = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip)
const unzstd: Unpack = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(zstdDecompress)

/** Pairing is one request of a person with a code in their hand. */
const PAIRINGS = { max: 120, timeWindow: 60_000 }

export function syncRoutes(desk: SyncDesk, turns?: Turns) {
  const entrance = makeEntrance(desk, turns)
  return async (app: FastifyInstance): Promise<void> => {
    // Whatever a body calls itself, its signature is over its bytes.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: PUSH_BYTES_MAX }, (_request, body, done) => done(null, body))

    app.post('/api/pair', { bodyLimit: PAIR_BYTES_MAX, config: { rateLimit: PAIRINGS } }, (request) => {
      const body = bytesOf(request)
      const input = parseInput(PairRequestSchema, parseJson(body))
      return desk.sync.pair({ request: input, body, signature: request.headers[SIGNATURE], ip: request.ip, now: desk.now() })
    })

    // Before a byte of its body is kept: only a till of ours may send as much as this.
    const senders = new WeakMap<FastifyRequest, Device>()
    const enter = async (request: FastifyRequest): Promise<void> => { senders.set(request, await entrance.atDoor(request)) }
    app.post('/api/sync/push', { onRequest: enter }, async (request) => {
      const device = senders.get(request)!
      if (device.quarantined_at !== null) throw new Refusal('device.quarantined', 'this till\'s ledger was seen in two versions; it must be looked at')
      const body = bytesOf(request)
      if (!isSignedBy(device.public_key, body, request.headers[SIGNATURE])) throw new Refusal('signature.invalid', 'the body is not signed by this till\'s key')
      const { header, rows } = openPush(await decompress(body))
      if (header.device !== device.device_id) throw new Refusal('not.allowed', 'the batch names another device than its token')
      const { ack, flags } = await desk.sync.ingest(device, rows, desk.now())
      return { ack, flags, time: desk.now() }
    })

    app.post('/api/sync/people', { onRequest: enter, bodyLimit: PEOPLE_BYTES_MAX }, async (request) => {
      const device = senders.get(request)!
      if (device.quarantined_at !== null) throw new Refusal('device.quarantined', 'this till\'s ledger was seen in two versions; it must be looked at')
      if (!desk.sync.people) throw new Refusal('not.found', 'no personal records are kept here')
      const body = bytesOf(request)
      if (!isSignedBy(device.public_key, body, request.headers[SIGNATURE])) throw new Refusal('signature.invalid', 'the body is not signed by this till\'s key')
      const upload = parseInput(PeopleUploadSchema, parseJson(body))
      if (upload.device !== device.device_id) throw new Refusal('not.allowed', 'the batch names another device than its token')
      return { states: await desk.sync.people.store(device, upload.records, desk.now()) }
    })

    app.get('/api/sync/state', async (request) => {
      const device = await entrance.inLine(request)
      return { ack: device.ack, head: device.head, rev: await desk.sync.rev(device.shop_id), quarantined: device.quarantined_at !== null, time: desk.now() }
    })

    app.get('/api/sync/changes', async (request) => {
      const device = await entrance.inLine(request)
      const { since, limit, people } = parseInput(PullSchema, request.query)
      const page = await desk.sync.pull(device, since, limit)
      if (people === undefined || !desk.sync.people) return page
      const { changes, closed } = await desk.sync.people.attach(device, page.changes)
      if (closed > 0) request.log.warn({ shop: device.shop_id, closed }, 'personal records that no key here opens')
      return { ...page, changes }
    })

    app.get('/api/sync/rows', async (request) => {
      const device = await entrance.inLine(request)
      const { after, limit } = parseInput(RowsQuerySchema, request.query)
      return desk.sync.rows(device, after, limit)
    })

    app.post('/api/sync/known', { bodyLimit: KNOWN_BYTES_MAX }, async (request) => {
      const device = await entrance.inLine(request)
      const { ids } = parseInput(KnownRequestSchema, parseJson(bytesOf(request)))
      return { known: await desk.sync.known(device.shop_id, ids) }
    })

    streamRoute(app, desk, entrance)
  }
}

const PullSchema = z.object({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(PULL_ROWS_MAX).default(PULL_ROWS_MAX),
  /** Records come along only for who asks: a till does where its line is for nobody else to read. */
  people: z.literal('1').optional(),
})

const RowsQuerySchema = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(PULL_ROWS_MAX).default(PULL_ROWS_MAX),
})

function bytesOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Refusal('input.invalid', 'the body is not JSON', { field: '', reason: 'not JSON' })
  }
}

async function decompress(body: Buffer): Promise<Buffer> {
  try {
    const unpack = body.subarray(0, ZSTD.length).equals(ZSTD) ? unzstd : ungzip
    return await unpack(body, { maxOutputLength: PUSH_BYTES_MAX })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new Refusal('batch.too_large', `a batch is at most ${PUSH_BYTES_MAX} bytes`, { max: PUSH_BYTES_MAX })
    throw new Refusal('batch.malformed', 'the body is neither zstd nor gzip')
  }
}

function openPush(body: Buffer): { header: PushHeader; rows: JournalRow[] } {
  const text = body.toString('utf8')
  const read = readPush(text)
  if (!('reason' in read)) return { header: read.header, rows: withBytes(read.rows, body) }
  if (protocolOf(text) > PROTOCOL_VERSION) throw new Refusal('protocol.unsupported', `this cloud speaks protocol ${PROTOCOL_VERSION}`, { protocol: PROTOCOL_VERSION })
  throw new Refusal('batch.malformed', read.reason, { line: read.line })
}

/** Each row with its bytes, where all are the text's own: what is no UTF-8 was mended when it was read. */
function withBytes(rows: readonly JournalRow[], body: Buffer): JournalRow[] {
  if (!isUtf8(body) || body.includes(0)) return [...rows]
  let end = body.indexOf('\n')
  return rows.map((row) => {
    const start = end + 1 + row.hash.length + 1
    end = body.indexOf('\n', start)
    return { ...row, bytes: body.subarray(start, end === -1 ? undefined : end) }
  })
}

function protocolOf(text: string): number {
  try {
    const header: unknown = JSON.parse(text.slice(0, text.indexOf('\n')))
    return z.object({ protocol: z.number() }).safeParse(header).data?.protocol ?? 0
  } catch {
    return 0
  }
}
