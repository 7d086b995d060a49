import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FEN_MAX, fen, FenSchema, formatYuan, parseYuan, PriceSchema, roundHalfUp, split, sum } from './money.ts'

const amount = fc.integer({ min: -FEN_MAX, max: FEN_MAX })

test.each([0.5, Number.NaN, Infinity, FEN_MAX + 1, -FEN_MAX - 1])('%d is no amount', (value) => {
  expect(() => fen(value)).toThrow(RangeError)
  expect(FenSchema.safeParse(value).success).toBe(false)
})
test('minus zero is zero; a price is not negative', () => {
  expect(Object.is(fen(-0), 0)).toBe(true)
  expect(PriceSchema.safeParse(-1).success).toBe(false)
  expect(sum([])).toBe(0)
})

describe('roundHalfUp', () => {
  test.each([[1, 1, 2, 1], [-1, 1, 2, -1], [1, 1, 3, 0], [2, 1, 3, 1], [799, 335, 1000, 268], [0, 5, 7, 0]])('%d × %d / %d = %d', (value, numerator, denominator, expected) => {
    expect(roundHalfUp(value, numerator, denominator)).toBe(expected)
  })
  test('agrees with whole-number arithmetic of any size', () => {
    const whole = fc.maxSafeInteger()
    fc.assert(fc.property(whole, fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (value, numerator, denominator) => {
      const doubled = 2n * BigInt(value) * BigInt(numerator)
      const by = 2n * BigInt(denominator)
      const exact = doubled >= 0n ? (doubled + BigInt(denominator)) / by : -((-doubled + BigInt(denominator)) / by)
      if (exact > BigInt(FEN_MAX) || exact < -BigInt(FEN_MAX)) expect(() => roundHalfUp(value, numerator, denominator)).toThrow(RangeError)
      else expect(BigInt(roundHalfUp(value, numerator, denominator))).toBe(exact)
    }), { numRuns: 1000 })
  })
  test.each([[0.5, 1, 1], [1, 0.5, 1], [1, 1, 0], [1, 1, -1], [1, 1, 1.5]])('throws on %d × %d / %d', (value, numerator, denominator) => {
    expect(() => roundHalfUp(value, numerator, denominator)).toThrow(RangeError)
  })
})

describe('split', () => {
  test.each<[number, number[], number[]]>([
    [100, [1, 1, 1], [34, 33, 33]], [-100, [1, 1, 1], [-34, -33, -33]], [5, [0, 0], [3, 2]], [0, [3, 1], [0, 0]], [7, [0, 1, 0], [0, 7, 0]], [0, [], []],
  ])('%d by %j is %j', (total, weights, parts) => expect(split(fen(total), weights)).toEqual(parts))
  test('parts sum to the whole, none is off by a fen or more, and a greater weight never gets less', () => {
    fc.assert(fc.property(amount, fc.array(fc.nat(), { minLength: 1, maxLength: 20 }), (total, weights) => {
      const parts = split(fen(total), weights)
      expect(sum(parts)).toBe(fen(total))
      const whole = weights.reduce((a, b) => a + b, 0)
      weights.forEach((weight, index) => {
        if (whole > 0) {
          const gap = BigInt(parts[index]!) * BigInt(whole) - BigInt(total) * BigInt(weight)
          expect(gap < BigInt(whole) && gap > -BigInt(whole)).toBe(true)
        }
        weights.forEach((other, j) => { if (other < weight) expect(Math.abs(parts[j]!)).toBeLessThanOrEqual(Math.abs(parts[index]!)) })
      })
    }))
  })
  test('a fraction, a negative weight, or nothing to split over is a bug', () => {
    for (const weights of [[0.5], [-1], []]) expect(() => split(fen(1), weights)).toThrow(RangeError)
  })
})

describe('yuan as text', () => {
  test('what is written is read again', () => {
    fc.assert(fc.property(amount, (value) => { expect(parseYuan(formatYuan(value))).toBe(fen(value)) }))
  })
  test.each<[string, number | undefined]>([
    ['16.3', 1630], ['￥16.30', 1630], ['¥ 16.30', 1630], ['1,630.00', 163_000], ['-4.5', -450], ['12元', 1200], [' 3. ', 300], ['.5', 50], ['+2', 200], ['3.5000', 350],
    ['3.555', undefined], ['', undefined], ['.', undefined], ['1e3', undefined], ['１６', undefined], ['1,63', undefined], ['--1', undefined], ['12 元 整', undefined], ['10000000001', undefined], ['NaN', undefined],
  ])('%j is %s', (text, value) => expect(parseYuan(text)).toBe(value))
  test('any text is read or refused', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const value = parseYuan(text)
      expect(value === undefined || Math.abs(value) <= FEN_MAX).toBe(true)
    }))
  })
})
