/** Finding goods as a cashier types: Chinese, pinyin, initials, parts of codes. */
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { unpackClocks } from '#shared/catalog/hlc.ts'
import type { TillStore } from '#shared/host/store.ts'
import { MORNING, countingIds } from '#shared/testing/clock-and-ids.ts'
import type { Change } from '#shared/sync/protocol.ts'
import { openStore, temporaryFolder } from './testing/store.ts'

const ids = countingIds(3)
let store: TillStore
beforeEach(() => { store = openStore() })

function put(set: Record<string, unknown>, good = ids.next()): string {
  const event = { id: ids.next(), type: 'good.changed', v: 1, body: { good, set, hlc: store.nextHlc(MORNING) } }
  store.commit({ events: [event], prints: [] }, MORNING, null)
  return good
}
function named(...names: string[]): void {
  for (const name of names) put({ name, price: 100 })
}
const sale = (good: string, n: number) => ({
  id: ids.next(), type: 'sale.completed', v: 1,
  body: {
    sale: ids.next(), no: `n${n}`, shift: good, staff: good, date: '2026-11-23', gross: 1, discount: 0, total: 1, tenders: [], postings: [],
    lines: [{ good, code: '', name: '', unit: '', pricing: 'piece', per: 1000, quantity: 1000, price: 1, list: 1, gross: 1, discount: 0, net: 1 }],
  },
})
const find = (text: string, limit = 50): string[] => store.searchGoods(text, limit).map((good) => good.name)

describe('by name', () => {
  beforeEach(() => named('可口可乐 330ml', '百事可乐', '乐事薯片', '银行卡套', '重庆小面', 'Coca-Cola Zero'))

  test.each([
    ['two characters', '可乐', ['可口可乐 330ml', '百事可乐']],
    ['one character', '乐', ['可口可乐 330ml', '百事可乐', '乐事薯片']],
    ['the last character', '片', ['乐事薯片']],
    ['three', '口可乐', ['可口可乐 330ml']],
    ['characters that are not neighbours', '可事', []],
    ['none of any good', '茶', []],
    ['letters in another case', 'COCA', ['Coca-Cola Zero']],
    ['across a hyphen', 'acol', ['Coca-Cola Zero']],
    ['full-width letters and digits', '３３０ｍｌ', ['可口可乐 330ml']],
    ['with spaces typed in', '可 乐', ['可口可乐 330ml', '百事可乐']],
  ])('%s', (_what, text, names) => {
    expect(find(text).sort()).toEqual([...names].sort())
  })

  test.each([
    ['pinyin', 'kekoukele', ['可口可乐 330ml']], ['part of pinyin', 'kele', ['可口可乐 330ml', '百事可乐']],
    ['initials', 'kkkl', ['可口可乐 330ml']], ['part of initials', 'kl', ['可口可乐 330ml', '百事可乐']],
    ['a polyphone as its word reads it', 'yinhang', ['银行卡套']], ['and another', 'chongqing', ['重庆小面']],
    ['a polyphone\'s initials', 'cqxm', ['重庆小面']], ['not as another word would read it', 'zhongqing', []],
  ])('%s', (_what, text, names) => {
    expect(find(text).sort()).toEqual([...names].sort())
  })

  test.each(['', ' ', '。', '"', '*', '" OR name:*', 'NEAR(', '%', '_', "'; DROP TABLE document; --", '\u{30EDE}', '\u{1F95F}', '-'])('%j finds nothing and breaks nothing', (text) => {
    expect(find(text)).toEqual([])
  })

  test('whatever is typed, nothing throws, and any two neighbouring characters of a name find it', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => { find(text) }))
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'米面油盐酱醋茶可乐A1b2'), minLength: 2, maxLength: 12 }), fc.nat(), (name, at) => {
      const good = put({ name: `${name}`, price: 1 })
      const start = at % (name.length - 1)
      expect(store.searchGoods(name.slice(start, start + 2), 1000).map(({ id }) => id)).toContain(good)
    }), { numRuns: 30 })
  })
})

