/** Addresses, queries, headers and lines that no client would send: each is refused or read as nothing, and the server serves on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFor, DOORS, type Names } from '#cloud/testing/doors.ts'
import { expectAnswer, expectRefusal, laySiege, type Siege } from '#cloud/testing/siege.ts'

let siege: Siege
beforeAll(async () => { siege = await laySiege() })
afterAll(() => siege.end())

/** What may stand in an address where a name is meant. */
const NAMES: readonly string[] = [
  "'", "%27%20or%20%271%27=%271", '1;drop%20table%20shop', '%00', 'a%00b', '%0d%0aset-cookie:x=1', '%ed%a0%80', '%ff', '%', '%zz', '%c0%af', '..', '%2e%2e%2f%2e%2e', '..%5c..',
  '__proto__', 'constructor', 'null', 'undefined', 'NaN', '-1', '0', '%7b%22$ne%22:1%7d', '*', '%25', '%2a%2f', '%e2%80%ae', '%f0%9f%98%80', '%e4%b8%ad', 'A'.repeat(22), 'A'.repeat(1999), 'A'.repeat(2001), 'A'.repeat(9000),
  '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '%20', 'xiaopu_service', "';--", 'x.y', '....', '.'.repeat(500), 'e'.repeat(21),
]
const withNames = (): string[] => Object.keys(DOORS).filter((route) => route.includes(':'))

describe('names in an address', () => {
  test.each(NAMES.map((name) => [name.length > 60 ? `${name.slice(0, 20)}… (${name.length})` : name, name]))('%s', (_shown, name) => siege.unchanged(async () => {
    for (const route of withNames()) {
      const [method = '', pattern = ''] = route.split(' ')
      const places = pattern.match(/:\w+/g) ?? []
      const { door } = DOORS[route]!
      for (const place of places) {
        const { headers, body } = askFor(route, siege.names, siege.word)
        // PUT makes what is not there, and a UUID is a name like another.
        if (method === 'PUT' && /^[0f-]+$/.test(name)) continue
        const path = pattern.replace(place, () => name).replaceAll(/:(\w+)/g, (_all, other: keyof Names) => siege.names[other])
        const bytes = Buffer.from(body ?? '')
        const answer = await siege.raw(siege.head(method, path, `${siege.keyOf(door === 'shop' ? 'operator' : door)}${Object.entries(headers).map(([key, value]) => `${key}: ${value}\r\n`).join('')}${body === undefined ? '' : `content-length: ${bytes.length}\r\n`}`), bytes)
        // An owner's form about nothing sends the browser back to its page; everything else is no.
        const isRight = (answer.status >= 400 && answer.status < 500) || (answer.status === 303 && places.length > 1 && place !== ':shop')
        expect({ route, place, status: answer.status, body: answer.body.slice(0, 200), isRight }).toMatchObject({ isRight: true })
        if (answer.status !== 303) expectRefusal(route, place, answer)
      }
    }
    await siege.serves()
  }))
})

const QUERIES: readonly string[] = [
  'since=-1', 'since=1e999', 'since=1e21', 'since=9007199254740993', 'since=0x1g', 'since=%00', "since='", 'since=1&since=2', 'since[]=1', 'since=NaN', 'since=1.5', 'since=' + '9'.repeat(5000),
  'limit=0', 'limit=-5', 'limit=1001', 'limit=99999999999999999999', 'limit=1e3000', 'limit=%27%3bselect', 'limit[$gt]=1', 'limit=1&limit=2', 'limit= ',
  'before=1e400', 'before=-9e99', 'before=x', 'before=1&beforeId=x', "before=1&beforeId='", 'before=1&beforeId=%00', 'beforeId=1',
  'q=%00', `q=${'%25'.repeat(2000)}`, 'q=%ff%fe', "q=%27%20or%201=1--", 'q=%3Cscript%3E', 'q[]=1&q[]=2', 'page=0', 'page=-1', 'page=1e9', 'page=NaN', 'page=99999999999999999999',
  'category=%00', 'lang=%00', 'lang=zh&lang=en', 'lang=__proto__', 'said=__proto__', 'said=constructor', 'said=toString', '__proto__[admin]=1', 'constructor[prototype][x]=1', '__proto__=1',
  '%', '%zz=%zz', '&&&&', '=', '?', Array.from({ length: 3000 }, (_, index) => `a${index}=1`).join('&'), `${'a'.repeat(12_000)}=1`, '#', 'a=%0d%0aset-cookie:%20x=1',
]

test.each(QUERIES.map((query) => [query.length > 60 ? `${query.slice(0, 30)}… (${query.length})` : query, query]))('a query %s', (_shown, query) => siege.unchanged(async () => {
  for (const route of Object.keys(DOORS).filter((name) => name.startsWith('GET ') && name !== 'GET /api/sync/stream')) {
    const { path } = askFor(route, siege.names)
    const answer = await siege.raw(siege.head('GET', `${path}?${query}`, siege.keyOf(DOORS[route]!.door)))
    expectAnswer(route, query, answer)
    expect(answer.head).not.toContain('set-cookie')
  }
  await siege.serves()
}))

