import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Clocks, type Fields, HlcSchema, isSame, mergeEdit, packClocks, tick, unpackClocks } from './hlc.ts'

describe('tick', () => {
  test('every stamp is well formed and later than the last, whatever the wall clock does', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: -5, max: 2 ** 43 }), fc.constantFrom('a', 'b')), { minLength: 2, maxLength: 30 }), (steps) => {
      let last: string | undefined
      for (const [now, node] of steps) {
        const next = tick(last, now, node)
        expect(HlcSchema.safeParse(next).success).toBe(true)
        if (last !== undefined) expect(next > last).toBe(true)
        last = next
      }
    }))
  })
  test('a full counter borrows a millisecond', () => {
    expect(tick('00000000000affff-a', 0, 'b')).toBe('00000000000b0000-b')
  })
})

describe('merge', () => {
  /** Edits with stamps of their own: two edits never share one, as ticks of one node and names of nodes see to. */
  const edits = fc.array(fc.record({ set: fc.dictionary(fc.constantFrom('name', 'price', 'unit'), fc.integer()), ms: fc.nat({ max: 5 }) }), { maxLength: 6 })
    .map((list) => list.map(({ set, ms }, index) => ({ set, at: tick(undefined, ms, `n${index}`) })))
  const mergeAll = (list: readonly { set: Fields; at: string }[]) =>
    list.reduce<{ doc: Fields; clocks: Clocks }>(({ doc, clocks }, edit) => { const { doc: next, clocks: after } = mergeEdit(doc, clocks, edit.set, edit.at); return { doc: next, clocks: after } }, { doc: {}, clocks: {} })

  test('in any order, any number of times, gives the same document', () => {
    fc.assert(fc.property(edits.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.shuffledSubarray(list))), ([list, shuffled, again]) => {
      const once = mergeAll(list)
      expect(mergeAll(shuffled)).toEqual(once)
      expect(mergeAll([...shuffled, ...again])).toEqual(once)
    }))
  })
  test('documents merge associatively, by their clocks', () => {
    fc.assert(fc.property(edits, fc.nat(), fc.nat(), (list, first, second) => {
      const [from, to] = [first, second].map((cut) => cut % (list.length + 1)).sort((a, b) => a - b) as [number, number]
      const parts = [list.slice(0, from), list.slice(from, to), list.slice(to)].map(mergeAll)
      const join = (left: { doc: Fields; clocks: Clocks }, right: { doc: Fields; clocks: Clocks }) => {
        const { doc, clocks } = mergeEdit(left.doc, left.clocks, right.doc, right.clocks)
        return { doc, clocks }
      }
      expect(join(join(parts[0]!, parts[1]!), parts[2]!)).toEqual(join(parts[0]!, join(parts[1]!, parts[2]!)))
      expect(join(parts[0]!, parts[0]!)).toEqual(parts[0])
      expect(join(parts[0]!, parts[1]!)).toEqual(join(parts[1]!, parts[0]!))
    }))
  })
  test('says what was applied and what lost, and leaves its arguments alone', () => {
    const doc = { name: '糖', price: 1 }
    const clocks = { name: tick(undefined, 9, 'a'), price: tick(undefined, 1, 'a') }
    const merged = mergeEdit(doc, clocks, { name: '盐', price: 2, unit: '袋' }, tick(undefined, 5, 'b'))
    expect(merged).toMatchObject({ doc: { name: '糖', price: 2, unit: '袋' }, applied: ['price', 'unit'], lost: ['name'] })
    expect([doc, Object.keys(clocks)]).toEqual([{ name: '糖', price: 1 }, ['name', 'price']])
    expect(mergeEdit(doc, clocks, { name: '糖' }, clocks.name)).toMatchObject({ applied: [], lost: [] })
  })
})

test('clocks that are packed come back as they were, and are one stamp where all fields have the same', () => {
  const stamps = fc.constantFrom(tick(undefined, 1, 'a'), tick(undefined, 2, 'b'))
  fc.assert(fc.property(fc.dictionary(fc.string(), stamps), (clocks) => {
    const doc = Object.fromEntries(Object.keys(clocks).map((field) => [field, 0]))
    const packed = packClocks(clocks)
    expect(unpackClocks(packed, doc)).toEqual(clocks)
    expect(typeof packed === 'string').toBe(new Set(Object.values(clocks)).size === 1)
  }))
})

test('values are the same where their canonical text is, in whatever order their fields stand', () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((any) => JSON.parse(JSON.stringify(any)) as unknown)
  const turned = (of: unknown): unknown => (of === null || typeof of !== 'object' ? of : Array.isArray(of) ? of.map(turned) : Object.fromEntries(Object.entries(of).reverse().map(([key, part]) => [key, turned(part)])))
  const text = (of: unknown): string => JSON.stringify(of, (_, part: unknown) => (part !== null && typeof part === 'object' && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part))
  fc.assert(fc.property(value, value, (one, other) => {
    expect(isSame(one, turned(one))).toBe(true)
    expect(isSame(one, other)).toBe(text(one) === text(other))
  }))
  for (const [one, other] of [[[], {}], [{ a: null }, { b: null }], [null, {}], [0, null], [[1, 2], [2, 1]], [{}, { a: 1 }]]) expect([isSame(one, other), isSame(other, one)]).toEqual([false, false])
})
