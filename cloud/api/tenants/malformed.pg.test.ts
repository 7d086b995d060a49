/**
 * Bodies that are no sound request, from those who hold the right key, which gets them furthest: none is an error of ours,
 * none is taken for what it isn't, none changes a table, and the server serves on.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PUSH_BYTES_MAX } from '#shared/sync/protocol.ts'
import { askFor, DOORS, namesOf } from '#cloud/testing/doors.ts'
import { furnishShop } from '#cloud/testing/furnish.ts'
import { expectAnswer, expectRefusal, laySiege, type Siege } from '#cloud/testing/siege.ts'
import { pushBody, type TestTill } from '#cloud/testing/till.ts'

let siege: Siege
beforeAll(async () => { siege = await laySiege() })
afterAll(() => siege.end())

const withBody = (): string[] => Object.keys(DOORS).filter((route) => !route.startsWith('GET '))
const readsBytes = ['POST /api/pair', 'POST /api/sync/push', 'POST /api/sync/people']
/** Routes that do what they do whatever body comes with it. */
const readsNone = (route: string): boolean => !readsBytes.includes(route) && DOORS[route]!.json === undefined && DOORS[route]!.door !== 'owner'

/** A body of which a route can make nothing, with the type it says it is. */
const DEEP = 200_000
const BODIES: Readonly<Record<string, readonly [type: string, body: () => string | Uint8Array]>> = {
  'random bytes as JSON': ['application/json', () => randomBytes(1000)],
  'random bytes as a form': ['application/x-www-form-urlencoded', () => randomBytes(1000)],
  'random bytes of no type': ['', () => randomBytes(1000)],
  'a type that is no type': [';;/;', () => '{}'],
  'a type without end': [`application/json; charset=${'x'.repeat(4000)}`, () => '{'],
  'XML that names a file': ['application/xml', () => '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
  'a form of several parts': ['multipart/form-data; boundary=x', () => '--x\r\ncontent-disposition: form-data; name="key"\r\n\r\nx\r\n--x--\r\n'],
  'text': ['text/plain', () => 'drop table shop'],
  'nothing, called JSON': ['application/json', () => ''],
  'half a document': ['application/json', () => '{"name":"'],
  'JSON in UTF-16': ['application/json; charset=utf-16', () => Buffer.from('{"name":"x"}', 'utf16le')],
  'a document deeper than any stack': ['application/json', () => `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
  'fields deeper than any stack': ['application/json', () => `${'{"name":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
  'null': ['application/json', () => 'null'],
  'a number': ['application/json', () => '1e400'],
  'a text': ['application/json', () => '"name"'],
  'a list': ['application/json', () => '[{"name":"x","price":1}]'],
  'the prototype of everything': ['application/json', () => '{"__proto__":{"isOperator":true,"name":"x","kind":"shop","price":1}}'],
  'a constructor': ['application/json', () => '{"constructor":{"prototype":{"name":"x","kind":"shop","price":1}},"price":"x"}'],
  'lists and objects for values': ['application/json', () => '{"name":{"$ne":null},"kind":["shop"],"price":[1],"goods":{"length":1},"code":{},"about":[]}'],
  'numbers out of range': ['application/json', () => '{"name":"x","kind":"shop","price":1e308,"about":1}'],
  'fractions of fen': ['application/json', () => '{"price":0.1,"name":1,"about":1,"goods":[{"name":"x","price":0.1}]}'],
  'compressed, which is for batches': ['application/json\r\ncontent-encoding: gzip', () => gzipSync('{"name":"x","kind":"shop"}')],
}

describe.each(Object.keys(BODIES))('a body that is %s', (what) => {
  const [type, body] = BODIES[what]!
  test('is refused by every route that reads one, and kept by none', () => siege.unchanged(async () => {
    for (const route of withBody().filter((name) => !readsNone(name))) {
      const answer = await siege.send(route, type === '' ? '' : `content-type: ${type}\r\n`, body())
      // A form without its word is shown its page again.
      if (DOORS[route]!.door === 'owner') expectAnswer(route, what, answer)
      else expectRefusal(route, what, answer)
    }
    await siege.serves()
  }))

  test('is no error of ours where nobody asked for one', async () => {
    const theirs = namesOf(siege.spare, '')
    for (const route of withBody().filter(readsNone)) {
      const { path } = askFor(route, theirs)
      const bytes = Buffer.from(body())
      expectAnswer(route, what, await siege.raw(siege.head('POST', path, `${siege.keyOf('operator')}${type === '' ? '' : `content-type: ${type}\r\n`}content-length: ${bytes.length}\r\n`), bytes))
    }
    await siege.serves()
  })
})

test('texts that are lawful and hostile come back as they went in, but for what no database can hold', async () => {
  const said = 'a\0b\ud800c\udc00\u202e</script>\'";-- ${x} %s {{y}} \\u0000 $1 \r\n'
  const kept = said.toWellFormed().replaceAll('\0', '\ufffd').trim()
  const shop = await furnishShop(siege.cloud, 'hostile')
  const ask = (method: string, path: string, body: object): ReturnType<Siege['cloud']['call']> => siege.cloud.call(method, `/api/shops${path}`, body)
  const made = await ask('POST', '', { name: said, kind: 'shop' })
  expect(made.status).toBe(201)
  const texts = { name: said, address: said, phone: said, footer: said, about: said, uscc: said }
  const answers = await Promise.all(Object.entries(texts).map(([field, value]) => ask('PATCH', `/${shop.shop}`, { [field]: value })))
  for (const { status, body } of answers) expect(status === 200 || (status === 400 && body.code === 'input.invalid')).toBe(true)
  expect((await ask('PATCH', `/${shop.shop}/goods/${shop.good}`, { name: said, origin: said, spec: said, codes: [said.slice(0, 40)] })).status).toBe(200)
  const { goods } = (await siege.cloud.call('GET', `/api/shops/${shop.shop}/goods`)).body as { goods: { name: string; origin: string }[] }
  expect(goods[0]).toMatchObject({ name: kept, origin: kept })
  const page = await fetch(`${siege.cloud.url}/s/${shop.shop}`)
  expect(page.status).toBe(200)
  expect(await page.text()).not.toContain('</script>\'')
  for (const path of [`/s/${String(made.body.id)}`, '/', '/s/hostile']) expect((await fetch(`${siege.cloud.url}${path}`)).status).toBe(200)
  expect(await shop.till.state()).toMatchObject({ status: 200 })
  expect((await shop.till.changes()).changes.length).toBeGreaterThan(0)
})

describe('bodies that are too large', () => {
  /** More than any route takes. */
  const LARGE = 21 * 1024 * 1024

  test.each(['content-length', 'transfer-encoding'])('said in %s: refused before it is read to its end', (by) => siege.unchanged(async () => {
    for (const route of withBody()) {
      const [method = ''] = route.split(' ')
      const { path } = askFor(route, siege.names)
      const size = route === 'POST /api/shops/:id/goods' || route === 'POST /api/sync/push' ? LARGE : 1024 * 1024 + 1
      const type = DOORS[route]!.door === 'owner' ? 'content-type: application/x-www-form-urlencoded\r\n' : 'content-type: application/json\r\n'
      const start = siege.head(method, path, `${siege.keyOf(DOORS[route]!.door)}${type}${by === 'content-length' ? `content-length: ${size}` : 'transfer-encoding: chunked'}\r\n`)
      // Declared: the head alone is answered. Undeclared: what came is counted, and the end never comes.
      const answer = by === 'content-length' ? await siege.raw(start) : await siege.raw(start, `${size.toString(16)}\r\n`, Buffer.alloc(size, 0x20))
      expect([route, answer.status]).toEqual([route, 413])
      expectRefusal(route, by, answer)
    }
    await siege.serves()
  }))

  test('a bomb that unpacks to a gigabyte, and one of nothing but line ends', () => siege.unchanged(async () => {
    const bomb = Buffer.concat(Array.from<Buffer>({ length: 64 }).fill(gzipSync(Buffer.alloc(16 * 1024 * 1024))))
    expect(bomb.length).toBeLessThan(2 * 1024 * 1024)
    expect(await siege.shop.till.pushBytes(bomb)).toMatchObject({ status: 413, body: { code: 'batch.too_large' } })
    expect(await siege.shop.till.pushBytes(gzipSync(Buffer.alloc(PUSH_BYTES_MAX, '\n')))).toMatchObject({ status: 400, body: { code: 'batch.malformed' } })
    await siege.serves()
  }))
})

describe('signed batches of a till gone mad', () => {
  const send = (text: string | Uint8Array): ReturnType<TestTill['pushBytes']> => siege.shop.till.pushBytes(gzipSync(text))
  const row = (text: string): string => `${'0'.repeat(64)} ${text}`
  const header = (change: object = {}): string => JSON.stringify({ protocol: 1, device: siege.shop.till.device, from: siege.shop.till.rows.length + 1, rows: 1, ...change })

  test('what is no batch is refused, and nothing of it kept', () => siege.unchanged(async () => {
    const sound = gzipSync(pushBody(siege.shop.till.device, [siege.shop.till.rows.at(-1)!]))
    for (const bytes of [Buffer.alloc(0), sound.subarray(0, sound.length - 1), sound.subarray(0, 20), sound.subarray(10), Buffer.concat([sound, randomBytes(10)]), randomBytes(5000)]) {
      expect(await siege.shop.till.pushBytes(Buffer.from(bytes))).toMatchObject({ status: 400, body: { code: 'batch.malformed' } })
    }
    for (const text of ['', '\n', '{}', 'null\nx', '[]\nx', `${header({ rows: 1e9 })}\n${row('x')}`, `${header({ rows: 0 })}`, `${header({ from: 0 })}\n${row('x')}`, `${header({ from: 1.5 })}\n${row('x')}`, `${header({ from: 2 ** 53 })}\n${row('x')}`, `${header({ device: '\0' })}\n${row('x')}`, `${header()}\nx`, `${header()}\n${'F'.repeat(64)} x`, `${'['.repeat(DEEP)}\n${row('x')}`, `${header({ __proto__: null, rows: '1' })}\n${row('x')}`]) {
      expect(await send(text)).toMatchObject({ status: 400, body: { code: 'batch.malformed' } })
    }
    expect(await send(randomBytes(1000))).toMatchObject({ status: 400 })
    for (const from of [Number.MAX_SAFE_INTEGER, siege.shop.till.rows.length + 2]) expect(await send(`${header({ from })}\n${row('x')}`)).toMatchObject({ status: 409, body: { code: 'sync.gap' } })
  }))

  test('any bytes, and any bend of a sound batch, are refused or are no error', async () => {
    const sound = gzipSync(pushBody(siege.spare.till.device, siege.spare.till.rows))
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (bends) => {
      const bytes = Buffer.from(sound)
      for (const [at, value] of bends) bytes[at] = value
      const { status } = await siege.spare.till.pushBytes(bytes)
      return status < 500
    }), { numRuns: 60 })
    await siege.serves()
  })

  test('rows that nothing can be made of are kept and flagged, and the sale behind them is counted', async () => {
    const till = siege.shop.till
    const deepJson = `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`
    const first = till.rows.length + 1
    const good = siege.shop.good
    till.append({ seq: first, hash: 'a'.repeat(64), text: deepJson })
    till.append({ seq: first + 1, hash: 'a'.repeat(64), text: '' })
    till.append({ seq: first + 2, hash: 'a'.repeat(64), text: '\0\ud800'.repeat(1000) })
    for (const type of ['sale.completed', 'stock.moved', 'good.changed', 'staff.changed', 'shop.changed', 'shift.opened', 'nothing.known']) {
      till.record(type, JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":1},"sale":"__proto__","lines":{"length":1e9},"set":{"__proto__":{"price":1}},"good":"\\u0000"}') as Record<string, unknown>)
      till.record(type, { body: nested(2000) })
    }
    till.record('good.changed', { good, set: JSON.parse('{"__proto__":{"price":1},"constructor":1}') as Record<string, unknown>, hlc: '7000000000000000-a' })
    const sale = randomUUID()
    till.sell({ good, sale, at: 8_640_000_000_000_001 })
    till.sell({ good, at: Number.MIN_SAFE_INTEGER })
    till.record('x'.repeat(61), {})
    till.sell({ good })
    const { status, body } = await till.push(till.rows.slice(first - 1))
    expect([status, body.ack]).toEqual([200, till.rows.length])
    expect((await siege.cloud.call('GET', `/api/shops/${siege.shop.shop}/summary`)).body).toMatchObject({ sales: 4, byDevice: [{ ack: till.rows.length }] })
    // A time that no calendar has is a receipt all the same.
    const receipt = await fetch(`${siege.cloud.url}/r/${siege.shop.shop}/${sale}`)
    expect(receipt.status).toBe(200)
    expect((await fetch(`${siege.cloud.url}/s/lakeside`)).status).toBe(200)
    expect((await fetch(`${siege.cloud.url}/manage/lakeside`, { headers: { cookie: siege.cookie } })).status).toBe(200)
    expect(({} as { price?: number }).price).toBeUndefined()
    await siege.serves()
  })
})

/** A value `depth` lists deep. */
function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = [value]
  return value
}
