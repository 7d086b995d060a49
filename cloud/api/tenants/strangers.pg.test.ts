/**
 * Every route as every stranger. Each is refused in the same words whether what it names is another's or nobody's, and
 * leaves every table as it was.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '#cloud/testing/catalogue.ts'
import { furnishShop, type FurnishedShop } from '#cloud/testing/furnish.ts'
import type { TestCloud } from '#cloud/testing/server.ts'
import { pushBody, TestTill } from '#cloud/testing/till.ts'
import { ask, askFor, comparable, DOORS, namesOf, routesThrough, startWatchedCloud, type Answer, type Names } from '#cloud/testing/doors.ts'

const HOUR = 3_600_000
let time = 1_795_000_000_000
let cloud: TestCloud
let routes: readonly string[]
let client: pg.Client
/** Whose things are tried for, and who tries. */
let a: FurnishedShop
let b: FurnishedShop
let revoked: TestTill
let quarantined: TestTill
let names: Names
/** What is nobody's. */
const nothing = (): Names => ({ id: randomUUID(), shop: randomUUID(), good: randomUUID(), device: randomUUID(), sale: randomUUID(), person: randomUUID(), token: 'x.y.z', gtin: '06901234567892', lot: 'Z9', item: 'ZZZZZZ9', recall: randomUUID() })

beforeAll(async () => {
  ({ cloud, routes } = await startWatchedCloud({ now: () => time, trustProxy: '127.0.0.1' }))
  client = new pg.Client({ connectionString: cloud.databaseUrl })
  await client.connect()
  a = await furnishShop(cloud, 'shop-a')
  b = await furnishShop(cloud, 'shop-b')
  revoked = await join(a)
  await cloud.call('POST', `/api/shops/${a.shop}/devices/${revoked.device}/revoke`)
  quarantined = await join(a)
  const copy = quarantined.copyWithEmptyLedger()
  for (const till of [quarantined, copy]) {
    till.sell({ good: a.good })
    await till.push()
  }
  names = namesOf(a, await creditOf(a.till))
})
afterAll(async () => {
  await client.end()
  await cloud.destroy()
})

async function join({ shop }: FurnishedShop): Promise<TestTill> {
  const till = new TestTill(cloud)
  const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
  await till.pair(String(body.code))
  return till
}
const creditOf = async (till: TestTill): Promise<string> => String((await till.changes()).changes.find(({ kind }) => kind === 'credit')?.doc.token)
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
const compact = (id: string): string => id.replaceAll('-', '')
const codeOf = ({ text }: Answer): unknown => (JSON.parse(text) as { code?: unknown }).code

/** Where a stranger comes from: each from an address of its own, so that limits on one don't speak for another. */
let address = 0
const from = (): Record<string, string> => ({ 'x-forwarded-for': `198.51.100.${++address % 250}` })

/** A session's cookie as the server makes it, signed with `secret`. */
function cookie(shop: string, until: number, secret: Uint8Array): Record<string, string> {
  const text = `${shop}.${until}`
  return { cookie: `xiaopu_owner=${text}.${createHmac('sha256', secret).update(text).digest('base64url')}` }
}
const wordOf = ({ text }: Answer): string => /name="word" value="([^"]+)"/.exec(text)?.[1] ?? ''

/** Signs in as a shop's owner; gives the cookie and the word of its forms. */
async function signIn({ shop, ownerKey }: FurnishedShop): Promise<{ headers: Record<string, string>; word: string }> {
  const login = askFor('POST /manage/:shop/login', { ...names, shop })
  const answer = await ask(cloud, { ...login, body: new URLSearchParams({ key: ownerKey }).toString() }, from())
  const headers = { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0]! }
  return { headers, word: wordOf(await ask(cloud, askFor('GET /manage/:shop', { ...names, shop }), headers)) }
}

