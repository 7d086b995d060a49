import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fen } from '../money/money.ts'
import { priceTicket } from '../pricing/price.ts'
import { amountOf, milli, thousandthsPer } from '../quantity/quantity.ts'
import { type Good, GOOD_DEFAULTS } from '../catalog/good.ts'
import { measured } from './measure.ts'
import { addGood, emptyTicket, setQuantity } from './ticket.ts'

const good = (over: Partial<Good>): Good => ({ ...GOOD_DEFAULTS, codes: [], id: 'good', name: '梨', price: fen(499), ...over })
const units = fc.constantFrom('斤', '公斤', '克', '两')
const nothing = { amount: null, grams: null, pieces: null }

test('what a label says is what the ticket comes to, whatever the price, the unit and the sign', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 99_999 }), fc.option(fc.integer({ min: 1, max: 99_999 })), fc.integer({ min: 1, max: 100_000 }), units, fc.boolean(), (amount, grams, price, unit, isReturn) => {
    const pears = good({ pricing: 'weight', unit, price: fen(price) })
    const said = measured(pears, { amount: fen(amount), grams: grams === null ? null : milli(grams), pieces: null })
    if (!said || 'fault' in said) throw new Error('a fault')
    const sign = isReturn ? -1 : 1
    const ticket = addGood(emptyTicket('t', 0), 'l', pears, milli(sign * said.quantity), { text: 'x', amount: said.amount })
    expect(priceTicket(ticket.lines)).toMatchObject({ gross: sign * amount, discount: 0, total: sign * amount })
    const listed = amountOf(pears.price, said.quantity, thousandthsPer('weight', unit))
    if (grams !== null) expect(said).toMatchObject({ quantity: grams, listed: listed === amount ? null : listed })
    // The weight told by the price is the nearest there is: half a gram's price away, at most, but for the lightest.
    else if (said.quantity > 1) expect(Math.abs(listed - amount)).toBeLessThanOrEqual(price / thousandthsPer('weight', unit) / 2 + 1)
    // Weighed again by hand, the label has nothing more to say.
    expect(priceTicket(setQuantity(ticket, 'l', milli(500)).lines).total).toBe(amountOf(pears.price, milli(500), thousandthsPer('weight', unit)))
  }))
})
test('pieces by count or one, at the label\'s amount; what can\'t be told is said', () => {
  const bun = good({ price: fen(100) })
  expect(measured(bun, { ...nothing, pieces: 3 })).toEqual({ quantity: 3000, amount: null, listed: null })
  expect(measured(bun, { ...nothing, amount: fen(90) })).toEqual({ quantity: 1000, amount: 90, listed: 100 })
  expect(measured(bun, { ...nothing, grams: milli(5) })).toEqual({ fault: 'not_weighed' })
  expect(measured(bun, nothing)).toBeUndefined()
  expect(measured(good({ pricing: 'weight', unit: '斤' }), { ...nothing, pieces: 3 })).toBeUndefined()
  expect(measured(good({ pricing: 'weight', unit: '斤', price: fen(0) }), { ...nothing, amount: fen(5) })).toEqual({ fault: 'no_price' })
  for (const zero of [{ amount: fen(0) }, { grams: milli(0) }, { pieces: 0 }]) expect(measured(bun, { ...nothing, ...zero })).toEqual({ fault: 'nothing' })
})
test('a label is a line of its own, and another price set by hand is stronger', () => {
  const bun = good({ price: fen(100) })
  let ticket = addGood(addGood(emptyTicket('t', 0), 'a', bun, milli(1000)), 'b', bun, milli(1000), { text: 'x', amount: fen(90) })
  ticket = addGood(ticket, 'c', bun, milli(1000))
  expect(ticket.lines.map(({ id, quantity }) => [id, quantity])).toEqual([['a', 2000], ['b', 1000]])
  expect(priceTicket(ticket.lines).total).toBe(290)
  expect(priceTicket(ticket.lines.map((line) => ({ ...line, price: fen(80) })))).toMatchObject({ gross: 290, total: 240 })
})
