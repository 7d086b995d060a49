import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fen } from '../money/money.ts'
import { countDifference } from './count.ts'
import { movingAverage } from './cost.ts'
import { LotSchema, byExpiry, isExpired, lotTaker, lotsLeft, suggestLots, type LotPart } from './lot.ts'
import { closedFields, isOpen, orderedFields, readOrder, receivedFields } from './order.ts'

const part = fc.record({ no: fc.constantFrom('A', 'B', 'C'), expiry: fc.constantFrom('', '2026-12-01', '2027-01-15', '2027-02-01'), quantity: fc.integer({ min: -5000, max: 9000 }) })
const sums = fc.uniqueArray(part, { maxLength: 8, selector: ({ no, expiry }) => `${no} ${expiry}` })
const total = (parts: readonly LotPart[]): number => parts.reduce((sum, { quantity }) => sum + quantity, 0)

describe('lots', () => {
  test('a lot has a number or a true date', () => {
    expect(LotSchema.safeParse({ no: '', expiry: '' }).success).toBe(false)
    for (const expiry of ['2026-02-30', '26-1-1', '2026-12-1']) expect(LotSchema.safeParse({ no: 'A', expiry }).success).toBe(false)
    expect(LotSchema.parse({ no: ' B12 ', expiry: '2028-02-29' })).toEqual({ no: 'B12', expiry: '2028-02-29' })
    expect(LotSchema.safeParse({ no: 'a\u0000', expiry: '' }).success).toBe(false)
  })
  test('an expired one is past its last day', () => {
    expect([isExpired({ expiry: '2026-11-23' }, '2026-11-23'), isExpired({ expiry: '2026-11-22' }, '2026-11-23'), isExpired({ expiry: '' }, '2026-11-23')]).toEqual([false, true, false])
  })
  test('first expired first out, what has no date last, and what is of no lot before all', () => {
    const left = lotsLeft([{ no: 'C', expiry: '', quantity: 4000 }, { no: 'B', expiry: '2027-01-15', quantity: 3000 }, { no: 'A', expiry: '2026-12-01', quantity: 2000 }], 10_000)
    expect(left.map(({ no }) => no)).toEqual(['A', 'B', 'C'])
    expect(suggestLots(left, 10_000, 1000)).toEqual([])
    expect(suggestLots(left, 10_000, 4500)).toEqual([{ no: 'A', expiry: '2026-12-01', quantity: 2000 }, { no: 'B', expiry: '2027-01-15', quantity: 1500 }])
    expect(total(suggestLots(left, 10_000, 50_000))).toBe(9000)
  })
  test('what is left never comes to more than the stock, unless that was never counted, and is in order', () => {
    fc.assert(fc.property(sums, fc.integer({ min: -3000, max: 30_000 }), (all, stock) => {
      const left = lotsLeft(all, stock)
      const whole = total(all.filter(({ quantity }) => quantity > 0))
      expect(left.every(({ quantity }) => quantity > 0)).toBe(true)
      expect(left).toEqual(left.toSorted(byExpiry))
      expect(total(left)).toBe(stock < 0 ? whole : Math.min(whole, stock))
      expect(lotsLeft(all.toReversed(), stock)).toEqual(left)
    }))
  })
  test('lines that go one after the other take no piece twice', () => {
    fc.assert(fc.property(sums, fc.integer({ min: 0, max: 30_000 }), fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 6 }), (all, stock, wanted) => {
      const left = lotsLeft(all, stock)
      const take = lotTaker(() => ({ stock, left }))
      const taken = wanted.flatMap((quantity) => take('good', quantity))
      for (const lot of left) expect(total(taken.filter((each) => each.no === lot.no && each.expiry === lot.expiry))).toBeLessThanOrEqual(lot.quantity)
      const asked = wanted.reduce((sum, quantity) => sum + quantity, 0)
      expect(total(taken)).toBe(Math.min(total(left), Math.max(0, asked - (stock - total(left)))))
      // Together they are what one line would have taken.
      expect(total(taken)).toBe(total(suggestLots(left, stock, asked)))
    }))
  })
})