async function unchanged(work: () => Promise<void>): Promise<void> {
  // That a code was looked at is counted, whoever looks.
  const digest = async () => { const { trace_scan: _looks, ...others } = await digestOf(client); return others }
  const before = await digest()
  await work()
  expect(await digest()).toEqual(before)
  expect(await a.till.state()).toMatchObject({ status: 200 })
}

test('every route of the server is known here, with who may use it', () => {
  expect(new Set(routes)).toEqual(new Set(Object.keys(DOORS)))
})

test('HEAD opens what GET opens, and no more', () => unchanged(async () => {
  for (const route of Object.keys(DOORS).filter((name) => name.startsWith('GET '))) {
    const got = await ask(cloud, askFor(route, names), from())
    const head = await ask(cloud, { ...askFor(route, names), method: 'HEAD' }, from())
    expect([route, head.status, head.text]).toEqual([route, got.status, ''])
  }
}))

/** Keys that open none of shop A's doors, and what each is told at a till's door. */
const STRANGERS: Readonly<Record<string, { key: () => string; atTill: string }>> = {
  nobody: { key: () => '', atTill: 'token.invalid' },
  'the owner of another shop': { key: () => b.ownerKey, atTill: 'token.invalid' },
  'the till of another shop': { key: () => b.till.token, atTill: '' },
  'a device that was never paired': { key: () => `xpt_${compact(a.shop)}_${'A'.repeat(43)}`, atTill: 'token.invalid' },
  'a token of a shop that is not there': { key: () => `xpt_${compact(randomUUID())}_${'A'.repeat(43)}`, atTill: 'token.invalid' },
  'a token whose shop was changed': { key: () => b.till.token.replace(compact(b.shop), compact(a.shop)), atTill: 'token.invalid' },
  'an owner\'s key whose shop was changed': { key: () => b.ownerKey.replace(compact(b.shop), compact(a.shop)), atTill: 'token.invalid' },
  'a guessed owner\'s key': { key: () => `xpo_${compact(a.shop)}_${'A'.repeat(43)}`, atTill: 'token.invalid' },
  'a revoked device': { key: () => revoked.token, atTill: 'device.revoked' },
  'a quarantined device': { key: () => quarantined.token, atTill: '' },
  'the shop\'s own till': { key: () => a.till.token, atTill: '' },
  'the shop\'s owner at a till\'s door': { key: () => a.ownerKey, atTill: 'token.invalid' },
  'the operator at a till\'s door': { key: () => cloud.operatorKey, atTill: 'token.invalid' },
  'a quote': { key: () => "xpt_'or''='", atTill: 'token.invalid' },
}
const isKeyOf = (who: string, door: string): boolean => (door === 'shop' && who === 'the shop\'s owner at a till\'s door') || who === 'the operator at a till\'s door'

describe.each(Object.keys(STRANGERS))('%s', (who) => {
  const { key, atTill } = STRANGERS[who]!
  const headers = (): Record<string, string> => (key() === '' ? {} : bearer(key()))

  test('opens none of a shop\'s doors, and learns nothing of what is behind them', () => unchanged(async () => {
    for (const route of routesThrough('shop', 'operator').filter((name) => !isKeyOf(who, DOORS[name]!.door))) {
      const [theirs, nobodys] = [await ask(cloud, askFor(route, names), { ...headers(), ...from() }), await ask(cloud, askFor(route, nothing()), { ...headers(), ...from() })]
      expect([route, theirs.status, codeOf(theirs)]).toEqual([route, 401, 'token.invalid'])
      expect(comparable(theirs, names)).toEqual(comparable(nobodys, names))
    }
  }))

  test('goes through no till\'s door but its own', () => unchanged(async () => {
    for (const route of routesThrough('till')) {
      const answer = await ask(cloud, askFor(route, names), { ...headers(), ...from() })
      if (atTill === '') {
        for (const secret of who === 'the till of another shop' ? [a.shop, a.till.device, a.good, a.sale] : []) expect(answer.text).not.toContain(secret)
      } else expect([route, answer.status, codeOf(answer)]).toEqual([route, 401, atTill])
    }
  }))

  test('opens no owner\'s page with it, and is shown the same door as everybody', () => unchanged(async () => {
    for (const route of routesThrough('owner')) {
      const answer = await ask(cloud, askFor(route, names), { ...headers(), ...from() })
      expect([route, answer.status]).toEqual([route, route.startsWith('GET') ? 200 : 401])
      expect(answer.text).not.toContain('name="word"')
      for (const secret of [a.good, a.till.device, a.sale]) expect(answer.text).not.toContain(secret)
    }
  }))
})

