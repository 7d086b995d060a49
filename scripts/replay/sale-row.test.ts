import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { priceTicket } from '#shared/pricing/price.ts'
import { fen } from '#shared/money/money.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { guessSalesMapping, lineFor, readSaleRow, ROW_CODES, type SalesMapping } from './sale-row.ts'

describe('which column is which', () => {
  test.each<[string[], SalesMapping]>([
    [['order_no', 'device_id', 'amount_due', 'amount_paid', 'item_name', 'paid_at'], { order: 'order_no', amount: 'amount_due', paid: 'amount_paid', item: 'item_name', time: 'paid_at' }],
    [['日期', '小票号', '商品名称', '单价', '数量', '金额'], { time: '日期', order: '小票号', item: '商品名称', price: '单价', quantity: '数量', paid: '金额' }],
    [['Date', 'Invoice No', 'Description', 'Qty', 'Unit Price'], { time: 'Date', order: 'Invoice No', item: 'Description', quantity: 'Qty', price: 'Unit Price' }],
    [['应付', '实付', '品名', '订单号'], { amount: '应付', paid: '实付', item: '品名', order: '订单号' }],
  ])('%j', (columns, mapping) => expect(guessSalesMapping(columns)).toEqual(mapping))

  test('what was given comes first and is used for nothing else', () => {
    expect(guessSalesMapping(['名称', '别名', '金额'], { item: '别名' })).toEqual({ item: '别名', paid: '金额' })
    expect(guessSalesMapping(['item', 'amount'], { amount: 'amount' })).toEqual({ item: 'item', amount: 'amount' })
  })
})

describe('one row', () => {
  const all: SalesMapping = { order: 'o', item: 'i', quantity: 'q', paid: 'p', amount: 'a', price: 'u', time: 't' }
  const row = { o: 'A1', i: '可乐', q: '2', p: '5.50', a: '6', u: '3', t: '2017-01-01' }
  test('reads all of it', () => {
    expect(readSaleRow(2, row, all)).toEqual({ sale: { order: 'A1', item: '可乐', quantity: 2000, paid: 550, unit: 300, time: '2017-01-01' } })
  })
  test.each<[Record<string, string>, SalesMapping, object]>([
    [{ p: '-5.5', q: '-2' }, all, { quantity: -2000, paid: -550 }],
    [{ p: '-5.5' }, { item: 'i', paid: 'p' }, { quantity: -1000, paid: -550, unit: 550, order: '' }],
    [{}, { item: 'i', quantity: 'q', price: 'u' }, { quantity: 2000, paid: 600 }],
    [{ q: '0.335', u: '7.99' }, { item: 'i', quantity: 'q', price: 'u' }, { quantity: 335, paid: 268 }],
    [{}, { item: 'i', price: 'u' }, { quantity: 1000, paid: 300 }],
    [{}, { item: 'i', amount: 'a' }, { paid: 600 }],
    [{ p: '0' }, all, { paid: 0, quantity: 2000 }],
    [{ p: '3.3000000000000003', q: '1.0' }, all, { paid: 330 }],
    [{ u: '' }, all, { unit: 300 }],
  ])('%j by %j', (cells, mapping, expected) => expect(readSaleRow(2, { ...row, ...cells }, mapping)).toMatchObject({ sale: expected }))

  test.each<[Record<string, string>, string[]]>([
    [{ i: '' }, ['i replay.no_item']],
    [{ i: 'x'.repeat(121) }, ['i replay.item_too_long']],
    [{ q: '' }, ['q replay.quantity_unreadable']],
    [{ q: '两' }, ['q replay.quantity_unreadable']],
    [{ q: '0.0' }, ['q replay.quantity_zero']],
    [{ p: '' }, ['p replay.no_amount']],
    [{ p: '免费' }, ['p replay.amount_unreadable']],
    [{ p: '5.555' }, ['p replay.amount_unreadable']],
    [{ p: '99999999' }, ['p replay.amount_too_large']],
    [{ u: '9000000', q: '1000' }, ['u replay.amount_too_large']],
    [{ a: '?' }, ['a replay.amount_unreadable']],
    [{ q: '-2' }, ['p replay.signs_differ']],
    [{ i: '', q: '0', p: 'x' }, ['i replay.no_item', 'q replay.quantity_zero', 'p replay.amount_unreadable']],
  ])('refuses %j', (cells, reasons) => {
    const verdict = readSaleRow(9, { ...row, ...cells }, all)
    expect('bad' in verdict ? verdict.bad.map(({ column, code }) => `${column} ${code}`) : verdict).toEqual(reasons)
  })

  test('any cells: a sale or known reasons', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('1', '-1', '0', '3.50', '1e5', '9'.repeat(40), '0.0000000000000001'))
    fc.assert(fc.property(fc.record({ o: word, i: word, q: word, p: word, a: word, u: word, t: word }), (cells) => {
      const verdict = readSaleRow(2, cells, all)
      if ('sale' in verdict) expect(verdict.sale.paid === 0 || Math.sign(verdict.sale.paid) === Math.sign(verdict.sale.quantity)).toBe(true)
      else {
        expect(verdict.bad.length).toBeGreaterThan(0)
        for (const { code } of verdict.bad) expect(ROW_CODES).toContain(code)
      }
    }))
  })
})

test('a line comes to exactly what was paid, with a price and a discount that a till takes', () => {
  const size = fc.integer({ min: 1, max: 10_000_000 })
  fc.assert(fc.property(fc.integer({ min: 0, max: 100_000_000 }), size, fc.boolean(), fc.constantFrom(1, 50, 500, 1000), fc.integer({ min: 0, max: 10_000_000 }), (amount, quantity, isReturn, per, unit) => {
    const sign = isReturn ? -1 : 1
    const line = lineFor(fen(sign * amount), milli(sign * quantity), per, fen(unit))
    const { total, lines } = priceTicket([{ id: 'l', quantity: milli(sign * quantity), per, pricing: 'piece', list: line.price, ...line }])
    expect(total).toBe(fen(sign * amount))
    const whole = lines[0]!.net + line.discount
    expect(Math.abs(line.discount)).toBeLessThanOrEqual(Math.abs(whole))
    expect(line.discount === 0 || Math.sign(line.discount) === sign).toBe(true)
    expect(line.price).toBeGreaterThanOrEqual(0)
  }), { numRuns: 2000 })
})
