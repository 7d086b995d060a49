import { existsSync, readFileSync } from 'node:fs'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { type ColumnMapping, GOOD_COLUMNS, type RefusedCell, sellingOf } from '#shared/catalog/goods-import.ts'
import { type BadCell, IMPORT_FIELDS, type Mapping } from '#shared/host/schemas.ts'
import { type GoodsFinder, type ImportPlan, planImport, previewImport } from './goods-import.ts'

const nobody: GoodsFinder = { goodByCode: () => undefined, goodByName: () => undefined }
const planOf = (text: string | Buffer, goods = nobody, mapping?: Mapping): Promise<ImportPlan> =>
  planImport({ name: 'goods.csv', data: Buffer.from(text).toString('base64'), mapping }, goods)

test('the catalog and the contract name the same fields', () => {
  expect(GOOD_COLUMNS).toEqual(IMPORT_FIELDS)
  const sameMapping: Mapping = {} satisfies ColumnMapping
  const sameCell: BadCell[] = [] satisfies RefusedCell[]
  expect([sameMapping, sameCell]).toEqual([{}, []])
})

test('good rows come in, bad ones are listed with row, column, value and reason', async () => {
  const plan = await planOf('条码,品名,售价,单位\n6901234567892,"可\n乐",3.5,瓶\n6901234567893,雪碧,0,\n,盐,2.333,袋\n007,糖,4,袋\n')
  expect(plan).toMatchObject({ rows: 4, mapping: { code: '条码', name: '品名', price: '售价', unit: '单位' } })
  expect(plan.good.map(({ row, fields }) => [row, fields.name])).toEqual([[2, '可\n乐'], [6, '糖']])
  expect(plan.bad.flatMap(({ bad }) => bad)).toEqual([
    { row: 4, column: '条码', value: '6901234567893', code: 'import.wrong_check_digit' },
    { row: 4, column: '售价', value: '0', code: 'import.price_zero' },
    { row: 5, column: '售价', value: '2.333', code: 'import.price_decimals' },
  ])
  expect(plan.noted).toEqual([])
  expect(plan.bad[0]!.cells).toEqual({ 条码: '6901234567893', 品名: '雪碧', 售价: '0', 单位: '' })
})

test('a line with an unquoted comma is refused whole, with nothing of it lost', async () => {
  const plan = await planOf('品名,售价\n薯片,大包,5\n盐,2\n')
  expect(plan.good.map(({ row }) => row)).toEqual([3])
  expect(plan.bad[0]).toMatchObject({ row: 2, cells: { 品名: '薯片', 售价: '大包', 'C (+)': '5' } })
  expect(plan.bad[0]!.bad.map(({ code }) => code)).toEqual(['import.price_unreadable', 'import.too_many_cells'])
})

test('goods already there are found by any of their codes, else by the whole name; two rows can\'t be one good', async () => {
  const goods: GoodsFinder = {
    goodByCode: (code) => (code === '1' || code === '2' ? { id: 'A' } : undefined),
    goodByName: (name) => (name === '盐' ? { id: 'B' } : undefined),
  }
  const plan = await planOf('code,name,price\n1,可乐,3\n2,可乐罐,3\n,盐,2\n9,盐,2\n', goods)
  expect(plan.good.map(({ row, existing }) => [row, existing])).toEqual([[2, 'A'], [4, 'B'], [5, undefined]])
  expect(plan.bad.flatMap(({ bad }) => bad)).toEqual([{ row: 3, column: 'code', value: '2', code: 'import.duplicate_code' }])
})

test('a row without a unit comes in and is noted, unless its good is there and has one', async () => {
  const goods: GoodsFinder = { ...nobody, goodByCode: (code) => (code === '2' ? { id: 'A' } : undefined) }
  const plan = await planOf('code,name,price,unit,计价方式\n1,可乐,3,,\n2,雪碧,3,,\n3,青菜,5,,计重\n4,盐,0,,\n', goods)
  expect(plan.good.map(({ row, fields: { unit, pricing } }) => [row, unit, pricing])).toEqual([[2, undefined, undefined], [3, undefined, undefined], [4, undefined, 'weight']])
  expect(plan.noted).toEqual([2, 4].map((row) => ({ row, column: 'unit', value: '', code: 'import.no_unit' })))
  expect(plan.bad.map(({ row }) => row)).toEqual([5])
})

describe('the mapping', () => {
  const text = 'name,price,member_price,unit\n可乐,3,2,瓶\n'
  test('can be corrected in part', async () => {
    expect((await planOf(text, nobody, { price: 'member_price' })).good[0]!.fields).toEqual({ name: '可乐', price: 200, unit: '瓶', pricing: 'piece' })
  })
  test('is taken whole when it has name and price; columns that aren\'t there are dropped', async () => {
    expect((await planOf(text, nobody, { name: 'name', price: 'price', spec: 'nowhere' })).mapping).toEqual({ name: 'name', price: 'price' })
  })
  test('without name or price is refused', async () => {
    await expect(planOf('a,b\n1,2\n')).rejects.toMatchObject({ code: 'import.no_name_or_price', detail: { columns: ['a', 'b'] } })
  })
})

