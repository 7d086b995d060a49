import fc from 'fast-check'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkUscc } from './uscc.ts'

const vectors = new URL('../../../shared/vectors/identity-and-check-digits.json', import.meta.url)
describe.skipIf(!existsSync(vectors))('published vectors (skipped where the file is not there)', () => {
  const { uscc } = (existsSync(vectors) ? JSON.parse(readFileSync(vectors, 'utf8')) : { uscc: [] }) as { uscc: { in: string; valid: boolean }[] }
  test.each(uscc)('$in: $valid', (vector) => expect(checkUscc(vector.in) === 'valid').toBe(vector.valid))
})

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const body = fc.array(fc.constantFrom(...ALPHABET), { minLength: 17, maxLength: 17 }).map((chars) => chars.join(''))
test('exactly one check character is right for any body, and any other character elsewhere is seen', () => {
  fc.assert(fc.property(body, fc.nat({ max: 16 }), fc.constantFrom(...ALPHABET), (text, at, other) => {
    const right = [...ALPHABET].filter((check) => checkUscc(text + check) === 'valid')
    expect(right).toHaveLength(1)
    if (text[at] !== other) expect(checkUscc(text.slice(0, at) + other + text.slice(at + 1) + right[0]!)).toBe('wrong-check-character')
  }))
})
test.each(['', 'x', '91350100I000100Y43', '91350100m000100y43', '91350100M000100Y4', '91350100M000100Y433'])('%j is malformed', (text) => expect(checkUscc(text)).toBe('malformed'))
