/** Counted stock by lots, and the rows of stock and member files that could not come in. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { CASHIER_PIN, openTill, type TestTill } from '#desktop/testing/till.ts'
import type { CallInput } from '#shared/host/contract.ts'
import type { Id } from '#shared/identity/ids.ts'
import { formatQuantity } from '#shared/quantity/quantity.ts'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
})
const input = (kind: 'stock' | 'members', text: string): Omit<CallInput<'import.bring'>, 'key'> => ({ kind, name: `${kind}.csv`, data: Buffer.from(text).toString('base64') })
const bring = (text: string) => till.run('import.bring', input('stock', text))
const lots = async (good: Id) => {
  const { stock, lots: left } = await till.run('stock.lots', { good })
  return { stock, lots: left.map(({ no, expiry, quantity }) => [no, expiry, quantity]) }
}
const HEAD = '条码,批号,生产日期,有效期,保质期,数量,进价\n'

test('a file with lots brings them in with their last days and costs, each as it would be received', async () => {
  const milk = await till.addGood({ name: '牛奶', code: '101', cost: null })
  const salt = await till.addGood({ name: '盐', code: '102' })
  await till.run('stock.move', { reason: 'received', lines: [{ good: milk.id, delta: 5000 as never }] })
  const done = await bring(`${HEAD}101,B1,2026/11/1,2026年12月1日,,6,2.00\n101,,2026-11-05,,30,4,3.00\n101,B3,,,,2.5,\n102,,,,,7,\n102,,2026-08-31,,6个月,1,\n`)
  expect(done).toMatchObject({ rows: 5, done: 5, refused: 0 })
  expect(await lots(milk.id)).toEqual({ stock: 12_500, lots: [['B1', '2026-12-01', 6000], ['2026-11-05', '2026-12-05', 4000], ['B3', '', 2500]] })
  expect(await lots(salt.id)).toEqual({ stock: 8000, lots: [['2026-08-31', '2027-02-28', 1000]] })
  // Six at 2.00 and four at 3.00; of those without a cost nobody knows.
  expect(till.store.good(milk.id)!.cost).toBe(240)
  expect((await till.run('stock.papers', {})).papers.map(({ kind }) => kind)).toEqual(['stock.received', 'stock.counted'])
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test('a second file says what is there now: lots that are less or gone are counted away', async () => {
  const milk = await till.addGood({ name: '牛奶', code: '101' })
  await bring(`${HEAD}101,B1,,2026-12-01,,6,\n101,B2,,2026-12-09,,4,\n`)
  await bring(`${HEAD}101,B2,,2026-12-09,,3,\n101,B4,,2027-01-01,,1,\n101,,,,,2,\n`)
  expect(await lots(milk.id)).toEqual({ stock: 6000, lots: [['B2', '2026-12-09', 3000], ['B4', '2027-01-01', 1000]] })
  // A file without lots sets what there is, as ever.
  await bring('条码,数量\n101,5\n')
  expect((await lots(milk.id)).stock).toBe(5000)
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test('what is wrong with a lot is named by row and column, kept, and mended', async () => {
  const milk = await till.addGood({ name: '牛奶', code: '101' })
  const { import: id, refused } = await bring(`${HEAD}101,B1,,某天,,6,\n101,B2,,2026-12-09,,-4,\n101,B2,,2026-12-09,一阵子,4,x\n101,B5,,,,5,\n101,B5,,,,5,\n999,B1,,,,1,\n`)
  expect(refused).toBe(5)
  const { rows, total } = await till.run('import.rows', {})
  expect(total).toBe(5)
  expect(rows.map(({ kind, row, bad }) => [kind, row, ...bad.map(({ column, code }) => `${column} ${code}`)])).toEqual([
    ['stock', 2, '有效期 import.date_unreadable'], ['stock', 3, '数量 import.stock_unreadable'], ['stock', 4, '保质期 import.date_unreadable', '进价 import.cost_unreadable'],
    ['stock', 6, '批号 import.duplicate_lot'], ['stock', 7, '条码 import.good_unknown'],
  ])
  const key = randomUUID()
  for (let i = 0; i < 2; i++) expect(await till.run('import.mend', { key, import: id, row: 2, set: { expiry: '2026-12-24' } })).toEqual({ bad: [], left: 4 })
  expect((await till.run('import.mend', { import: id, row: 4, set: { shelf: '', cost: '-1' } })).bad).toMatchObject([{ code: 'import.cost_unreadable' }])
  expect(await till.run('import.mend', { import: id, row: 4, set: { cost: '1.50' } })).toEqual({ bad: [], left: 3 })
  expect((await till.run('import.mend', { import: id, row: 7, set: { code: '998' } })).bad).toMatchObject([{ value: '998', code: 'import.good_unknown' }])
  expect(await till.run('import.mend', { import: id, row: 7, set: {}, drop: true })).toEqual({ bad: [], left: 2 })
  // The other lots are as they were.
  expect(await lots(milk.id)).toEqual({ stock: 15_000, lots: [['B2', '2026-12-09', 4000], ['B1', '2026-12-24', 6000], ['B5', '', 5000]] })
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await till.refusal('import.mend', { import: id, row: 3, set: { quantity: '4' } })).toMatchObject({ code: 'staff.not_allowed' })
})

test('lots don\'t change while somebody counts', async () => {
  const milk = await till.addGood({ name: '牛奶', code: '101' })
  await bring(`${HEAD}101,B1,,2026-12-01,,6,\n`)
  await till.run('count.begin', {})
  const head = till.store.head()
  expect(await till.refusal('import.bring', input('stock', `${HEAD}101,B1,,2026-12-01,,5,\n`))).toMatchObject({ code: 'count.open' })
  expect(till.store.head()).toEqual(head)
  expect((await lots(milk.id)).stock).toBe(6000)
})

test('a stock that a file counted by lots stands when an import of before it is undone', async () => {
  const { import: id } = await till.run('goods.import', { name: 'x.csv', data: Buffer.from('条码,名称,零售价,库存\n101,茶,3.50,10\n').toString('base64') })
  await bring(`${HEAD}101,B1,,2026-12-01,,7,\n`)
  expect(await till.run('import.undo', { import: id })).toMatchObject({ off: 1, stock: 0, stood: [{ what: 'stock', why: 'counted' }] })
  expect(till.store.goodByCode('101')).toMatchObject({ on: false, stock: 7000 })
})

test('bad rows of members come whole with the answer, and are nowhere else', async () => {
  const { badRows } = await till.run('import.bring', input('members', '姓名,手机号\n张小花,123\n李四,13900000000\n'))
  expect(badRows).toEqual([{ row: 2, cells: { 姓名: '张小花', 手机号: '123' }, bad: [{ row: 2, column: '手机号', value: '123', code: 'import.phone_bad' }] }])
  expect((await till.run('import.rows', {})).total).toBe(0)
})

test('whatever there was, after a file there is what it says, lot by lot, and the ledger is whole', async () => {
  const good = await till.addGood({ name: '牛奶', code: '101' })
  const part = fc.record({ lot: fc.constantFrom('', 'A', 'B', 'C'), quantity: fc.integer({ min: 0, max: 9000 }) })
  await fc.assert(fc.asyncProperty(fc.uniqueArray(part, { selector: ({ lot }) => lot, minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 5000 }), async (rows, wasted) => {
    await bring(`${HEAD}${rows.map(({ lot, quantity }) => `101,${lot},,,,${formatQuantity(quantity)},`).join('\n')}\n`)
    const total = rows.reduce((sum, { quantity }) => sum + quantity, 0)
    expect(await lots(good.id)).toEqual({ stock: total, lots: rows.filter(({ lot, quantity }) => lot !== '' && quantity > 0).map(({ lot, quantity }) => [lot, '', quantity]).sort() })
    if (wasted > 0) await till.run('stock.waste', { reason: 'damaged', lines: [{ good: good.id, quantity: wasted as never }] })
  }), { numRuns: 25 })
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test('a file that has a lot by a date that was corrected since says what is there of it', async () => {
  const milk = await till.addGood({ name: '牛奶', code: '101' })
  await till.run('stock.receive', { lines: [{ good: milk.id, quantity: 6000, lot: { no: 'B1', expiry: '2026-12-01' } }] })
  const [lot] = (await till.run('lot.list', {})).lots
  await till.run('lot.correct', { lot: lot!.lot, expiry: '2026-12-11' })
  await bring(`${HEAD}101,B1,,2026-12-01,,7,\n`)
  expect(await lots(milk.id)).toEqual({ stock: 7000, lots: [['B1', '2026-12-11', 7000]] })
  // By both dates it is one lot, and there is of it what both rows say.
  for (const [early, late] of [[4, 2], [6, 3]] as const) {
    await bring(`${HEAD}101,B1,,2026-12-01,,${early},2.00\n101,B1,,2026-12-11,,${late},\n`)
    expect(await lots(milk.id)).toEqual({ stock: (early + late) * 1000, lots: [['B1', '2026-12-11', (early + late) * 1000]] })
  }
})
