/** Goods that come back, through the whole till: what is paid for them, what is refused, what it records, and that it does so once. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { CASHIER_PIN, OWNER_PIN, type TestTill, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import type { CallInput } from '#shared/host/contract.ts'
import type { GoodView, SaleView } from '#shared/host/schemas.ts'
import { shortId } from '#shared/identity/ids.ts'
import { cashOut } from '#shared/sales/exchange.ts'

let till: TestTill
let cola: GoodView
let pears: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  cola = await till.addGood({ name: '可乐', code: '6901', price: 350, category: '饮料' })
  pears = await till.addGood({ name: '鸭梨', code: '', pricing: 'weight', unit: '斤', price: 499, category: '水果' })
  await till.run('shift.open', { float: 10_000 })
})
type Asked = Omit<CallInput<'sale.refund'>, 'key'>
const back = (sale: SaleView, lines: [line: number, quantity: number][], total: number, more: Partial<Asked> = {}): Asked => ({
  sale: sale.sale, reason: 'no_reason', total, ...more, lines: lines.map(([line, quantity]) => ({ line, good: sale.lines[line]!.good, quantity, stock: 'back' })),
})
const asCashier = async (): Promise<void> => {
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
}
const stockOf = async (good: GoodView) => (await till.run('goods.get', { good: good.id })).stock
/** A refusal after which nothing was written. */
async function refused(asked: Asked & { key?: string }) {
  const before = till.store.head()
  const refusal = await till.refusal('sale.refund', asked)
  expect(till.store.head()).toEqual(before)
  return refusal
}

test('one of three with a discount, then the rest: shares to the fen, drawer, stock, shift, postings, the same once rebuilt', async () => {
  const sale = await till.sell([{ good: cola, quantity: 3000, discount: 50 }])
  expect(sale.total).toBe(1000)
  const first = await till.run('sale.refund', back(sale, [[0, 1000]], 333))
  expect(first).toMatchObject({ no: '20261123-00-T0001', saleNo: sale.no, total: 333, known: true, tenders: [{ channel: 'cash', amount: 333, due: false }], exchange: null })
  expect(await till.run('sale.refundable', { sale: sale.sale })).toMatchObject({ lines: [{ quantity: 1000, amount: 333, rule: null }], left: 667, refunds: [{ no: first.no, total: 333 }] })
  const second = await till.run('sale.refund', back(sale, [[0, 2000]], 667))
  expect([second.no, second.total]).toEqual(['20261123-00-T0002', 667])
  expect(new Map(till.store.balances())).toEqual(new Map([['drawer', 10_000], ['safe', -10_000], ['sales', -1050], ['discounts', 50], ['returns', 1000]]))
  expect(await stockOf(cola)).toBe(0)
  expect(await till.run('shift.report', {})).toMatchObject({ sales: 1, returns: 2, gross: 1050, discount: 50, refunded: 1000, net: 0, expected: 10_000, cashiers: [{ staffNo: '01', sales: 1, net: 0 }] })
  expect(await refused(back(sale, [[0, 1000]], 0))).toMatchObject({ code: 'refund.too_many', detail: { name: '可乐', left: 0 } })
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true, faults: [], sales: 1, salesFen: 1000 })
})

test('what is wasted does not come back to stock', async () => {
  const sale = await till.sell([{ good: cola, quantity: 2000 }])
  await till.run('sale.refund', { ...back(sale, [], 700), lines: [{ line: 0, good: cola.id, quantity: 1000, stock: 'back' }, { line: 0, good: cola.id, quantity: 1000, stock: 'wasted' }] })
  expect(await stockOf(cola)).toBe(-1000)
})

test('the same refund sent again is answered once; another under its key is refused; so it is after a restart', async () => {
  const sale = await till.sell([{ good: cola, quantity: 2000 }])
  const key = randomUUID()
  const asked = { ...back(sale, [[0, 1000]], 350), key }
  const first = await till.run('sale.refund', asked)
  expect(await till.run('sale.refund', asked)).toEqual(first)
  expect(await till.refusal('sale.refund', { ...back(sale, [[0, 2000]], 700), key })).toMatchObject({ code: 'key.reused' })
  till = await till.restart()
  expect(await till.run('sale.refund', asked)).toEqual(first)
  expect(till.store.refundsOf(sale.sale)).toHaveLength(1)
})

