/** What promotions come to: examples as a shopkeeper would check them, and what holds of every ticket under all promotions. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TicketLine } from '../cart/ticket.ts'
import { type Promotion, PROMOTION_DEFAULTS, PromotionSchema, type Rule } from '../catalog/promotion.ts'
import { fen } from '../money/money.ts'
import { milli } from '../quantity/quantity.ts'
import { handNeeds } from './by-hand.ts'
import { localTime } from './local-time.ts'
import { type Off, sumOffs } from './offs.ts'
import { NO_RULES, type PricingRules, type Terms, priceTicket } from './price.ts'
import { holds } from './promotions.ts'

const id = (n: number): string => `0190a5b0-0000-7000-8000-${String(n).padStart(12, '0')}`
/** A Monday, 15:00 in Shanghai. */
const AT = Date.UTC(2026, 10, 23, 7)
let count = 0
const promotion = (rule: Rule, extra: Partial<Promotion> = {}): Promotion => PromotionSchema.parse({ ...PROMOTION_DEFAULTS, id: id(5000 + ++count), name: `活动${count}`, rule, ...extra })
const line = (n: number, list: number, quantity = 1, extra: Partial<TicketLine> = {}): TicketLine => ({
  id: id(100 + ++count), good: id(n), code: '', name: `商品${n}`, unit: '件', pricing: 'piece', per: 1000, quantity: milli(quantity * 1000), price: fen(list), list: fen(list), discount: fen(0), ...extra,
})
const rules = (promotions: readonly Promotion[], extra: Partial<PricingRules> = {}): PricingRules => ({ ...NO_RULES, at: AT, promotions, ...extra })
const nets = (lines: readonly TicketLine[], promotions: readonly Promotion[], terms: Terms = {}, extra: Partial<PricingRules> = {}): number[] => priceTicket(lines, terms, rules(promotions, extra)).lines.map(({ net }) => net)
const threeForTwo = (extra: Partial<Promotion> = {}): Promotion => promotion({ kind: 'n_for_m', n: 3, m: 2 }, extra)

describe('a promotion alone', () => {
  test('per cent, fen off, and another price, of pieces and of weight', () => {
    const grapes = line(2, 1580, 1.86, { pricing: 'weight', unit: '斤', per: 500 })
    expect(nets([line(1, 999, 3)], [promotion({ kind: 'percent', percent: 15 })])).toEqual([2547])
    expect(nets([line(1, 350, 3), grapes], [promotion({ kind: 'amount', fen: fen(100) })])).toEqual([750, 5506])
    expect(nets([grapes], [promotion({ kind: 'price', price: fen(1280) })])).toEqual([4762])
    expect(nets([line(1, 350)], [promotion({ kind: 'price', price: fen(400) })])).toEqual([350])
    expect(nets([line(1, 50, 2)], [promotion({ kind: 'amount', fen: fen(80) })])).toEqual([0])
  })
  test('of every three two are paid for; what is over is paid for too', () => {
    for (const [pieces, paid] of [[1, 1], [2, 2], [3, 2], [4, 3], [5, 4], [6, 4], [7, 5]]) expect(nets([line(1, 350, pieces)], [threeForTwo()])).toEqual([paid! * 350])
  })
  test('of three different goods the cheapest is free, and all three share it', () => {
    expect(nets([line(1, 500), line(2, 300), line(3, 200)], [threeForTwo()])).toEqual([400, 240, 160])
    // Dearest together: 5 5 4 and 4 1 1.
    expect(priceTicket([line(1, 500, 2), line(2, 400, 2), line(3, 100, 2)], {}, rules([threeForTwo()])).total).toBe(2000 - 400 - 100)
  })
  test('the second at half', () => {
    const half = promotion({ kind: 'nth', n: 2, percent: 50 })
    expect(nets([line(1, 350, 3)], [half])).toEqual([350 * 3 - 175])
    expect(nets([line(1, 600), line(2, 300)], [half])).toEqual([500, 250])
    expect(nets([line(1, 333, 2)], [promotion({ kind: 'nth', n: 2, percent: 0 })])).toEqual([333])
  })
  test('weighed goods are no pieces', () => {
    expect(nets([line(1, 500, 3, { pricing: 'weight' })], [threeForTwo()])).toEqual([1500])
  })
  test('a sum that is reached takes something off, once or each time', () => {
    const lines = [line(1, 6000), line(2, 3000, 5)]
    expect(priceTicket(lines, {}, rules([promotion({ kind: 'spend', over: 10_000, off: fen(1000), repeat: false })])).total).toBe(20_000)
    expect(nets(lines, [promotion({ kind: 'spend', over: 10_000, off: fen(1000), repeat: true })])).toEqual([6000 - 571, 15_000 - 1429])
    expect(nets([line(1, 9999)], [promotion({ kind: 'spend', over: 10_000, off: fen(1000), repeat: true })])).toEqual([9999])
  })
  test('for some goods, for categories, for members', () => {
    const lines = [line(1, 1000, 1, { category: '水果' }), line(2, 1000, 1, { category: '饮料' }), line(3, 1000)]
    const tenth: Rule = { kind: 'percent', percent: 10 }
    expect(nets(lines, [promotion(tenth, { goods: [id(3)] })])).toEqual([1000, 1000, 900])
    expect(nets(lines, [promotion(tenth, { categories: ['水果'], goods: [id(3)] })])).toEqual([900, 1000, 900])
    expect(nets(lines, [promotion(tenth, { members: true })])).toEqual([1000, 1000, 1000])
    expect(nets(lines, [promotion(tenth, { members: true })], { member: id(9) })).toEqual([900, 900, 900])
  })
  test('nothing of what came back or was priced by hand', () => {
    const lines = [line(1, 1000, -1), line(2, 1000, 1, { price: fen(900) }), line(3, 1000, 1, { discount: fen(10) }), line(4, 1000)]
    expect(nets(lines, [promotion({ kind: 'percent', percent: 50 })])).toEqual([-1000, 900, 990, 500])
  })
})

