/** Promotions through the whole till: who makes them, what a sale with them records, and what happens when screen and till don't agree. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { CASHIER_PIN, OWNER_PIN, type LineWish, type TestTill, openTill, ticketOf } from '#desktop/testing/till.ts'
import type { Ticket } from '#shared/cart/ticket.ts'
import type { Promotion } from '#shared/catalog/promotion.ts'
import type { CallInput } from '#shared/host/contract.ts'
import type { GoodView, SaleView } from '#shared/host/schemas.ts'
import { sumOffs } from '#shared/pricing/offs.ts'
import { type Terms, priceTicket } from '#shared/pricing/price.ts'
import { rulesFor } from './promotions.ts'

let till: TestTill
let cola: GoodView
let pears: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  cola = await till.addGood({ name: '可乐', code: '6901', price: 350, category: '饮料' })
  pears = await till.addGood({ name: '鸭梨', code: '', pricing: 'weight', unit: '斤', price: 499, category: '水果' })
  await till.run('shift.open', { float: 0 })
})
const put = (set: CallInput<'promotion.put'>['set'], promotion: string = randomUUID()): Promise<Promotion> => till.run('promotion.put', { promotion, set })
const threeForTwo = (extra: CallInput<'promotion.put'>['set'] = {}): Promise<Promotion> => put({ name: '可乐买三付二', rule: { kind: 'n_for_m', n: 3, m: 2 }, goods: [cola.id], ...extra })

/** A ticket as the screen shows it at this moment, and what it would send to complete it. */
function shown(wishes: readonly LineWish[], terms: Terms = {}): CallInput<'sale.complete'> & { ticket: Ticket } {
  const rules = rulesFor(till)
  const plain = ticketOf(wishes)
  const categories = new Map([cola, pears].map(({ id, category }) => [id, category]))
  const ticket = { ...plain, ...terms, lines: plain.lines.map((line) => ({ ...line, category: categories.get(line.good) })) } as Ticket
  const priced = priceTicket(ticket.lines, terms, rules)
  const promotions = sumOffs(priced.lines).flatMap((off) => (off.promotion === undefined ? [] : [{ promotion: off.promotion, fen: off.fen }]))
  return { key: ticket.id, ticket, total: priced.total, given: 100_000, priced: { at: rules.at, promotions } }
}
const complete = (call: CallInput<'sale.complete'>): Promise<SaleView> => till.run('sale.complete', call)
const asCashier = async (): Promise<void> => {
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
}

describe('making them', () => {
  test('what is not said has its usual value; an edit changes its fields alone, and screens are told', async () => {
    const made = await threeForTwo()
    expect(made).toMatchObject({ name: '可乐买三付二', on: true, categories: [], members: false, from: null, end: 1440, stacks: false })
    expect(await put({ on: false }, made.id)).toEqual({ ...made, on: false })
    expect(await till.run('promotion.list', {})).toEqual({ promotions: [{ ...made, on: false }] })
    expect(till.events.filter(({ name }) => name === 'promotions.changed')).toHaveLength(2)
    till = await till.restart()
    expect(await till.run('promotion.list', {})).toEqual({ promotions: [{ ...made, on: false }] })
    expect((await till.run('ledger.verify', {})).faults).toEqual([])
  })
  test('once, however often it is said; not the same key for something else', async () => {
    const call = { key: randomUUID(), promotion: randomUUID(), set: { name: '九折', rule: { kind: 'percent' as const, percent: 10 } } }
    const first = await till.run('promotion.put', call)
    const { seq } = till.store.head()
    expect(await till.run('promotion.put', call)).toEqual(first)
    expect(till.store.head().seq).toBe(seq)
    expect(await till.refusal('promotion.put', { ...call, set: { name: '八折' } })).toMatchObject({ code: 'key.reused' })
  })
  test('not without a name and a rule, not by a cashier, not what makes no sense', async () => {
    expect(await till.refusal('promotion.put', { promotion: randomUUID(), set: { name: '空的' } })).toMatchObject({ code: 'promotion.incomplete' })
    for (const rule of [{ kind: 'n_for_m', n: 2, m: 3 }, { kind: 'nth', n: 2, percent: 100 }, { kind: 'spend', over: 100, off: 101, repeat: false }, { kind: 'amount', fen: 0 }] as const) {
      expect(await till.refusal('promotion.put', { promotion: randomUUID(), set: { name: '怪', rule } })).toMatchObject({ code: 'promotion.rule_bad' })
    }
    const { id } = await threeForTwo({ from: '2026-11-02' })
    expect(await till.refusal('promotion.put', { promotion: id, set: { to: '2026-11-01' } })).toMatchObject({ code: 'promotion.rule_bad' })
    await asCashier()
    expect(await till.refusal('promotion.put', { promotion: id, set: { on: false } })).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'goods.edit' } })
  })
})

