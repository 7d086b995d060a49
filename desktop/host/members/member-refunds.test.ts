/** Goods of a member's sale that come back: points that it earned are taken back, and what was paid with points or stored value goes where it came from. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { carryOver } from '#shared/sales/exchange.ts'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { type TestTill, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import type { GoodView, MemberView, SaleView } from '#shared/host/schemas.ts'

let till: TestTill
let member: string
let good: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  await till.run('shift.open', { float: 20_000 })
  good = await till.addGood({ price: 1000 })
  member = (await till.run('member.join', { set: { phone: '13812345678', name: '张三丰' } })).member
  await till.run('member.topUp', { member, amount: 10_000 })
})
async function sell(quantity: number, { value = 0, points = 0 } = {}): Promise<SaleView> {
  const ticket = { ...ticketOf([{ good, quantity }]), member }
  const total = totalOf(ticket)
  return till.run('sale.complete', { key: ticket.id, ticket, total, given: total - value - points, value, points })
}
const asked = (sale: SaleView, quantity: number, total: number) => ({ sale: sale.sale, reason: 'no_reason' as const, total, lines: [{ line: 0, good: good.id, quantity, stock: 'back' as const }] })
const card = (): Promise<MemberView> => till.run('member.card', { member })
const balances = async (): Promise<Record<string, number>> => Object.fromEntries((await till.run('ledger.balances', {})).balances.filter((each) => each.fen !== 0).map(({ account, fen }) => [account, fen]))
const paper = async (sale: string): Promise<string> => (await till.run('sale.receipt', { sale })).svg.replaceAll(/<[^>]+>|&#xa0;|\s/g, '')

test('points earned go back with their goods, part by part, and all of them with all', async () => {
  const sale = await sell(3000)
  expect((await card()).points.balance).toBe(30)
  const left: number[] = []
  for (let piece = 0; piece < 3; piece++) {
    const view = await till.run('sale.refund', asked(sale, 1000, 1000))
    expect(view.tenders).toEqual([{ channel: 'cash', amount: 1000, due: false }])
    left.push(view.member!.points)
  }
  expect(left).toEqual([20, 10, 0])
  expect((await card()).points).toEqual({ balance: 0, held: 0 })
  expect((await till.run('sale.find', { member })).sales.map(({ no }) => no)).toEqual([sale.no])
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

test('stored value and points go back to the member, cash as far as there was cash; books, drawer and paper say so', async () => {
  await sell(8000)
  expect((await card()).points.balance).toBe(80)
  const before = await balances()
  const sale = await sell(3000, { value: 2000, points: 50 })
  expect(sale.tenders.map(({ channel, amount }) => [channel, amount])).toEqual([['points', 50], ['stored_value', 2000], ['cash', 950]])
  expect((await card())).toMatchObject({ points: { balance: 80 - 50 + 29 }, value: { balance: 8000 } })
  expect((await till.run('sale.refundable', { sale: sale.sale })).ways).toEqual([{ channel: 'points', left: 50 }, { channel: 'stored_value', left: 2000 }, { channel: 'cash', left: 950 }])
  const first = await till.run('sale.refund', asked(sale, 1000, 1000))
  expect(first.tenders).toEqual([{ channel: 'cash', amount: 950, due: false }, { channel: 'stored_value', amount: 50, due: false }])
  const second = await till.run('sale.refund', asked(sale, 2000, 2000))
  expect(second.tenders).toEqual([{ channel: 'stored_value', amount: 1950, due: false }, { channel: 'points', amount: 50, due: false }])
  expect(second.member).toEqual({ member, points: 80, value: 10_000 })
  expect(await card()).toMatchObject({ points: { balance: 80, held: 80 }, value: { balance: 10_000, held: 10_000 } })
  expect(await balances()).toEqual({ ...before, sales: before['sales']! - 3000, returns: 3000 })
  expect(await paper(second.refund)).toMatch(/退回储值￥19\.50退回积分￥0\.50本次积分-20退回积分50积分余额80储值余额￥100\.00/)
  const report = await till.run('report.sales', { from: '2026-11-23', to: '2026-11-23' })
  expect(new Map(report.tenders.map(({ channel, fen }) => [channel, fen]))).toEqual(new Map([['cash', 8000], ['points', 0], ['stored_value', 0]]))
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
  till = await till.restart()
  expect(await card()).toMatchObject({ points: { balance: 80 }, value: { balance: 10_000 } })
})

test('value that is asked for goes back first', async () => {
  const sale = await sell(2000, { value: 500 })
  const ticket = ticketOf([{ good, quantity: 1000 }])
  expect((await till.run('sale.refund', { ...asked(sale, 1000, 1000), channel: 'stored_value' })).tenders).toEqual([{ channel: 'stored_value', amount: 500, due: false }, { channel: 'cash', amount: 500, due: false }])
  const exchanged = await till.run('sale.refund', { ...asked(sale, 1000, 1000), exchange: { ticket: { ...ticket, member }, total: 1000, given: 0 } })
  expect(exchanged).toMatchObject({ tenders: [{ channel: 'cash', amount: 1000 }], exchange: { total: 1000, member: { earned: 10 } } })
  expect((await card())).toMatchObject({ points: { balance: 10 }, value: { balance: 10_000 } })
})

test('of a member who was forgotten what they paid with is paid out', async () => {
  const sale = await sell(1000, { value: 1000 })
  await till.run('member.adjust', { member, purse: 'value', delta: -9000, reason: 'refund' })
  await till.run('person.erase', { person: member })
  expect((await till.run('sale.refund', asked(sale, 1000, 1000)))).toMatchObject({ tenders: [{ channel: 'cash', amount: 1000, due: false }], member: null })
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

test('of a member who was forgotten it goes back by the shop\'s code as far as it came by it, and in one sum of cash', async () => {
  const ticket = { ...ticketOf([{ good, quantity: 3000 }]), member }
  const sale = await till.run('sale.complete', { key: ticket.id, ticket, total: 3000, given: 500, value: 1000, code: { via: '微信', fen: 1500 } })
  await till.run('member.adjust', { member, purse: 'value', delta: -9000, reason: 'refund' })
  await till.run('person.erase', { person: member })
  const before = await balances()
  const view = await till.run('sale.refund', { ...asked(sale, 3000, 3000), channel: 'static_code' })
  expect(view.tenders).toEqual([{ channel: 'static_code', via: '微信', amount: 1500, due: false }, { channel: 'cash', amount: 1500, due: false }])
  expect(await balances()).toEqual({ ...before, drawer: before['drawer']! - 1500, 'channel:static_code': undefined, returns: 3000 })
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

test('a coupon\'s share goes back with no goods', async () => {
  const { coupon } = await till.run('coupon.issue', { terms: { name: '减五元', code: 'A', member: null, off: { fen: 500 }, least: 0, from: '2026-01-01', until: '2026-12-31' } })
  const ticket = { ...ticketOf([{ good, quantity: 3000 }]), coupon }
  const sale = await till.run('sale.complete', { key: ticket.id, ticket, total: 2500, given: 2500 })
  const parts = [833, 834, 833]
  for (const part of parts) expect((await till.run('sale.refund', asked(sale, 1000, part))).total).toBe(part)
  expect(await balances()).toMatchObject({ drawer: 30_000, returns: 2500, sales: -3000, discounts: 500 })
})

test('goods paid with value, points and cash are exchanged: what came back pays for the new ones, and the cash that differs goes over the counter', async () => {
  await sell(8000)
  const before = await balances()
  const sale = await sell(3000, { value: 2000, points: 50 })
  const { customer } = await till.run('sale.refundable', { sale: sale.sale })
  expect(customer).toEqual({ member, points: 59, value: 8000 })
  const dear = { ...ticketOf([{ good, quantity: 4000 }]), member }
  // 29 points that the goods earned go back too, so that of the fifty that come back all can pay.
  const view = await till.run('sale.refund', { ...asked(sale, 3000, 3000), exchange: { ticket: dear, total: 4000, given: 1000, value: 2000, points: 50 } })
  expect(view).toMatchObject({
    tenders: [{ channel: 'cash', amount: 950 }, { channel: 'stored_value', amount: 2000 }, { channel: 'points', amount: 50 }],
    exchange: { tenders: [{ channel: 'points', amount: 50 }, { channel: 'stored_value', amount: 2000 }, { channel: 'cash', amount: 1950, given: 1950, change: 0 }] },
  })
  expect(await card()).toMatchObject({ value: { balance: 8000 }, points: { balance: 80 - 50 + 39 } })
  expect(await balances()).toEqual({ ...before, drawer: before['drawer']! + 950 + 1000, sales: before['sales']! - 7000, returns: 3000, 'value:redeemed': 2000, 'channel:points': 50 })
  expect(await paper(view.refund)).toMatch(/应退￥30\.00退现金￥9\.50退回储值￥20\.00退回积分￥0\.50换购单号\S+合计￥40\.00积分\S*￥0\.50储值￥20\.00补差价￥10\.00/)
  const cheap = { ...ticketOf([{ good, quantity: 1000 }]), member }
  const again = await till.run('sale.refund', { sale: dear.id, reason: 'wrong', total: 4000, lines: [{ line: 0, good: good.id, quantity: 4000, stock: 'back' }], exchange: { ticket: cheap, total: 1000, given: 0, value: 950, points: 50 } })
  expect(again.exchange!.tenders.map(({ channel, amount }) => [channel, amount])).toEqual([['points', 50], ['stored_value', 950]])
  expect(await balances()).toEqual({ ...before, drawer: before['drawer']!, sales: before['sales']! - 8000, returns: 7000, 'value:redeemed': 950, 'channel:points': 50 })
  expect((await till.refusal('sale.refund', { sale: cheap.id, reason: 'wrong', total: 1000, lines: [{ line: 0, good: good.id, quantity: 1000, stock: 'back' }], exchange: { ticket: { ...ticketOf([{ good, quantity: 1000 }]), member }, total: 1000, given: 0, value: 20_000 } })).code).toBe('sale.paid_too_much')
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

/** Any sale paid any way, any part of it back, for any new goods: nothing appears, nothing is lost, and nobody draws value out as cash. */
test('the drawer opens once where cash is paid on top of what went back to the member', async () => {
  const printer = randomUUID()
  await till.run('printer.put', { printer: { id: printer, name: '小票机', profile: 'generic-58', address: 'tcp://127.0.0.1:1', receipts: true, drawer: true } })
  const opens = (): string[] => {
    const db = openForReading(join(till.folder, LEDGER_FILE))
    try {
      return db.prepare<[], string>('SELECT kind FROM print_job WHERE drawer = 1 ORDER BY id').pluck().all()
    } finally {
      db.close()
    }
  }
  const sale = await sell(1000, { value: 1000 })
  const dear = { ...ticketOf([{ good, quantity: 3000 }]), member }
  await till.run('sale.refund', { ...asked(sale, 1000, 1000), exchange: { ticket: dear, total: 3000, given: 2000, value: 1000 } })
  expect(opens()).toEqual(['receipt'])
  const other = await sell(1000)
  await till.run('sale.refund', { ...asked(other, 1000, 1000), exchange: { ticket: ticketOf([{ good, quantity: 2000 }]), total: 2000, given: 1000 } })
  expect(opens()).toEqual(['receipt', 'receipt', 'refund'])
})

