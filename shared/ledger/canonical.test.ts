import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from './canonical.ts'

const value = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.array(tie('any')), fc.dictionary(fc.string({ unit: 'binary' }), tie('any'))),
})).any

test('is JSON that reads back as the same value, and as the same text', () => {
  fc.assert(fc.property(value, (input) => {
    const text = canonical(input)
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(input)))
    expect(canonical(JSON.parse(text))).toBe(text)
    expect(text).not.toMatch(/[\n\r]/)
  }))
})
test('keys are in order of their UTF-16 units (RFC 8785 §3.2.3), whatever order they were set in', () => {
  expect(canonical({ '\u20ac': 1, '\r': 2, '\ufb33': 3, 1: 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 })).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"\u{1f600}":5,"\ufb33":3}')
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.nat()), (input) => {
    expect(canonical(Object.fromEntries(Object.entries(input).reverse()))).toBe(canonical(input))
  }))
})
test('undefined members are left out; minus zero is zero', () => {
  expect(canonical({ a: undefined, b: -0 })).toBe('{"b":0}')
})
test.each([0.1, Number.NaN, 2 ** 53, undefined, 1n, Symbol('x'), () => 1, [undefined]])('%s has no place in the journal', (input) => {
  expect(() => canonical(input)).toThrow(TypeError)
})
