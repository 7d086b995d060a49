/** A shop's stock at several tills: each is told what the others moved, and nothing is counted twice. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import pg from 'pg'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Id } from '#shared/identity/ids.ts'
import { inShop } from '#cloud/storage/database.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, TestTill } from '#cloud/testing/till.ts'
import { rebuild } from './rebuild.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

async function openShopWith(tills: number): Promise<{ shop: Id; tills: TestTill[] }> {
  const { shop, till } = await openShop(cloud)
  const all = [till]
  while (all.length < tills) {
    const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
    const next = new TestTill(cloud)
    await next.pair(String(body.code))
    all.push(next)
  }
  return { shop, tills: all }
}

/** A till as far as stock goes: what it moved, what it was told, how much of its ledger it has sent. */
class Counter {
  readonly own = new Map<Id, number>()
  readonly others = new Map<Id, number>()
  readonly till: TestTill
  sent = 0
  rev = 0
  constructor(till: TestTill) { this.till = till }

  move(good: Id, delta: number): void {
    if (delta < 0) this.till.sell({ good, quantity: -delta, price: 100 })
    else this.till.record('stock.moved', { reason: 'received', note: '', lines: [{ good, delta }] })
    this.own.set(good, (this.own.get(good) ?? 0) + delta)
  }
  /** Sends the next rows; `again` of those sent already come once more. */
  async push(rows = this.till.rows.length, again = 0): Promise<void> {
    const part = this.till.rows.slice(Math.max(0, this.sent - again), this.sent + rows)
    if (part.length === 0) return
    const { status } = await this.till.push(part)
    if (status !== 200) throw new Error(`the push was answered ${status}`)
    this.sent = part.at(-1)!.seq
  }
  /** One page, from `back` numbers before where it stands. Gives what came. */
  async pull(limit?: number, back = 0): Promise<{ more: boolean; goods: Id[] }> {
    const page = await this.till.changes(Math.max(0, this.rev - back), limit)
    const stock = page.changes.filter(({ kind }) => kind === 'stock')
    for (const { id, doc } of stock) this.others.set(id, doc.quantity as number)
    this.rev = page.rev
    return { more: page.more, goods: stock.map(({ id }) => id) }
  }
  async pullAll(limit?: number): Promise<Id[]> {
    const goods: Id[] = []
    for (;;) {
      const page = await this.pull(limit)
      goods.push(...page.goods)
      if (!page.more) return goods
    }
  }
  shown(good: Id): number {
    return (this.own.get(good) ?? 0) + (this.others.get(good) ?? 0)
  }
}

const stockOf = async (shop: Id, good: Id): Promise<unknown> =>
  ((await cloud.call('GET', `/api/shops/${shop}/goods`)).body.goods as { id: Id; stock: number | null }[]).find(({ id }) => id === good)?.stock

test('a till is told what the others moved, only of goods they moved, and never its own', async () => {
  const { shop, tills } = await openShopWith(3)
  const [a, b, c] = tills.map((till) => new Counter(till)) as [Counter, Counter, Counter]
  const [tea, rice, salt] = [randomUUID(), randomUUID(), randomUUID()]
  await cloud.call('POST', `/api/shops/${shop}/goods`, { goods: [{ id: tea, name: '茶', price: 100 }, { id: rice, name: '米', price: 100 }] })
  for (const counter of [a, b, c]) await counter.pullAll()
  a.move(tea, 10_000)
  a.move(tea, -1000)
  a.move(rice, -2000)
  await a.push()
  expect(await a.pullAll()).toEqual([])
  expect(new Set(await b.pullAll())).toEqual(new Set([tea, rice]))
  b.move(tea, -3000)
  b.move(salt, -1000)
  expect([b.shown(tea), b.shown(rice)]).toEqual([6000, -2000])
  await b.push()
  expect(await b.pullAll()).toEqual([])
  expect(new Set(await a.pullAll())).toEqual(new Set([tea, salt]))
  expect(new Set(await c.pullAll(1))).toEqual(new Set([tea, rice, salt]))
  for (const counter of [a, b, c]) expect([tea, rice, salt].map((good) => counter.shown(good))).toEqual([6000, -2000, -1000])
  // Counted by anybody, it is the shop's; what nobody counted is shown to no customer.
  expect([await stockOf(shop, tea), await stockOf(shop, rice)]).toEqual([6000, null])
})

test('what a till without access moved still counts, and it is told nothing more', async () => {
  const { shop, tills } = await openShopWith(2)
  const [a, b] = tills.map((till) => new Counter(till)) as [Counter, Counter]
  const good = randomUUID()
  a.move(good, 5000)
  await a.push()
  await cloud.call('POST', `/api/shops/${shop}/devices/${a.till.device}/revoke`)
  await b.pullAll()
  expect(b.shown(good)).toBe(5000)
  expect((await cloud.call('GET', '/api/sync/changes', undefined, a.till.token)).status).toBe(401)
  const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
  await a.till.pair(String(body.code))
  a.move(good, -1000)
  await a.push()
  await Promise.all([a.pullAll(), b.pullAll()])
  expect([a.shown(good), b.shown(good)]).toEqual([4000, 4000])
})