describe('promotions together', () => {
  const tenth = (extra: Partial<Promotion> = {}): Promotion => promotion({ kind: 'percent', percent: 10 }, extra)
  test('the higher priority has the good to itself', () => {
    expect(nets([line(1, 1000)], [tenth({ priority: 1 }), promotion({ kind: 'percent', percent: 50 }, { priority: 2 })])).toEqual([500])
    expect(nets([line(1, 1000)], [tenth({ priority: 3 }), promotion({ kind: 'percent', percent: 50 }, { priority: 2, stacks: true })])).toEqual([900])
  })
  test('those that stack go one after the other, by priority', () => {
    const cut = promotion({ kind: 'amount', fen: fen(200) }, { stacks: true, priority: 5 })
    expect(nets([line(1, 1000)], [tenth({ stacks: true, priority: 1 }), cut])).toEqual([720])
    expect(nets([line(1, 1000)], [tenth({ stacks: true, priority: 9 }), cut])).toEqual([700])
    expect(nets([line(1, 1000)], [tenth({ stacks: true, priority: 1 }), cut, tenth({ priority: 0 })])).toEqual([720])
  })
  test('of one group only one, and the rest of the ticket is free for the others', () => {
    const tiers = [[20_000, 3000, 9], [10_000, 1000, 8]].map(([over, off, priority]) => promotion({ kind: 'spend', over: over!, off: fen(off!), repeat: false }, { group: '满减', priority: priority!, stacks: true }))
    const cents = tenth({ stacks: true, priority: 50 })
    expect(priceTicket([line(1, 25_000)], {}, rules([...tiers, cents])).total).toBe(22_500 - 3000)
    expect(priceTicket([line(1, 15_000)], {}, rules([...tiers, cents])).total).toBe(13_500 - 1000)
    expect(priceTicket([line(1, 11_000)], {}, rules([...tiers, cents])).total).toBe(9900)
  })
  test('a promotion that comes to nothing keeps nobody out', () => {
    expect(nets([line(1, 1000, 2)], [threeForTwo({ priority: 900 }), tenth()])).toEqual([1800])
  })
  test('every off says which it was, with the name of that time', () => {
    const [cents, spend] = [tenth({ stacks: true, name: '周一九折', priority: 2 }), promotion({ kind: 'spend', over: 100, off: fen(50), repeat: false }, { stacks: true, name: '满减', priority: 1 })]
    const priced = priceTicket([line(1, 1000)], { off: { kind: 'amount', fen: fen(30) } }, rules([cents, spend], { rounding: 'yuan' }))
    expect(priced.lines[0]!.offs).toEqual([
      { why: 'promotion', fen: 100, promotion: cents.id, name: '周一九折' }, { why: 'spend', fen: 50, promotion: spend.id, name: '满减' },
      { why: 'ticket', fen: 30 }, { why: 'rounding', fen: 20 },
    ])
    expect(priced).toMatchObject({ gross: 1000, discount: 200, total: 800 })
  })
})