test('absurd numbers are refused where a number is read, and name the field', async () => {
  for (const [path, field] of [['/api/sync/changes?since=1.5', 'since'], ['/api/sync/changes?limit=1001', 'limit'], ['/api/sync/changes?since=1&since=2', 'since']] as const) {
    expect(JSON.parse((await siege.raw(siege.head('GET', path, siege.keyOf('till')))).body)).toMatchObject({ code: 'input.invalid', detail: { field } })
  }
  for (const [query, field] of [['limit=0', 'limit'], ['before=x', 'before'], ['before=1&beforeId=x', 'beforeId'], ['before=1e400', 'before']] as const) {
    expect(JSON.parse((await siege.raw(siege.head('GET', `/api/shops/${siege.shop.shop}/sales?${query}`, siege.keyOf('shop')))).body)).toMatchObject({ code: 'input.invalid', detail: { field } })
  }
})

const HEADERS: Readonly<Record<string, string>> = {
  'a header larger than any': `x: ${'a'.repeat(200_000)}\r\n`,
  'thousands of headers': Array.from({ length: 3000 }, (_, index) => `x-${index}: 1\r\n`).join(''),
  'a key of a megabyte': `authorization: Bearer ${'a'.repeat(1_000_000)}\r\n`,
  'a key of eight kilobytes': `authorization: Bearer ${'a'.repeat(8000)}\r\n`,
  'a key with a quote': "authorization: Bearer xpt_' or ''='\r\n",
  'two keys': 'authorization: Bearer a\r\nauthorization: Bearer b\r\n',
  'another scheme': 'authorization: Basic eDp5\r\n',
  'bytes that are no text': 'authorization: Bearer \u00ff\u00fe\r\n',
  'a cookie without end': `cookie: xiaopu_owner=${'.'.repeat(8000)}\r\n`,
  'ten thousand cookies': `cookie: ${'a=1; '.repeat(2000)}\r\n`,
  'a language without end': `accept-language: ${'zh;q='.repeat(2500)}\r\n`,
  'a range': 'range: bytes=0-18446744073709551615\r\n',
  'a condition': 'if-none-match: *\r\nif-modified-since: never\r\n',
  'another protocol': 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\nsec-websocket-version: 13\r\n',
  'an address that is none': "x-forwarded-for: ', \u0001, ::ffff:999.1.1.1\r\n",
  'another method, in a header': 'x-http-method-override: DELETE\r\n',
  'a length that is none': 'content-length: -1\r\n',
  'a length in words': 'content-length: many\r\n',
  'two lengths': 'content-length: 1\r\ncontent-length: 2\r\n',
  'a length and none': 'content-length: 3\r\ntransfer-encoding: chunked\r\n',
  'an encoding that is none': 'transfer-encoding: gzip, chunked, x\r\n',
  'a folded header': 'x: a\r\n b\r\n',
  'a header without a name': ': x\r\n',
  'a line that ends wrongly': 'x: a\nauthorization: Bearer b\r\n',
  'a zero byte': 'x: a\0b\r\n',
}

test.each(Object.keys(HEADERS))('headers: %s', (what) => siege.unchanged(async () => {
  for (const route of ['GET /api/sync/state', 'GET /api/shops', 'GET /manage/:shop', 'GET /', 'GET /api/health']) {
    const { method, path } = askFor(route, siege.names)
    const answer = await siege.raw(`${method} ${path} HTTP/1.1\r\nhost: xiaopu.test\r\n${HEADERS[what]!}\r\n`)
    // Nobody's key opens nothing; whatever is no HTTP is told so, or hung up on.
    expect({ route, status: answer.status, isRight: answer.status < 500 && (DOORS[route]!.door === 'public' || DOORS[route]!.door === 'owner' || answer.status !== 200) }).toMatchObject({ isRight: true })
    expect(answer.body).not.toContain('name="word"')
  }
  await siege.serves()
}))

test.each([
  ['no HTTP', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'], ['another version', 'GET / HTTP/9.9\r\nhost: x\r\n\r\n'], ['no host', 'GET / HTTP/1.1\r\n\r\n'], ['an unknown method', 'FETCH / HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['TRACE', 'TRACE / HTTP/1.1\r\nhost: x\r\n\r\n'], ['CONNECT', 'CONNECT db:5432 HTTP/1.1\r\nhost: x\r\n\r\n'], ['an address of elsewhere', 'GET http://169.254.169.254/ HTTP/1.1\r\nhost: x\r\n\r\n'], ['an address without end', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
  ['two in one', 'POST /api/pair HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /api/shops HTTP/1.1\r\n\r\n'], ['a chunk that lies', 'POST /api/pair HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n'],
])('on the wire: %s', async (_what, bytes) => {
  const { status } = await siege.raw(bytes)
  expect(status === 0 || (status >= 400 && status < 500) || bytes.includes('169.254')).toBe(true)
  await siege.serves()
})