test('sales wake the other tills and not the one that sold; alone in its shop, nobody', async () => {
  const { tills } = await openShopWith(2)
  const [a, b] = tills as [TestTill, TestTill]
  const stop = new AbortController()
  const [atA, atB] = [a.stream(stop.signal), b.stream(stop.signal)]
  const first = (await atA.next()).value as number
  await atB.next()
  a.sell({ good: randomUUID() })
  const [woken] = await Promise.all([atB.next(), a.push()])
  expect(woken.value).toBe(first + 1)
  b.sell({ good: randomUUID() })
  const [other] = await Promise.all([atA.next(), b.push()])
  // The one before was its own, and it was not told of it.
  expect(other.value).toBe(first + 2)

  const alone = await openShop(cloud)
  const lines = alone.till.stream(stop.signal)
  const before = (await lines.next()).value as number
  alone.till.sell({ good: randomUUID() })
  await alone.till.push()
  const [next] = await Promise.all([lines.next(), cloud.call('POST', `/api/shops/${alone.shop}/goods`, { goods: [{ name: '盐', price: 200 }] })])
  expect(next.value).toBe(before + 2)
  stop.abort()
})

test('whatever is sold, sent, sent again and pulled in whatever order: in the end all tills and the cloud agree', { timeout: 120_000 }, async () => {
  const TILLS = 3
  const goods = [randomUUID(), randomUUID()]
  const who = fc.nat({ max: TILLS - 1 })
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), who, good: fc.nat({ max: 1 }), delta: fc.integer({ min: -5, max: 5 }).filter((n) => n !== 0) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('push' as const), who, rows: fc.integer({ min: 1, max: 3 }), again: fc.nat({ max: 2 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pull' as const), who, limit: fc.integer({ min: 1, max: 4 }), back: fc.nat({ max: 3 }) }) },
  )
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
    const { shop, tills } = await openShopWith(TILLS)
    await cloud.call('POST', `/api/shops/${shop}/goods`, { goods: goods.map((id) => ({ id, name: '茶', price: 100 })) })
    const counters = tills.map((till) => new Counter(till))
    for (const counter of counters) counter.till.record('stock.moved', { reason: 'counted', note: '', lines: goods.map((good) => ({ good, delta: 1000 })) })
    for (const counter of counters) for (const good of goods) counter.own.set(good, 1000)
    for (const each of steps) {
      const counter = counters[each.who]!
      if (each.do === 'move') counter.move(goods[each.good]!, each.delta * 1000)
      else if (each.do === 'push') await counter.push(each.rows, each.again)
      else await counter.pull(each.limit, each.back)
    }
    for (const counter of counters) await counter.push()
    for (const counter of counters) await counter.pullAll()
    for (const good of goods) {
      const total = counters.reduce((sum, { own }) => sum + (own.get(good) ?? 0), 0)
      expect(counters.map((counter) => counter.shown(good))).toEqual(counters.map(() => total))
      expect(await stockOf(shop, good)).toBe(total)
    }
  }), { numRuns: 12 })
})

test('made again from the facts, by a rebuild or by the migration of an old database, it is the same', async () => {
  const { shop, tills } = await openShopWith(2)
  const [a, b] = tills.map((till) => new Counter(till)) as [Counter, Counter]
  const [tea, rice] = [randomUUID(), randomUUID()]
  a.move(tea, 8000)
  a.move(tea, -1000)
  // A text that jsonb can't hold, a body that isn't understood, and a sale that comes under another number.
  a.till.record('stock.moved', { reason: 'wasted', note: 'a\u0000b\ud800', lines: [{ good: tea, delta: -500 }] })
  a.till.record('stock.moved', { reason: 'nonsense', note: '', lines: [{ good: tea, delta: -7 }] })
  const sale = randomUUID()
  b.till.sell({ good: tea, sale })
  b.till.sell({ good: tea, sale })
  b.move(rice, -3000)
  await Promise.all([a.push(), b.push()])
  const read = (): Promise<unknown[]> => inShop(cloud.db, shop, async (trx) =>
    (await sql`select good_id, device_id, quantity, counted, updated_at from stock where shop_id = ${shop} order by good_id, device_id`.execute(trx)).rows)
  const live = await read()
  expect(live).toMatchObject(expect.arrayContaining([expect.objectContaining({ good_id: tea, device_id: a.till.device, quantity: 6500, counted: true }), expect.objectContaining({ good_id: tea, device_id: b.till.device, quantity: -1000, counted: false })]))
  await rebuild(cloud.db, shop)
  expect(await read()).toEqual(live)

  const before = (await a.till.state()).body.rev as number
  const owner = new pg.Client({ connectionString: cloud.databaseUrl })
  await owner.connect()
  try {
    await owner.query('begin; drop table stock; create table stock (shop_id uuid not null, good_id uuid not null, quantity bigint not null, counted boolean not null, updated_at bigint not null, primary key (shop_id, good_id))')
    await owner.query(readFileSync(new URL('../../migrations/cloud/0005_stock_by_till.sql', import.meta.url), 'utf8'))
    await owner.query('commit')
  } finally {
    await owner.end()
  }
  expect(await read()).toEqual(live)
  expect((await a.till.state()).body.rev).toBe(before + 3)
  await a.pullAll()
  expect([a.others.get(tea), a.others.get(rice)]).toEqual([-1000, -3000])
})