describe('refused, and nothing written', () => {
  test('more than was sold, a line that is not there, an amount nobody saw, a way it was not paid', async () => {
    const sale = await till.sell([{ good: cola, quantity: 2000 }])
    expect(await refused(back(sale, [[0, 3000]], 1050))).toMatchObject({ code: 'refund.too_many', detail: { left: 2 } })
    expect(await refused(back(sale, [[0, 1000], [0, 1000], [0, 1000]], 1050))).toMatchObject({ code: 'refund.too_many', detail: { left: 0 } })
    expect(await refused({ ...back(sale, [], 0), lines: [{ line: 7, good: cola.id, quantity: 1000, stock: 'back' }] })).toMatchObject({ code: 'refund.line_unknown' })
    expect(await refused(back(sale, [[0, 1000]], 351))).toMatchObject({ code: 'refund.total_changed', detail: { total: 350 } })
    expect(await refused(back(sale, [[0, 1000]], 350, { channel: 'wechat' }))).toMatchObject({ code: 'refund.channel' })
    expect(await refused({ ...back(sale, [[0, 1000]], 350), sale: randomUUID() })).toMatchObject({ code: 'sale.not_found' })
  })
  test('more than was paid, where goods taken back paid for a part of it', async () => {
    const sale = await till.sell([{ good: cola, quantity: 3000 }, { good: cola, quantity: -2000 }])
    expect(await refused(back(sale, [[0, 3000]], 1050))).toMatchObject({ code: 'refund.beyond', detail: { left: 3.5 } })
    expect(await refused(back(sale, [[1, 1000]], 0))).toMatchObject({ code: 'refund.line_unknown' })
  })
  test('without a shift, or anybody', async () => {
    const sale = await till.sell([{ good: cola }])
    await till.run('shift.close', { counted: 10_350 })
    expect(await refused(back(sale, [[0, 1000]], 350))).toMatchObject({ code: 'shift.none' })
    await till.run('staff.signOut', {})
    expect(await refused(back(sale, [[0, 1000]], 350))).toMatchObject({ code: 'staff.none' })
  })
})

describe('seven days, line by line', () => {
  test('fruit does not come back without a reason; faulty it does; a manager may decide otherwise, and it is written down who', async () => {
    const sale = await till.sell([{ good: cola }, { good: pears, quantity: 500 }])
    await asCashier()
    expect(await till.run('sale.refundable', { sale: sale.sale })).toMatchObject({ lines: [{ rule: null, word: null }, { rule: 'exempt', word: '水果' }] })
    expect(await refused(back(sale, [[0, 1000], [1, 500]], 849))).toMatchObject({ code: 'refund.exempt', detail: { name: '鸭梨' } })
    const faulty = await till.run('sale.refund', back(sale, [[1, 250]], 250, { reason: 'quality' }))
    expect(faulty.lines).toMatchObject([{ over: null, amount: 250 }])
    const key = randomUUID()
    await till.run('staff.approve', { no: '01', pin: OWNER_PIN, rights: ['return.against_rules'], for: key })
    const allowed = await till.run('sale.refund', { ...back(sale, [[1, 250]], 249), key })
    expect(allowed.lines).toMatchObject([{ over: 'exempt', amount: 249 }])
    expect(till.store.event(key)!.body).toMatchObject({ allowedBy: till.store.staffByNo('01')!.id })
  })
  test('on the eighth day nothing comes back by itself, whatever the reason', async () => {
    const sale = await till.sell([{ good: cola, quantity: 2000 }])
    await asCashier()
    till.clock.pass(7 * 86_400_000)
    await till.run('sale.refund', back(sale, [[0, 1000]], 350))
    till.clock.pass(86_400_000)
    expect(await refused(back(sale, [[0, 1000]], 350, { reason: 'quality' }))).toMatchObject({ code: 'refund.late', detail: { days: 7 } })
  })
  test('the shop says its own categories and days', async () => {
    await till.run('shop.put', { set: { returnDays: 30, returnExempt: ['饮料'] } })
    const sale = await till.sell([{ good: cola }, { good: pears, quantity: 500 }])
    await asCashier()
    till.clock.pass(20 * 86_400_000)
    expect(await refused(back(sale, [[0, 1000]], 350))).toMatchObject({ code: 'refund.exempt' })
    await till.run('sale.refund', back(sale, [[1, 500]], 499))
  })
})

