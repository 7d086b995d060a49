import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fen } from '../money/money.ts'
import { amountOf, formatQuantity, MILLI_MAX, milli, MilliSchema, parseQuantity, thousandthsPer, WEIGHT_UNITS } from './quantity.ts'

const quantity = fc.integer({ min: -MILLI_MAX, max: MILLI_MAX })

test('what is written is read again', () => {
  fc.assert(fc.property(quantity, fc.integer({ min: 0, max: 3 }), (value, decimals) => { expect(parseQuantity(formatQuantity(value, decimals))).toBe(milli(value)) }))
})
test.each<[string, number | undefined]>([
  ['2', 2000], ['1.25', 1250], ['-0.5', -500], ['.5', 500], ['1.2500', 1250], [' 3 ', 3000],
  ['1.2345', undefined], ['', undefined], ['-', undefined], ['1e3', undefined], ['２', undefined], ['1000001', undefined],
])('%j is %s', (text, value) => expect(parseQuantity(text)).toBe(value))
test.each([[1250, 0, '1.25'], [2000, 0, '2'], [1250, 3, '1.250'], [-500, 0, '-0.5'], [0, 3, '0.000']])('%d with %d decimals is %s', (value, decimals, text) => expect(formatQuantity(value, decimals)).toBe(text))

test.each([0.5, Number.NaN, MILLI_MAX + 1])('%d is no quantity', (value) => {
  expect(() => milli(value)).toThrow(RangeError)
  expect(MilliSchema.safeParse(value).success).toBe(false)
})

test('a 斤 is 500 g and a 公斤 1000 g, so the same weight costs the same by either', () => {
  fc.assert(fc.property(fc.nat({ max: 100_000 }), fc.integer({ min: -100_000, max: 100_000 }), (price, grams) => {
    expect(amountOf(fen(price), milli(grams), thousandthsPer('weight', '斤'))).toBe(amountOf(fen(price * 2), milli(grams), thousandthsPer('weight', '公斤')))
  }))
})
test('a return pays back what the sale took', () => {
  fc.assert(fc.property(fc.nat({ max: 1_000_000 }), fc.nat({ max: 1_000_000 }), fc.constantFrom(...Object.keys(WEIGHT_UNITS)), (price, size, unit) => {
    const per = thousandthsPer('weight', unit)
    expect(amountOf(fen(price), milli(-size), per)).toBe(fen(-amountOf(fen(price), milli(size), per)))
  }))
})
test('a unit nobody knows counts as a thousand, whatever it is called', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.constantFrom('toString', 'valueOf', '__proto__', 'constructor')).filter((unit) => !Object.hasOwn(WEIGHT_UNITS, unit)), (unit) => {
    expect(thousandthsPer('weight', unit)).toBe(1000)
  }))
  expect(thousandthsPer('piece', '斤')).toBe(1000)
})