describe('a sale with them', () => {
  test('records of every line what was taken off and why, and balances', async () => {
    const [buy, spend] = [await threeForTwo({ stacks: true }), await put({ name: '满十元减一元', rule: { kind: 'spend', over: 1000, off: 100, repeat: false }, stacks: true, priority: 1 })]
    const sale = await complete(shown([{ good: cola, quantity: 3000 }, { good: pears, quantity: 500 }], { off: { kind: 'amount', fen: 50 as never }, round: 'jiao' }))
    // 10.50 and 4.99; 3.50 off; 1.00 of 11.99; 0.50; 0.09 to the jiao.
    expect(sale).toMatchObject({ gross: 1549, discount: 509, total: 1040 })
    expect(sale.lines[0]!.offs).toMatchObject([{ why: 'promotion', fen: 350, promotion: buy.id, name: '可乐买三付二' }, { why: 'spend', promotion: spend.id }, { why: 'ticket' }, { why: 'rounding' }])
    for (const { gross, discount, net, offs } of sale.lines) expect([offs!.reduce((sum, { fen }) => sum + fen, 0), gross - net]).toEqual([discount, discount])
    expect(sumOffs(sale.lines).map(({ why, fen }) => [why, fen])).toEqual([['promotion', 350], ['spend', 100], ['ticket', 50], ['rounding', 9]])
    expect(Object.fromEntries(till.store.balances())).toEqual({ drawer: 1040, discounts: 509, sales: -1549 })
    await put({ name: '后来改的名' }, buy.id)
    expect(await till.run('sale.get', { sale: sale.sale })).toEqual(sale)
    expect((await till.run('ledger.verify', {})).faults).toEqual([])
  })
  test('without anything off is as it always was', async () => {
    expect((await complete(shown([{ good: cola }]))).lines[0]).not.toHaveProperty('offs')
  })
  test('by category, although an older screen says none', async () => {
    await put({ name: '水果九折', rule: { kind: 'percent', percent: 10 }, categories: ['水果'] })
    const call = shown([{ good: cola }, { good: pears, quantity: 1000 }])
    expect(call.total).toBe(350 + 898)
    const bare = { ...call, ticket: { ...call.ticket, lines: call.ticket.lines.map(({ category: _category, ...line }) => line) } }
    expect((await complete(bare)).lines.map(({ net }) => net)).toEqual([350, 898])
  })
  test('the members\' price is for a member, and not for whoever was erased', async () => {
    await put({ name: '会员价', rule: { kind: 'price', price: 300 }, goods: [cola.id], members: true })
    const { member } = await till.run('member.join', { set: { phone: '13812345678', name: '王' } })
    expect(await complete(shown([{ good: cola }]))).toMatchObject({ total: 350 })
    expect(await complete(shown([{ good: cola }], { member }))).toMatchObject({ total: 300 })
    expect(await till.refusal('sale.complete', shown([{ good: cola }], { member: randomUUID() }))).toMatchObject({ code: 'member.not_found' })
    await till.run('person.erase', { person: member })
    expect(await till.refusal('sale.complete', shown([{ good: cola }], { member }))).toMatchObject({ code: 'member.not_found' })
  })
  test('of before there were reasons still reads, and prints', async () => {
    const sale = await complete(shown([{ good: cola, price: 300 }]))
    const body = till.store.event(sale.sale)!.body as { lines: { offs?: unknown }[] }
    const id = randomUUID()
    const old = { ...body, sale: id, no: '20261123-00-9999', lines: body.lines.map(({ offs: _offs, ...line }) => line) }
    till.store.commit({ events: [{ id, type: 'sale.completed', v: 1, body: old }], prints: [] }, till.clock.now(), null)
    const read = await till.run('sale.get', { sale: id })
    expect(read).toMatchObject({ discount: 50, lines: [{ discount: 50 }] })
    expect(read.lines[0]).not.toHaveProperty('offs')
    expect((await till.run('sale.receipt', { sale: id })).svg.replaceAll(/<[^>]*>/g, '')).toContain('优惠-￥0.50')
  })
})