describe('a count', () => {
  /** Pieces of one good lie in places; each is counted once, in their order, while pieces come and go anywhere at any time. */
  const moment = fc.oneof(
    { weight: 2, arbitrary: fc.constant({ kind: 'count' as const }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('move' as const), place: fc.nat({ max: 3 }), delta: fc.integer({ min: -4, max: 4 }).filter((n) => n !== 0) }) },
  )
  type Moment = { kind: 'count' } | { kind: 'move'; place: number; delta: number }
  interface Shop { places: number[]; booked: number }
  function play(places: readonly number[], missing: number, moments: readonly Moment[]) {
    const shop: Shop = { places: [...places], booked: places.reduce((sum, n) => sum + n, 0) + missing }
    const count = { counted: 0, books: 0, came: 0, left: 0 }
    let [next, laterCame, laterLeft] = [0, 0, 0]
    const scan = (): void => {
      if (next === shop.places.length) return
      if (next === 0) count.books = shop.booked
      else Object.assign(count, { came: count.came + laterCame, left: count.left + laterLeft })
      ;[laterCame, laterLeft] = [0, 0]
      count.counted += shop.places[next++]!
    }
    for (const each of moments) {
      if (each.kind === 'count') scan()
      else {
        const place = each.place % shop.places.length
        const delta = Math.max(each.delta, -shop.places[place]!)
        shop.places[place]! += delta
        shop.booked += delta
        laterCame += Math.max(delta, 0)
        laterLeft += Math.max(-delta, 0)
      }
    }
    while (next < shop.places.length) scan()
    return { shop, difference: countDifference(count) }
  }
  const places = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 4 })

  test('where nothing is missing nothing is found, whatever was sold or came before, between and after the scans, from whatever place', () => {
    fc.assert(fc.property(places, fc.array(moment, { maxLength: 30 }), (there, moments) => {
      expect(play(there, 0, moments).difference).toBe(0)
    }), { numRuns: 2000 })
  })
  test('of one place what is missing is found to the piece, and the books are then what is there', () => {
    fc.assert(fc.property(fc.nat({ max: 12 }), fc.integer({ min: -9, max: 9 }), fc.array(moment, { maxLength: 30 }), (there, missing, moments) => {
      const { shop, difference } = play([there], missing, moments)
      expect(difference).toBe(missing === 0 ? 0 : -missing)
      expect(shop.booked + difference).toBe(shop.places[0])
    }), { numRuns: 2000 })
  })
  test('of several places never more is found missing than is, and all of it where nothing moved between the scans', () => {
    fc.assert(fc.property(places, fc.integer({ min: -9, max: 9 }), fc.array(moment, { maxLength: 30 }), (there, missing, moments) => {
      const { difference } = play(there, missing, moments)
      expect(Math.abs(difference)).toBeLessThanOrEqual(Math.abs(missing))
      if (difference !== 0) expect(Math.sign(difference)).toBe(-Math.sign(missing))
      expect(play(there, missing, []).difference).toBe(missing === 0 ? 0 : -missing)
    }), { numRuns: 2000 })
  })
})

test('the moving average lies between what was there and what came, and is what all of it cost', () => {
  expect(movingAverage(10_000, fen(200), 10_000, fen(300))).toBe(250)
  expect(movingAverage(2000, fen(200), 1000, fen(301))).toBe(234)
  for (const stock of [0, -5000]) expect(movingAverage(stock, fen(200), 1000, fen(300))).toBe(300)
  expect(movingAverage(9000, null, 1000, fen(300))).toBe(300)
  fc.assert(fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), fc.nat({ max: 10_000_000 }), fc.integer({ min: 1, max: 1_000_000_000 }), fc.nat({ max: 10_000_000 }), (stock, old, quantity, cost) => {
    const average = movingAverage(stock, fen(old), quantity, fen(cost))
    expect(average).toBeGreaterThanOrEqual(Math.min(old, cost))
    expect(average).toBeLessThanOrEqual(Math.max(old, cost))
    expect(Math.abs(average - (stock * old + quantity * cost) / (stock + quantity))).toBeLessThanOrEqual(0.500001)
  }))
})

test('an order is what came of it, in whatever order its parts are heard of', () => {
  const good = '0190a5b0-0000-7000-8000-00000000000a'
  const fields = [
    orderedFields({ no: 'CG1', supplier: 'S', note: '', lines: [{ good, quantity: 5000, cost: null }, { good, quantity: 1000, cost: 200 }] }, 7), receivedFields('r1', [{ good, quantity: 4000 }]), receivedFields('r2', [{ good, quantity: 1000 }]),
  ]
  const whole = readOrder('o', Object.assign({}, ...fields.toReversed()))!
  expect(whole).toEqual(readOrder('o', Object.assign({}, ...fields)))
  expect([whole.received.get(good), isOpen(whole), whole.at]).toEqual([5000, true, 7])
  expect(isOpen(readOrder('o', Object.assign({}, ...fields, receivedFields('r3', [{ good, quantity: 1500 }])))!)).toBe(false)
  expect(isOpen(readOrder('o', Object.assign({}, ...fields, closedFields('c')))!)).toBe(false)
  expect(readOrder('o', fields[1]!)).toBeUndefined()
})
