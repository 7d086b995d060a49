import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gtinCheckDigit } from '../codes/gtin.ts'
import { fen, formatYuan } from '../money/money.ts'
import { type ColumnMapping, GOOD_COLUMNS, guessMapping, IMPORT_CODES, type ImportedFields, mendRow, readGoodRow, readGoodRows, sellingOf } from './goods-import.ts'
import { GoodFields } from './good.ts'

const plain: ColumnMapping = Object.fromEntries(GOOD_COLUMNS.map((field) => [field, field]))
const cola = { code: '6901234567892', name: '可乐', price: '3.5', unit: '瓶' }

describe('which column is which', () => {
  test.each<[string[], ColumnMapping]>([
    [['条码', '品名', '售价', '进价', '单位'], { code: '条码', name: '品名', price: '售价', cost: '进价', unit: '单位' }],
    [['商品编码', '商品条码', '商品名称', '零售价(元)', '会员价', '库存数量'], { code: '商品条码', name: '商品名称', price: '零售价(元)', stock: '库存数量' }],
    [['Barcode', 'Product Name', 'Unit Price', 'Qty'], { code: 'Barcode', name: 'Product Name', price: 'Unit Price', stock: 'Qty' }],
    [['会员零售价', '门店零售价', '药品名称', '商品条形码（必填）'], { price: '门店零售价', name: '药品名称', code: '商品条形码（必填）' }],
    [['category_code', 'category_name', 'own_code', 'code', 'short_name', 'name', 'retail_price', 'cost_price', 'pricing_mode'],
      { category: 'category_name', code: 'code', name: 'name', price: 'retail_price', cost: 'cost_price', pricing: 'pricing_mode' }],
    [['计价方式', '规格', '产地', '分类', '名称', '单价'], { pricing: '计价方式', spec: '规格', origin: '产地', category: '分类', name: '名称', price: '单价' }],
    [['6901234567892', '可乐', '3.50'], {}],
  ])('%j', (columns, mapping) => {
    expect(guessMapping(columns)).toEqual(mapping)
    expect(new Set(Object.values(guessMapping([...columns].reverse())))).toEqual(new Set(Object.values(mapping)))
  })

  test('any names: no column twice, none invented', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('售价', '单价', '条码', '名称', 'name', '库存'))), (columns) => {
      const used = Object.values(guessMapping(columns))
      expect(new Set(used).size).toBe(used.length)
      for (const column of used) expect(columns).toContain(column)
    }))
  })
})

