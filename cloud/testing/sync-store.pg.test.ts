/** Both adapters of the sync store pass one suite, and say the same to whatever chance makes up. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tick } from '#shared/catalog/hlc.ts'
import type { Id } from '#shared/identity/ids.ts'
import { countingIds, MORNING } from '#shared/testing/clock-and-ids.ts'
import type { Books, CloudUnderTest } from './books.ts'
import { cloneDatabase, type TestDatabase } from './database.ts'
import { FarTill } from './far-till.ts'
import { MemoryCloud } from './memory-cloud.ts'
import { noNotices, pgCloud } from './pg-cloud.ts'
import { runSyncStoreSuite } from './sync-store-suite.ts'
import { saleBody } from './till.ts'

let database: TestDatabase
beforeAll(async () => { database = await cloneDatabase() })
afterAll(() => database.drop())

const inMemory = (): MemoryCloud => new MemoryCloud(countingIds(0x5200).next)
runSyncStoreSuite('memory', async () => inMemory())
runSyncStoreSuite('PostgreSQL', async () => pgCloud(database.url, noNotices()))

type Act =
  | { kind: 'sell'; till: number; good: number; again: boolean } | { kind: 'stock'; till: number; good: number; delta: number } | { kind: 'nonsense'; till: number }
  | { kind: 'edit'; till: number; good: number; field: 'name' | 'price' | 'origin'; ms: number } | { kind: 'cloud'; good: number; price: number }
  | { kind: 'push'; till: number; back: number; count: number }

const till = fc.nat({ max: 1 })
const good = fc.nat({ max: 2 })
/** What a till does by itself. */
const RECORDED = [
  fc.record({ kind: fc.constant('sell' as const), till, good, again: fc.boolean() }),
  fc.record({ kind: fc.constant('stock' as const), till, good, delta: fc.integer({ min: -5, max: 5 }).map((n) => n * 1000) }),
  fc.record({ kind: fc.constant('edit' as const), till, good, field: fc.constantFrom('name' as const, 'price' as const, 'origin' as const), ms: fc.nat({ max: 1000 }) }),
  fc.record({ kind: fc.constant('nonsense' as const), till }),
]
const act: fc.Arbitrary<Act> = fc.oneof(
  ...RECORDED,
  fc.record({ kind: fc.constant('cloud' as const), good, price: fc.nat({ max: 1000 }) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), till, back: fc.nat({ max: 3 }), count: fc.integer({ min: 1, max: 6 }) }) },
)

/** Plays the acts on a cloud and gives every answer and the books, in words that name no id that a cloud makes. */
async function play(cloud: CloudUnderTest, acts: readonly Act[], space: number): Promise<{ answers: string[]; books: Books }> {
  const ids = countingIds(space)
  const shop = await cloud.createShop(MORNING)
  const goods = [ids.next(), ids.next(), ids.next()]
  const tills = [new FarTill(ids), new FarTill(ids)]
  for (const far of tills) await far.pair(cloud.sync, await cloud.createCode(shop, MORNING), MORNING)
  const answers: string[] = []
  let sold: Id = ids.next()
  for (const each of acts) {
    const far = tills[each.kind === 'cloud' ? 0 : each.till]!
    switch (each.kind) {
      case 'sell':
        if (!each.again) sold = ids.next()
        far.record('sale.completed', { ...saleBody({ good: goods[each.good]!, sale: sold }), shift: sold, staff: sold }, MORNING, each.again ? ids.next() : sold)
        break
      case 'stock':
        far.record(...stockRow(goods[each.good]!, each.delta, tick(undefined, MORNING, far.device)), MORNING)
        break
      case 'edit': {
        const value = each.field === 'price' ? each.ms : `名${each.ms}`
        far.record('good.changed', { good: goods[each.good], set: { [each.field]: value }, hlc: tick(undefined, each.ms, far.device) }, MORNING)
        break
      }
      case 'nonsense':
        far.record('stock.moved', { reason: 'eaten' }, MORNING)
        break
      case 'cloud':
        await cloud.edit(shop, [{ kind: 'good', id: goods[each.good]!, fields: { price: each.price } }], MORNING)
        break
      case 'push': {
        const { ack } = await cloud.sync.authenticate(far.authorization, MORNING)
        const rows = far.rows.slice(Math.max(0, ack - each.back), Math.max(0, ack - each.back) + each.count)
        if (rows.length > 0) answers.push(JSON.stringify(await far.push(cloud.sync, MORNING, rows)))
      }
    }
  }
  const device = await cloud.sync.authenticate(tills[0]!.authorization, MORNING)
  const begin = await cloud.sync.pull(device, 0, 4)
  answers.push(JSON.stringify(begin.changes.filter(({ kind }) => kind === 'good' || kind === 'stock').map(({ kind, id, rev, doc }) => [id, rev, kind === 'stock' && doc])))
  await cloud.rebuild(shop)
  const books = await cloud.books(shop)
  // Made again at once or one by one, documents get other numbers.
  return { answers, books: { ...books, rev: 0, journal: books.journal.map((row) => ({ ...row, text: '', hash: '' })), devices: books.devices.map((row) => ({ ...row, head: '' })), references: books.references.filter(({ kind }) => kind === 'good') } }
}

/** Goods of a lot that come and go, and sometimes goods of none. */
function stockRow(good: Id, delta: number, hlc: string): [string, Record<string, unknown>] {
  const lot = { no: `L${Math.abs(delta) % 3}`, expiry: delta % 2000 === 0 ? '2027-01-31' : '' }
  if (delta > 0) return ['stock.received', { no: 'SH1', order: good, supplier: '', note: '', lines: [{ good, quantity: delta, lot, cost: null, average: null }], hlc }]
  if (delta < -1000) return ['stock.wasted', { no: 'BS1', reason: 'expired', note: '', lines: [{ good, quantity: -delta, lots: [{ ...lot, quantity: -delta }] }] }]
  return ['stock.moved', { reason: 'received', note: '', lines: [{ good, delta }] }]
}

const recorded = fc.oneof(...RECORDED)
const wholePush = (number: 0 | 1, back: number): Act => ({ kind: 'push', till: number, back, count: 1000 })
/** As after days off-line: pushes that are stored in several slices, with repeats and edits of one good across them. */
test('they do so for pushes as long as they may be', async () => {
  const pg = pgCloud(database.url, noNotices())
  let space = 0x7000
  try {
    await fc.assert(fc.asyncProperty(fc.array(recorded, { minLength: 700, maxLength: 950 }), async (acts) => {
      space += 1
      const whole = [...acts.slice(0, 20), wholePush(1, 0), ...acts.slice(20), wholePush(0, 0), wholePush(1, 2), wholePush(0, 3)]
      const [one, other] = [await play(inMemory(), whole, space), await play(pg, whole, space)]
      // But for the numbers under which things come down: what is stored slice by slice is numbered slice by slice.
      expect(other.answers.slice(0, -1)).toEqual(one.answers.slice(0, -1))
      expect(other.books).toEqual(one.books)
    }), { numRuns: 3, endOnFailure: true })
  } finally {
    await pg.close()
  }
}, 60_000)

test('memory and PostgreSQL answer alike and keep the same books', async () => {
  const pg = pgCloud(database.url, noNotices())
  let space = 0x6000
  try {
    await fc.assert(fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
      space += 1
      const [one, other] = [await play(inMemory(), acts, space), await play(pg, acts, space)]
      expect(other).toEqual(one)
    }), { numRuns: 30 })
  } finally {
    await pg.close()
  }
}, 60_000)
