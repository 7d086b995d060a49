/** Everything in one file: read back, cell by cell, and the goods of it brought into another till. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import readXlsxFile from 'read-excel-file/node'
import { beforeEach, expect, test } from 'vitest'
import { CASHIER_PIN, OWNER_PIN, openTill, type TestTill } from '#desktop/testing/till.ts'
import type { CallInput } from '#shared/host/contract.ts'
import { ExportSheets } from './export-sheets.ts'
import { workbookOf } from './workbook.ts'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
})
type Cells = readonly unknown[]
async function sheetsOf(data: string): Promise<Record<string, readonly Cells[]>> {
  // A time is a fraction of a day: this reader cuts off what is a hair before the second that was meant.
  const whole = (cell: unknown): unknown => (cell instanceof Date ? new Date(Math.round(cell.getTime() / 1000) * 1000) : cell)
  return Object.fromEntries((await readXlsxFile(Buffer.from(data, 'base64'))).map(({ sheet, data: rows }) => [sheet, rows.map((row) => row.map(whole))]))
}
async function fetched(from: TestTill, input: Partial<CallInput<'export.all'>> = {}): Promise<{ name: string; data: string }> {
  const { export: id, name, pieces } = await from.run('export.all', { language: 'zh', clear: false, ...input })
  let data = ''
  for (let piece = 0; piece < pieces; piece++) data += (await from.run('export.piece', { export: id, piece })).data
  return { name, data }
}
const exported = async (input: Partial<CallInput<'export.all'>> = {}) => sheetsOf((await fetched(till, input)).data)

test('goods, lots, members, sales, refunds, shifts, cash and promotions, with real numbers and dates', async () => {
  await till.run('shift.open', { float: 20_000 })
  const cola = await till.addGood({ name: '可乐', code: '6901234567892', price: 350, cost: 210, category: '饮料', unit: '瓶' })
  const greens = await till.addGood({ name: '青菜', code: '', price: 400, pricing: 'weight', unit: '斤', on: true })
  await till.run('stock.receive', { lines: [{ good: cola.id, quantity: 24_000, lot: { no: 'B1', expiry: '2027-01-31' }, cost: 210 }] } as never)
  await till.run('promotion.put', { promotion: randomUUID(), set: { name: '周末', rule: { kind: 'spend', over: 5000, off: 500, repeat: false } } })
  await till.run('member.join', { set: { name: '张小花', phone: '138 1234 5678', birthday: '05-20' } })
  const sale = await till.sell([{ good: cola, quantity: 3000, discount: 50 }, { good: greens, quantity: 750 }])
  await till.run('sale.refund', { sale: sale.sale, lines: [{ line: 0, good: cola.id, quantity: 1000, amount: 333, stock: 'back' }], reason: 'quality', total: 333, channel: 'cash' } as never)
  await till.run('cash.move', { way: 'out', amount: 10_000, reason: 'deposit' })
  const sheets = await exported()
  expect(Object.keys(sheets)).toEqual(['商品', '批次', '会员', '销售', '退货', '导入的历史', '班次', '现金进出', '促销'])
  expect(sheets['商品']!.slice(1).toSorted((a, b) => Number(b[2]) - Number(a[2]))).toEqual([
    [null, '青菜', 4, null, null, '斤', '计重', null, null, -0.75, null, null, '是', null],
    ['6901234567892', '可乐', 3.5, 2.1, '饮料', '瓶', '计件', null, null, 22, null, null, '是', null],
  ])
  // Of which lot a thing is that came back, nobody knows.
  expect(sheets['批次']![1]).toEqual(['6901234567892', '可乐', 'B1', new Date('2027-01-31'), 21])
  expect(sheets['会员']![1]).toEqual(['张*', '138****5678', null, null, expect.any(Date)])
  const [first, second] = sheets['销售']!.slice(1)
  // The shop's own clock, and its day.
  const at = new Date('2026-11-23T10:00:00Z')
  expect(first).toEqual([sale.no, at, new Date('2026-11-23'), '01', 1, '6901234567892', '可乐', '瓶', 3, 3.5, 10.5, 0.5, 10, 2.1, sale.total / 100, '现金'])
  expect(second!.slice(4, 13)).toEqual([2, null, '青菜', '斤', 1.5, 4, 6, 0, 6])
  expect(sheets['退货']![1]!.slice(1)).toEqual([at, new Date('2026-11-23'), '01', sale.no, 1, '6901234567892', '可乐', '瓶', 1, 3.33, '回货架', '质量问题', '现金'])
  expect(sheets['班次']![1]).toEqual([new Date('2026-11-23'), at, '未交班', '01', 200, null, null, null, null])
  expect(sheets['现金进出']![1]).toEqual([at, '01', '取出', -100, '存银行', null])
  expect(sheets['促销']![1]).toEqual(['周末', '是', '满 50.00 减 5.00', 0, null, '否', null, null])
  await till.run('shift.close', { counted: 11_000 })
  expect((await exported({ language: 'en' }))['Shifts']![1]!.slice(5)).toEqual([expect.any(Number), 110, expect.any(Number), 1])
})

test('members in full are for who may read them; each export is in the journal, once for each key', async () => {
  await till.run('member.join', { set: { name: '张小花', phone: '13812345678' } })
  const gone = await till.run('member.join', { set: { name: '李四', phone: '13900000000' } })
  await till.run('person.erase', { person: gone.member })
  const key = randomUUID()
  const sheets = await exported({ key, clear: true })
  expect(sheets['会员']!.slice(1).map((row) => row.slice(0, 2))).toEqual([['张小花', '13812345678']])
  expect(till.store.event(key)).toMatchObject({ type: 'data.exported', body: { members: 1, clear: true } })
  const head = till.store.head()
  await exported({ key, clear: true })
  expect(till.store.head()).toEqual(head)
  expect(await till.refusal('export.all', { key, clear: false })).toMatchObject({ code: 'key.reused' })
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await till.refusal('export.all', {})).toMatchObject({ code: 'staff.not_allowed' })
  await till.run('staff.signIn', { no: '01', pin: OWNER_PIN })
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test.each(['zh', 'en'] as const)('the goods come into another till as they were (%s)', async (language) => {
  const goods = [
    { name: '可乐', code: '6901234567892', price: 350, cost: 210, category: '饮料', unit: '瓶', spec: '330ml', origin: '杭州' },
    { name: '=SUM(A1)', code: '007', price: 1, unit: '袋' },
    { name: '青菜', code: '2101', price: 499, pricing: 'weight' as const, unit: '斤', category: '蔬菜' },
    { name: '散装米', code: '2102', price: 650, pricing: 'weight' as const, unit: '公斤' },
  ]
  for (const fields of goods) {
    const good = await till.addGood(fields)
    await till.run('stock.move', { reason: 'received', lines: [{ good: good.id, delta: fields.price * 10 as never }] })
  }
  const { name, data } = await fetched(till, { language })
  expect(name).toMatch(/\.xlsx$/)
  const other = openTill()
  await other.setUp()
  expect(await other.run('goods.import', { name, data })).toMatchObject({ rows: 4, added: 4, refused: 0, notedTotal: 0 })
  const plain = ({ id: _id, ...good }: object & { id: string }): object => good
  for (const { code } of goods) expect(plain(other.store.goodByCode(code)!)).toEqual(plain(till.store.goodByCode(code)!))
})

test('selling goes on while it is made', async () => {
  await till.run('shift.open', { float: 0 })
  const cola = await till.addGood({ price: 350 })
  for (let i = 0; i < 20; i++) await till.sell([{ good: cola }])
  let isThrough = false
  const file = fetched(till).finally(() => { isThrough = true })
  let sold = 0
  while (!isThrough) {
    await till.sell([{ good: cola }])
    sold += 1
    await new Promise((resolve) => { setImmediate(resolve) })
  }
  expect(sold).toBeGreaterThan(2)
  // What was sold meanwhile is in the next.
  expect((await sheetsOf((await file).data))['销售']).toHaveLength(1 + 20)
})

test('more than a sheet holds goes on another', async () => {
  const bytes: Uint8Array[] = []
  const sheets = new ExportSheets({ zone: 'Asia/Shanghai', language: 'zh', staff: {}, batches: [] }, (piece) => bytes.push(piece), 2)
  sheets.add({ kind: 'members', members: [1, 2, 3, 4, 5].map((joined) => ({ name: String(joined), phone: '', birthday: '', note: '', joined })) })
  sheets.end()
  const read = await sheetsOf(Buffer.concat(bytes).toString('base64'))
  expect(Object.keys(read)).toEqual(['商品', '批次', '会员', '会员 2', '会员 3', '销售', '退货', '导入的历史', '班次', '现金进出', '促销'])
  expect(['会员', '会员 2', '会员 3'].map((name) => read[name]!.map((row) => row[0]))).toEqual([['姓名', '1', '2'], ['姓名', '3', '4'], ['姓名', '5']])
})

test('what a file brought in is there line by line, and no more once it is taken back', async () => {
  await till.addGood({ name: '可乐', code: '101', category: '饮料', unit: '瓶' })
  const text = '单号,时间,条码,品名,数量,单价,金额,进价,付款方式\nA1,2026-05-01 09:05,101,,2,3.50,6.50,2.00,现金\nA2,2026-05-02,,老冰棍,-1,1.00,-1.00,,微信\n'
  const { import: id } = await till.run('import.bring', { kind: 'history', name: 'h.csv', data: Buffer.from(text).toString('base64') })
  expect((await exported())['导入的历史']!.slice(1)).toEqual([
    ['A1', new Date('2026-05-01T09:05:00Z'), new Date('2026-05-01'), null, 1, '101', '可乐', '饮料', '瓶', 2, 7, 6.5, 4, '现金'],
    ['A2', null, new Date('2026-05-02'), null, 1, null, '老冰棍', null, '个', -1, -1, -1, null, '微信'],
  ])
  await till.run('import.undo', { import: id })
  expect((await exported())['导入的历史']).toHaveLength(1)
})

test('a file is fetched by whoever made it, once, and not for ever', async () => {
  const { export: id, pieces } = await till.run('export.all', {})
  expect(pieces).toBe(1)
  expect(await till.refusal('export.piece', { export: id, piece: 1 })).toMatchObject({ code: 'export.gone' })
  expect(await till.refusal('export.piece', { export: randomUUID(), piece: 0 })).toMatchObject({ code: 'export.gone' })
  await till.addStaff('02', 'manager')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await till.refusal('export.piece', { export: id, piece: 0 })).toMatchObject({ code: 'export.gone' })
  await till.run('staff.signIn', { no: '01', pin: OWNER_PIN })
  expect((await till.run('export.piece', { export: id, piece: 0 })).data).toMatch(/^UEsDB/)
  expect(await till.refusal('export.piece', { export: id, piece: 0 })).toMatchObject({ code: 'export.gone' })
  const late = await till.run('export.all', {})
  till.clock.pass(601_000)
  expect(await till.refusal('export.piece', { export: late.export, piece: 0 })).toMatchObject({ code: 'export.gone' })
})

test('any text comes back from the file as it was, but for what no file can hold', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map((value) => value.trim())
  await fc.assert(fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (texts) => {
    const rows = texts.map((each) => [{ kind: 'text' as const, text: `|${each}|` }, { kind: 'yuan' as const, fen: each.length * 7 }])
    const [sheet] = await readXlsxFile(Buffer.from(workbookOf([{ name: 'a & <b>', widths: [1, 1], rows }])), { trim: false })
    expect(sheet!.sheet).toBe('a & <b>')
    // oxlint-disable-next-line no-control-regex -- Control characters are what is taken out.
    expect(sheet!.data).toEqual(texts.map((each) => [`|${each.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ' ').replace(/\r\n?/g, '\n')}|`, each.length * 7 / 100]))
  }), { numRuns: 30 })
})
