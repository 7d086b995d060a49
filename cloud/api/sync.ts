/**
 * The cloud's side of shared/sync/protocol.ts: tills are paired, push their journals and pull reference data. Bodies
 * arrive as the bytes that were signed; nothing decompresses or parses a push before its signature is right.
 */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  PairRequestSchema, PROTOCOL_VERSION, PULL_ROWS_MAX, PUSH_BYTES_MAX, readPush, type Change, type PushHeader,
} from '#shared/sync/protocol.ts'
import type { JournalRow } from '#shared/ledger/envelope.ts'
import { isSignedBy } from '#cloud/identity/device-key.ts'
import { authenticate, type Device } from '#cloud/identity/devices.ts'
import { pair } from '#cloud/identity/pairing.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'
import { attachPeople } from '#cloud/projections/people.ts'
import { ingest } from '#cloud/projections/ingest.ts'
import { keepCredit } from '#cloud/jobs/credit.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { parseInput } from './input.ts'
import { streamRoute } from './stream.ts'

const SIGNATURE = 'x-xiaopu-signature'
/** Whoever pairs is nobody yet, and has little to say. */
const PAIR_BYTES_MAX = 4096
const unzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip)

export function syncRoutes(desk: Desk) {
  return async (app: FastifyInstance): Promise<void> => {
    // Whatever a body calls itself, its signature is over its bytes.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: PUSH_BYTES_MAX }, (_request, body, done) => done(null, body))

    app.post('/api/pair', { bodyLimit: PAIR_BYTES_MAX }, (request) => {
      const body = bytesOf(request)
      const input = parseInput(PairRequestSchema, parseJson(body))
      return pair(desk.db, { request: input, body, signature: request.headers[SIGNATURE], ip: request.ip, now: desk.now() })
    })

    // Before a byte of its body is kept: only a till of ours may send as much as this.
    const senders = new WeakMap<FastifyRequest, Device>()
    const enter = async (request: FastifyRequest): Promise<void> => {
      senders.set(request, await authenticate(desk.db, request.headers.authorization, desk.now()))
    }
    app.post('/api/sync/push', { onRequest: enter }, async (request) => {
      const device = senders.get(request)!
      if (device.quarantined_at !== null) throw new Refusal('device.quarantined', 'this till\'s ledger was seen in two versions; it must be looked at')
      const body = bytesOf(request)
      if (!isSignedBy(device.public_key, body, request.headers[SIGNATURE])) throw new Refusal('signature.invalid', 'the body is not signed by this till\'s key')
      const { header, rows } = openPush(await decompress(body))
      if (header.device !== device.device_id) throw new Refusal('not.allowed', 'the batch names another device than its token')
      const done = await ingest(desk.db, device.shop_id, device.device_id, rows, desk.now())
      if (done.touchedShop) await keepCredit(desk, device.shop_id, desk.now())
      return { ack: done.ack, flags: done.flags, time: desk.now() }
    })

    app.get('/api/sync/state', async (request) => {
      const device = await authenticate(desk.db, request.headers.authorization, desk.now())
      const { rev } = await readCounter(desk.db, device)
      return { ack: device.ack, head: device.head, rev, quarantined: device.quarantined_at !== null, time: desk.now() }
    })

    app.get('/api/sync/changes', async (request) => {
      const device = await authenticate(desk.db, request.headers.authorization, desk.now())
      const page = await pull(desk.db, device, parseInput(PullSchema, request.query))
      if (parseInput(PeopleWishSchema, request.query).people === undefined) return page
      const { changes, closed } = await attachPeople(desk, device.shop_id, page.changes)
      if (closed > 0) request.log.warn({ shop: device.shop_id, closed }, 'personal records that no key here opens')
      return { ...page, changes }
    })

    streamRoute(app, desk)
  }
}

const PullSchema = z.object({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(PULL_ROWS_MAX).default(PULL_ROWS_MAX),
})

/** Records come along only for who asks: a till does where its line is for nobody else to read. */
const PeopleWishSchema = z.object({ people: z.literal('1').optional() })

function readCounter(db: Database, { shop_id: shop }: Device): Promise<{ rev: number }> {
  return inShop(db, shop, (trx) => trx.selectFrom('counter').select('rev').where('shop_id', '=', shop).executeTakeFirstOrThrow())
}

/**
 * Changes behind `since`, in order. The counter moves under a row lock that is held until commit, so every number up
 * to the largest that can be seen is there to be seen, and nothing can appear behind it later.
 */
function pull(db: Database, { shop_id: shop }: Device, { since, limit }: z.output<typeof PullSchema>): Promise<{ rev: number; more: boolean; changes: Change[] }> {
  return inShop(db, shop, async (trx) => {
    const { rev } = await trx.selectFrom('counter').select('rev').where('shop_id', '=', shop).executeTakeFirstOrThrow()
    // Ahead of us: this database was restored from an older copy, and the till begins again.
    const from = since > rev ? 0 : since
    const rows = await trx.selectFrom('reference').select(['kind', 'id', 'rev', 'doc', 'clocks'])
      .where('shop_id', '=', shop).where('rev', '>', from)
      // A good without a name or a price is not yet one; it comes down when it is.
      .where((e) => e.or([e('kind', '!=', 'good'), e.and([e(e.ref('doc', '->').key('name'), 'is not', null), e(e.ref('doc', '->').key('price'), 'is not', null)])]))
      .orderBy('rev').limit(limit + 1).execute()
    const changes = rows.slice(0, limit)
    const more = rows.length > limit
    const last = changes.at(-1)?.rev ?? 0
    return { rev: more ? last : Math.max(rev, last), more, changes }
  })
}

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

async function decompress(body: Buffer): Promise<string> {
  try {
    return (await unzip(body, { maxOutputLength: PUSH_BYTES_MAX })).toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new Refusal('batch.too_large', `a batch is at most ${PUSH_BYTES_MAX} bytes`, { max: PUSH_BYTES_MAX })
    throw new Refusal('batch.malformed', 'the body is not gzip')
  }
}

function openPush(text: string): { header: PushHeader; rows: JournalRow[] } {
  const read = readPush(text)
  if (!('reason' in read)) return read
  if (protocolOf(text) > PROTOCOL_VERSION) throw new Refusal('protocol.unsupported', `this cloud speaks protocol ${PROTOCOL_VERSION}`, { protocol: PROTOCOL_VERSION })
  throw new Refusal('batch.malformed', read.reason, { line: read.line })
}

function protocolOf(text: string): number {
  try {
    const header: unknown = JSON.parse(text.slice(0, text.indexOf('\n')))
    return z.object({ protocol: z.number() }).safeParse(header).data?.protocol ?? 0
  } catch {
    return 0
  }
}