describe('where screen and till do not agree', () => {
  const refusedWith = async (call: CallInput<'sale.complete'>): Promise<Record<string, unknown>> => {
    const { seq } = till.store.head()
    const { code, detail } = await till.refusal('sale.complete', call)
    expect(till.store.head().seq).toBe(seq)
    return { code, ...detail }
  }
  test('a promotion that was edited meanwhile: its name, the new total, and nothing is sold', async () => {
    const { id } = await threeForTwo()
    const call = shown([{ good: cola, quantity: 3000 }])
    await put({ on: false }, id)
    expect(await refusedWith(call)).toEqual({ code: 'sale.promotions_changed', total: 1050, shown: 700, names: '可乐买三付二' })
    // Shown anew, the same ticket goes through.
    expect(await complete({ ...shown([{ good: cola, quantity: 3000 }]), key: call.ticket.id, ticket: call.ticket })).toMatchObject({ total: 1050 })
  })
  test('another reason for the same total is told too', async () => {
    const { id } = await threeForTwo()
    const call = shown([{ good: cola, quantity: 3000 }])
    await put({ on: false }, id)
    await put({ name: '立减', rule: { kind: 'spend', over: 1000, off: 350, repeat: false } })
    expect(await refusedWith(call)).toMatchObject({ code: 'sale.promotions_changed', total: 700, names: '可乐买三付二 / 立减' })
  })
  test('a screen that says nothing of promotions is held to the total', async () => {
    await threeForTwo()
    const { priced: _priced, ...call } = shown([{ good: cola, quantity: 3000 }])
    expect(await refusedWith({ ...call, total: 1050 })).toMatchObject({ code: 'sale.total_changed', total: 700, shown: 1050 })
    expect(await complete(call)).toMatchObject({ total: 700 })
  })
  test('an offer that ends while money changes hands stands; ten minutes later it does not', async () => {
    await put({ name: '晚市半价', rule: { kind: 'percent', percent: 50 }, start: 18 * 60, end: 20 * 60 })
    till.clock.set(Date.UTC(2026, 10, 23, 11, 59))
    const [one, other] = [shown([{ good: cola }]), shown([{ good: cola }])]
    expect(one.total).toBe(175)
    till.clock.pass(5 * 60_000)
    expect(await complete(one)).toMatchObject({ total: 175 })
    till.clock.pass(6 * 60_000)
    expect(await refusedWith(other)).toMatchObject({ code: 'sale.promotions_changed', total: 350, names: '晚市半价' })
  })
  test('no screen brings an offer from a time that has not come', async () => {
    await put({ name: '晚市半价', rule: { kind: 'percent', percent: 50 }, start: 18 * 60 })
    till.clock.set(Date.UTC(2026, 10, 23, 10))
    const early = shown([{ good: cola }])
    till.clock.pass(-60 * 60_000)
    expect(await refusedWith(early)).toMatchObject({ code: 'sale.promotions_changed' })
  })
  test('a repeat of a sale is answered from the journal, whatever has changed since', async () => {
    const { id } = await threeForTwo()
    const call = shown([{ good: cola, quantity: 3000 }])
    const sale = await complete(call)
    await put({ on: false }, id)
    expect(await complete(call)).toEqual(sale)
  })
})

describe('by hand, within the limit that the shop sets', () => {
  beforeEach(async () => {
    await till.run('shop.put', { set: { handLimit: 10, rounding: 'jiao' } })
    await asCashier()
  })
  test('a cashier alone, and with a manager\'s PIN beyond it', async () => {
    expect(await complete(shown([{ good: cola, quantity: 2000, discount: 70 }]))).toMatchObject({ total: 630 })
    expect(await complete(shown([{ good: cola, price: 315 }]))).toMatchObject({ total: 310 })
    const beyond = shown([{ good: cola, quantity: 2000, discount: 71 }])
    expect(await till.refusal('sale.complete', beyond)).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'line.discount' } })
    await till.run('staff.approve', { no: '01', pin: OWNER_PIN, rights: ['line.discount'], for: beyond.ticket.id })
    expect(await complete(beyond)).toMatchObject({ total: 620 })
    expect(await till.refusal('sale.complete', shown([{ good: cola, price: 314 }]))).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'price.override' } })
  })
  test('of the whole ticket likewise; down to the jiao is the shop\'s, down to the yuan is by hand', async () => {
    expect(await complete(shown([{ good: cola, quantity: 2000 }], { off: { kind: 'percent', percent: 10 } }))).toMatchObject({ total: 630 })
    expect(await till.refusal('sale.complete', shown([{ good: cola, quantity: 2000 }], { off: { kind: 'percent', percent: 11 } }))).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'line.discount' } })
    expect(await till.refusal('sale.complete', shown([{ good: cola }], { round: 'yuan' }))).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'line.discount' } })
    expect(await complete(shown([{ good: cola, quantity: 2000 }, { good: pears, quantity: 20 }], { round: 'yuan' }))).toMatchObject({ total: 700 })
    expect(await complete(shown([{ good: pears, quantity: 501 }], {}))).toMatchObject({ gross: 500, total: 500 })
  })
})
