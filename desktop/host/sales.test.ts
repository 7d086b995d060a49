/** Completing a ticket through the whole till: what it refuses, what it records, and that it does so once. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { CASHIER_PIN, type LineWish, type TestTill, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { FEN_MAX } from '#shared/money/money.ts'

let till: TestTill
let cola: GoodView
let pears: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  cola = await till.addGood({ name: '可乐', code: '6901', price: 350 })
  pears = await till.addGood({ name: '鸭梨', code: '', pricing: 'weight', unit: '斤', price: 499 })
  await till.run('shift.open', { float: 1000 })
})
const asCashier = async (): Promise<void> => {
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
}
/** The code and detail of a ticket's refusal, after which nothing was written. */
async function refused(lines: readonly LineWish[], change: { total?: number; given?: number } = {}) {
  const before = till.store.head()
  const ticket = ticketOf(lines)
  const total = change.total ?? (lines.length === 0 ? 0 : totalOf(ticket))
  const refusal = await till.refusal('sale.complete', { key: ticket.id, ticket, total, given: change.given ?? 1e9 })
  expect(till.store.head()).toEqual(before)
  return refusal
}

test('a sale of pieces and of weight: lines, totals, change, postings, stock, number', async () => {
  await till.run('stock.move', { reason: 'received', lines: [{ good: cola.id, delta: 10_000 }] })
  const sale = await till.sell([{ good: cola, quantity: 3000 }, { good: pears, quantity: 1250 }], 3000)
  // 1250 g at 4.99 per 500 g is 12.475, which is 12.48.
  expect(sale).toMatchObject({ no: '20261123-00-0001', gross: 2298, discount: 0, total: 2298, tenders: [{ channel: 'cash', amount: 2298, given: 3000, change: 702 }], url: null, sent: false })
  expect(sale.lines.map(({ name, per, net }) => [name, per, net])).toEqual([['可乐', 1000, 1050], ['鸭梨', 500, 1248]])
  expect(new Map(till.store.balances())).toEqual(new Map([['drawer', 3298], ['safe', -1000], ['sales', -2298]]))
  expect([(await till.run('goods.get', { good: cola.id })).stock, (await till.run('goods.get', { good: pears.id })).stock]).toEqual([7000, -1250])
  expect(await till.run('sale.get', { no: sale.no })).toEqual(sale)
  expect(await till.run('sale.get', { sale: sale.sale })).toEqual(sale)
  expect(till.events.map(({ name }) => name)).toContain('sale.completed')
})

describe('refused, and nothing written', () => {
  test('an empty ticket', async () => expect(await refused([])).toMatchObject({ code: 'sale.empty' }))
  test('a good nobody knows', async () => {
    expect(await refused([{ good: { ...cola, id: randomUUID(), name: '幻影' } }])).toMatchObject({ code: 'good.not_found', detail: { name: '幻影' } })
  })
  test('a good that is off', async () => {
    await till.run('goods.put', { good: cola.id, set: { on: false } })
    expect(await refused([{ good: cola }])).toMatchObject({ code: 'good.off_sale', detail: { name: '可乐' } })
  })
  test('a price that changed since it was shown: the new total, and every price', async () => {
    await till.run('goods.put', { good: cola.id, set: { price: 400 } })
    const { code, detail } = await refused([{ good: cola, quantity: 2000 }, { good: pears, quantity: 500 }])
    expect([code, detail]).toEqual(['sale.total_changed', {
      total: 1299, shown: 1199, prices: [{ good: cola.id, list: 400, price: 400 }, { good: pears.id, list: 499, price: 499 }],
    }])
  })
  test('a total that is not the lines\'', async () => {
    expect(await refused([{ good: cola }], { total: 1 })).toMatchObject({ code: 'sale.total_changed', detail: { total: 350, shown: 1 } })
  })
  test('too little cash', async () => {
    expect(await refused([{ good: cola }], { given: 349 })).toMatchObject({ code: 'sale.too_little_cash', detail: { total: 350, given: 349 } })
  })
  test('absurd amounts', async () => {
    const gold = await till.addGood({ price: FEN_MAX })
    expect(await refused([{ good: gold }], { total: 0 })).toMatchObject({ code: 'sale.too_large' })
    expect(await refused([{ good: cola, quantity: 1e9, price: FEN_MAX }], { total: 0 })).toMatchObject({ code: 'sale.too_large' })
    const dear = await till.addGood({ price: 900_000_000 })
    expect(await refused([{ good: dear }, { good: dear }], { total: 0 })).toMatchObject({ code: 'sale.too_large' })
    await till.sell([{ good: dear }])
    expect(await till.run('shift.close', { counted: 1_000_000_000 })).toMatchObject({ difference: 1_000_000_000 - 900_001_000 })
  })
  test.each([
    ['no quantity', { quantity: 0 }], ['half a thousandth', { quantity: 0.5 }], ['beyond a million pieces', { quantity: 1_000_000_001 }],
    ['a negative price', { price: -1 }], ['a price that is no number', { price: Number.NaN }], ['a discount that is no integer', { discount: 0.1 }],
    ['a discount beyond all numbers', { discount: 2 ** 53 }],
  ])('%s', async (_what, wish) => {
    expect(await refused([{ good: cola, ...wish }], { total: 0 })).toMatchObject({ code: 'call.invalid' })
  })
  test('501 lines, a total beyond all money, a key that is not the ticket\'s', async () => {
    expect(await refused(Array.from({ length: 501 }, () => ({ good: cola })))).toMatchObject({ code: 'call.invalid' })
    expect(await refused([{ good: cola }], { total: FEN_MAX + 1 })).toMatchObject({ code: 'call.invalid' })
    expect(await till.refusal('sale.complete', { key: randomUUID(), ticket: ticketOf([{ good: cola }]), total: 350, given: 350 })).toMatchObject({ code: 'call.invalid', detail: { field: 'key' } })
  })
})

