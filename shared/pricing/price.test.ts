import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fen } from '../money/money.ts'
import { milli } from '../quantity/quantity.ts'
import { sumOffs } from './offs.ts'
import { goodsTotal, NO_RULES, priceTicket } from './price.ts'

const line = fc.record({
  id: fc.uuid(), pricing: fc.constantFrom('piece' as const, 'weight' as const), per: fc.constantFrom(1, 50, 500, 1000), quantity: fc.integer({ min: -100_000, max: 100_000 }).map(milli),
  price: fc.nat({ max: 100_000 }).map(fen), list: fc.nat({ max: 100_000 }).map(fen), discount: fc.integer({ min: -1000, max: 1000 }).map(fen),
})

test.each([
  ['two at 3.50', { quantity: 2000, price: 350, list: 350 }, [700, 0, 700]],
  ['0.335 kg at 7.99', { quantity: 335, price: 799, list: 799, pricing: 'weight' as const }, [268, 0, 268]],
  ['350 g at 2.98 a 斤', { quantity: 350, price: 298, list: 298, per: 500, pricing: 'weight' as const }, [209, 0, 209]],
  ['an override', { quantity: 2000, price: 300, list: 350 }, [700, 100, 600]],
  ['a dearer override', { quantity: 1000, price: 400, list: 350 }, [350, -50, 400]],
  ['a hand discount', { quantity: 1000, price: 350, list: 350, discount: 50 }, [350, 50, 300]],
  ['a return of it', { quantity: -1000, price: 350, list: 350, discount: -50 }, [-350, -50, -300]],
])('%s', (_what, given, [gross, discount, net]) => {
  const { quantity, price, list, ...rest } = { per: 1000, pricing: 'piece' as const, discount: 0, ...given }
  expect(priceTicket([{ id: 'a', ...rest, quantity: milli(quantity), price: fen(price), list: fen(list), discount: fen(rest.discount) }]).lines).toMatchObject([{ id: 'a', gross, discount, net }])
})

test('lines sum to the ticket, gross less discount is net, and order changes nothing', () => {
  fc.assert(fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
    const priced = priceTicket(lines)
    const total = (of: (line: (typeof priced.lines)[number]) => number): number => priced.lines.reduce((sum, each) => sum + of(each), 0)
    expect([priced.gross, priced.discount, priced.total]).toEqual([total((each) => each.gross), total((each) => each.discount), total((each) => each.net)].map(fen))
    expect(priced.total).toBe(fen(priced.gross - priced.discount))
    const { gross, discount, total: sum } = priceTicket([...lines].reverse())
    expect([gross, discount, sum]).toEqual([priced.gross, priced.discount, priced.total])
  }))
})
test('a ticket returned line by line comes to the opposite', () => {
  fc.assert(fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
    const back = lines.map((each) => ({ ...each, quantity: milli(-each.quantity), discount: fen(-each.discount) }))
    expect(priceTicket(back).total).toBe(fen(-priceTicket(lines).total))
  }))
})
test('pieces are counted, a weighing as one', () => {
  const base = { per: 1000, price: fen(1), list: fen(1), discount: fen(0) }
  expect(priceTicket([{ id: 'a', pricing: 'piece', quantity: milli(3000), ...base }, { id: 'b', pricing: 'weight', quantity: milli(350), ...base }]).pieces).toBe(4)
})

test('twenty per cent of a birthday and a coupon of twenty per cent are 64 of 100, and the coupon is good for a ticket of its sum before them', () => {
  const lines = [{ id: 'a', quantity: milli(1000), price: fen(10_000), list: fen(10_000), per: 1000, discount: fen(0), pricing: 'piece' as const }]
  const coupon = { coupon: '0198d3f2-7b1a-7c3e-9f00-000000000001', name: '八折', off: { percent: 20 }, least: 10_000 }
  const priced = priceTicket(lines, {}, { ...NO_RULES, gifts: { birthday: 20, coupon } })
  expect(priced.lines[0]!.offs.map(({ why, fen: off }) => [why, off])).toEqual([['birthday', 2000], ['coupon', 1600]])
  expect(priced.total).toBe(6400)
})

test('a birthday is of what the goods come to after hands, a coupon of what that left, both before rounding, never more than it, and shared out to the lines', () => {
  const gifts = fc.record({ birthday: fc.nat({ max: 100 }), coupon: fc.option(fc.record({
    coupon: fc.uuid(), name: fc.string({ maxLength: 5 }), off: fc.oneof(fc.record({ fen: fc.integer({ min: 1, max: 50_000 }) }), fc.record({ percent: fc.integer({ min: 1, max: 100 }) })), least: fc.nat({ max: 20_000 }),
  }), { nil: undefined }) })
  fc.assert(fc.property(fc.array(line, { maxLength: 10 }), gifts, (lines, given) => {
    const terms = { off: { kind: 'percent' as const, percent: 10 } }
    const rules = { ...NO_RULES, rounding: 'jiao' as const }
    const without = priceTicket(lines, terms, { ...rules, rounding: 'none' })
    const priced = priceTicket(lines, terms, { ...rules, gifts: given })
    const off = (why: string): number => sumOffs(priced.lines).reduce((sum, each) => (each.why === why ? sum + each.fen : sum), 0)
    const goods = Math.max(0, without.total)
    const { coupon } = given
    const birthday = Math.floor(goods * given.birthday / 100)
    const wished = !coupon || goods < coupon.least ? 0 : 'fen' in coupon.off ? coupon.off.fen : Math.floor((goods - birthday) * coupon.off.percent / 100)
    expect([off('birthday'), off('coupon')]).toEqual([birthday, Math.min(goods - birthday, wished)])
    expect(goodsTotal(priced)).toBe(without.total)
    expect(priced.total).toBe(without.total - off('birthday') - off('coupon') - off('rounding'))
    expect(off('rounding')).toBe(Math.max(0, without.total - off('birthday') - off('coupon')) % 10)
    for (const each of priced.lines) expect(each.net).toBe(each.gross - each.offs.reduce((sum, { fen: part }) => sum + part, 0))
  }))
})
