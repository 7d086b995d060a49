import fc from 'fast-check'
import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { IdSchema, longId, shortId, uuidv7 } from './ids.ts'

test('a short id is base64url of the UUID\'s bytes, and leads back to it', () => {
  fc.assert(fc.property(fc.uuid(), (id) => {
    expect(shortId(id)).toBe(Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url'))
    expect(longId(shortId(id))).toBe(id)
  }))
})
test('text that is no short id is none: one way of writing each', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'AZaz09-_+= é'), minLength: 20, maxLength: 24 }), (text) => {
    const id = longId(text)
    if (id !== undefined) expect(shortId(id)).toBe(text)
  }))
  for (const text of ['', 'A'.repeat(21), 'A'.repeat(23), `${'A'.repeat(21)}B`, `${'A'.repeat(21)}+`]) expect(longId(text)).toBeUndefined()
})
test('a UUIDv7 is one, says its time, and sorts by it', () => {
  const random = fc.uint8Array({ minLength: 10, maxLength: 10 })
  fc.assert(fc.property(fc.nat({ max: 2 ** 47 }), fc.nat({ max: 2 ** 40 }), random, random, (at, later, first, second) => {
    const id = uuidv7(at, first)
    expect(IdSchema.parse(id)).toBe(id)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.slice(0, 13).replace('-', ''), 16)).toBe(at)
    expect(uuidv7(at + later + 1, second) > id).toBe(true)
  }))
  expect(() => uuidv7(0, new Uint8Array(9))).toThrow(RangeError)
})