describe('without a receipt', () => {
  const free = (total: number, quantity: number, more: Partial<Asked> = {}): Asked => ({ sale: null, reason: 'no_reason', total, lines: [{ line: null, good: cola.id, quantity, amount: total, stock: 'back' }], ...more })
  test('a cashier needs somebody who allows it; up to the shop\'s limit and today\'s price', async () => {
    await asCashier()
    expect(await refused(free(350, 1000))).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'return.without_receipt' } })
    const key = randomUUID()
    await till.run('staff.approve', { no: '01', pin: OWNER_PIN, rights: ['return.without_receipt'], for: key })
    expect(await till.run('sale.refund', { ...free(350, 1000), key })).toMatchObject({ total: 350, saleNo: null, known: false })
    expect(await stockOf(cola)).toBe(1000)
    await till.run('staff.signIn', { no: '01', pin: OWNER_PIN })
    expect(await refused(free(351, 1000))).toMatchObject({ code: 'refund.above_price' })
    expect(await refused(free(50_050, 143_000))).toMatchObject({ code: 'refund.over_cap', detail: { cap: 500 } })
    expect(await refused({ ...free(350, 1000), lines: [{ line: null, good: randomUUID(), quantity: 1000, amount: 350, stock: 'back' }] })).toMatchObject({ code: 'refund.line_unknown' })
  })
  test('the limit holds for goods taken back on a ticket too', async () => {
    const ticket = ticketOf([{ good: cola, quantity: -143_000 }])
    expect(await till.refusal('sale.complete', { key: ticket.id, ticket, total: totalOf(ticket), given: 0 })).toMatchObject({ code: 'refund.over_cap' })
  })
  test('a receipt of this very till is not taken for another\'s', async () => {
    const sale = await till.sell([{ good: cola }])
    expect(await refused(free(350, 1000, { receipt: { sale: sale.sale, no: null, till: null } }))).toMatchObject({ code: 'refund.line_unknown' })
    expect(await refused(free(350, 1000, { receipt: { sale: null, no: sale.no, till: '02' } }))).toMatchObject({ code: 'refund.line_unknown' })
  })
  test('by the word of another till\'s receipt: written down with what it says, and marked', async () => {
    const sale = randomUUID()
    const view = await till.run('sale.refund', free(350, 1000, { receipt: { sale, no: '20261120-02-0007', till: '02' } }))
    expect(view).toMatchObject({ saleNo: '20261120-02-0007', known: false })
    expect(till.store.event(view.refund)!.body).toMatchObject({ sale, saleTill: '02', known: false })
  })
})

describe('in exchange', () => {
  const swap = (sale: SaleView, good: GoodView, given: number): Asked & { exchange: NonNullable<Asked['exchange']> } => {
    const ticket = ticketOf([{ good }])
    return { ...back(sale, [[0, 1000]], 350), exchange: { ticket, total: totalOf(ticket), given } }
  }
  test('dearer: the customer pays the difference; both are in the journal, one behind the other', async () => {
    const tea = await till.addGood({ name: '茶', price: 520 })
    const sale = await till.sell([{ good: cola }])
    const view = await till.run('sale.refund', swap(sale, tea, 200))
    expect(view).toMatchObject({ total: 350, exchange: { total: 520, tenders: [{ amount: 520, given: 550, change: 30 }] } })
    expect(till.store.balances().get('drawer')).toBe(10_520)
    const [seq, next] = [view.refund, view.exchange!.sale].map((id) => till.store.event(id)!.seq)
    expect(next).toBe(seq! + 1)
    expect([await stockOf(cola), await stockOf(tea)]).toEqual([0, -1000])
  })
  test('cheaper: the customer gets the difference; too little money or a changed price leaves nothing behind', async () => {
    const gum = await till.addGood({ name: '糖', price: 120 })
    const sale = await till.sell([{ good: cola, quantity: 2000 }])
    const view = await till.run('sale.refund', swap(sale, gum, 0))
    expect(view.exchange).toMatchObject({ total: 120, tenders: [{ amount: 120, given: 350, change: 230 }] })
    expect(till.store.balances().get('drawer')).toBe(10_000 + 700 - 230)
    const dear = await till.addGood({ name: '酒', price: 9900 })
    expect(await refused(swap(sale, dear, 9000))).toMatchObject({ code: 'sale.too_little_cash' })
    const wrong = swap(sale, dear, 9900)
    expect(await refused({ ...wrong, exchange: { ...wrong.exchange, total: 1 } })).toMatchObject({ code: 'sale.total_changed' })
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })
  test.each([[0, 0], [120, 0], [350, 0], [520, 200]])('for goods of %i fen what the screen says to hand over is what leaves the drawer', async (price, given) => {
    const other = await till.addGood({ name: '换的', price })
    const sale = await till.sell([{ good: cola }])
    const before = till.store.balances().get('drawer')!
    const { tenders, exchange } = await till.run('sale.refund', swap(sale, other, given))
    expect(given - cashOut(tenders, exchange!.tenders)).toBe(till.store.balances().get('drawer')! - before)
  })
  test('sent again it is one exchange', async () => {
    const sale = await till.sell([{ good: cola }])
    const asked = { ...swap(sale, pears, 648), key: randomUUID() }
    const first = await till.run('sale.refund', asked)
    expect(await till.run('sale.refund', asked)).toEqual(first)
    expect(till.store.countSales()).toBe(2)
  })
})

