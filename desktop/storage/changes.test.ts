/** Reference data coming down: merged field by field with what was edited here. */
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { TillStore } from '#shared/host/store.ts'
import type { Change } from '#shared/sync/protocol.ts'
import { MORNING, countingIds } from '#shared/testing/clock-and-ids.ts'
import { openStore } from './testing/store.ts'

const ids = countingIds(4)
let store: TillStore
beforeEach(() => { store = openStore() })

const stamp = (ms: number, node = 'cloud'): string => `${(MORNING + ms).toString(16).padStart(12, '0')}0000-${node}`
const change = (id: string, doc: Record<string, unknown>, at: number, kind = 'good'): Change =>
  ({ kind, id, rev: 1, doc, clocks: Object.fromEntries(Object.keys(doc).map((field) => [field, stamp(at)])) })
function edit(good: string, set: Record<string, unknown>, at: number): void {
  const event = { id: ids.next(), type: 'good.changed', v: 1, body: { good, set, hlc: stamp(at, 'till') } }
  store.commit({ events: [event], prints: [] }, MORNING, null)
}

test('a page comes in with its number, and names the goods that changed', () => {
  const [good, staff] = [ids.next(), ids.next()]
  expect(store.applyChanges([change(good, { name: '茶', price: 100 }, 1), change(staff, { no: '02', name: '王', role: 'cashier' }, 1, 'staff')], 7)).toEqual({ goods: [good], tickets: false, purses: [], promotions: false, other: true })
  expect([store.rev(), store.good(good)?.name, store.staffByNo('02')?.active]).toEqual([7, '茶', true])
  expect(store.applyChanges([change(good, { name: '茶', price: 100 }, 1)], 8)).toEqual({ goods: [], tickets: false, purses: [], promotions: false, other: false })
  expect(store.rev()).toBe(8)
})

test('the later edit of a field wins, whichever comes first; other fields of the same page come in', () => {
  const good = ids.next()
  edit(good, { name: '茶', price: 100 }, 10)
  expect(store.applyChanges([change(good, { price: 90, category: '饮料' }, 5)], 1).goods).toEqual([good])
  expect(store.good(good)).toMatchObject({ price: 100, category: '饮料' })
  store.applyChanges([change(good, { price: 120 }, 20)], 2)
  expect(store.good(good)?.price).toBe(120)
  edit(good, { price: 80 }, 15)
  expect(store.good(good)?.price).toBe(120)
  expect(store.verify().faults).toEqual([])
})

test('in any order and however often, the same edits make the same document', () => {
  const fields = fc.record({ name: fc.constantFrom('甲', '乙'), price: fc.nat({ max: 5 }), quick: fc.nat({ max: 3 }) }, { requiredKeys: [] })
  const edits = fc.uniqueArray(fc.tuple(fields, fc.nat({ max: 50 })), { minLength: 1, maxLength: 6, selector: ([, at]) => at })
  fc.assert(fc.property(edits.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }))), ([all, shuffled]) => {
    const [one, two] = [ids.next(), ids.next()]
    for (const [doc, at] of all) store.applyChanges([change(one, doc, at)], 1)
    for (const [doc, at] of shuffled) store.applyChanges([change(two, doc, at)], 1)
    expect(store.document('good', two)).toEqual(store.document('good', one))
  }), { numRuns: 50 })
})

test('an edit made here after a pull is later than what was pulled, even from a cloud whose clock is ahead', () => {
  const good = ids.next()
  store.applyChanges([change(good, { name: '茶', price: 100 }, 86_400_000)], 1)
  const hlc = store.nextHlc(MORNING)
  expect(hlc > stamp(86_400_000)).toBe(true)
})

test('a page that fails leaves nothing, not even its number', () => {
  const good = ids.next()
  expect(() => store.applyChanges([change(good, { name: '茶', price: 100 }, 1), change(ids.next(), { codes: 5 }, 1)], 9)).toThrow(TypeError)
  expect([store.rev(), store.good(good)]).toEqual([0, undefined])
})