test('every request that was refused is one that the right key gets through with', async () => {
  const mine = await furnishShop(cloud, 'mine')
  const { headers, word } = await signIn(mine)
  const own = namesOf(mine, await creditOf(mine.till))
  const told: Record<string, number> = {}
  const order = (route: string): number => (/owner-key/.test(route) ? 2 : /revoke|logout/.test(route) ? 1 : 0)
  for (const route of [...routesThrough('public', 'operator', 'shop', 'owner')].sort((one, other) => order(one) - order(other))) {
    if (route === 'POST /manage/:shop/login') continue
    const { door } = DOORS[route]!
    const key = door === 'shop' ? mine.ownerKey : cloud.operatorKey
    told[route] = (await ask(cloud, askFor(route, own, word), { ...(door === 'owner' ? headers : door === 'public' ? {} : bearer(key)), ...from() })).status
  }
  expect(Object.entries(told).filter(([, status]) => ![200, 201, 303].includes(status))).toEqual([])
  expect((await cloud.call('GET', `/api/shops/${mine.shop}/goods`)).body).toMatchObject({ goods: expect.arrayContaining([expect.objectContaining({ id: mine.good, price: 999 })]) as unknown })
})

describe('an owner at home', () => {
  test('names another\'s good, till or sale and is answered as for one that is not there', () => unchanged(async () => {
    const { headers, word } = await signIn(b)
    // B's own shop, and in it the names of A's things.
    const theirs: Names = { ...names, id: b.shop, shop: b.slug }
    const nobodys: Names = { ...nothing(), id: b.shop, shop: b.slug }
    const withTwo = [...routesThrough('public', 'shop', 'owner')].filter((route) => (route.match(/:/g) ?? []).length > 1 && !route.startsWith('PUT '))
    expect(withTwo.length).toBeGreaterThan(4)
    for (const route of withTwo) {
      const { door } = DOORS[route]!
      const as = door === 'owner' ? headers : bearer(b.ownerKey)
      const answers = [await ask(cloud, askFor(route, theirs, word), { ...as, ...from() }), await ask(cloud, askFor(route, nobodys, word), { ...as, ...from() })]
      expect([route, comparable(answers[0]!, theirs)]).toEqual([route, comparable(answers[1]!, nobodys)])
      expect(door === 'owner' ? 303 : 404).toBe(answers[0]!.status)
    }
  }))

  test('who puts a good under another\'s id makes one of their own, and the other keeps theirs', async () => {
    const goodsOf = async ({ shop, ownerKey }: FurnishedShop): Promise<string> => JSON.stringify((await cloud.call('GET', `/api/shops/${shop}/goods`, undefined, ownerKey)).body)
    const before = await goodsOf(a)
    const theirs: Names = { ...names, id: b.shop }
    expect((await ask(cloud, askFor('PUT /api/shops/:id/goods/:good', theirs), bearer(b.ownerKey))).status).toBe(200)
    expect(await goodsOf(b)).toContain(a.good)
    expect(await goodsOf(a)).toBe(before)
  })
})

