import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'csv-parse/sync'
import { badRowsText } from './bad-rows.ts'

test('every cell comes out of the file of bad rows as it was in the file', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '，', ',', '"', '\n', ' ', '=', '茶') })
  fc.assert(fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (cells) => {
    const rows = cells.map(([name, price], i) => ({ row: i + 2, cells: { 名称: name, '价,格': price }, bad: [{ column: '价,格', code: 'import.price_zero' }] }))
    const read = parse(badRowsText(rows), { columns: true }) as Record<string, string>[]
    expect(read.map((row) => [row['名称'], row['价,格'], row['行']])).toEqual(cells.map(([name, price], i) => [name, price, String(i + 2)]))
    expect(read[0]!['原因']).toBe('价,格 售价是零')
  }))
})
