/**
 * Requests as bytes, with the key that fits the door they knock at: for the tests that send what no client would. Says what
 * a right refusal is, and whether any table changed.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import pg from 'pg'
import { expect } from 'vitest'
import { REFUSALS } from '#shared/sync/protocol.ts'
import { digestOf } from './catalogue.ts'
import { askFor, DOORS, namesOf, type Door, type Names } from './doors.ts'
import { furnishShop, type FurnishedShop } from './furnish.ts'
import { startCloud, type TestCloud } from './server.ts'

const TIME = 1_795_000_000_000

export interface Raw { readonly status: number; readonly head: string; readonly body: string }

export interface Siege {
  readonly cloud: TestCloud
  readonly shop: FurnishedShop
  /** A shop whose keys and till may be worn out. */
  readonly spare: FurnishedShop
  readonly names: Names
  /** The owner's session, and the word of its forms. */
  readonly cookie: string
  readonly word: string
  /** Sends bytes as they are and reads one answer; status 0 where the server just hung up. */
  raw(...parts: readonly (string | Uint8Array)[]): Promise<Raw>
  /** The head line that says which key goes with a door. */
  keyOf(door: Door): string
  head(method: string, path: string, headers: string): string
  /** A request with the right key for a route, and any body. */
  send(route: string, headers: string, body: string | Uint8Array): Promise<Raw>
  /** Does `work` and expects every table as it was, but for the count of wrong pairing codes. */
  unchanged(work: () => Promise<void>): Promise<void>
  /** Expects the server to serve on. */
  serves(): Promise<void>
  end(): Promise<void>
}

/** A cloud whose clock stands still, so that being seen changes nothing. */
export async function laySiege(): Promise<Siege> {
  const cloud = await startCloud({ now: () => TIME, trustProxy: '127.0.0.1' })
  const client = new pg.Client({ connectionString: cloud.databaseUrl })
  await client.connect()
  const shop = await furnishShop(cloud, 'lakeside')
  const spare = await furnishShop(cloud, 'spare')
  const names = namesOf(shop, 'x.y.z')
  const login = await fetch(`${cloud.url}/manage/${shop.shop}/login`, { method: 'POST', body: new URLSearchParams({ key: shop.ownerKey }), redirect: 'manual' })
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0]!
  const word = /name="word" value="([^"]+)"/.exec(await (await fetch(`${cloud.url}/manage/${shop.shop}`, { headers: { cookie } })).text())?.[1] ?? ''
  const tables = async (): Promise<Record<string, string>> => {
    const { pairing_try: _tries, trace_scan: _looks, ...others } = await digestOf(client)
    return others
  }

  /** Each from an address of its own, so that limits on one don't speak for another. */
  let address = 0
  const head = (method: string, path: string, headers: string): string => `${method} ${path} HTTP/1.1\r\nhost: xiaopu.test\r\nx-forwarded-for: 203.0.113.${++address % 250}\r\n${headers}\r\n`
  const keys: Readonly<Record<Door, string>> = {
    public: '', pairing: '', owner: `cookie: ${cookie}\r\n`, till: `authorization: Bearer ${shop.till.token}\r\n`,
    shop: `authorization: Bearer ${shop.ownerKey}\r\n`, operator: `authorization: Bearer ${cloud.operatorKey}\r\n`,
  }
  const raw = (...parts: readonly (string | Uint8Array)[]): Promise<Raw> => exchange(cloud.url, parts)
  return {
    cloud, shop, spare, names, cookie, word, head, raw, keyOf: (door) => keys[door],
    send(route, headers, body) {
      const { method, path } = askFor(route, names)
      const bytes = Buffer.from(body)
      return raw(head(method, path, `${keys[DOORS[route]!.door]}${headers}content-length: ${bytes.length}\r\n`), bytes)
    },
    async unchanged(work) {
      const before = await tables()
      await work()
      expect(await tables()).toEqual(before)
    },
    async serves() {
      expect((await fetch(`${cloud.url}/health/live`)).status).toBe(200)
      expect(await shop.till.state()).toMatchObject({ status: 200 })
    },
    async end() {
      await client.end()
      await cloud.destroy()
    },
  }
}

async function exchange(url: string, parts: readonly (string | Uint8Array)[]): Promise<Raw> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const got: Buffer[] = []
  const closed = once(socket, 'close')
  socket.on('error', () => undefined) // A reset is an answer too.
  socket.on('data', (data: Buffer) => {
    got.push(data)
    const text = Buffer.concat(got).toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1]
    if (length === undefined || text.length >= end + 4 + Number(length)) socket.destroy()
  })
  for (const part of parts) socket.write(part)
  await closed
  const text = Buffer.concat(got).toString('utf8')
  const end = text.indexOf('\r\n\r\n')
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), head: text.slice(0, Math.max(0, end)), body: text.slice(end + 4) }
}

/** A refusal in the words of the protocol, of the request and not of its key: a signature over other bytes is the request's. */
export function expectRefusal(route: string, what: string, { status, body }: Raw): void {
  const isApi = route.includes(' /api/')
  const code = isApi && status !== 0 ? (JSON.parse(body) as { code?: string }).code ?? '' : ''
  const isRight = status >= 400 && status < 500 && (!isApi || (REFUSALS[code as keyof typeof REFUSALS] === status && code !== 'token.invalid'))
  expect({ route, what, status, body: body.slice(0, 200), isRight }).toMatchObject({ isRight: true })
}

/** Anything but an error of ours: for what is odd and may yet be lawful. */
export function expectAnswer(route: string, what: string, { status, body }: Raw): void {
  expect({ route, what, status, body: body.slice(0, 200), isRight: status >= 200 && status < 500 }).toMatchObject({ isRight: true })
}