describe('by hand', () => {
  test('an override and a discount are the shopkeeper\'s', async () => {
    expect(await till.sell([{ good: cola, price: 300 }])).toMatchObject({ gross: 350, discount: 50, total: 300 })
    expect(await till.sell([{ good: cola, price: 400 }])).toMatchObject({ gross: 350, discount: -50, total: 400 })
    expect(await till.sell([{ good: cola, quantity: 2000, price: 300, discount: 100 }])).toMatchObject({ gross: 700, discount: 200, total: 500 })
    expect(await till.sell([{ good: cola, discount: 350 }])).toMatchObject({ total: 0, tenders: [{ amount: 0, given: 0, change: 0 }] })
    expect(Object.fromEntries(till.store.balances())).toMatchObject({ drawer: 1000 + 1200, discounts: 550, sales: -1750 })
  })
  test('an override stays what was agreed while the list price moves', async () => {
    const wish: LineWish = { good: cola, price: 300 }
    await till.run('goods.put', { good: cola.id, set: { price: 500 } })
    expect(await till.sell([wish])).toMatchObject({ gross: 500, discount: 200, total: 300 })
  })
  test('no more off than the line, and not in the other direction', async () => {
    expect(await refused([{ good: cola, discount: 351 }], { total: -1 })).toMatchObject({ code: 'sale.discount_too_large' })
    expect(await refused([{ good: cola, discount: -1 }], { total: 351 })).toMatchObject({ code: 'sale.discount_too_large' })
    expect(await refused([{ good: cola, quantity: -1000, discount: 1 }], { total: -351 })).toMatchObject({ code: 'sale.discount_too_large' })
    expect(await refused([{ good: { ...cola, price: 350 }, price: 0, discount: 1 }], { total: -1 })).toMatchObject({ code: 'sale.discount_too_large' })
    expect(await till.sell([{ good: cola, quantity: -1000, discount: -50 }])).toMatchObject({ total: -300 })
  })
  test('a cashier does neither, and takes nothing back', async () => {
    await asCashier()
    expect(await refused([{ good: cola, price: 300 }])).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'price.override' } })
    expect(await refused([{ good: cola, discount: 1 }])).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'line.discount' } })
    expect(await refused([{ good: cola, quantity: -1000 }])).toMatchObject({ code: 'sale.returns_not_allowed' })
    // A screen that lies about the list price lies in vain.
    expect(await refused([{ good: { ...cola, price: 1 }, price: 1 }], { total: 1 })).toMatchObject({ code: 'sale.total_changed' })
    expect(await till.sell([{ good: cola }])).toMatchObject({ total: 350 })
  })
  test('returns pay out, alone or against a sale', async () => {
    expect(await till.sell([{ good: cola, quantity: -2000 }])).toMatchObject({ total: -700, tenders: [{ amount: -700, given: 0, change: 0 }] })
    expect(await till.sell([{ good: cola, quantity: -1000 }, { good: pears, quantity: 500 }], 500)).toMatchObject({ total: 149, tenders: [{ change: 351 }] })
    expect(await till.sell([{ good: cola, quantity: -1000 }, { good: cola, quantity: 1000 }])).toMatchObject({ total: 0 })
    expect(till.store.balances().get('drawer')).toBe(1000 - 700 + 149)
  })
})

