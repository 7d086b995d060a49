/** The far end of the protocol, for tests: a till's key and ledger in memory, made with the shared core and nothing of ours. */
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { tick } from '#shared/catalog/hlc.ts'
import type { Id } from '#shared/identity/ids.ts'
import { digestOf } from '#shared/members/record.ts'
import { EMPTY_HEAD, rawRow, seal, type Head, type JournalRow } from '#shared/ledger/envelope.ts'
import { writePush, type Change } from '#shared/sync/protocol.ts'
import type { TestCloud } from './server.ts'

export interface Answer { readonly status: number; readonly body: Record<string, unknown> }
const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')

export interface SentPerson { person: Id; salt: string; set: Record<string, unknown>; digest: string; event: Id }
export interface SaleInput { readonly good: Id; readonly quantity?: number; readonly price?: number; readonly name?: string; readonly sale?: Id; readonly at?: number }

/** A sale of one line paid in cash, in balance. */
export function saleBody({ good, quantity = 1000, price = 350, name = '可乐', sale = randomUUID() }: SaleInput): Record<string, unknown> {
  const net = (price * quantity) / 1000
  return {
    sale, no: '20261123-1', shift: randomUUID(), staff: randomUUID(), date: '2026-11-23',
    lines: [{ good, code: '6901', name, unit: '瓶', pricing: 'piece', per: 1000, quantity, price, list: price, gross: net, discount: 0, net }],
    gross: net, discount: 0, total: net, tenders: [{ channel: 'cash', amount: net, given: net, change: 0 }],
    postings: [{ account: 'drawer', fen: net }, { account: 'sales', fen: -net }],
  }
}

export interface RefundInput { readonly good: Id; readonly sale: Id | null; readonly refund: Id; readonly shift?: Id; readonly pieces?: number }

/** Pieces at 3.50 that came back, paid for in cash. */
export function refundBody({ good, sale, refund, shift = randomUUID(), pieces = 1 }: RefundInput): Record<string, unknown> {
  const total = pieces * 350
  return {
    refund, no: '20261123-01-T0001', shift, staff: randomUUID(), date: '2026-11-23', sale, saleNo: sale && '20261123-01-0001', saleTill: sale && '01', known: sale !== null,
    reason: 'quality', note: '', lines: [{ line: 0, good, code: '6901', name: '可乐', unit: '瓶', pricing: 'piece', per: 1000, quantity: pieces * 1000, price: 350, amount: total, stock: 'back', over: null }],
    total, tenders: [{ channel: 'cash', amount: total, due: false }], allowedBy: null, exchange: null, postings: [{ account: 'returns', fen: total }, { account: 'drawer', fen: -total }],
  }
}

/** A push before compression. */
export const pushBody = (device: Id, rows: readonly JournalRow[]): Buffer => Buffer.from(writePush(device, rows.map(rawRow)))

export class TestTill {
  device: Id = randomUUID()
  readonly ledgerShop: Id = randomUUID()
  publicKey: string
  readonly rows: JournalRow[] = []
  token = ''
  shop: Id = this.ledgerShop
  private readonly cloud: Pick<TestCloud, 'url'>
  private privateKey: KeyObject
  private head: Head = EMPTY_HEAD

  constructor(cloud: Pick<TestCloud, 'url'>) {
    this.cloud = cloud
    const pair = generateKeyPairSync('ed25519')
    this.privateKey = pair.privateKey
    this.publicKey = pair.publicKey.export({ format: 'jwk' }).x ?? ''
  }

  /** The same till as a copied disk would be it: its key, its token, another history. */
  copyWithEmptyLedger(): TestTill {
    const { device, publicKey, privateKey, token, shop } = this
    return Object.assign(new TestTill(this.cloud), { device, publicKey, privateKey, token, shop })
  }

  sign(bytes: Uint8Array): string {
    return sign(null, bytes, this.privateKey).toString('base64url')
  }