describe('sessions of the owner\'s pages', () => {
  const forms = (): string[] => routesThrough('owner').filter((route) => route !== 'POST /manage/:shop/login')
  const platform = (): Uint8Array => cloud.key.derive('owner session')
  const FORGED: Readonly<Record<string, () => Record<string, string>>> = {
    'another shop\'s': () => cookie(b.shop, time + HOUR, platform()),
    'one that ended': () => cookie(a.shop, time - 1, platform()),
    'one signed by another key': () => cookie(a.shop, time + HOUR, new Uint8Array(32)),
    'one signed for another purpose': () => cookie(a.shop, time + HOUR, cloud.key.derive('another purpose')),
    'one that never ends': () => cookie(a.shop, Number.POSITIVE_INFINITY, new Uint8Array(32)),
    'a signature with nothing before it': () => ({ cookie: 'xiaopu_owner=..x' }),
    'no value': () => ({ cookie: 'xiaopu_owner=' }),
    'two, the wrong one first': () => ({ cookie: `${cookie(b.shop, time + HOUR, platform()).cookie!}; ${cookie(a.shop, time + HOUR, new Uint8Array(32)).cookie!}` }),
  }

  test.each(Object.keys(FORGED))('%s opens nothing', (name) => unchanged(async () => {
    for (const route of forms()) {
      const answer = await ask(cloud, askFor(route, names, 'word'), { ...FORGED[name]!(), ...from() })
      expect([route, answer.status]).toEqual([route, route.startsWith('GET') ? 200 : 401])
      expect(answer.text).not.toContain('name="word"')
    }
  }))

  test('a true session sends no form without its word, from another site, or with another session\'s word', () => unchanged(async () => {
    const { headers, word } = await signIn(a)
    const other = await signIn(b)
    for (const route of forms().filter((name) => name.startsWith('POST'))) {
      for (const [with_, more] of [['', {}], [other.word, {}], [word, { origin: 'https://evil.example' }], [word, { origin: 'null' }], [word, { 'sec-fetch-site': 'cross-site' }]] as const) {
        const answer = await ask(cloud, askFor(route, names, with_), { ...headers, ...more, ...from() })
        expect([route, answer.status, answer.headers.get('location')]).toEqual([route, 303, expect.stringContaining('said=expired')])
      }
    }
  }))

  test('a session that was true is worth nothing when its time is over', async () => {
    const { headers, word } = await signIn(a)
    time += 8 * HOUR + 1
    expect((await ask(cloud, askFor('POST /manage/:shop/code', names, word), { ...headers, ...from() })).status).toBe(401)
  })
})

describe('batches', () => {
  const push = (till: TestTill, bytes: Uint8Array<ArrayBuffer>, by: TestTill): ReturnType<TestTill['pushBytes']> => till.pushBytes(bytes, by.sign(bytes))

  test('a right token with another\'s signature, another\'s body, or another\'s name in it changes nothing', async () => {
    // Notes that they were seen; the clock stands still from here.
    for (const till of [a.till, b.till, quarantined]) await till.state()
    await unchanged(async () => {
      const mine = gzipSync(pushBody(a.till.device, [a.till.rows.at(-1)!]))
      expect(await push(a.till, mine, b.till)).toMatchObject({ status: 401, body: { code: 'signature.invalid' } })
      expect(await push(b.till, mine, a.till)).toMatchObject({ status: 401, body: { code: 'signature.invalid' } })
      expect(await push(b.till, mine, b.till)).toMatchObject({ status: 403, body: { code: 'not.allowed' } })
      const signature = a.till.sign(mine)
      const bent = Buffer.from(mine)
      bent[bent.length - 1]! ^= 1
      expect(await a.till.pushBytes(bent, signature)).toMatchObject({ status: 401 })
      for (const bad of ['', signature.slice(0, -1), `${signature}A`, `${signature}==`, signature.toUpperCase(), 'A'.repeat(86)]) expect(await a.till.pushBytes(mine, bad)).toMatchObject({ status: 401, body: { code: 'signature.invalid' } })
      // A signature made for another door is none for this one.
      expect((await fetch(`${cloud.url}/api/pair`, { method: 'POST', body: mine, headers: { 'x-xiaopu-signature': signature, ...from() } })).status).toBe(400)
      expect(await push(quarantined, mine, quarantined)).toMatchObject({ status: 423, body: { code: 'device.quarantined' } })
      expect(await push(revoked, mine, revoked)).toMatchObject({ status: 401, body: { code: 'device.revoked' } })
    })
  })

  test('a batch taken down on its way and sent again, by whoever, counts once', async () => {
    const till = await join(a)
    till.sell({ good: a.good })
    const bytes = gzipSync(pushBody(till.device, till.rows))
    const signature = till.sign(bytes)
    expect(await till.pushBytes(bytes, signature)).toMatchObject({ status: 200, body: { ack: 1 } })
    await unchanged(async () => {
      for (let i = 0; i < 5; i++) expect(await till.pushBytes(bytes, signature)).toMatchObject({ status: 200, body: { ack: 1, flags: [] } })
      const thief = await fetch(`${cloud.url}/api/sync/push`, { method: 'POST', body: bytes, headers: { 'x-xiaopu-signature': signature } })
      expect(thief.status).toBe(401)
    })
  })

  test('rows that name another shop are kept with the sender, flagged, and seen by nobody else', async () => {
    const till = await join(b)
    till.shop = a.shop
    till.sell({ good: a.good })
    const before = (await cloud.call('GET', `/api/shops/${a.shop}/summary`)).body
    expect((await till.push()).body).toMatchObject({ ack: 1, flags: [{ seq: 1, code: 'shop.foreign' }] })
    expect((await cloud.call('GET', `/api/shops/${a.shop}/summary`)).body).toEqual(before)
  })
})