describe('once', () => {
  test('the same ticket again is the same sale: one row, one paper, also after a restart', async () => {
    const ticket = ticketOf([{ good: cola, quantity: 2000 }])
    const call = { key: ticket.id, ticket, total: 700, given: 1000 }
    const [first, second] = await Promise.all([till.run('sale.complete', call), till.run('sale.complete', call)])
    expect(second).toEqual(first)
    till = await till.restart()
    expect(await till.run('sale.complete', { ...call, given: 700 })).toEqual(first)
    expect(till.store.countSales()).toBe(1)
    // Even when the good has gone since: what was sold was sold.
    await till.run('goods.put', { good: cola.id, set: { on: false, price: 999 } })
    expect(await till.run('sale.complete', call)).toEqual(first)
  })
  test('another ticket under the same id is refused', async () => {
    const ticket = ticketOf([{ good: cola, quantity: 2000 }])
    await till.run('sale.complete', { key: ticket.id, ticket, total: 700, given: 700 })
    const others = [ticketOf([{ good: cola, quantity: 3000 }], ticket.id), ticketOf([{ good: cola }, { good: cola }], ticket.id), ticketOf([{ good: pears, quantity: 2000, price: 175 }], ticket.id)]
    for (const other of others) expect(await till.refusal('sale.complete', { key: ticket.id, ticket: other, total: 700, given: 700 })).toMatchObject({ code: 'key.reused' })
    expect(await till.refusal('sale.complete', { key: ticket.id, ticket, total: 600, given: 700 })).toMatchObject({ code: 'key.reused' })
    expect(await till.refusal('goods.put', { key: ticket.id, good: cola.id, set: { price: 1 } })).toMatchObject({ code: 'key.reused' })
    const { shift } = (await till.run('till.snapshot', {})).shift!
    expect(await till.refusal('sale.complete', { key: shift, ticket: { ...ticket, id: shift }, total: 700, given: 700 })).toMatchObject({ code: 'key.reused' })
  })
})

describe('numbers', () => {
  test('count from one each day of the shop\'s zone, also past a restart and a clock put back', async () => {
    const no = async (): Promise<string> => (await till.sell([{ good: cola }])).no
    till.clock.set(Date.UTC(2026, 10, 23, 15, 59, 59))
    expect([await no(), await no()]).toEqual(['20261123-00-0001', '20261123-00-0002'])
    till.clock.pass(1000)
    expect(await no()).toBe('20261124-00-0001')
    till.clock.pass(-2000)
    expect(await no()).toBe('20261123-00-0003')
    till = await till.restart()
    expect(await no()).toBe('20261123-00-0004')
  })
  test('a shop elsewhere has its own midnight', async () => {
    const elsewhere = openTill()
    await elsewhere.run('till.setup', { shop: { zone: 'Asia/Urumqi' }, owner: { no: '01', name: '店主' }, pin: '1234' })
    const good = await elsewhere.addGood()
    await elsewhere.run('shift.open', { float: 0 })
    elsewhere.clock.set(Date.UTC(2026, 10, 23, 17))
    expect((await elsewhere.sell([{ good }])).date).toBe('2026-11-23')
    elsewhere.clock.pass(3_600_000)
    expect((await elsewhere.sell([{ good }])).no).toBe('20261124-00-0001')
  })
})

describe('finding sales', () => {
  test('newest first, by page and by day', async () => {
    const rung = []
    for (let i = 0; i < 7; i++) {
      if (i === 5) till.clock.pass(86_400_000)
      rung.push((await till.sell([{ good: cola }])).sale)
    }
    const pages: string[] = []
    for (let before: number | undefined; ;) {
      const { sales } = await till.run('sale.list', { limit: 3, ...(before === undefined ? {} : { before }) })
      if (sales.length === 0) break
      pages.push(...sales.map(({ sale }) => sale))
      before = sales.at(-1)!.seq
    }
    expect(pages).toEqual(rung.toReversed())
    expect((await till.run('sale.list', { date: '2026-11-24' })).sales.map(({ sale }) => sale)).toEqual(rung.slice(5).toReversed())
  })
  test('none of them is a refusal that says so', async () => {
    for (const input of [{}, { no: 'x' }, { sale: randomUUID() }, { sale: (await till.run('till.snapshot', {})).shift!.shift }]) {
      expect(await till.refusal('sale.get', input)).toMatchObject({ code: 'sale.not_found' })
    }
    expect(await till.refusal('sale.receipt', { sale: randomUUID() })).toMatchObject({ code: 'sale.not_found' })
    expect(await till.refusal('sale.reprint', { sale: randomUUID() })).toMatchObject({ code: 'sale.not_found' })
  })
})