test('words of food and medicine are read as those who sell them say them', () => {
  named('花蛤', '本地仔姜', '参苓白术散', '海参', '六安瓜片', '长寿面', '重组干扰素')
  const found = Object.fromEntries(['huage', 'zijiang', 'slbzs', 'haishen', 'luan', 'changshou', 'chongzu', 'huaha'].map((text) => [text, find(text)]))
  expect(found).toEqual({ huage: ['花蛤'], zijiang: ['本地仔姜'], slbzs: ['参苓白术散'], haishen: ['海参'], luan: ['六安瓜片'], changshou: ['长寿面'], chongzu: ['重组干扰素'], huaha: [] })
})

describe('by price', () => {
  const at = (price: number): string[] => store.goodsByPrice(price, 50).map(({ name }) => name)
  test('what costs so many fen now, of what is on sale', () => {
    const tea = put({ name: '茶', price: 1250 })
    put({ name: '米', price: 1250 })
    const off = put({ name: '旧茶', price: 1250, on: false })
    expect([at(1250), at(1251)]).toEqual([['茶', '米'], []])
    put({ price: 990 }, tea)
    put({ on: true }, off)
    expect([at(1250), at(990)]).toEqual([['米', '旧茶'], ['茶']])
    expect(find('茶')).toEqual(['茶', '旧茶'])
  })
})

describe('by code', () => {
  test('any part of any of its codes, and exactly by each', () => {
    const good = put({ name: '米', price: 1, code: '6901234567892', codes: ['SKU-77', '42'] })
    for (const part of ['6901234567892', '690', '7892', '345', 'sku77', '77', '42']) expect(find(part)).toEqual(['米'])
    for (const code of ['6901234567892', 'SKU-77', '42']) expect(store.goodByCode(code)?.id).toBe(good)
    expect(store.goodByCode('SKU')).toBeUndefined()
    // The end of one code and the beginning of the next are no code.
    expect(find('789242')).toEqual([])
  })

  test('codes that were taken away find nothing any more', () => {
    const good = put({ name: '米', price: 1, code: '11', codes: ['22'] })
    put({ code: '33', codes: [] }, good)
    expect([store.goodByCode('11'), store.goodByCode('22'), find('11'), find('22')]).toEqual([undefined, undefined, [], []])
    expect(store.goodByCode('33')?.id).toBe(good)
  })
})

describe('what is listed', () => {
  test('a renamed good is found by its new name only', () => {
    const good = put({ name: '旧茶', price: 1 })
    put({ name: '新茶' }, good)
    expect([find('旧茶'), find('jiucha'), find('新茶')]).toEqual([[], [], ['新茶']])
    expect(store.goodByName('旧茶')).toBeUndefined()
  })

  test('an edit of anything else leaves it findable, with the new values', () => {
    const good = put({ name: '茶', price: 1 })
    put({ price: 9 }, good)
    expect(store.searchGoods('茶', 9)).toMatchObject([{ price: 9 }])
  })

  test('off goods are not listed, and are again when they are on', () => {
    const good = put({ name: '月饼', price: 1, quick: 1, code: '5' })
    put({ on: false }, good)
    expect([find('月饼'), find('yb'), store.quickGoods(), store.countGoods()]).toEqual([[], [], [], 0])
    expect(store.goodByCode('5')?.on).toBe(false)
    put({ on: true }, good)
    expect([find('月饼'), store.quickGoods().length, store.countGoods()]).toEqual([['月饼'], 1, 1])
  })

  test('of two goods of one code the one that is on answers', () => {
    const off = put({ name: '旧', price: 1, code: '5', on: false })
    const on = put({ name: '新', price: 1, code: '5' })
    expect(store.goodByCode('5')?.id).toBe(on)
    put({ on: true }, off)
    put({ on: false }, on)
    expect(store.goodByCode('5')?.id).toBe(off)
  })

  test('what is sold most often comes first, and no more than asked for', () => {
    const [rare, often] = [put({ name: '米甲', price: 1 }), put({ name: '米乙', price: 1 })]
    store.commit({ events: [sale(often, 1), sale(often, 2), sale(rare, 3)], prints: [] }, MORNING, null)
    expect(find('米')).toEqual(['米乙', '米甲'])
    expect(find('米', 1)).toEqual(['米乙'])
    // A commit that fails in its middle, here at a number that is taken, ranks nothing.
    expect(() => store.commit({ events: [sale(rare, 4), sale(rare, 4)], prints: [] }, MORNING, null)).toThrow('UNIQUE')
    expect(find('米')).toEqual(['米乙', '米甲'])
    // Off for a while, and back where its sales put it.
    put({ on: false }, often)
    store.commit({ events: [sale(rare, 6)], prints: [] }, MORNING, null)
    put({ on: true }, often)
    store.commit({ events: [sale(often, 7)], prints: [] }, MORNING, null)
    expect(find('米')).toEqual(['米乙', '米甲'])
  })

  test('and does after the till starts again', () => {
    const folder = temporaryFolder()
    store = openStore(folder)
    named('米')
    const often = put({ name: '米乙', price: 1 })
    store.commit({ events: [sale(often, 1)], prints: [] }, MORNING, null)
    store.close()
    const again = openStore(folder)
    expect(again.searchGoods('米', 9).map(({ name }) => name)).toEqual(['米乙', '米'])
  })

  test('an edit that came before its good is kept and not shown', () => {
    const good = put({ price: 9 })
    expect([store.good(good), store.listGoods(undefined, 10)]).toEqual([undefined, []])
    put({ name: '迟到' }, good)
    expect(store.good(good)).toMatchObject({ name: '迟到', price: 9 })
    expect(find('迟到')).toEqual(['迟到'])
  })

  test('quick keys in their order, pages of goods in the order of their ids', () => {
    const goods = [3, 1, 2].map((quick) => put({ name: `键${quick}`, price: 1, quick }))
    expect(store.quickGoods().map(({ name }) => name)).toEqual(['键1', '键2', '键3'])
    const pages = [store.listGoods(undefined, 2), store.listGoods(goods.toSorted()[1], 2)].flat().map(({ id }) => id)
    expect(pages).toEqual(goods.toSorted())
  })
})

