import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fen } from '../money/money.ts'
import { milli } from '../quantity/quantity.ts'
import { NOTHING_BACK, paidFor, partBack, shareOf, waysBack } from './share.ts'

const line = (quantity: number, net: number) => ({ quantity: milli(quantity), net: fen(net) })

test('a discount goes back with the goods it was given for, to the fen', () => {
  const three = line(3000, 1000)
  const first = shareOf(three, NOTHING_BACK, milli(1000))
  const second = shareOf(three, { quantity: 1000, amount: first }, milli(1000))
  const third = shareOf(three, { quantity: 2000, amount: first + second }, milli(1000))
  expect([first, second, third]).toEqual([333, 334, 333])
  expect(shareOf(three, NOTHING_BACK, milli(3000))).toBe(1000)
})
test('nothing beyond what was sold comes back, and a line that came back itself not at all', () => {
  expect(() => shareOf(line(2000, 700), { quantity: 1000, amount: 350 }, milli(1001))).toThrow(RangeError)
  expect(() => shareOf(line(2000, 700), NOTHING_BACK, milli(0))).toThrow(RangeError)
  expect(() => shareOf(line(-2000, -700), NOTHING_BACK, milli(1000))).toThrow(RangeError)
  expect(paidFor(line(-2000, -700))).toBe(0)
})
test('however a line is split into refunds, they sum to what was paid for it, and are never more on the way', () => {
  const split = fc.record({
    paid: fc.integer({ min: 0, max: 1_000_000_000 }), parts: fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 30 }), kept: fc.integer({ min: 0, max: 5000 }),
  })
  fc.assert(fc.property(split, ({ paid, parts, kept }) => {
    const sold = line(parts.reduce((sum, part) => sum + part, kept), paid)
    let back = NOTHING_BACK
    for (const part of parts) {
      const amount = shareOf(sold, back, milli(part))
      expect(amount).toBeGreaterThanOrEqual(0)
      back = { quantity: back.quantity + part, amount: back.amount + amount }
      expect(back.amount).toBeLessThanOrEqual(paid)
      // To half a fen what the goods that are back are worth.
      expect(Math.abs(back.amount - paid * back.quantity / sold.quantity)).toBeLessThanOrEqual(0.5 + 1e-6)
    }
    if (kept === 0) expect(back.amount).toBe(paid)
  }))
})

test('what a member paid with goes back to them: by no way more than came by it, whatever is asked for, and in all to the fen', () => {
  const tender = fc.record({ channel: fc.constantFrom('cash' as const, 'stored_value' as const, 'points' as const), amount: fc.integer({ min: 1, max: 10_000 }).map(fen) })
  fc.assert(fc.property(fc.array(tender, { minLength: 1, maxLength: 3 }), fc.array(fc.tuple(fc.nat({ max: 5000 }), fc.constantFrom('cash', 'stored_value', 'points')), { maxLength: 6 }), (tenders, asked) => {
    const paid = tenders.reduce((sum, { amount }) => sum + amount, 0)
    const by = new Map<string, number>()
    const back = new Map<string, number>()
    for (const { channel, amount } of tenders) by.set(channel, (by.get(channel) ?? 0) + amount)
    let rest = paid
    for (const [wish, channel] of [...asked, [paid, 'cash'] as const]) {
      const total = Math.min(rest, wish)
      const parts = partBack(total, channel, waysBack(tenders, back))
      expect(parts.reduce((sum, { amount }) => sum + amount, 0)).toBe(total)
      for (const part of parts) back.set(part.channel, (back.get(part.channel) ?? 0) + part.amount)
      rest -= total
    }
    const isMixed = by.has('stored_value') || by.has('points')
    if (isMixed) for (const [channel, amount] of back) expect(amount).toBe(by.get(channel) ?? 0)
  }))
})
