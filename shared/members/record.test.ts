import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countingIds } from '../testing/clock-and-ids.ts'
import { mainOf, settle, type Member } from './member.ts'
import { currentOf, digestOf, type NamedRecord } from './record.ts'

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
const ids = countingIds(0x9e)
const person = ids.next()
const salt = 'ab'.repeat(32)

describe('a digest', () => {
  test('is the same for the same record, in whatever order its fields come', () => {
    expect(digestOf({ person, salt, set: { name: '张三', phone: '13800005678' } }, sha256)).toBe(digestOf({ person, salt, set: { phone: '13800005678', name: '张三' } }, sha256))
  })
  test('is another for another person, salt, field or value: who tries every number still lacks the salt', () => {
    const record = { person, salt, set: { phone: '13800005678' } }
    const all = [record, { ...record, person: ids.next() }, { ...record, salt: 'cd'.repeat(32) }, { ...record, set: { phone: '13800005679' } }, { ...record, set: { name: '13800005678' } }]
    expect(new Set(all.map((each) => digestOf(each, sha256))).size).toBe(all.length)
  })
})

const recordArbitrary = fc.record({
  set: fc.record({ name: fc.constantFrom('甲', '乙'), phone: fc.constantFrom('13800005678', '13900001111'), note: fc.constantFrom('', 'x') }, { requiredKeys: [] }),
  at: fc.nat({ max: 20 }), node: fc.constantFrom('a', 'b'),
}).map(({ set, at, node }): NamedRecord => {
  const hlc = `${at.toString(16).padStart(12, '0')}0000-${node}`
  return { person, salt, set, hlc, event: person, digest: sha256(JSON.stringify([set, hlc])) }
})

describe('records', () => {
  test('come to the same in any order, and without those that are superseded', () => {
    fc.assert(fc.property(fc.uniqueArray(recordArbitrary, { maxLength: 8, selector: ({ digest }) => digest }).chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))), ([all, shuffled]) => {
      const { fields, superseded } = currentOf(all)
      expect(currentOf(shuffled).fields).toEqual(fields)
      expect(currentOf(all.filter((each) => !superseded.includes(each))).fields).toEqual(fields)
    }))
  })
  test('whatever is dropped on the way, a record that comes late finds the same place', () => {
    fc.assert(fc.property(fc.uniqueArray(recordArbitrary, { minLength: 1, maxLength: 8, selector: ({ digest }) => digest }), (all) => {
      let kept: NamedRecord[] = []
      for (const each of all) {
        kept.push(each)
        const { superseded } = currentOf(kept)
        kept = kept.filter((one) => !superseded.includes(one))
      }
      expect(currentOf(kept).fields).toEqual(currentOf(all).fields)
    }))
  })
  test('set at two tills at once lose nothing of different fields', () => {
    const named = (set: NamedRecord['set'], hlc: string): NamedRecord => ({ person, salt, set, hlc, event: person, digest: sha256(hlc) })
    const { fields, superseded } = currentOf([named({ phone: '1380000', name: '甲' }, '1'), named({ phone: '1390000' }, '2'), named({ note: 'x' }, '3')])
    expect([fields, superseded]).toEqual([{ note: 'x', phone: '1390000', name: '甲' }, []])
  })
})

describe('members with one number', () => {
  test('are merged into who joined first, whoever is asked', () => {
    const [a, b, c] = [ids.next(), ids.next(), ids.next()]
    const members = [{ id: b, joined: '2' }, { id: a, joined: '1' }, { id: c, joined: '3' }]
    expect(settle(members)).toEqual({ main: a, merged: [b, c] })
    expect(settle(members.toReversed())).toEqual({ main: a, merged: [b, c] })
    expect(settle([members[0]!])).toBeUndefined()
  })
  test('lead to the main one through every merge, and a ring of them ends', () => {
    const members: Record<string, Member> = { a: { mergedInto: 'b' }, b: { mergedInto: 'c' }, c: {}, x: { mergedInto: 'y' }, y: { mergedInto: 'x' } }
    const find = (id: string): Member | undefined => members[id]
    expect([mainOf(find, 'a'), mainOf(find, 'c'), mainOf(find, 'nobody')]).toEqual(['c', 'c', 'nobody'])
    expect(['x', 'y']).toContain(mainOf(find, 'x'))
  })
})
