/** Against the published vectors of the GS1 Syntax Engine, where they are there; and for any text at all. */
import fc from 'fast-check'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { aiAt, faultOf, gs1Date } from './gs1-ais.ts'
import { GS, type Gs1, bracketed, readBracketed, readElements, readLink } from './gs1.ts'

interface Vector { in: string | null; ok: boolean; out?: string; default_api_ok?: boolean; default_api_ai?: string | null; default_api_err?: string }
const file = new URL('../../../shared/vectors/gs1.json', import.meta.url)
const vectors = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Partial<Record<string, Vector[]>>
const of = (name: string): (Vector & { in: string })[] => (vectors[name] ?? []).filter((vector): vector is Vector & { in: string } => typeof vector.in === 'string')
const isGood = (read: Gs1 | undefined): boolean => read !== undefined && 'elements' in read
/** As the vectors write FNC1. */
const unbracketed = (read: Gs1): string => ('elements' in read ? read.elements.map(({ ai, value }) => ai + value).join('') : '')

describe.skipIf(!existsSync(file))('published vectors (skipped where the file is not there)', () => {
  test.each(of('bracketed_to_unbracketed'))('$in: $ok', (vector) => {
    const read = readBracketed(vector.in)
    expect(isGood(read)).toBe(vector.ok)
    if (vector.ok) expect(unbracketed(read)).toBe(vector.out!.replaceAll('^', ''))
  })
  test.each(of('unbracketed_valid').filter((vector) => vector.in.startsWith('^')))('$in: $ok', (vector) => {
    const read = readElements(vector.in.slice(1).replaceAll('^', GS))
    expect(isGood(read)).toBe(vector.ok)
    if ('elements' in read && vector.default_api_ai) expect(bracketed(read.elements)).toBe(vector.default_api_ai)
  })
  // By the engine's own settings, but for a GTIN as short as it is printed, which it takes when told to.
  test.each(of('digital_link_to_ai'))('$in', (vector) => {
    const isShort = vector.default_api_err?.includes('AI (01) value is too short') === true
    const wanted = isShort || (vector.default_api_ok === true && typeof vector.default_api_ai === 'string')
    const read = readLink(vector.in)
    expect([vector.in, isGood(read)]).toEqual([vector.in, wanted])
    if (read && 'elements' in read && vector.default_api_ai) expect(bracketed(read.elements)).toBe(vector.default_api_ai)
  })
})

test('dates: the month\'s end for day 00, no day that is none, the nearest century', () => {
  expect([gs1Date('261231'), gs1Date('240200'), gs1Date('991225'), gs1Date('750101'), gs1Date('760101')]).toEqual(['2026-12-31', '2024-02-29', '1999-12-25', '2075-01-01', '2076-01-01'])
  expect([gs1Date('230229'), gs1Date('261301'), gs1Date('260001'), gs1Date('２６１２３１'), gs1Date('26123')]).toEqual(Array.from({ length: 5 }, () => undefined))
})

const known = fc.constantFrom('01', '10', '17', '21', '3103', '3922', '3932', '30', '99', '8003', '7230')
const values: Readonly<Record<string, string>> = { '01': '06901234567892', 10: 'A-1', 17: '261231', 21: 'S/9', 3103: '001250', 3922: '0950', 3932: '156950', 30: '3', 99: 'x', 8003: '02112345678900', 7230: 'ABC' }

test('what is written is read, with brackets and with separators, in any order', () => {
  fc.assert(fc.property(fc.uniqueArray(known, { minLength: 1, maxLength: 8 }), (ais) => {
    const elements = ais.map((ai) => ({ ai, value: values[ai]! }))
    expect(readBracketed(bracketed(elements))).toEqual({ elements })
    expect(readElements(elements.map(({ ai, value }) => ai + value).join(GS))).toEqual({ elements })
  }))
})
test('whatever is read is sound, and no text makes a reader throw or go on for ever', () => {
  const near = fc.array(fc.oneof(known, fc.constantFrom('(', ')', '\\(', GS, '/', '%', '?17=', 'https://a/', '0', '9'), fc.string({ maxLength: 6 })), { maxLength: 30 }).map((parts) => parts.join(''))
  fc.assert(fc.property(fc.oneof(near, fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
    for (const read of [readElements(text), readBracketed(text), readLink(text), readLink(`https://a/01/06901234567892/10/${text}`)]) {
      if (read && 'elements' in read) for (const { ai, value } of read.elements) expect([aiAt(ai), faultOf(ai, value)]).toEqual([ai, undefined])
    }
  }), { numRuns: 2000 })
})
