/** The stock room through the front door: receipts with lots and orders, waste, transfers, counting while selling, lists, rights. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { CASHIER_PIN, OWNER_PIN, type TestTill, openTill } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { stockPaper } from './papers.ts'

let till: TestTill
let milk: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  milk = await till.addGood({ name: '鲜牛奶', price: 600 })
  await till.run('shift.open', { float: 0 })
})
const stockOf = async (good: GoodView) => (await till.run('goods.get', { good: good.id })).stock
const lotsOf = async (good: GoodView) => (await till.run('stock.lots', { good: good.id })).lots
const lot = (no: string, expiry: string) => ({ no, expiry })
const receive = (quantity: number, of: { no: string; expiry: string } | null = null, cost: number | null = null, good = milk) => till.run('stock.receive', { lines: [{ good: good.id, quantity, lot: of, cost }] })
const isSound = () => expect(till.store.verify()).toMatchObject({ ok: true, faults: [] })

describe('lots', () => {
  test('are sold first expired first, by what the sale says; a refund and an old sale name none', async () => {
    await receive(3000, lot('B2', '2027-01-31'))
    await receive(2000, lot('B1', '2026-12-05'))
    expect((await till.run('goods.get', { good: milk.id })).expiry).toBe('2026-12-05')
    const { lines } = await till.sell([{ good: milk, quantity: 1000 }, { good: milk, quantity: 2000 }])
    expect(lines.map((line) => line.lots)).toEqual([[{ ...lot('B1', '2026-12-05'), quantity: 1000 }], [{ ...lot('B1', '2026-12-05'), quantity: 1000 }, { ...lot('B2', '2027-01-31'), quantity: 1000 }]])
    expect(await lotsOf(milk)).toEqual([{ ...lot('B2', '2027-01-31'), quantity: 2000 }])
    const back = await till.sell([{ good: milk, quantity: -1000 }])
    expect(back.lines[0]!.lots).toBeUndefined()
    expect([await stockOf(milk), (await lotsOf(milk))[0]!.quantity]).toEqual([3000, 2000])
    // What came back is of no lot and goes first.
    expect((await till.sell([{ good: milk }])).lines[0]!.lots).toBeUndefined()
    const plain = await till.addGood()
    expect((await till.sell([{ good: plain }])).lines[0]).not.toHaveProperty('lots')
    isSound()
  })
  test('an expired one is sold, but not of a category that the shop stops; the unexpired goes', async () => {
    await receive(1000, lot('', '2026-11-22'))
    await till.sell([{ good: milk, quantity: 1000 }])
    await receive(1000, lot('', '2026-11-22'))
    await till.run('goods.put', { good: milk.id, set: { category: '乳品' } })
    await till.run('shop.put', { set: { expiredStops: ['乳品'] } })
    const current = await till.run('goods.get', { good: milk.id })
    await expect(till.sell([{ good: current }])).rejects.toMatchObject({ code: 'sale.expired', detail: { name: '鲜牛奶' } })
    await till.run('stock.waste', { reason: 'expired', lines: [{ good: milk.id, quantity: 1000, lot: lot('', '2026-11-22') }] })
    await receive(1000, lot('', '2026-11-23'))
    await till.sell([{ good: current }])
  })
})

describe('receiving', () => {
  test('has a number, moves stock, keeps the moving average as the good\'s cost, prints a slip; twice with a key is once', async () => {
    const printer = { id: randomUUID(), name: '前台', profile: 'generic-58', address: 'tcp://192.0.2.9:9100', receipts: true, drawer: true }
    await till.run('printer.put', { printer })
    const key = randomUUID()
    const input = { key, supplier: '湖畔乳业', note: '', lines: [{ good: milk.id, quantity: 10_000, lot: lot('B1', '2026-12-05'), cost: 400 }] }
    const paper = await till.run('stock.receive', input)
    expect(paper).toMatchObject({ id: key, no: 'SH20261123-00-001', kind: 'stock.received', staffNo: '01' })
    const head = till.store.head()
    expect(await till.run('stock.receive', input)).toEqual(paper)
    expect(till.store.head()).toEqual(head)
    expect(await till.refusal('stock.receive', { ...input, note: '另一张' })).toMatchObject({ code: 'key.reused' })
    expect(await till.refusal('stock.receive', { ...input, lines: [{ ...input.lines[0]!, quantity: 9000 }] })).toMatchObject({ code: 'key.reused' })
    await till.run('stock.receive', { lines: [{ good: milk.id, quantity: 5000, cost: 430 }, { good: milk.id, quantity: 5000, cost: 500 }, { good: milk.id, quantity: 1000 }] })
    expect(await till.run('goods.get', { good: milk.id })).toMatchObject({ stock: 21_000, cost: 433 })
    expect((await till.run('print.jobs', {})).jobs.filter(({ kind }) => kind === 'stock')).toHaveLength(2)
    expect((await till.run('stock.papers', {})).papers.map(({ no }) => no)).toEqual(['SH20261123-00-002', 'SH20261123-00-001'])
    isSound()
  })
  test('against an order, in parts: what came is counted off; a closed order takes nothing more', async () => {
    const bread = await till.addGood({ name: '面包' })
    const order = await till.run('stock.order', { supplier: '湖畔乳业', lines: [{ good: milk.id, quantity: 10_000, cost: 400 }, { good: bread.id, quantity: 5000 }] })
    await till.run('stock.receive', { order: order.id, lines: [{ good: milk.id, quantity: 4000, cost: 400 }] })
    const open = async () => (await till.run('stock.orders', {})).orders.map(({ no, supplier, lines }) => ({ no, supplier, lines: lines.map(({ quantity, received }) => [quantity, received]) }))
    expect(await open()).toEqual([{ no: 'CG20261123-00-001', supplier: '湖畔乳业', lines: [[10_000, 4000], [5000, 0]] }])
    const second = await till.run('stock.receive', { order: order.id, lines: [{ good: milk.id, quantity: 6000 }, { good: bread.id, quantity: 5000 }] })
    expect(till.store.event(second.id)!.body).toMatchObject({ supplier: '湖畔乳业', order: order.id })
    expect(await open()).toEqual([])
    const other = await till.run('stock.order', { lines: [{ good: milk.id, quantity: 1000 }] })
    await till.run('stock.orderClose', { order: other.id })
    expect(await till.refusal('stock.receive', { order: other.id, lines: [{ good: milk.id, quantity: 1000 }] })).toMatchObject({ code: 'order.closed' })
    expect(await till.refusal('stock.receive', { order: randomUUID(), lines: [{ good: milk.id, quantity: 1000 }] })).toMatchObject({ code: 'order.not_found' })
    expect((await till.run('stock.orders', { all: true })).orders).toHaveLength(2)
    isSound()
  })
  test('nothing and less than nothing are refused at the door', async () => {
    for (const quantity of [0, -1000, 0.5, 2e9]) expect(await till.refusal('stock.receive', { lines: [{ good: milk.id, quantity }] })).toMatchObject({ code: 'call.invalid' })
    expect(await till.refusal('stock.receive', { lines: [{ good: milk.id, quantity: 1000, lot: lot('', '') }] })).toMatchObject({ code: 'call.invalid' })
    expect(await till.refusal('stock.receive', { lines: [{ good: randomUUID(), quantity: 1000 }] })).toMatchObject({ code: 'good.not_found' })
  })
})

test('waste takes the lot that was said, or the first to expire; transfers name what differs', async () => {
  await receive(5000, lot('B1', '2026-12-05'))
  await receive(5000, lot('B2', '2027-01-31'))
  await till.run('stock.waste', { reason: 'damaged', note: '摔了', lines: [{ good: milk.id, quantity: 1000, lot: lot('B2', '2027-01-31') }, { good: milk.id, quantity: 2000 }] })
  expect((await lotsOf(milk)).map(({ no, quantity }) => [no, quantity])).toEqual([['B1', 3000], ['B2', 4000]])
  const sent = await till.run('stock.send', { to: '桥头店', lines: [{ good: milk.id, quantity: 4000 }] })
  expect(sent.no).toBe('DC20261123-00-001')
  expect((await lotsOf(milk)).map(({ no, quantity }) => [no, quantity])).toEqual([['B2', 3000]])
  const line = { good: milk.id, sent: 4000, came: 3000, lot: lot('B1', '2026-12-05') }
  expect(await till.refusal('stock.take', { document: 'DC1', lines: [line] })).toMatchObject({ code: 'call.invalid' })
  expect(await till.refusal('stock.take', { document: 'DC1', lines: [{ ...line, came: 4000, fault: 'missing' }] })).toMatchObject({ code: 'call.invalid' })
  await till.run('stock.take', { document: 'DC1', from: '桥头店', lines: [{ ...line, fault: 'missing' }, { good: milk.id, sent: 1000, came: 0, fault: 'damaged' }] })
  expect([await stockOf(milk), (await lotsOf(milk)).map(({ no, quantity }) => [no, quantity])]).toEqual([6000, [['B1', 3000], ['B2', 3000]]])
  expect((await till.run('stock.papers', { limit: 3 })).papers.map(({ kind }) => kind)).toEqual(['stock.taken', 'stock.sent', 'stock.wasted'])
  isSound()
})

describe('a count', () => {
  const begin = () => till.run('count.begin', {})
  test('sales before, between and after the scans are not shrinkage; what is missing goes, with its lots', async () => {
    const bread = await till.addGood({ name: '面包', price: 300, cost: 150 })
    await receive(10_000, lot('B1', '2026-12-05'))
    await receive(8000, null, null, bread)
    const { count } = await begin()
    await till.sell([{ good: milk, quantity: 1000 }])
    // Nine of them, on two shelves; two are sold from the shelf that was counted, and one after the second.
    expect(await till.run('count.scan', { count, good: milk.id, quantity: 5000 })).toMatchObject({ counted: 5000, books: 9000 })
    await till.sell([{ good: milk, quantity: 2000 }])
    expect(await till.run('count.scan', { count, good: milk.id, quantity: 4000 })).toMatchObject({ counted: 9000, books: 9000, left: 2000, difference: 0 })
    await till.sell([{ good: milk, quantity: 1000 }])
    // Of eight loaves six are there.
    expect(await till.run('count.scan', { count, good: bread.id, quantity: 6000 })).toMatchObject({ difference: -2000, value: -300 })
    await till.sell([{ good: bread, quantity: 1000 }])
    expect((await till.run('count.now', {})).count!.lines.map(({ name, difference }) => [name, difference])).toEqual([['面包', -2000], ['鲜牛奶', 0]])
    await till.restart().then((again) => { till = again })
    await till.run('staff.signIn', { no: '01', pin: OWNER_PIN })
    const key = randomUUID()
    const ended = await till.run('count.end', { key, count })
    expect(ended).toMatchObject({ no: 'PD20261123-00-001', goods: 2, lines: [{ good: bread.id, difference: -2000 }] })
    expect(await till.run('count.end', { key, count })).toEqual(ended)
    expect([await stockOf(milk), await stockOf(bread), (await lotsOf(milk))[0]!.quantity]).toEqual([6000, 5000, 6000])
    expect((await till.run('count.now', {})).count).toBeNull()
    isSound()
  })
  test('a shortage takes what expires first; counted afresh the first number is forgotten; given up nothing moves', async () => {
    await receive(3000, lot('B1', '2026-12-05'))
    await receive(3000, lot('B2', '2027-01-31'))
    const first = (await begin()).count
    expect(await till.refusal('count.begin', {})).toMatchObject({ code: 'count.open' })
    await till.run('count.scan', { count: first, good: milk.id, quantity: 1000 })
    await till.run('count.end', { count: first, giveUp: true })
    expect(await stockOf(milk)).toBe(6000)
    expect(await till.refusal('count.scan', { count: first, good: milk.id, quantity: 1000 })).toMatchObject({ code: 'count.none' })
    const { count } = await begin()
    const key = randomUUID()
    for (let again = 0; again < 2; again++) await till.run('count.scan', { key, count, good: milk.id, quantity: 9000 })
    await till.sell([{ good: milk, quantity: 1000 }])
    expect(await till.run('count.scan', { count, good: milk.id, quantity: 1000, afresh: true })).toMatchObject({ counted: 1000, scans: 1, books: 5000, left: 0, difference: -4000 })
    await till.run('count.end', { count })
    expect([await stockOf(milk), (await lotsOf(milk)).map(({ no, quantity }) => [no, quantity])]).toEqual([1000, [['B2', 1000]]])
    isSound()
  })
  test('whatever was sold and received meanwhile, a count of what is there finds nothing, and one of less finds just that', async () => {
    const good = await till.addGood({ name: '试验品', price: 100 })
    const step = fc.record({ sell: fc.boolean(), pieces: fc.integer({ min: 1, max: 4 }) })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 5 }), fc.array(step, { maxLength: 5 }), fc.integer({ min: -3, max: 3 }), async (before, after, off) => {
      const move = async (steps: typeof before): Promise<void> => {
        for (const { sell, pieces } of steps) await (sell ? till.sell([{ good, quantity: pieces * 1000 }]) : receive(pieces * 1000, lot(`L${pieces}`, '2027-01-01'), null, good))
      }
      const { count } = await begin()
      await move(before)
      const there = (await stockOf(good)) ?? 0
      await till.run('count.scan', { count, good: good.id, quantity: there + off * 1000 })
      await move(after)
      const booked = (await stockOf(good)) ?? 0
      const { lines } = await till.run('count.end', { count })
      expect(lines.map(({ difference }) => difference)).toEqual(off === 0 ? [] : [off * 1000])
      expect((await stockOf(good)) ?? 0).toBe(booked + off * 1000)
      const sum = (await lotsOf(good)).reduce((all, { quantity }) => all + quantity, 0)
      expect(sum).toBeLessThanOrEqual(Math.max(0, booked + off * 1000))
    }), { numRuns: 40 })
    isSound()
  }, 60_000)
})

test('every paper prints, the same again marked as a copy, and what is no paper does not', async () => {
  await receive(5000, lot('B1', '2026-12-05'), 400)
  await till.run('stock.order', { supplier: '湖畔乳业', lines: [{ good: milk.id, quantity: 1000, cost: 410 }] })
  await till.run('stock.waste', { reason: 'spoiled', lines: [{ good: milk.id, quantity: 1000 }] })
  await till.run('stock.send', { to: '桥头店', lines: [{ good: milk.id, quantity: 1000 }] })
  await till.run('stock.take', { document: 'DC1', from: '桥头店', lines: [{ good: milk.id, sent: 2000, came: 1000, fault: 'missing' }] })
  const { count } = await till.run('count.begin', {})
  await till.run('count.scan', { count, good: milk.id, quantity: 3000 })
  await till.run('count.end', { count })
  const { papers } = await till.run('stock.papers', {})
  const said = Object.fromEntries(papers.map(({ id, kind }) => {
    const paper = stockPaper({ store: till.store }, till.store.event(id)!, true)
    return [kind, paper && [paper.title, paper.copy?.mark, ...paper.lines.map(({ quantity, amount, discounts: [under] }) => [quantity, amount, under?.label, under?.value])]]
  }))
  expect(said).toEqual({
    'stock.counted': ['盘点单', '【补打】', ['', '3', '账面 4', '-1']], 'stock.count_begun': undefined,
    'stock.taken': ['调拨入库单', '【补打】', ['', '1', '应到 2 缺少', '-1']], 'stock.sent': ['调拨出库单', '【补打】', ['', '1', '批号 B1 到期 2026-12-05', '']],
    'stock.wasted': ['报损单', '【补打】', ['', '1', '批号 B1 到期 2026-12-05', '']], 'stock.ordered': ['采购单', '【补打】', ['1', '4.10', undefined, undefined]],
    'stock.received': ['收货单', '【补打】', ['5', '20.00', '批号 B1 到期 2026-12-05', '']],
  })
  await till.run('stock.print', { paper: papers.at(-1)!.id })
  expect(await till.refusal('stock.print', { paper: randomUUID() })).toMatchObject({ code: 'paper.not_found' })
  expect(await till.refusal('stock.print', { paper: count })).toMatchObject({ code: 'paper.not_found' })
})

test('what is low and what is near its date, by the shop\'s own days', async () => {
  await till.run('goods.put', { good: milk.id, set: { minStock: 5000 } })
  const rice = await till.addGood({ name: '大米', minStock: 1000 })
  await receive(4000, lot('B1', '2026-12-05'))
  await receive(9000, lot('B9', '2026-11-20'), null, rice)
  await receive(9000, lot('B8', '2027-05-01'), null, rice)
  const lists = await till.run('stock.lists', {})
  expect(lists).toMatchObject({ date: '2026-11-23', until: '2026-12-23', low: [{ name: '鲜牛奶', stock: 4000, minStock: 5000 }] })
  expect(lists.near.map(({ name, lot: { no }, expired }) => [name, no, expired])).toEqual([['大米', 'B9', true], ['鲜牛奶', 'B1', false]])
  await till.run('shop.put', { set: { nearExpiryDays: 3 } })
  await receive(1000)
  expect(await till.run('stock.lists', {})).toMatchObject({ low: [], near: [{ name: '大米' }] })
})

test('a cashier receives, counts, writes off and transfers only where somebody allows it', async () => {
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  const lines = [{ good: milk.id, quantity: 1000 }]
  const tries = [
    ['stock.receive', { lines }, 'stock.receive'], ['stock.order', { lines }, 'stock.receive'], ['stock.waste', { reason: 'expired', lines }, 'stock.waste'], ['stock.send', { to: '桥头店', lines }, 'stock.transfer'],
    ['stock.take', { document: 'DC1', lines: [{ good: milk.id, sent: 1000, came: 1000 }] }, 'stock.transfer'], ['count.begin', {}, 'stock.count'],
  ] as const
  for (const [name, input, right] of tries) {
    const key = randomUUID()
    expect(await till.refusal(name, { ...input, key } as never)).toMatchObject({ code: 'staff.not_allowed', detail: { right } })
    await till.run('staff.approve', { no: '01', pin: OWNER_PIN, rights: [right], for: key })
    await till.run(name, { ...input, key } as never)
  }
  const { count } = await till.run('count.now', {})
  await till.run('count.scan', { count: count!.count, good: milk.id, quantity: 1000 })
  expect(await till.refusal('count.end', { count: count!.count })).toMatchObject({ code: 'staff.not_allowed' })
})
