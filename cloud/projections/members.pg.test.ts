/** What tills that could not hear one another gave one member together: found by the cloud, told to all of them, and shown to the owner. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, TestTill } from '#cloud/testing/till.ts'
import { listBirthdaysTwice, listOverLimit, listUsedTwice } from './coupons.ts'
import { rebuild } from './rebuild.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

async function openTwo(): Promise<{ shop: string; one: TestTill; two: TestTill }> {
  const { shop, till: one } = await openShop(cloud)
  const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
  const two = new TestTill(cloud)
  await two.pair(String(body.code))
  return { shop, one, two }
}
const purse = async (till: TestTill, member: string): Promise<Record<string, unknown> | undefined> => (await till.changes()).changes.find((change) => change.kind === 'purse' && change.id === member)?.doc
const topUp = (till: TestTill, member: string, amount: number, limit?: number): unknown => till.record('purse.topped_up', {
  shift: randomUUID(), member, amount, bonus: 0, balance: amount, ...limit !== undefined && { limit },
  moves: [{ member, purse: 'value', delta: amount, why: 'topped_up' }], postings: [{ account: 'drawer', fen: amount }, { account: 'value:topped_up', fen: -amount }],
})

test('stored value that passes the limit at two tills together is flagged and told once both have said so; one till alone never is', async () => {
  const { shop, one, two } = await openTwo()
  const member = randomUUID()
  topUp(one, member, 300_000, 500_000)
  expect((await one.push()).body.flags).toEqual([])
  topUp(two, member, 300_000, 500_000)
  expect((await two.push()).body.flags).toMatchObject([{ code: 'purse.over_limit' }])
  const over = { till: '02', balance: 600_000, limit: 500_000 }
  for (const till of [one, two]) expect(await purse(till, member)).toMatchObject({ over })
  expect(await listOverLimit(cloud.db, shop, 10)).toMatchObject([{ member, ...over }])
  await rebuild(cloud.db, shop)
  expect(await purse(one, member)).toMatchObject({ over })
  expect((await cloud.call('GET', `/api/shops/${shop}/summary`)).body).toMatchObject({ flagCount: 1 })
})
test('a till without a limit, and one that is at it, are no news', async () => {
  const { one, two } = await openTwo()
  const [member, other] = [randomUUID(), randomUUID()]
  topUp(one, member, 500_000, 500_000)
  topUp(one, other, 900_000)
  expect((await one.push()).body.flags).toEqual([])
  for (const id of [member, other]) expect(await purse(two, id)).not.toHaveProperty('over')
})

function birthdaySale(till: TestTill, member: string, date: string, off: object = { why: 'birthday', fen: 100 }): string {
  const sale = randomUUID()
  const line = { good: randomUUID(), code: '', pricing: 'piece', unit: '瓶', per: 1000, quantity: 1000, price: 1000, list: 1000, gross: 1000, name: '酱油', discount: 100, net: 900, offs: [off] }
  till.record('sale.completed', {
    sale, no: `${date.replaceAll('-', '')}-01-0001`, shift: randomUUID(), staff: randomUUID(), date, lines: [line], gross: 1000, discount: 100, total: 900, member: { member, points: 0, value: 0 },
    tenders: [{ channel: 'cash', amount: 900, given: 900, change: 0 }], postings: [{ account: 'drawer', fen: 900 }, { account: 'discounts', fen: 100 }, { account: 'sales', fen: -1000 }],
  }, { id: sale })
  return sale
}
test('a birthday price given at two tills in one year is flagged at the second and told to both; of another year it is a new one, however late it comes', async () => {
  const { shop, one, two } = await openTwo()
  const member = randomUUID()
  const first = birthdaySale(one, member, '2026-11-23')
  expect((await one.push()).body.flags).toEqual([])
  const second = birthdaySale(two, member, '2026-11-23')
  birthdaySale(two, member, '2025-11-23')
  expect((await two.push()).body.flags).toMatchObject([{ seq: 1, code: 'birthday.used_twice' }])
  const told = { birthday: 2026, birthdays: { 2025: [{ till: '02' }], 2026: [{ till: '01', sale: first, fen: 100 }, { till: '02', sale: second, fen: 100 }] } }
  for (const till of [one, two]) expect(await purse(till, member)).toMatchObject(told)
  await rebuild(cloud.db, shop)
  expect(await purse(two, member)).toMatchObject(told)
  expect(await listBirthdaysTwice(cloud.db, shop, 10)).toMatchObject([{ name: '2026', used: { till: '01' }, again: [{ till: '02' }] }])
})

test('a coupon whose sale came back can be used anew at any till; used while it counted, it is twice', async () => {
  const { shop, one, two } = await openTwo()
  const coupon = randomUUID()
  const doc = async (): Promise<Record<string, unknown> | undefined> => (await two.changes()).changes.find((change) => change.kind === 'coupon' && change.id === coupon)?.doc
  const use = (till: TestTill): string => birthdaySale(till, randomUUID(), '2026-11-23', { why: 'coupon', coupon, name: '减一元', fen: 100 })
  const refund = (till: TestTill, sale: string): unknown => till.record('sale.refunded', {
    refund: randomUUID(), no: '20261123-01-T0001', shift: randomUUID(), staff: randomUUID(), date: '2026-11-23', sale, saleNo: '20261123-01-0001', saleTill: '01', known: true, reason: 'other', note: '', total: 900,
    lines: [{ line: 0, good: randomUUID(), code: '', name: '酱油', unit: '瓶', pricing: 'piece', per: 1000, quantity: 1000, price: 1000, amount: 900, stock: 'back', over: null }],
    tenders: [{ channel: 'cash', amount: 900, due: false }], allowedBy: null, exchange: null, postings: [{ account: 'returns', fen: 900 }, { account: 'drawer', fen: -900 }], coupons: [coupon],
  })
  const first = use(one)
  refund(one, first)
  expect((await one.push()).body.flags).toEqual([])
  expect(await doc()).toMatchObject({ used: { sale: first }, back: [first] })
  const second = use(two)
  expect((await two.push()).body.flags).toEqual([])
  expect(await doc()).toMatchObject({ used: { sale: second, till: '02' } })
  const third = use(one)
  expect((await one.push(one.rows.slice(2))).body.flags).toMatchObject([{ code: 'coupon.used_twice' }])
  const told = { used: { sale: second }, again: [{ sale: third }], back: [first] }
  expect(await doc()).toMatchObject(told)
  await rebuild(cloud.db, shop)
  expect(await doc()).toMatchObject(told)
  expect(await listUsedTwice(cloud.db, shop, 10)).toMatchObject([{ name: '', used: { sale: second }, again: [{ sale: third }] }])
  refund(one, third)
  await one.push(one.rows.slice(3))
  expect(await listUsedTwice(cloud.db, shop, 10)).toEqual([])
})