test('the preview gives the verdicts of the import', async () => {
  const input = { name: 'x', data: Buffer.from('name,price\n可乐,3\n盐,0\n').toString('base64') }
  const plan = await planImport(input, nobody)
  expect(await previewImport(input, nobody)).toEqual({
    columns: ['name', 'price'], mapping: { name: 'name', price: 'price' }, rows: 2, good: 1, sample: [{ name: '可乐', price: '3' }, { name: '盐', price: '0' }], bad: plan.bad, badTotal: 1, noted: [], notedTotal: 0,
  })
})

const real = new URL('../../../../shared/data/goods.csv', import.meta.url)
describe.skipIf(!existsSync(real))('5,000 goods of a supermarket (skipped where the file is not there)', () => {
  /** The file has no quotes, so this says what is in it without any of the code it checks. */
  const lines = (existsSync(real) ? readFileSync(real, 'utf8') : '').trimEnd().split('\n').map((line) => line.replace('\r', '').split(','))
  const header = lines[0] ?? []
  const cell = (line: string[], column: string): string => line[header.indexOf(column)]!
  const isWrong = (code: string): boolean => {
    if (!/^([0-9]{8}|[0-9]{12,14})$/.test(code) || /^(0[24]|2).{11}$|^[02].{7}$|^[24].{11}$/.test(code)) return false
    const total = [...code].reverse().reduce((sum, digit, index) => sum + Number(digit) * (index % 2 === 1 ? 3 : 1), 0)
    return total % 10 !== 0
  }
  const expected = lines.slice(1).flatMap((line, index) => [
    ...(isWrong(cell(line, 'code')) ? [`${index + 2} code import.wrong_check_digit`] : []),
    ...(Number(cell(line, 'retail_price')) === 0 ? [`${index + 2} retail_price import.price_zero`] : []),
  ])
  const refused = new Set(expected.map((line) => Number(line.split(' ')[0])))
  const unitless = lines.slice(1).flatMap((line, index) => (cell(line, 'unit') === '' && !refused.has(index + 2) ? [index + 2] : []))
  const found = (plan: ImportPlan): string[] => plan.bad.flatMap(({ bad }) => bad.map(({ row, column, code }) => `${row} ${column} ${code}`))

  test('every bad row is reported exactly, the rest come in', async () => {
    const start = performance.now()
    const plan = await planOf(readFileSync(real))
    expect(performance.now() - start).toBeLessThan(1000)
    expect(found(plan)).toEqual(expected)
    expect(plan.noted).toEqual(unitless.map((row) => ({ row, column: 'unit', value: '', code: 'import.no_unit' })))
    expect(expected.length).toBeGreaterThan(50)
    expect(unitless.length).toBeGreaterThan(800)
    expect(plan.good.length + plan.bad.length).toBe(5000)
    for (const { row, fields } of plan.good) {
      const line = lines[row - 1]!
      expect([fields.name, fields.price, fields.code]).toEqual([cell(line, 'name').trim(), Math.round(Number(cell(line, 'retail_price')) * 100), cell(line, 'code')])
      expect(sellingOf(fields).unit).not.toBe('')
      expect(fields.pricing).toBe(cell(line, 'pricing_mode') === '计重' ? 'weight' : 'piece')
    }
  })

  test('as GBK with renamed and shuffled columns, it says the same', async () => {
    const renamed: Record<string, string> = { code: '条码', name: '商品名称', retail_price: '零售价', cost_price: '进价', category_name: '分类名称', unit: '单位', pricing_mode: '计价方式' }
    const order = ['pricing_mode', 'unit', 'retail_price', 'name', 'member_price', 'cost_price', 'code', 'category_name']
    const text = [order.map((column) => renamed[column] ?? column), ...lines.slice(1).map((line) => order.map((column) => cell(line, column)))].map((cells) => cells.join(';')).join('\r\n')
    const plan = await planOf(iconv.encode(text, 'gbk'))
    expect(plan.mapping).toEqual({ code: '条码', name: '商品名称', price: '零售价', cost: '进价', category: '分类名称', unit: '单位', pricing: '计价方式' })
    const back = new Map(Object.entries(renamed).map(([from, to]) => [to, from]))
    expect(plan.bad.flatMap(({ bad }) => bad.map(({ row, column, code }) => `${row} ${back.get(column)} ${code}`))).toEqual(expected)
    expect(plan.noted.map(({ row }) => row)).toEqual(unitless)
  })
})
