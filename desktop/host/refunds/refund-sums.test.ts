/** What comes back of sales with promotions, labels, prices by hand and lots: what is paid, and that reports and shifts then say nothing was sold. */
import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { type TestTill, openTill, ticketOf } from '#desktop/testing/till.ts'
import type { Ticket } from '#shared/cart/ticket.ts'
import { SCALE_PRESETS, writeScaleLabel } from '#shared/codes/scale-label.ts'
import { refundReceipt } from '#shared/documents/refund-receipt.ts'
import type { CallInput } from '#shared/host/contract.ts'
import type { GoodView, SaleView } from '#shared/host/schemas.ts'
import { sumOffs } from '#shared/pricing/offs.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { rulesFor } from '../promotions.ts'
import { refundBody } from '../views.ts'

const TODAY = '2026-11-23'
let till: TestTill
let cola: GoodView
let pears: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  cola = await till.addGood({ name: '可乐', code: '6901', price: 350, cost: 190, category: '饮料' })
  pears = await till.addGood({ name: '鸭梨', code: '88', pricing: 'weight', unit: '斤', price: 499, category: '干货' })
  await till.run('shift.open', { float: 100_000 })
})
/** What the screen would send for a ticket at this moment. */
function shown(ticket: Ticket) {
  const rules = rulesFor(till)
  const priced = priceTicket(ticket.lines, ticket, rules)
  return { total: priced.total, priced: { at: rules.at, promotions: sumOffs(priced.lines).flatMap(({ promotion, fen }) => (promotion === undefined ? [] : [{ promotion, fen }])) } }
}
const complete = (ticket: Ticket): Promise<SaleView> => till.run('sale.complete', { key: ticket.id, ticket, given: 100_000, ...shown(ticket) })
const back = (sale: SaleView, lines: readonly [line: number, quantity: number, stock?: 'back' | 'wasted'][], total: number, more: Partial<CallInput<'sale.refund'>> = {}) => till.run('sale.refund', {
  sale: sale.sale, reason: 'quality', total, ...more, lines: lines.map(([line, quantity, stock = 'back']) => ({ line, good: sale.lines[line]!.good, quantity, stock })),
})
/** Shift and report say the same; what all tables have is what the journal makes. */
async function agreed() {
  const { total, ...report } = await till.run('report.sales', { from: TODAY, to: TODAY })
  expect((await till.run('shift.report', {})).net).toBe(total.net)
  expect(report.goods.reduce((sum, { net }) => sum + net, 0)).toBe(total.net)
  expect(report.goods.reduce((sum, { gross }) => sum + gross, 0)).toBe(total.gross)
  expect(total.gross - total.discount).toBe(total.net)
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
  return total
}

test('a promotion, a discount of the whole ticket and rounding go back with the goods, and nothing is left of the sale', async () => {
  await till.run('promotion.put', { promotion: randomUUID(), set: { name: '买三付二', rule: { kind: 'n_for_m', n: 3, m: 2 }, goods: [cola.id] } })
  const sale = await complete({ ...ticketOf([{ good: cola, quantity: 3000 }, { good: pears, quantity: 730 }]), off: { kind: 'percent', percent: 7 }, round: 'yuan' })
  // 7.00 and 7.29 less 7 % is 13.29: rounded to 13.
  expect(sale.total).toBe(1300)
  const [colas, weighed] = [sale.lines[0]!.net, sale.lines[1]!.net]
  const third = Math.round(colas / 3)
  await back(sale, [[0, 1000]], third)
  expect(await agreed()).toMatchObject({ sales: 1, net: 1300 - third })
  await back(sale, [[0, 2000], [1, 730]], colas - third + weighed)
  expect(await agreed()).toMatchObject({ gross: 0, discount: 0, net: 0, cost: 0, unknown: 0 })
})