describe('pairing', () => {
  const pairBody = (till: TestTill, code: string): string => JSON.stringify({ code, device: till.device, publicKey: till.publicKey, ledgerShop: till.ledgerShop })
  const send = async (body: string, signature: string): Promise<Answer> => ask(cloud, { method: 'POST', path: '/api/pair', headers: { 'x-xiaopu-signature': signature }, body }, from())
  const newCode = async (): Promise<string> => String((await cloud.call('POST', `/api/shops/${a.shop}/pairing-codes`)).body.code)

  test('a request taken down and sent again pairs nobody, and the token it gave stays good', async () => {
    const till = new TestTill(cloud)
    const body = pairBody(till, await newCode())
    const signature = till.sign(Buffer.from(body))
    const first = await send(body, signature)
    expect(first.status).toBe(200)
    till.token = String((JSON.parse(first.text) as { token: string }).token)
    const { pairing_try: _tries, ...before } = await digestOf(client)
    const again = await send(body, signature)
    expect([again.status, codeOf(again)]).toEqual([404, 'pairing.code_wrong'])
    const { pairing_try: _more, ...after } = await digestOf(client)
    expect(after).toEqual(before)
    expect(await till.state()).toMatchObject({ status: 200 })
  })

  test('a code that is used, over, worn out or never was is told the same', async () => {
    const used = await newCode()
    expect((await new TestTill(cloud).pair(used)).status).toBe(200)
    const over = await newCode()
    time += 11 * 60_000
    const worn = await newCode()
    for (let i = 0; i < 5; i++) await send(pairBody(new TestTill(cloud), worn), 'A'.repeat(86))
    const answers = []
    for (const code of [used, over, worn, '00000000']) {
      const till = new TestTill(cloud)
      const body = pairBody(till, code)
      answers.push(comparable(await send(body, till.sign(Buffer.from(body))), names))
    }
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject({ status: 404 })
  })

  test('a device of another shop joins as a new one, and neither shop sees the other\'s', async () => {
    const code = await newCode()
    const body = pairBody(b.till, code)
    const answer = await send(body, b.till.sign(Buffer.from(body)))
    expect(JSON.parse(answer.text)).toMatchObject({ shop: a.shop })
    expect(await b.till.state()).toMatchObject({ status: 200, body: { ack: b.till.rows.length } })
  })
})