describe('goods that come by the hundred', () => {
  const changesOf = (count: number, from = 0): Change[] => Array.from({ length: count }, (_, n) => {
    const doc = { name: `北冰洋${from + n}号`, price: 100, code: `69${from + n}` }
    return { kind: 'good', id: ids.next(), rev: from + n + 1, doc, clocks: Object.fromEntries(Object.keys(doc).map((field) => [field, '0190a5b000000000-cloud'])) }
  })
  const settleAll = (): void => { while (store.settleSearch(7)); }

  test('are sold at once, and found by name and pinyin when their turn has come, each once', () => {
    const changes = changesOf(60)
    store.applyChanges(changes, 60)
    expect(store.goodByCode('6959')?.name).toBe('北冰洋59号')
    expect(find('北冰洋', 100)).toEqual([])
    expect(store.unsearchable()).toBe(60)
    expect(store.settleSearch(20)).toBe(true)
    expect(store.unsearchable()).toBe(40)
    expect(find('bbyang', 100)).toHaveLength(0)
    expect(find('bby', 100)).toHaveLength(20)
    settleAll()
    expect(find('北冰洋', 100)).toHaveLength(60)
    expect([store.settleSearch(20), store.unsearchable()]).toEqual([false, 0])
    expect(store.verify().faults).toEqual([])
  })
  test('are found by what they are called now, whether edited before their turn, while they wait again, or after', () => {
    const changes = changesOf(60)
    store.applyChanges(changes, 60)
    put({ name: '健力宝' }, changes[0]!.id)
    expect(find('健力宝')).toEqual(['健力宝'])
    settleAll()
    expect(find('北冰洋', 100)).toHaveLength(59)
    store.applyChanges(changes.map((each) => ({ ...each, rev: each.rev + 60, doc: { ...each.doc, name: '崂山矿泉' }, clocks: { ...unpackClocks(each.clocks, each.doc), name: '0fff000000000000-cloud' } })), 120)
    settleAll()
    expect(find('崂山', 100)).toHaveLength(60)
    expect(find('北冰洋', 100)).toEqual([])
    expect(find('健力宝')).toEqual([])
  })
  test('wait in the file: a till that ended goes on where it was', () => {
    const folder = temporaryFolder()
    store = openStore(folder)
    store.applyChanges(changesOf(60), 60)
    store.settleSearch(10)
    store.close()
    store = openStore(folder)
    expect(find('北冰洋', 100)).toHaveLength(10)
    settleAll()
    expect(find('北冰洋', 100)).toHaveLength(60)
  })
})