test('what a scale\'s label said is paid back, whatever the price, and its paper names no discount', async () => {
  await till.run('shop.put', { set: { labels: [{ name: '两样', ...SCALE_PRESETS.both18, parts: [...SCALE_PRESETS.both18.parts] }] } })
  const read = await till.run('code.read', { text: writeScaleLabel({ name: '两样', ...SCALE_PRESETS.both18, parts: [...SCALE_PRESETS.both18.parts] }, { item: '88', amount: 1150, grams: 1250 })! })
  if (read.kind !== 'good' || !read.label) throw new Error('no label')
  const { text, amount, quantity } = read.label
  const plain = ticketOf([{ good: pears, quantity: quantity! }])
  const sale = await complete({ ...plain, lines: plain.lines.map((line) => ({ ...line, label: { text, amount } })) })
  expect(sale.total).toBe(1150)
  const half = await back(sale, [[0, 625]], 575)
  const { body, at } = refundBody(till.store, half.refund)
  const paper = refundReceipt({ shop: till.store.shop(), refund: body, exchange: null, at, till: '00', staffNo: '01', allowedNo: '', copy: false })
  expect(paper.lines).toMatchObject([{ amount: '5.75', discounts: [] }])
  await back(sale, [[0, 625]], 575)
  expect(await agreed()).toMatchObject({ gross: 0, discount: 0, net: 0 })
})

test('a price by hand: the listed price comes off the sums, and the paper says the price that was charged', async () => {
  const sale = await till.sell([{ good: cola, quantity: 2000, price: 300 as never }])
  const half = await back(sale, [[0, 1000]], 300)
  expect(await agreed()).toMatchObject({ gross: 350, discount: 50, net: 300, cost: 190 })
  const { body, at } = refundBody(till.store, half.refund)
  expect(refundReceipt({ shop: till.store.shop(), refund: body, exchange: null, at, till: '00', staffNo: '01', allowedNo: '', copy: false }).lines).toMatchObject([{ price: '3.00', amount: '3.00', discounts: [] }])
})

test('what went into the bin cost the shop what it cost; where nobody knows, it earned and lost nothing', async () => {
  const sale = await till.sell([{ good: cola }, { good: pears, quantity: 500 }])
  await back(sale, [[0, 1000, 'wasted'], [1, 500, 'wasted']], 350 + 499)
  const { net, cost, unknown } = await agreed()
  expect([net, cost, unknown]).toEqual([0, 190, 0])
  // Known since: then that, too, is what it cost.
  await till.run('goods.put', { good: pears.id, set: { cost: 200 } })
  expect(await agreed()).toMatchObject({ net: 0, cost: 190 + 200, unknown: 0 })
})

test('an exchange sells at promotions, to members who are some, and names lots', async () => {
  const milk = await till.addGood({ name: '牛奶', code: '6902', price: 600, category: '奶' })
  await till.run('stock.receive', { lines: [{ good: milk.id, quantity: 5000, lot: { no: 'A1', expiry: '2026-12-01' }, cost: null }] })
  await till.run('promotion.put', { promotion: randomUUID(), set: { name: '会员价', rule: { kind: 'price', price: 500 }, goods: [milk.id], members: true } })
  const { member } = await till.run('member.join', { set: { phone: '13800000001', name: '会员' } })
  const sale = await till.sell([{ good: cola, quantity: 2000 }])
  const ticket = { ...ticketOf([{ good: milk }]), member } as Ticket
  const stranger = { ...ticket, id: randomUUID(), member: randomUUID() }
  const asked = (of: Ticket) => ({ sale: sale.sale, reason: 'wrong' as const, total: 350, lines: [{ line: 0, good: cola.id, quantity: 1000, stock: 'back' as const }], exchange: { ticket: of, given: 150, ...shown(of) } })
  expect(await till.refusal('sale.refund', asked(stranger))).toMatchObject({ code: 'member.not_found' })
  expect(await till.run('sale.refund', asked(ticket))).toMatchObject({ total: 350, exchange: { total: 500, lines: [{ lots: [{ no: 'A1', expiry: '2026-12-01', quantity: 1000 }] }] } })
  // And back again: on the shelf, of no lot.
  const exchanged = await till.run('sale.get', { no: '20261123-00-0002' })
  await back(exchanged, [[0, 1000]], 500)
  expect((await till.run('goods.get', { good: milk.id })).stock).toBe(5000)
  expect(await agreed()).toMatchObject({ sales: 2, returns: 2, net: 350 })
})
