import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fen } from '../money/money.ts'
import { correctedAverage, movingAverage } from '../stock/cost.ts'
import { correct, correctedFields, readDated, underNames } from './correct.ts'
import { readLot } from './lot.ts'

const id = (n: number): string => `0190a5b0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
const base = { good: id(1), no: 'A1', expiry: '2026-12-01', quantity: 10_000 }
const state = (quantity: number, expiry: string, cost: number | null = null) => ({ quantity, expiry, cost: cost === null ? null : fen(cost) })
const by = (n: number) => ({ id: id(n), at: n, actor: null })

test('what is corrected is so, and what was before is remembered, with when and by whom', () => {
  const lot = readLot(id(2), { ...base, ...correctedFields({ ...by(5), actor: id(9) }, { from: state(10_000, base.expiry), to: state(8000, '2027-12-01', 300) }), cost: 300 })!
  expect(lot).toMatchObject({ quantity: 8000, expiry: '2027-12-01', cost: 300, expiries: ['2026-12-01'], corrections: [{ at: 5, by: id(9), from: { quantity: 10_000 }, to: { quantity: 8000 } }] })
})
test('two tills that corrected at once moved the stock twice, and the lot says so; every date is one it goes by', () => {
  const one = correctedFields(by(5), { from: state(10_000, base.expiry), to: state(8000, '2027-01-01') })
  const other = correctedFields(by(6), { from: state(10_000, base.expiry), to: state(9000, '2027-02-01') })
  const lot = readLot(id(2), { ...base, ...one, ...other })!
  expect([lot.quantity, lot.expiry, lot.expiries]).toEqual([7000, '2027-02-01', ['2026-12-01', '2027-01-01']])
  expect(underNames([{ no: 'A1', expiry: '2026-12-01', quantity: 10_000 }, { no: 'A1', expiry: '2027-01-01', quantity: -2000 }, { no: 'A1', expiry: '2027-02-01', quantity: -1000 }, { no: 'B', expiry: '2026-12-01', quantity: 5 }],
    [readDated({ ...base, ...one, ...other })])).toEqual([{ no: 'A1', expiry: '2027-02-01', quantity: 7000 }, { no: 'B', expiry: '2026-12-01', quantity: 5 }])
})
test('names lose no thousandth, whatever dates a lot went by and came back to', () => {
  const date = fc.constantFrom('', '2026-12-01', '2027-01-01', '2027-02-01')
  const no = fc.constantFrom('A', 'B')
  fc.assert(fc.property(fc.array(fc.record({ no, expiry: date, quantity: fc.integer({ min: -5000, max: 5000 }) })), fc.array(date, { minLength: 1, maxLength: 5 }), (sums, dates) => {
    const doc = dates.slice(1).reduce((made, to, i) => ({ ...made, ...correctedFields(by(i + 5), { from: state(1, dates[i]!), to: state(1, to) }) }), { no: 'A', expiry: dates[0]! } as Record<string, unknown>)
    const total = (all: readonly { quantity: number }[]) => all.reduce((sum, { quantity }) => sum + quantity, 0)
    const folded = underNames(sums, [readDated(doc)])
    expect(total(folded)).toBe(total(sums))
    for (const each of ['A', 'B']) expect(total(folded.filter((lot) => lot.no === each))).toBe(total(sums.filter((lot) => lot.no === each)))
    // All that was ever booked of it stands under the date it has now.
    const went = new Set<string>(dates)
    expect(folded.filter((lot) => lot.no === 'A' && went.has(lot.expiry)).map(({ expiry }) => expiry).filter((expiry) => expiry !== dates.at(-1))).toEqual([])
  }))
})
test('what would not be so is refused, with why', () => {
  const facts = { no: 'A1', now: state(10_000, '2026-12-01', 300), sum: 4000, isTaken: (expiry: string) => expiry === '2027-01-01' }
  expect(correct(facts, { quantity: 10_000, cost: fen(300) })).toBeUndefined()
  expect(correct(facts, { quantity: 6000 })).toEqual({ from: facts.now, to: state(6000, '2026-12-01', 300) })
  expect(correct(facts, { quantity: 5999 })).toEqual({ refused: 'lot.gone_already', least: 6000 })
  expect(correct(facts, { expiry: '2027-01-01' })).toEqual({ refused: 'lot.no_taken' })
  expect(correct({ ...facts, no: '' }, { expiry: '' })).toEqual({ refused: 'lot.unnamed' })
  // One that two tills sold too much of may come nearer to the truth.
  expect(correct({ ...facts, sum: -1000 }, { quantity: 11_000 })).toMatchObject({ to: { quantity: 11_000 } })
})
test('a corrected average is what it would have been, while nothing was sold of it', () => {
  expect(correctedAverage({ stock: 20_000, average: movingAverage(10_000, fen(200), 10_000, fen(300)), left: 10_000, delta: -5000, before: fen(300), after: fen(300) })).toBe(233)
  expect(correctedAverage({ stock: 0, average: fen(200), left: 0, delta: 0, before: fen(200), after: fen(300) })).toBe(200)
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e6 }), fc.nat(100_000), fc.integer({ min: 1, max: 1e6 }), fc.nat(100_000), fc.integer({ min: 1, max: 1e6 }), fc.nat(100_000), (stock, old, quantity, cost, quantityAfter, costAfter) => {
    const average = movingAverage(stock, fen(old), quantity, fen(cost))
    const found = correctedAverage({ stock: stock + quantity, average, left: quantity, delta: quantityAfter - quantity, before: fen(cost), after: fen(costAfter) })!
    const exact = movingAverage(stock, fen(old), quantityAfter, fen(costAfter))
    // The average that was written down is rounded to the fen, and so is this.
    expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.5 * (stock + quantity) / (stock + quantityAfter) + 1)
  }))
})
test('a corrected average is what the lot costs where nothing else is there, and the rest cost no less than nothing', () => {
  // Somebody put the good's cost at 1.00 by hand while the lot of 3.00 was there.
  expect(correctedAverage({ stock: 10_000, average: fen(100), left: 10_000, delta: 0, before: fen(300), after: fen(200) })).toBe(200)
  expect(correctedAverage({ stock: 20_000, average: fen(100), left: 10_000, delta: 0, before: fen(300), after: fen(200) })).toBe(150)
  // Sold before it was booked in: a stock below zero has no cost of its own.
  expect(correctedAverage({ stock: -3000, average: fen(100), left: 10_000, delta: 5000, before: fen(100), after: fen(200) })).toBe(200)
  const sums = { stock: fc.integer({ min: -1e5, max: 1e6 }), average: fc.nat(100_000), part: fc.integer({ min: 0, max: 100 }), delta: fc.integer({ min: -1e5, max: 1e6 }), cost: fc.nat(100_000) }
  fc.assert(fc.property(sums.stock, sums.average, sums.part, sums.delta, sums.cost, sums.cost, (stock, average, part, more, before, after) => {
    const left = Math.floor(Math.max(0, stock) * part / 100)
    const delta = Math.max(more, -left)
    const found = correctedAverage({ stock, average: fen(average), left, delta, before: fen(before), after: fen(after) })!
    const then = stock + delta
    if (then <= 0 || left + delta <= 0) expect(found).toBe(average)
    else if (then - left - delta <= 0) expect(found).toBe(after)
    // What the rest cost is no less than nothing.
    else expect(found * then).toBeGreaterThanOrEqual((left + delta) * after - then)
  }))
})