describe('the whole ticket', () => {
  const lines = [line(1, 1234), line(2, 1001, 1, { price: fen(1000) })]
  test('something off it, in fen or per cent, and never more than there is', () => {
    expect(priceTicket(lines, { off: { kind: 'percent', percent: 10 } }).total).toBe(2234 - 223)
    expect(priceTicket(lines, { off: { kind: 'amount', fen: fen(34) } }).total).toBe(2200)
    expect(priceTicket(lines, { off: { kind: 'amount', fen: fen(9999) } }).lines.map(({ net }) => net)).toEqual([0, 0])
  })
  test('rounded down as the shop does, or as the cashier says', () => {
    expect(nets(lines, [], {}, { rounding: 'jiao' }).reduce((a, b) => a + b)).toBe(2230)
    expect(nets(lines, [], { round: 'yuan' }, { rounding: 'jiao' }).reduce((a, b) => a + b)).toBe(2200)
    expect(nets(lines, [], { round: 'none' }, { rounding: 'jiao' }).reduce((a, b) => a + b)).toBe(2234)
    expect(nets([line(1, 1234, -1)], [], { round: 'yuan' })).toEqual([-1234])
    expect(nets([line(1, 1234, -1), line(2, 2000)], [], { round: 'yuan' })).toEqual([-1234, 2000 - 66])
  })
})

describe('by hand', () => {
  const limits: Pick<PricingRules, 'handLimit' | 'rounding'> = { handLimit: 10, rounding: 'none' }
  const rights = (lines: readonly TicketLine[], terms: Terms = {}, given = limits): string[] => handNeeds(lines, terms, priceTicket(lines, terms), given).map(({ right, line: of }) => `${right}${of ? '' : ' of all'}`)
  test('within the shop\'s limit nobody is asked', () => {
    expect(rights([line(1, 1000, 1, { price: fen(900) }), line(2, 1000, 1, { discount: fen(100) })])).toEqual([])
    expect(rights([line(1, 1000, 1, { price: fen(899) }), line(2, 1000, 1, { discount: fen(101) }), line(3, 1000, 1, { price: fen(1101) })])).toEqual(['price.override', 'line.discount', 'price.override'])
    expect(rights([line(1, 1000)], { off: { kind: 'percent', percent: 10 } })).toEqual([])
    expect(rights([line(1, 1000)], { off: { kind: 'percent', percent: 11 } })).toEqual(['line.discount of all'])
  })
  test('ten per cent of each line and ten of the whole are more than ten', () => {
    expect(rights([line(1, 1000, 1, { discount: fen(100) })], { off: { kind: 'percent', percent: 10 } })).toEqual(['line.discount of all'])
  })
  test('where the limit is nothing, everything is asked for, but for what the shop does itself', () => {
    const none: typeof limits = { handLimit: 0, rounding: 'jiao' }
    expect(rights([line(1, 1000, 1, { price: fen(999), discount: fen(1) })], {}, none)).toEqual(['price.override', 'line.discount'])
    expect(rights([line(1, 1234)], { round: 'yuan' }, none)).toEqual(['line.discount of all'])
    expect(rights([line(1, 1234)], { round: 'jiao' }, none)).toEqual([])
    expect(rights([line(1, 1234)], { round: 'none' }, none)).toEqual([])
  })
})

