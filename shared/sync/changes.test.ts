import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unpackClocks } from '../catalog/hlc.ts'
import { soundChange } from './changes.ts'
import type { Change } from './protocol.ts'

const CLOCK = '0193000000000000-cloud'
const id = '0198d3f2-0000-7000-8000-0000000000a1'
const change = (kind: string, doc: Record<string, unknown>, clocks: Change['clocks'] = Object.fromEntries(Object.keys(doc).map((field) => [field, CLOCK]))): Change => ({ kind, id, rev: 1, doc, clocks })

test.each([
  ['a good', 'good', { name: '茶', price: 100, cost: null, codes: ['1'], on: true }],
  ['a shop', 'shop', { name: '小铺', hours: [{ day: 1, open: 480, close: 1320 }] }],
  ['staff', 'staff', { no: '02', name: '王', role: 'cashier', active: true }],
  ['a credit code', 'credit', { token: 't', url: 'u', issuedAt: 1, expiresAt: 2 }],
  ['fields nobody knows yet', 'good', { shine: { deep: [1.5] } }],
  ['a kind nobody knows yet', 'member', { name: 5 }],
  ['a kind called like a method', 'constructor', { name: 5 }],
])('%s is kept as it is', (_what, kind, doc) => {
  expect(soundChange(change(kind, doc))).toEqual({ change: change(kind, doc), left: [] })
  const { change: { doc: kept, clocks }, left } = soundChange(change(kind, doc, CLOCK))
  expect([kept, unpackClocks(clocks, kept), left]).toEqual([doc, change(kind, doc).clocks, []])
})

test.each([
  ['a name that is a number', 'good', { name: 5, price: 1 }, ['name']],
  ['a price with a fraction, and none', 'good', { price: 1.5, cost: -1, unit: '个' }, ['price', 'cost']],
  ['a role nobody has', 'staff', { role: 'king', no: '02' }, ['role']],
])('%s is left out, the rest is kept', (_what, kind, doc, left) => {
  const sound = soundChange(change(kind, doc))
  expect(sound.left).toEqual(left)
  expect(Object.keys(sound.change.doc)).toEqual(Object.keys(doc).filter((field) => !left.includes(field)))
  expect(Object.keys(sound.change.clocks)).toEqual(Object.keys(sound.change.doc))
})

test('stock comes whole, without stamps; one that is no number is left out', () => {
  expect(soundChange(change('stock', { quantity: -3000 }, {}))).toEqual({ change: change('stock', { quantity: -3000 }, {}), left: [] })
  for (const quantity of [1.5, '3', null]) expect(soundChange(change('stock', { quantity }, {}))).toEqual({ change: change('stock', {}, {}), left: ['quantity'] })
})

test('a field without a stamp, or with one that is none, is left out', () => {
  const { left } = soundChange(change('good', { name: '茶', price: 1, unit: '个' }, { name: 'zzzz', price: CLOCK }))
  expect(left).toEqual(['name', 'unit'])
  expect(soundChange(change('good', { name: '茶', price: 1 }, 'zzzz')).left).toEqual(['name', 'price'])
})

test('whatever comes, nothing throws, and what is kept has a stamp that sorts', () => {
  fc.assert(fc.property(fc.constantFrom('good', 'shop', 'staff', 'x'), fc.dictionary(fc.string(), fc.jsonValue()), fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.string(), fc.constant(CLOCK)), (kind, doc, clocks) => {
    const sound = soundChange(change(kind, doc, clocks))
    expect([...Object.keys(sound.change.doc), ...sound.left].toSorted()).toEqual(Object.keys(doc).toSorted())
  }))
})