describe('found again', () => {
  test('by QR text, number, its last digits, amount, good, and time; and what came back of it', async () => {
    const [one, two] = [await till.sell([{ good: cola }]), await till.sell([{ good: pears, quantity: 500 }, { good: cola, quantity: 2000 }])]
    till.clock.pass(86_400_000)
    const three = await till.sell([{ good: cola }])
    const found = async (asked: CallInput<'sale.find'>) => (await till.run('sale.find', asked)).sales.map(({ no }) => no)
    const shop = till.store.shop().id
    expect(await found({})).toEqual([three.no, two.no, one.no])
    expect(await found({ text: `https://x.cn/r/${shortId(shop)}/${shortId(two.sale)}` })).toEqual([two.no])
    expect(await found({ text: two.no })).toEqual([two.no])
    expect(await found({ text: '2' })).toEqual([two.no])
    expect(await found({ text: '1' })).toEqual([three.no, one.no])
    expect(await found({ text: '11.99' })).toEqual([two.no])
    expect(await found({ amount: 350 })).toEqual([three.no, one.no])
    expect(await found({ good: pears.id })).toEqual([two.no])
    expect(await found({ from: one.at, to: three.at })).toEqual([two.no, one.no])
    expect(await found({ text: '鸭梨' })).toEqual([two.no])
    expect(await found({ text: '6901' })).toEqual([])
    expect(await found({ text: '没有的' })).toEqual([])
    expect(await found({ date: '2026-11-24' })).toEqual([three.no])
    expect(await found({ date: '2026-11-23', amount: 350 })).toEqual([one.no])
    expect(await found({ limit: 1 })).toEqual([three.no])
    await till.run('sale.refund', back(two, [[1, 1000]], 350))
    expect((await till.run('sale.find', { text: two.no })).sales).toMatchObject([{ back: 350 }])
  })
  test('a receipt of another till is said to be one; one of another shop, and a number that was never given, are not found', async () => {
    const shop = till.store.shop().id
    const sale = randomUUID()
    expect(await till.run('sale.find', { text: `https://x.cn/r/${shortId(shop)}/${shortId(sale)}` })).toEqual({ sales: [], elsewhere: { sale, no: null, till: null } })
    expect(await till.run('sale.find', { text: '20261120-07-0001' })).toEqual({ sales: [], elsewhere: { sale: null, no: '20261120-07-0001', till: '07' } })
    expect(await till.run('sale.find', { text: `https://x.cn/r/${shortId(randomUUID())}/${shortId(sale)}` })).toEqual({ sales: [], elsewhere: null })
    expect(await till.run('sale.find', { text: '20261123-00-0009' })).toEqual({ sales: [], elsewhere: null })
  })
})