test('an exchange agrees to the fen, whatever was paid how and whatever is taken for it', async () => {
  const cases = fc.record({ price: fc.integer({ min: 1, max: 5000 }), sold: fc.integer({ min: 1, max: 4 }), part: fc.integer({ min: 1, max: 4 }), worth: fc.constantFrom(0, 1, 7), value: fc.nat({ max: 100 }), points: fc.nat({ max: 100 }), wanted: fc.integer({ min: 1, max: 6000 }) })
  await till.run('member.adjust', { member, purse: 'points', delta: 100_000, reason: 'correction' })
  await till.run('member.topUp', { member, amount: 300_000 })
  await fc.assert(fc.asyncProperty(cases, async ({ price, sold, part, worth, value: valuePart, points: pointsPart, wanted }) => {
    await till.run('shop.put', { set: { loyalty: { earn: 100, worth, bonus: [], birthday: 0 } } })
    const [old, fresh] = [await till.addGood({ price }), await till.addGood({ price: wanted })]
    const ticket = { ...ticketOf([{ good: old, quantity: sold * 1000 }]), member }
    const total = price * sold
    const points = worth === 0 ? 0 : Math.floor(total * pointsPart / 100 / worth)
    const value = Math.floor((total - points * worth) * valuePart / 100)
    const cash = total - points * worth - value
    const sale = await till.run('sale.complete', { key: ticket.id, ticket, total, given: cash, value, points })
    const [drawer, held] = [(await balances())['drawer']!, await card()]
    const back = Math.min(part, sold)
    const shares = { cash: Math.min(cash, back * price), value: 0, points: 0 }
    shares.value = Math.min(value, back * price - shares.cash)
    const byPoints = back * price - shares.cash - shares.value
    shares.points = points === 0 ? 0 : Math.floor(points * byPoints / (points * worth))
    const carried = carryOver(wanted, shares, { points: 100_000, value: 100_000 }, { worth })
    const next = { ...ticketOf([{ good: fresh }]), member }
    const view = await till.run('sale.refund', {
      sale: sale.sale, reason: 'no_reason', total: back * price, lines: [{ line: 0, good: old.id, quantity: back * 1000, stock: 'back' }],
      exchange: { ticket: next, total: wanted, given: Math.max(0, carried.difference), value: carried.value, points: carried.points },
    })
    const [after, now] = [(await balances())['drawer']!, await card()]
    const earned = view.exchange!.member!.earned
    const returned = Math.floor(sale.member!.earned * back * price / total)
    expect(after - drawer).toBe(carried.difference)
    expect(drawer - after).toBeLessThanOrEqual(cash)
    expect(now.value.balance - held.value.balance).toBe(shares.value - carried.value)
    expect(now.points.balance - held.points.balance).toBe(shares.points - carried.points + earned - returned)
    expect(after - drawer + (carried.value - shares.value) + carried.points * worth - byPoints).toBe(wanted - back * price)
  }), { numRuns: 40 })
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

test('the sales of somebody who joined twice are found by either of them, and by either number', async () => {
  const { member: other } = await till.run('member.join', { set: { phone: '13900001111' } })
  const mine = await sell(1000)
  const ticket = { ...ticketOf([{ good }]), member: other }
  const theirs = await till.run('sale.complete', { key: ticket.id, ticket, total: 1000, given: 1000 })
  const nobodys = ticketOf([{ good }])
  await till.run('sale.complete', { key: nobodys.id, ticket: nobodys, total: 1000, given: 1000 })
  const found = async (asked: { member?: string; text?: string }): Promise<string[]> => (await till.run('sale.find', asked)).sales.map(({ no }) => no)
  expect(await found({ member: other })).toEqual([theirs.no])
  till.store.applyChanges([{ kind: 'member', id: other, rev: 1, doc: { mergedInto: member } as never, clocks: 'ffff00000000ffff-cloud' }], 1)
  for (const asked of [{ member }, { member: other }, { text: '138 1234 5678' }, { text: '13900001111' }]) expect(await found(asked)).toEqual([theirs.no, mine.no])
})

test('by a receipt of another till it goes to a member\'s stored value where somebody says so; else in cash', async () => {
  const before = await balances()
  const lines = [{ line: null, good: good.id, quantity: 1000, amount: 1000, stock: 'back' as const }]
  const receipt = { sale: null, no: '20261123-02-0007', till: '02' }
  expect((await till.refusal('sale.refund', { sale: null, receipt, reason: 'other', total: 1000, lines, channel: 'stored_value' })).code).toBe('refund.channel')
  expect((await till.refusal('sale.refund', { sale: null, receipt, reason: 'other', total: 1000, lines, channel: 'points', member })).code).toBe('refund.channel')
  const view = await till.run('sale.refund', { sale: null, receipt, reason: 'other', total: 1000, lines, channel: 'stored_value', member })
  expect(view).toMatchObject({ tenders: [{ channel: 'stored_value', amount: 1000, due: false }], member: { member, value: 11_000, points: 0 } })
  expect(await card()).toMatchObject({ value: { balance: 11_000, held: 11_000 } })
  expect(await balances()).toEqual({ ...before, returns: 1000, 'value:redeemed': -1000 })
  expect((await till.run('sale.refund', { sale: null, receipt, reason: 'other', total: 1000, lines, member })).tenders).toEqual([{ channel: 'cash', amount: 1000, due: false }])
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})