describe('one row', () => {
  const codesOf = (cells: Record<string, string>): string[] => {
    const verdict = readGoodRow(7, { ...cola, ...cells }, plain)
    return 'bad' in verdict ? verdict.bad.map(({ column, code }) => `${column} ${code}`) : []
  }
  test.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ price: '￥3.50元' }, []],
    [{ name: ' ' }, ['name import.no_name']],
    [{ name: '长'.repeat(121) }, ['name import.too_long']],
    [{ price: '' }, ['price import.no_price']],
    [{ price: '三块五' }, ['price import.price_unreadable']],
    [{ price: '3.555' }, ['price import.price_decimals']],
    [{ price: '3.550' }, []],
    [{ price: '-3' }, ['price import.price_negative']],
    [{ price: '0.00' }, ['price import.price_zero']],
    [{ cost: '18.3333' }, []],
    [{ cost: '?' }, ['cost import.cost_unreadable']],
    [{ cost: '-1' }, ['cost import.cost_unreadable']],
    [{ stock: '12' }, []],
    [{ stock: '-2.5' }, []],
    [{ stock: '一箱' }, ['stock import.stock_unreadable']],
    [{ code: '6901234567893' }, ['code import.wrong_check_digit']],
    [{ code: '2112345015009' }, []],
    [{ code: '01000002' }, []],
    [{ code: '00242' }, []],
    [{ code: '６９０１２３４５６７８９３' }, []],
    [{ unit: '' }, []],
    [{ pricing: '论堆' }, ['pricing import.pricing_unknown']],
    [{ code: '6901234567893', name: '', price: '0', unit: '', stock: 'x' },
      ['code import.wrong_check_digit', 'name import.no_name', 'price import.price_zero', 'stock import.stock_unreadable']],
  ])('%j → %j', (cells, codes) => expect(codesOf(cells)).toEqual(codes))

  test.each<[string, string, string, string]>([
    ['计重', '斤', 'weight', '斤'], ['计重', 'Kg', 'weight', 'kg'], ['weight', '个', 'weight', '公斤'], ['', '公斤', 'weight', '公斤'],
    ['普通', '斤', 'piece', '斤'], ['', '瓶', 'piece', '瓶'], ['计重', 'toString', 'weight', '公斤'],
  ])('pricing %j by %j → %s, %s', (pricing, unit, expected, unitExpected) => {
    expect(readGoodRow(2, { ...cola, pricing, unit }, plain)).toMatchObject({ good: { fields: { pricing: expected, unit: unitExpected } } })
  })

  test('a file without columns for unit and the rest says nothing about them', () => {
    expect(readGoodRow(2, { n: '可乐', p: '3' }, { name: 'n', price: 'p' })).toEqual({ good: { fields: { name: '可乐', price: 300 }, stock: null }, notes: [] })
  })
  test.each<[Record<string, string>, string | undefined]>([
    [{ a: '', n: '合计', p: '3' }, 'n'], [{ a: '总计：', n: '', p: '99.00' }, 'a'], [{ a: '小计', n: '12 种', p: '99.00' }, 'a'],
    [{ a: '', n: 'TOTAL', p: '3' }, 'n'], [{ c: '合计', n: '', p: '99.00' }, 'c'],
    [{ c: '6901234567892', n: '合计', p: '3' }, undefined], [{ n: '合计面包', p: '3' }, undefined], [{ n: '面包', x: '合计', p: '3' }, undefined],
  ])('the foot of a list is no good: %j', (cells, column) => {
    const verdict = readGoodRow(9, cells, { code: 'c', name: 'n', price: 'p' })
    if (column === undefined) expect(verdict).toHaveProperty('good')
    else expect(verdict).toEqual({ bad: [{ row: 9, column, value: cells[column], code: 'import.total_row' }] })
  })
  test('two sums of one name are two sums', () => {
    const rows = [{ row: 3, cells: { n: '小计', p: '3' } }, { row: 5, cells: { n: '小计', p: '4' } }]
    expect(readGoodRows(rows, { name: 'n', price: 'p' }).map((verdict) => 'bad' in verdict && verdict.bad.map(({ code }) => code))).toEqual([['import.total_row'], ['import.total_row']])
  })
  test('a missing unit is noted and keeps nothing out', () => {
    const note = { row: 4, column: 'unit', value: '', code: 'import.no_unit' }
    expect(readGoodRow(4, { ...cola, unit: ' ' }, plain)).toEqual({ good: { fields: { code: cola.code, name: '可乐', price: 350 }, stock: null }, notes: [note] })
    expect(readGoodRow(4, { ...cola, unit: '', pricing: '计重' }, plain)).toMatchObject({ good: { fields: { pricing: 'weight' } }, notes: [note] })
  })
  test.each<[Parameters<typeof sellingOf>[1], Pick<ImportedFields, 'unit' | 'pricing'>, [pricing: string, unit: string]]>([
    [undefined, {}, ['piece', '个']],
    [undefined, { pricing: 'weight' }, ['weight', '公斤']],
    [undefined, { pricing: 'weight', unit: '斤' }, ['weight', '斤']],
    [undefined, { pricing: 'piece', unit: '斤' }, ['piece', '斤']],
    [{ pricing: 'piece', unit: '瓶' }, {}, ['piece', '瓶']],
    [{ pricing: 'weight', unit: '斤' }, {}, ['weight', '斤']],
    [{ pricing: 'weight', unit: '斤' }, { pricing: 'weight' }, ['weight', '斤']],
    [{ pricing: 'piece', unit: '瓶' }, { pricing: 'weight' }, ['weight', '公斤']],
    [{ pricing: 'weight', unit: '斤' }, { pricing: 'piece', unit: '把' }, ['piece', '把']],
  ])('a good of %j and a row of %j: %j', (before, said, [pricing, unit]) => {
    expect(sellingOf({ name: '可乐', price: fen(1), ...said }, before)).toEqual({ pricing, unit })
  })
  test('an average cost is rounded to the fen', () => {
    expect(readGoodRow(2, { ...cola, cost: '18.335' }, plain)).toMatchObject({ good: { fields: { cost: 1834 } } })
  })

  test('any text in any cell: never throws, every reason is known, and what comes in is a good', () => {
    const word = fc.oneof(fc.string({ unit: 'binary', maxLength: 130 }), fc.constantFrom('0', '-1', '3.5', '9'.repeat(30), '1e9', '计重', '斤', 'valueOf', '__proto__', '6901234567892'))
    fc.assert(fc.property(fc.record(Object.fromEntries(GOOD_COLUMNS.map((field) => [field, word]))), (cells) => {
      const verdict = readGoodRow(2, cells, plain)
      if ('bad' in verdict) {
        expect(verdict.bad.length).toBeGreaterThan(0)
        for (const bad of verdict.bad) {
          expect(IMPORT_CODES).toContain(bad.code)
          expect(bad.value).toBe(cells[bad.column]!.trim())
        }
      } else {
        GoodFields.partial().parse({ ...verdict.good.fields, ...sellingOf(verdict.good.fields) })
        expect(verdict.notes).toEqual(cells['unit']!.trim() === '' ? [{ row: 2, column: 'unit', value: '', code: 'import.no_unit' }] : [])
      }
    }), { numRuns: 500 })
  })

  test('a good written out and read again is the same', () => {
    const good = fc.record({ body: fc.integer({ min: 690e9, max: 699e9 }), name: fc.string({ minLength: 1, maxLength: 40 }).filter((name) => name.trim() !== ''), price: fc.integer({ min: 1, max: 1e8 }) })
    fc.assert(fc.property(good, ({ body, name, price }) => {
      const code = `${body}${gtinCheckDigit(String(body))}`
      expect(readGoodRow(2, { code, name, price: formatYuan(price), unit: '个' }, plain)).toEqual({ good: { fields: { code, name: name.trim(), price, unit: '个', pricing: 'piece' }, stock: null }, notes: [] })
    }))
  })
})

