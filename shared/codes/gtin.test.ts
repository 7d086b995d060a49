import fc from 'fast-check'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkGtin, gtinCheckDigit, isInStore } from './gtin.ts'

const vectors = new URL('../../../shared/vectors/identity-and-check-digits.json', import.meta.url)
describe.skipIf(!existsSync(vectors))('published vectors (skipped where the file is not there)', () => {
  const { gtin, in_store_weighed: weighed } = (existsSync(vectors) ? JSON.parse(readFileSync(vectors, 'utf8')) : { gtin: [], in_store_weighed: [] }) as Record<'gtin' | 'in_store_weighed', { in: string; valid: boolean }[]>
  test.each([...gtin, ...weighed])('$in: $valid', (vector) => expect(checkGtin(vector.in) === 'valid').toBe(vector.valid))
  test.each(weighed)('$in is in-store', (vector) => expect(isInStore(vector.in)).toBe(true))
})

test('exactly one last digit is right, and a single wrong digit is always seen', () => {
  fc.assert(fc.property(fc.constantFrom(7, 11, 12, 13).chain((length) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })), fc.nat(), fc.integer({ min: 1, max: 9 }), (digits, at, by) => {
    const body = digits.join('')
    const code = body + gtinCheckDigit(body)
    expect(checkGtin(code)).toBe('valid')
    const place = at % code.length
    const wrong = [...code].map((digit, index) => (index === place ? String((Number(digit) + by) % 10) : digit)).join('')
    expect(checkGtin(wrong)).toBe('wrong-check-digit')
  }))
})
test.each(['', '690123456789', '６９０１２３４５６７８９２', '6901234567892 ', '69012345678a2', '12345', '123456789'])('%j is no valid GTIN', (text) => expect(checkGtin(text)).not.toBe('valid'))
test.each([
  ['2112345015002', true], ['0212345678901', true], ['0412345678901', true], ['0312345678901', false], ['6901234567892', false],
  ['01000002', true], ['21234567', true], ['11234567', false], ['69012345', false],
  ['212345678901', true], ['412345678901', true], ['012345678905', false], ['612345678901', false],
  ['21123450150', false], ['21234567890123', false], ['2112345O15002', false], ['', false],
])('%s in-store: %s', (code, expected) => expect(isInStore(code)).toBe(expected))