describe('stock', () => {
  const moved = (good: string, delta: number): void => {
    store.commit({ events: [{ id: ids.next(), type: 'stock.moved', v: 1, body: { reason: 'received', note: '', lines: [{ good, delta }] } }], prints: [] }, MORNING, null)
  }
  const elsewhere = (good: string, quantity: unknown): Change => ({ kind: 'stock', id: good, rev: 1, doc: { quantity }, clocks: {} })

  test('is what moved here and what the other tills moved, in every list', () => {
    const good = ids.next()
    edit(good, { name: '茶', price: 100, code: '6901', quick: 1 }, 1)
    const shown = (): (number | null | undefined)[] => [store.good(good), store.goodByCode('6901'), store.goodByName('茶'), ...store.searchGoods('茶', 5), ...store.quickGoods(), ...store.listGoods(undefined, 5)].map((each) => each?.stock)
    expect(shown()).toEqual(Array(6).fill(null))
    expect(store.applyChanges([elsewhere(good, -2000)], 1).goods).toEqual([good])
    expect(shown()).toEqual(Array(6).fill(-2000))
    moved(good, 10_000)
    expect(shown()).toEqual(Array(6).fill(8000))
    expect(store.applyChanges([elsewhere(good, -3000), elsewhere(good, -3500)], 2).goods).toEqual([good])
    expect(shown()).toEqual(Array(6).fill(6500))
    // The same again is no news, and takes nothing off twice.
    expect(store.applyChanges([elsewhere(good, -3500)], 2)).toEqual({ goods: [], tickets: false, purses: [], promotions: false, other: false })
    expect(shown()).toEqual(Array(6).fill(6500))
    expect(store.verify().faults).toEqual([])
  })
})

test('an edit made here that lost is told once, with the good\'s name', () => {
  const good = ids.next()
  edit(good, { name: '豆腐', price: 350 }, 10)
  const lost: Change = { kind: 'lost', id: good, rev: 3, doc: { arrival: 7, kind: 'good', field: 'price', value: 350, hlc: stamp(10, 'till'), won: 380, till: '02' }, clocks: {} }
  expect(store.applyChanges([lost], 3).tickets).toBe(true)
  expect(store.alerts()).toEqual([{ id: 'lost 7 price', at: MORNING + 10, what: { kind: 'edit.lost', of: 'good', name: '豆腐', field: 'price', value: 350, won: 380, till: '02' } }])
  store.seeAlert('lost 7 price')
  expect([store.applyChanges([lost], 4).tickets, store.alerts()]).toEqual([false, []])
})

test('one that lost to the same value took nothing from anybody: a cloud of before may tell of it, and nobody is', () => {
  const lost: Change = { kind: 'lost', id: ids.next(), rev: 3, doc: { arrival: 7, kind: 'shop', field: 'address', value: { city: '杭州', street: '一号' }, hlc: stamp(10, 'till'), won: { street: '一号', city: '杭州' }, till: null }, clocks: {} }
  expect([store.applyChanges([lost], 3).tickets, store.alerts()]).toEqual([false, []])
})

describe('staff', () => {
  test('nobody works here without a number, a name and a role', () => {
    const staff = ids.next()
    store.applyChanges([change(staff, { name: '王' }, 1, 'staff')], 1)
    expect([store.staff(staff), store.listStaff()]).toEqual([undefined, []])
    store.applyChanges([change(staff, { no: '03', role: 'cashier' }, 2, 'staff')], 2)
    expect(store.staff(staff)).toEqual({ id: staff, no: '03', name: '王', role: 'cashier', active: true })
  })
})

test('a promotion holds once its name and its rule are here, whichever field comes first', () => {
  const id = ids.next()
  expect(store.applyChanges([change(id, { on: true, priority: 7 }, 1, 'promotion')], 1)).toEqual({ goods: [], tickets: false, purses: [], promotions: true, other: false })
  expect(store.promotions()).toEqual([])
  store.applyChanges([change(id, { name: '九折', rule: { kind: 'percent', percent: 10 } }, 2, 'promotion')], 2)
  const before = store.promotions()
  expect(before).toMatchObject([{ id, name: '九折', priority: 7, stacks: false, rule: { kind: 'percent', percent: 10 } }])
  // What is priced again and again must not be read again and again.
  expect(store.promotions()).toBe(before)
})

test('a kind nobody knows is kept for the program that will', () => {
  const id = ids.next()
  expect(store.applyChanges([change(id, { level: 'gold' }, 1, 'member')], 1)).toEqual({ goods: [], tickets: false, purses: [], promotions: false, other: true })
  expect(store.document('member', id)?.doc).toEqual({ level: 'gold' })
})