describe('when it holds', () => {
  const at = (text: string): ReturnType<typeof localTime> => localTime(Date.parse(`${text}+08:00`), 'Asia/Shanghai')
  const always = promotion({ kind: 'percent', percent: 10 })
  test.each([
    ['always', {}, '2026-11-23T00:00', true], ['off', { on: false }, '2026-11-23T12:00', false],
    ['before the first day', { from: '2026-11-24' }, '2026-11-23T23:59', false], ['on the first day', { from: '2026-11-24' }, '2026-11-24T00:00', true],
    ['on the last day', { to: '2026-11-24' }, '2026-11-24T23:59', true], ['after it', { to: '2026-11-24' }, '2026-11-25T00:00', false],
    ['on its weekday', { days: [1] }, '2026-11-23T12:00', true], ['on another', { days: [0, 2] }, '2026-11-23T12:00', false],
    ['before the hour', { start: 1080, end: 1200 }, '2026-11-23T17:59', false], ['at the hour', { start: 1080, end: 1200 }, '2026-11-23T18:00', true], ['when it is over', { start: 1080, end: 1200 }, '2026-11-23T20:00', false],
    ['past midnight, the evening', { start: 1320, end: 120, days: [1] }, '2026-11-23T22:00', true], ['past midnight, the night', { start: 1320, end: 120, days: [1] }, '2026-11-24T01:59', true],
    ['past midnight, the night before', { start: 1320, end: 120, days: [1] }, '2026-11-23T01:00', false], ['past midnight, over', { start: 1320, end: 120 }, '2026-11-24T02:00', false],
    ['the night after the last day', { start: 1320, end: 120, to: '2026-11-23' }, '2026-11-24T01:00', true],
  ])('%s', (_what, extra, when, expected) => {
    expect(holds({ ...always, ...extra }, at(when))).toBe(expected)
  })
  test('in the shop\'s zone', () => {
    const evening = [promotion({ kind: 'percent', percent: 50 }, { start: 1080, end: 1200 })]
    const [six, eight] = [Date.UTC(2026, 10, 23, 10), Date.UTC(2026, 10, 23, 12)]
    expect([nets([line(1, 100)], evening, {}, { at: six }), nets([line(1, 100)], evening, {}, { at: eight }), nets([line(1, 100)], evening, {}, { at: eight, zone: 'Asia/Urumqi' })]).toEqual([[50], [100], [50]])
  })
})

const GOODS = 8
const rule = fc.oneof<fc.Arbitrary<Rule>[]>(
  fc.record({ kind: fc.constant('percent' as const), percent: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ kind: fc.constant('amount' as const), fen: fc.nat(500).map(fen) }),
  fc.record({ kind: fc.constant('price' as const), price: fc.nat(2000).map(fen) }),
  fc.record({ kind: fc.constant('n_for_m' as const), n: fc.integer({ min: 2, max: 6 }), m: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('nth' as const), n: fc.integer({ min: 2, max: 5 }), percent: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ kind: fc.constant('spend' as const), over: fc.integer({ min: 1, max: 20_000 }), off: fc.nat(5000).map(fen), repeat: fc.boolean() }),
)
const goodIds = fc.array(fc.integer({ min: 1, max: GOODS }).map(id), { maxLength: 3 })
const promotions = fc.array(fc.record({
  rule, goods: goodIds, categories: fc.constantFrom([], [], ['甲'], ['乙', '丙']), members: fc.boolean(), group: fc.constantFrom('', '', 'A', 'B'), priority: fc.integer({ min: 0, max: 3 }), stacks: fc.boolean(),
}), { maxLength: 12 }).map((all) => all.map((each, i) => PromotionSchema.parse({ ...PROMOTION_DEFAULTS, ...each, id: id(7000 + i), name: `活动${i}` })))
/** A good's pricing and price are its own. */
const rung = fc.record({ good: fc.integer({ min: 1, max: GOODS }), size: fc.integer({ min: -4, max: 9 }).filter((n) => n !== 0), grams: fc.integer({ min: 1, max: 3000 }), off: fc.constantFrom(0, 0, 0, 0, 0, 37), other: fc.constantFrom(0, 0, 0, 0, 99) })
const ticketLines = fc.array(rung, { minLength: 1, maxLength: 14 }).map((all) => all.map(({ good, size, grams, off, other }, i): TicketLine => {
  const list = fen((good * 377) % 1900)
  const price = other === 0 ? list : fen(other)
  const pricing = good % 4 === 0 ? 'weight' as const : 'piece' as const
  const quantity = milli(pricing === 'weight' ? grams * Math.sign(size) : size * 1000)
  const amount = Math.trunc(price * quantity / 1000)
  return { ...line(good, 0), id: id(200 + i), list, price, pricing, quantity, discount: fen(Math.sign(amount) * Math.min(off, Math.abs(amount)) || 0), category: ['甲', '乙', '丙'][good % 3] }
}))
const terms: fc.Arbitrary<Terms> = fc.record({
  off: fc.option(fc.oneof(fc.record({ kind: fc.constant('amount' as const), fen: fc.nat(3000).map(fen) }), fc.record({ kind: fc.constant('percent' as const), percent: fc.integer({ min: 1, max: 100 }) })), { nil: undefined }),
  round: fc.constantFrom(undefined, 'none' as const, 'jiao' as const, 'yuan' as const), member: fc.constantFrom(undefined, id(9)),
})
const said = (offs: readonly Off[]): string => offs.map(({ why, promotion: of, fen: amount }) => `${why} ${of ?? ''} ${amount}`).join(', ')

