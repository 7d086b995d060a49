/** Goods at the till: making and editing them, codes, stock, and rows of a file that wait for mending. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { type TestTill, openTill } from '#desktop/testing/till.ts'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
})
const put = (set: Record<string, unknown>, good = randomUUID() as string, key = randomUUID() as string) => till.run('goods.put', { key, good, set })
const putRefused = (set: Record<string, unknown>, good = randomUUID() as string, key = randomUUID() as string) => till.refusal('goods.put', { key, good, set })

describe('goods.put', () => {
  test('a new good needs a name and a price; the rest has values', async () => {
    for (const set of [{}, { name: '茶' }, { price: 1 }]) expect(await putRefused(set)).toMatchObject({ code: 'good.incomplete' })
    expect(await put({ name: ' 茶 ', price: 0 })).toMatchObject({ name: '茶', price: 0, code: '', codes: [], unit: '个', pricing: 'piece', cost: null, on: true, quick: 0, stock: null })
  })

  test('an edit changes what it says and nothing else, and screens hear of it', async () => {
    const { id } = await put({ name: '茶', price: 100, category: '饮料' })
    expect(await put({ price: 120 }, id)).toMatchObject({ name: '茶', price: 120, category: '饮料' })
    expect(till.events.at(-1)).toMatchObject({ name: 'good.changed', payload: { id, price: 120 } })
  })

  test('a code is one good\'s: as main or other code, also of one that is off', async () => {
    const tea = await put({ name: '茶', price: 1, code: '11', codes: ['12'] })
    for (const set of [{ code: '11' }, { code: '12' }, { codes: ['11'] }, { codes: ['x', '12'] }]) {
      expect(await putRefused({ name: '米', price: 1, ...set })).toMatchObject({ code: 'good.code_taken', detail: { name: '茶' } })
    }
    await put({ code: '12', codes: ['11'] }, tea.id)
    await put({ on: false }, tea.id)
    expect(await putRefused({ name: '米', price: 1, code: '11' })).toMatchObject({ code: 'good.code_taken' })
    await put({ code: '', codes: [] }, tea.id)
    expect(await put({ name: '米', price: 1, code: '11' })).toMatchObject({ code: '11' })
  })

  test.each([
    ['a negative price', { price: -1 }], ['a fraction of a fen', { price: 0.5 }], ['a price as text', { price: '1' }], ['a price beyond all money', { price: 1e12 + 1 }],
    ['no name', { name: '  ' }], ['a name too long', { name: 'x'.repeat(121) }], ['half a character', { name: '茶\ud83c' }], ['NUL', { name: '茶\0' }], ['NUL in a code', { codes: ['a\0b'] }],
    ['a picture that is a script', { picture: 'javascript:alert(1)' }], ['a picture that is a page', { picture: 'data:text/html,x' }], ['pricing nobody knows', { pricing: 'litre' }], ['no object', null],
  ])('%s is refused at the door, with the field', async (_what, set) => {
    const refused = await till.refusal('goods.put', { good: randomUUID(), set: (set === null ? null : { name: '茶', price: 1, ...set }) as never })
    expect(refused).toMatchObject({ code: 'call.invalid', detail: { field: expect.stringMatching(/^set/) as string } })
  })

  test('twice with one key is once; the key is good for nothing else', async () => {
    const [good, key] = [randomUUID(), randomUUID()]
    const first = await put({ name: '茶', price: 1 }, good, key)
    const head = till.store.head()
    expect(await put({ name: '茶', price: 1 }, good, key)).toEqual(first)
    expect(await putRefused({ name: '茶', price: 2 }, good, key)).toMatchObject({ code: 'key.reused' })
    expect(await putRefused({ name: '茶', price: 1 }, randomUUID(), key)).toMatchObject({ code: 'key.reused' })
    expect(await till.refusal('stock.move', { key, reason: 'wasted', lines: [{ good, delta: -1 }] })).toMatchObject({ code: 'key.reused' })
    expect(till.store.head()).toEqual(head)
  })
})

describe('code.read', () => {
  const read = async (text: string) => {
    const found = await till.run('code.read', { text })
    return found.kind === 'good' ? found.good.name : found.kind === 'unknown' ? found.code : found.kind
  }
  test('a good by any of its codes; a UPC with and without its zero; what is wrong with the rest', async () => {
    await put({ name: '可乐', price: 1, code: '6901234567892', codes: ['A-1'] })
    await put({ name: '进口茶', price: 1, code: '0012345678905' })
    await put({ name: '进口米', price: 1, code: '036000291452' })
    const off = await put({ name: '旧', price: 1, code: '55' })
    await put({ on: false }, off.id)
    expect([await read('6901234567892'), await read(' A-1 '), await read('012345678905'), await read('0036000291452')]).toEqual(['可乐', '可乐', '进口茶', '进口米'])
    expect([await read(''), await read('  '), await read('6901234567893'), await read('6901234567885'), await read('55'), await read('https://example.cn/')])
      .toEqual(['code.empty', 'code.empty', 'code.wrong_check_digit', 'code.not_found', 'code.off_sale', 'code.link'])
  })
  test('a search shows the good of an exact code first, and never twice', async () => {
    await put({ name: '一号 42', price: 1, code: '4242' })
    await put({ name: '二号', price: 1, code: '42' })
    expect((await till.run('goods.search', { text: '42' })).goods.map(({ name }) => name)).toEqual(['二号', '一号 42'])
    expect((await till.run('goods.search', { text: '42', limit: 1 })).goods).toHaveLength(1)
  })
})

test('a price finds what costs it: first where a point or a sign says so, last where the digits may be anything', async () => {
  await put({ name: '一号', price: 1200, code: '7712' })
  await put({ name: '十二月', price: 350 })
  await put({ name: '半价', price: 1250, code: '350' })
  const names = async (text: string, limit = 50) => (await till.run('goods.search', { text, limit })).goods.map(({ name }) => name)
  expect([await names('12.5'), await names('￥12.50'), await names('12.50元')]).toEqual([['半价'], ['半价'], ['半价']])
  expect(await names('12')).toEqual(['一号'])
  expect(await names('3.50')).toEqual(['十二月', '半价'])
  expect(await names('350')).toEqual(['半价'])
  expect(await names('-12')).toEqual(['一号'])
  expect(await names('0.00')).toEqual([])
  await put({ price: 2000 }, (await till.run('goods.search', { text: '半价' })).goods[0]!.id)
  expect([await names('12.5'), await names('20.00')]).toEqual([[], ['半价']])
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test('an edit says which values it replaces, as far as this till knows', async () => {
  const good = randomUUID()
  await till.run('goods.put', { good, set: { name: '豆腐', price: 300 } })
  const before = till.store.document('good', good)!.clocks
  const key = randomUUID()
  await till.run('goods.put', { key, good, set: { price: 350, origin: '本地' } })
  expect(till.store.event(key)?.body).toMatchObject({ set: { price: 350, origin: '本地' }, over: { price: before.price } })
})

describe('stock.move', () => {
  test('adds up by deltas, once for a key', async () => {
    const { id: good } = await put({ name: '茶', price: 1 })
    const key = randomUUID()
    const call = { key, reason: 'received' as const, lines: [{ good, delta: 5000 }, { good, delta: -2000 }] }
    for (let i = 0; i < 2; i++) await till.run('stock.move', call)
    expect((await till.run('goods.get', { good })).stock).toBe(3000)
    expect(await till.refusal('stock.move', { ...call, lines: [{ good, delta: 5000 }] })).toMatchObject({ code: 'key.reused' })
    expect(await till.refusal('stock.move', { reason: 'counted', lines: [{ good, delta: 1 }, { good: randomUUID(), delta: 1 }] })).toMatchObject({ code: 'good.not_found' })
    for (const lines of [[], [{ good, delta: 0.5 }], [{ good, delta: 2e9 }]]) expect(await till.refusal('stock.move', { reason: 'counted', lines })).toMatchObject({ code: 'call.invalid' })
    expect((await till.run('goods.get', { good })).stock).toBe(3000)
  })
})

describe('a file of goods', () => {
  const FILE = '条码,名称,零售价,库存\n6901234567892,可乐,3.50,10\n,无价茶,,\n,鸭梨,4.99,\n6901234567893,坏码,1.00,\n'
  const csv = (text: string) => ({ name: 'goods.csv', data: Buffer.from(text).toString('base64') })

  test('good rows come in, bad ones are kept; with the same key it is the same import', async () => {
    const key = randomUUID()
    const [first, second] = await Promise.all([till.run('goods.import', { key, ...csv(FILE) }), till.run('goods.import', { key, ...csv(FILE) })])
    expect(first).toMatchObject({ import: key, rows: 4, added: 2, updated: 0, refused: 2 })
    expect(second).toEqual(first)
    const head = till.store.head()
    expect(await till.run('goods.import', { key, ...csv(FILE) })).toEqual(first)
    expect(till.store.head()).toEqual(head)
    expect((await till.run('goods.search', { text: '可乐' })).goods).toMatchObject([{ price: 350, stock: 10_000 }])
    expect((await till.run('import.rows', {})).rows.map(({ row, bad }) => [row, bad[0]!.code])).toEqual([[3, 'import.no_price'], [5, 'import.wrong_check_digit']])
  })

  test('again under another key it edits the goods that are there, and counts stock anew', async () => {
    await till.run('goods.import', csv(FILE))
    const good = (await till.run('goods.search', { text: '可乐' })).goods[0]!
    await till.run('stock.move', { reason: 'wasted', lines: [{ good: good.id, delta: -4000 }] })
    expect(await till.run('goods.import', csv(FILE.replace('3.50,10', '4.00,10')))).toMatchObject({ added: 0, updated: 2 })
    expect(await till.run('goods.get', { good: good.id })).toMatchObject({ price: 400, stock: 10_000 })
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('a stock far off is counted all the same', async () => {
    await till.run('goods.import', csv('名称,零售价,库存\n沙,1.00,-1000000\n'))
    await till.run('goods.import', csv('名称,零售价,库存\n沙,1.00,1000000\n'))
    expect((await till.run('goods.search', { text: '沙' })).goods[0]!.stock).toBe(1_000_000_000)
  })

  test('a kept row is mended or dropped, once', async () => {
    const { import: id } = await till.run('goods.import', csv(FILE))
    const mend = { key: randomUUID(), import: id, row: 3, set: { price: '2.00' } }
    expect(await till.run('import.mend', { ...mend, key: randomUUID(), set: { price: 'x' } })).toMatchObject({ bad: [{ code: 'import.price_unreadable' }], left: 2 })
    expect(await till.run('import.mend', mend)).toEqual({ bad: [], left: 1 })
    const head = till.store.head()
    expect(await till.run('import.mend', mend)).toEqual({ bad: [], left: 1 })
    expect(await till.refusal('import.mend', { ...mend, row: 5 })).toMatchObject({ code: 'key.reused' })
    expect(await till.refusal('import.mend', { ...mend, key: randomUUID() })).toMatchObject({ code: 'import.row_not_found' })
    expect(till.store.head()).toEqual(head)
    const drop = { key: randomUUID(), import: id, row: 5, set: {}, drop: true }
    for (let i = 0; i < 2; i++) expect(await till.run('import.mend', drop)).toEqual({ bad: [], left: 0 })
    expect((await till.run('goods.search', { text: '无价茶' })).goods).toMatchObject([{ price: 200 }])
  })

  test('what is no table, or has no prices, is refused and leaves nothing', async () => {
    const head = till.store.head()
    expect((await till.refusal('goods.import', csv(''))).code).toMatch(/^file\./)
    expect(await till.refusal('goods.import', csv('甲,乙\n1,2\n'))).toMatchObject({ code: 'import.no_name_or_price' })
    expect(await till.refusal('goods.import', { name: 'x', data: '$$$' })).toMatchObject({ code: 'call.invalid' })
    expect(till.store.head()).toEqual(head)
  })

  test('a file with NUL in it is no text', async () => {
    expect(await till.refusal('goods.import', csv('名称,零售价\n茶\0叶,1.00\n'))).toMatchObject({ code: 'file.unreadable' })
  })
})