  async pair(code: string, change: { signature?: string; publicKey?: string; device?: Id } = {}): Promise<Answer> {
    const body = JSON.stringify({ code, device: change.device ?? this.device, publicKey: change.publicKey ?? this.publicKey, ledgerShop: this.ledgerShop })
    const answer = await this.send('POST', '/api/pair', body, { 'content-type': 'application/json', 'x-xiaopu-signature': change.signature ?? this.sign(Buffer.from(body)) })
    if (answer.status === 200) {
      this.token = String(answer.body.token)
      this.shop = String(answer.body.shop)
    }
    return answer
  }

  /** Adds an event to the ledger. */
  record(type: string, body: Record<string, unknown>, { at = 1_795_000_000_000 + this.rows.length, id = randomUUID() as string, v = 1 } = {}): JournalRow {
    const { row } = seal(this.head, { shop: this.shop, device: this.device }, { id, type, v, body }, at, null, sha256)
    return this.append(row)
  }

  sell(input: SaleInput): JournalRow {
    return this.record('sale.completed', saleBody(input), input.at === undefined ? {} : { at: input.at })
  }

  /** Adds a row as it is, sound or not. */
  append(row: JournalRow): JournalRow {
    this.rows.push(row)
    this.head = { seq: row.seq, hash: row.hash }
    return row
  }

  push(rows: readonly JournalRow[] = this.rows): Promise<Answer> {
    return this.pushBytes(gzipSync(pushBody(this.device, rows)))
  }

  pushBytes(bytes: Uint8Array<ArrayBuffer>, signature = this.sign(bytes)): Promise<Answer> {
    return this.send('POST', '/api/sync/push', bytes, { 'content-type': 'application/octet-stream', 'x-xiaopu-signature': signature })
  }

  /** Adds an event that names a record of these fields; gives the record as it is sent. */
  recordPerson(person: Id, set: Record<string, unknown>, { type = 'member.joined', at = 1_795_000_000_000 + this.rows.length } = {}): SentPerson {
    const salt = randomBytes(32).toString('hex')
    const digest = digestOf({ person, salt, set }, sha256)
    const event = randomUUID()
    this.record(type, { person, digest, hlc: tick(undefined, at, this.device) }, { id: event, at })
    return { person, salt, set, digest, event }
  }

  people(records: readonly unknown[], { device = this.device, signedBy = this as TestTill } = {}): Promise<Answer> {
    const body = Buffer.from(JSON.stringify({ device, records }))
    return this.send('POST', '/api/sync/people', body, { 'content-type': 'application/json', 'x-xiaopu-signature': signedBy.sign(body) })
  }

  state(): Promise<Answer> {
    return this.send('GET', '/api/sync/state')
  }

  async changes(since = 0, limit?: number, people = '&people=1'): Promise<{ rev: number; more: boolean; changes: Change[] }> {
    const { body } = await this.send('GET', `/api/sync/changes?since=${since}${limit === undefined ? '' : `&limit=${limit}`}${people}`)
    return body as { rev: number; more: boolean; changes: Change[] }
  }

  /** Opens the stream and gives the revs it says, as they come. */
  async *stream(signal: AbortSignal): AsyncGenerator<number> {
    const response = await fetch(`${this.cloud.url}/api/sync/stream`, { headers: this.authorization(), signal })
    let text = ''
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const rev = /^event: rev\ndata: (\d+)$/.exec(text.slice(0, end))?.[1]
        text = text.slice(end + 2)
        if (rev !== undefined) yield Number(rev)
      }
    }
  }

  private authorization(): Record<string, string> {
    return this.token === '' ? {} : { authorization: `Bearer ${this.token}` }
  }

  private async send(method: string, path: string, body?: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.cloud.url}${path}`, { method, headers: { ...headers, ...this.authorization() }, ...(body === undefined ? {} : { body }) })
    return { status: response.status, body: await response.json() as Record<string, unknown> }
  }
}

/** A new shop with a till joined to it. */
export async function openShop(cloud: TestCloud, fields: Record<string, unknown> = {}): Promise<{ shop: Id; ownerKey: string; till: TestTill }> {
  const made = await cloud.call('POST', '/api/shops', { name: '湖畔便利店', kind: 'shop', ...fields })
  const shop = String(made.body.id)
  const till = new TestTill(cloud)
  const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
  await till.pair(String(body.code))
  return { shop, ownerKey: String(made.body.ownerKey), till }
}