test('of every ticket: the parts sum to the whole, nothing is below nothing, and every fen off says why', () => {
  fc.assert(fc.property(ticketLines, promotions, terms, fc.constantFrom('none' as const, 'jiao' as const, 'yuan' as const), (lines, all, given, rounding) => {
    const priced = priceTicket(lines, given, rules(all, { rounding }))
    const total = (of: (each: (typeof priced.lines)[number]) => number): number => priced.lines.reduce((sum, each) => sum + of(each), 0)
    expect([priced.gross, priced.discount, priced.total]).toEqual([total((each) => each.gross), total((each) => each.discount), total((each) => each.net)])
    priced.lines.forEach(({ gross, discount, net, offs }, i) => {
      expect(net).toBe(gross - discount)
      expect(offs.reduce((sum, off) => sum + off.fen, 0)).toBe(discount)
      expect(offs.every((off) => off.fen !== 0 && (off.name === undefined) === (off.promotion === undefined))).toBe(true)
      if (lines[i]!.quantity > 0) expect(net).toBeGreaterThanOrEqual(0)
      else expect(offs.every(({ why }) => why === 'price' || why === 'discount')).toBe(true)
    })
    expect(sumOffs(priced.lines).reduce((sum, off) => sum + off.fen, 0)).toBe(priced.discount)
    const step = { none: 1, jiao: 10, yuan: 100 }[given.round ?? rounding]
    if (priced.total > 0) expect(priced.total % step).toBe(0)
  }), { numRuns: 1000 })
})
test('the order of scanning and of the promotions changes nothing', () => {
  fc.assert(fc.property(ticketLines, promotions, terms, fc.infiniteStream(fc.nat()), (lines, all, given, numbers) => {
    const shuffled = <T>(from: readonly T[]): T[] => from.map((value) => ({ value, key: numbers.next().value as number })).sort((a, b) => a.key - b.key).map(({ value }) => value)
    const one = priceTicket(lines, given, rules(all))
    // Scanned anew, its lines have other ids.
    const again = shuffled(lines).map((each, i) => ({ ...each, id: id(900 + i) }))
    const other = priceTicket(again, given, rules(shuffled(all)))
    const told = (from: readonly TicketLine[], priced: typeof one): string[] => from.map((each, i) => `${each.good} ${each.quantity} ${each.price} ${each.discount}: ${priced.lines[i]!.net} ${said(priced.lines[i]!.offs)}`).sort()
    expect(told(again, other)).toEqual(told(lines, one))
    expect(other.total).toBe(one.total)
  }), { numRuns: 1000 })
})
test('three of it on one line or on three come to the same', () => {
  fc.assert(fc.property(ticketLines, promotions, terms, (lines, all, given) => {
    const isPlain = (each: TicketLine): boolean => each.pricing === 'piece' && each.quantity > 1000 && each.price === each.list && each.discount === 0
    const parts = lines.flatMap((each) => (isPlain(each) ? [{ ...each, quantity: milli(each.quantity - 1000) }, { ...each, id: `${each.id.slice(0, -4)}9999`, quantity: milli(1000) }] : [each]))
    expect(priceTicket(parts, given, rules(all)).total).toBe(priceTicket(lines, given, rules(all)).total)
  }), { numRuns: 500 })
})
test('groups of pieces are what laying them out one by one, the dearest first, comes to', () => {
  const grouped = fc.record({ n: fc.integer({ min: 2, max: 6 }), m: fc.integer({ min: 1, max: 5 }), isNth: fc.boolean(), pieces: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }) })
  fc.assert(fc.property(grouped.filter(({ n, m }) => m < n), ({ n, m, isNth, pieces }) => {
    const lines = pieces.map((quantity, i) => line(i + 1, (i * 377) % 1900 + 2, quantity))
    const laid = lines.flatMap(({ list, quantity }) => Array.from({ length: quantity / 1000 }, () => list as number)).sort((a, b) => b - a)
    const free = laid.filter((_, i) => i < Math.floor(laid.length / n) * n && i % n >= (isNth ? n - 1 : m))
    const off = free.reduce((sum, price) => sum + price, 0)
    const priced = priceTicket(lines, {}, rules([promotion(isNth ? { kind: 'nth', n, percent: 0 } : { kind: 'n_for_m', n, m })]))
    expect(priced.discount).toBe(off)
  }), { numRuns: 500 })
})
