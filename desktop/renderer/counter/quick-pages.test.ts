import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cells, freeOn, move, pageOf, pages, placed } from './quick-pages.ts'

const key = (id: string, quick: number) => ({ id, quick })
const ids = (row: readonly ({ id: string } | null)[]) => row.map((good) => good?.id ?? '')

it('lays keys where they were put, with their gaps, page by page', () => {
  const goods = [key('a', 1), key('b', 4), key('c', 102)]
  expect(ids(cells(goods, 1, 0))).toEqual(['a', '', '', 'b'])
  expect(ids(cells(goods, 2, 4))).toEqual(['', 'c', '', ''])
  expect(pages(goods, ['常用']).map(({ no, name }) => [no, name])).toEqual([[1, '常用'], [2, '']])
  expect([pageOf(100), pageOf(101), freeOn(goods, 1), freeOn(goods, 2)]).toEqual([1, 2, 2, 101])
})
it('two keys at one place both show, and moving puts them right', () => {
  const goods = [key('a', 1), key('b', 1), key('c', 2)]
  expect(placed(goods).map(({ good, place }) => `${good.id}${place}`)).toEqual(['a1', 'b2', 'c3'])
  expect(move(goods, 'b', 2)).toEqual([{ good: 'b', quick: 2 }])
  expect(move(goods, 'c', 1)).toEqual([{ good: 'c', quick: 1 }, { good: 'a', quick: 3 }])
})
it('a new key upon another sends that to a free place; nowhere is nowhere', () => {
  expect(move([key('a', 1)], 'new', 1)).toEqual([{ good: 'new', quick: 1 }, { good: 'a', quick: 2 }])
  expect([move([key('a', 1)], 'a', 0), move([key('a', 1)], 'a', 1201), move([key('a', 1)], 'a', 1)]).toEqual([[], [], []])
})
it('a move puts the key where it was to go, and no third key moves', () => {
  const some = fc.array(fc.integer({ min: 1, max: 130 }), { minLength: 1, maxLength: 40 }).map((places) => places.map((quick, i) => key(`k${i}`, quick)))
  fc.assert(fc.property(some, fc.nat(), fc.integer({ min: 1, max: 230 }), (goods, which, to) => {
    const good = goods[which % goods.length]!.id
    const settled = placed(goods).map(({ good: { id }, place }) => key(id, place))
    const moves = move(settled, good, to)
    const after = settled.map((each) => ({ ...each, quick: moves.find((made) => made.good === each.id)?.quick ?? each.quick }))
    expect(placed(after).find((each) => each.good.id === good)!.place).toBe(to)
    expect(new Set(after.map(({ quick }) => quick)).size).toBe(goods.length)
    expect(after.filter((each, i) => each.quick !== settled[i]!.quick).length).toBeLessThanOrEqual(2)
  }))
})