test('the second row of a code is refused, and the second of a name where neither has one', () => {
  const rows = [cola, { ...cola, price: '4' }, { ...cola, code: '' }, { ...cola, code: '', price: '0' }, { ...cola, code: '007' }]
  const verdicts = readGoodRows(rows.map((cells, index) => ({ row: index + 2, cells })), plain)
  expect(verdicts.map((verdict) => ('bad' in verdict ? verdict.bad : 'good'))).toEqual([
    'good',
    [{ row: 3, column: 'code', value: cola.code, code: 'import.duplicate_code' }],
    'good',
    [{ row: 5, column: 'price', value: '0', code: 'import.price_zero' }, { row: 5, column: 'name', value: '可乐', code: 'import.duplicate_name' }],
    'good',
  ])
})

test('a kept row is mended by field, also where the file had no column for it', () => {
  const kept = { cells: { 品名: '可乐', 售价: '0' }, mapping: { name: '品名', price: '售价' } }
  const mended = mendRow(kept.cells, kept.mapping, { price: '3.50', unit: '瓶', nonsense: 'x' }, GOOD_COLUMNS)
  expect(readGoodRow(9, mended.cells, mended.mapping)).toMatchObject({ good: { fields: { name: '可乐', price: 350, unit: '瓶' } } })
  expect(kept.cells).toEqual({ 品名: '可乐', 售价: '0' })
})