describe('what the cloud tells of other tills', () => {
  const tell = (sale: string, doc: Record<string, unknown>, rev: number): void => { till.store.applyChanges([{ kind: 'refund', id: sale, rev, doc, clocks: {} }], rev) }
  test('what they paid back is paid back; beyond what was paid somebody is told, once', async () => {
    const sale = await till.sell([{ good: cola, quantity: 2000 }])
    const own = await till.run('sale.refund', back(sale, [[0, 1000]], 350))
    const { device } = till.store.identity()
    const rows = [{ refund: own.refund, device, till: '01', fen: 350 }, { refund: randomUUID(), device: randomUUID(), till: '02', fen: 350 }]
    tell(sale.sale, { no: sale.no, paid: 700, back: rows, over: [] }, 1)
    expect(await till.run('sale.refundable', { sale: sale.sale })).toMatchObject({ left: 0, elsewhere: 350 })
    expect(await refused(back(sale, [[0, 1000]], 350))).toMatchObject({ code: 'refund.beyond', detail: { left: 0 } })
    expect((await till.run('alert.list', {})).alerts).toEqual([])
    const more = [...rows, { ...rows[1]!, refund: randomUUID(), fen: 100 }]
    const beyond = { no: sale.no, paid: 700, back: more, over: [more[2]!.refund] }
    tell(sale.sale, beyond, 2)
    tell(sale.sale, beyond, 3)
    const { alerts } = await till.run('alert.list', {})
    expect(alerts).toMatchObject([{ what: { kind: 'sale.refunded_beyond', no: sale.no, tills: ['01', '02'], paid: 700, back: 800 } }])
    await till.run('alert.dismiss', { alert: alerts[0]!.id })
    tell(sale.sale, beyond, 4)
    expect((await till.run('alert.list', {})).alerts).toEqual([])
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })
  test('of a sale that this till does not have, no more than the cloud says is left', async () => {
    const sale = randomUUID()
    tell(sale, { no: 'x', paid: 500, back: [{ refund: randomUUID(), device: randomUUID(), till: '02', fen: 100 }], over: [] }, 1)
    const asked = (): Asked => ({ sale: null, receipt: { sale, no: null, till: null }, reason: 'other', total: 350, lines: [{ line: null, good: cola.id, quantity: 1000, amount: 350, stock: 'back' }] })
    await till.run('sale.refund', asked())
    expect(await refused(asked())).toMatchObject({ code: 'refund.beyond', detail: { left: 0.5 } })
  })
  test('a till that has nothing to do with the sale is not troubled', async () => {
    const other = { refund: randomUUID(), device: randomUUID(), till: '02', fen: 800 }
    tell(randomUUID(), { no: 'x', paid: 700, back: [other], over: [other.refund] }, 1)
    expect((await till.run('alert.list', {})).alerts).toEqual([])
  })
})

test('whatever comes back in whatever parts: never more than was paid, all of it in the end, and the ledger verifies', async () => {
  const parts = fc.array(fc.record({ line: fc.nat({ max: 2 }), quantity: fc.integer({ min: 1, max: 1500 }) }), { minLength: 1, maxLength: 8 })
  await fc.assert(fc.asyncProperty(parts, fc.array(fc.nat({ max: 300 }), { minLength: 3, maxLength: 3 }), async (wishes, offs) => {
    const sale = await till.sell(offs.map((discount, i) => ({ good: i === 1 ? pears : cola, quantity: [3000, 1234, 1000][i]!, discount })))
    let paid = 0
    const refund = async (line: number, quantity: number): Promise<void> => {
      const { detail } = await till.refusal('sale.refund', back(sale, [[line, quantity]], 1_000_000))
      const { total } = await till.run('sale.refund', back(sale, [[line, quantity]], Number(detail['total'])))
      paid += total
      expect(paid).toBeLessThanOrEqual(sale.total)
    }
    const left = sale.lines.map(({ quantity }) => quantity as number)
    for (const { line, quantity } of wishes) {
      const some = Math.min(quantity, left[line]!)
      if (some === 0) continue
      await refund(line, some)
      left[line]! -= some
    }
    for (const [line, rest] of left.entries()) if (rest > 0) await refund(line, rest)
    expect(paid).toBe(sale.total)
  }), { numRuns: 12 })
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test('of a sale paid in part by the shop\'s code no more goes back by it than came, the rest in cash; all of it in cash where that is asked for', async () => {
  const good = await till.addGood({ price: 1000 })
  const paidByCode = async () => {
    const ticket = ticketOf([{ good, quantity: 3000 }])
    return till.run('sale.complete', { key: ticket.id, ticket, total: 3000, given: 1000, code: { via: '微信', fen: 2000 } })
  }
  const sale = await paidByCode()
  expect(sale.tenders).toEqual([{ channel: 'static_code', amount: 2000, given: 0, change: 0, via: '微信' }, { channel: 'cash', amount: 1000, given: 1000, change: 0 }])
  const back = (of: string, quantity: number, channel: string) => till.run('sale.refund', { sale: of, reason: 'no_reason', total: quantity, channel, lines: [{ line: 0, good: good.id, quantity, stock: 'back' }] })
  expect((await till.run('sale.refundable', { sale: sale.sale })).ways).toEqual([{ channel: 'static_code', left: 2000 }, { channel: 'cash', left: 1000 }])
  expect((await back(sale.sale, 1000, 'static_code')).tenders).toEqual([{ channel: 'static_code', amount: 1000, due: false, via: '微信' }])
  expect((await back(sale.sale, 2000, 'static_code')).tenders).toEqual([{ channel: 'static_code', amount: 1000, due: false, via: '微信' }, { channel: 'cash', amount: 1000, due: false }])
  const other = await paidByCode()
  expect((await back(other.sale, 3000, 'cash')).tenders).toEqual([{ channel: 'cash', amount: 3000, due: false }])
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})
