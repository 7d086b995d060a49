import { describe, expect, test } from 'vitest'
import type { Id } from '../identity/ids.ts'
import { fen } from '../money/money.ts'
import { amountOf, milli, type Pricing } from '../quantity/quantity.ts'
import type { Off } from '../pricing/offs.ts'
import type { SaleLine } from '../sales/events.ts'
import { dateTimeText } from './date-text.ts'
import { type SaleReceiptInput, quantityText, saleReceipt, shiftReceipt, testReceipt, yuanText } from './receipt.ts'
import { WORDS } from './words.ts'

const SHOP = { name: '湖畔', address: '', phone: '', zone: 'Asia/Shanghai', footer: '再见' }
const [ID, OTHER] = ['0198d3f2-7b1a-7c3e-9f00-000000000001', '0198d3f2-7b1a-7c3e-9f00-000000000002']
const AT = Date.UTC(2026, 2, 1, 6, 32, 7)

function line(quantity: number, list: number, price = list, discount = 0, pricing: Pricing = 'piece'): SaleLine {
  const gross = amountOf(fen(list), milli(quantity), 1000)
  const net = fen(amountOf(fen(price), milli(quantity), 1000) - discount)
  return {
    good: '0198d3f2-7b1a-7c3e-9f00-000000000001' as Id, code: '', name: '可乐', unit: '件', pricing, per: 1000,
    quantity: milli(quantity), price: fen(price), list: fen(list), gross, discount: fen(gross - net), net,
  }
}
const receipt = (lines: SaleLine[], extra: Partial<SaleReceiptInput> = {}): ReturnType<typeof saleReceipt> => {
  const total = fen(lines.reduce((sum, { net }) => sum + net, 0))
  const paid = total > 0 ? { given: fen(10_000), change: fen(10_000 - total) } : { given: fen(0), change: fen(0) }
  return saleReceipt({
    shop: SHOP, sale: { no: '1', lines, total, tenders: [{ channel: 'cash', amount: total, ...paid }] }, at: AT, till: '1', staffNo: '01', copy: false,
    receiptUrl: null, credit: null, ...extra,
  })
}
const rows = (doc: ReturnType<typeof saleReceipt>): string[] => doc.totals.flat().map(({ label, value }) => `${label} ${value}`)

describe('a sale', () => {
  test('without a discount says what it comes to, once', () => {
    const doc = receipt([line(2000, 300)])
    expect(doc.lines).toEqual([{ name: '可乐', quantity: '2', price: '3.00', amount: '6.00', discounts: [] }])
    expect(rows(doc)).toEqual(['件数 2 件', '合计 ￥6.00', '现金 ￥100.00', '找零 ￥94.00'])
    expect(doc).toMatchObject({ kind: 'sale', title: '销售小票', copy: null, codes: [], footer: '再见' })
  })

  test('with a discount: price × quantity = amount, less the discount', () => {
    const doc = receipt([line(2000, 300, 280), line(1000, 500, 500, 50)])
    expect(doc.lines.map(({ price, amount, discounts }) => [price, amount, discounts[0]?.value])).toEqual([['3.00', '6.00', '-0.40'], ['5.00', '5.00', '-0.50']])
    expect(rows(doc).slice(0, 4)).toEqual(['件数 3 件', '原价 ￥11.00', '优惠 -￥0.90', '合计 ￥10.10'])
  })

  test('at a price raised by hand shows that price, and no negative discount', () => {
    const doc = receipt([line(2000, 300, 400)])
    expect(doc.lines).toEqual([{ name: '可乐', quantity: '2', price: '4.00', amount: '8.00', discounts: [] }])
    expect(rows(doc)[1]).toBe('合计 ￥8.00')
  })

  test('at a raised price with something off it: price × quantity = amount, less what was taken off', () => {
    const doc = receipt([line(2000, 300, 400, 50), line(-1000, 300, 400, -20)])
    expect(doc.lines.map(({ price, amount, discounts }) => [price, amount, discounts[0]?.value])).toEqual([['4.00', '8.00', '-0.50'], ['4.00', '-4.00', '0.20']])
    expect(rows(doc).slice(1, 4)).toEqual(['原价 ￥4.00', '优惠 -￥0.30', '合计 ￥3.70'])
  })

  test('with reasons: each under its line or, of the whole ticket, once above the sum', () => {
    const offs: Off[][] = [
      [{ why: 'promotion', fen: fen(350), promotion: ID, name: '买三付二' }, { why: 'spend', fen: fen(60), promotion: OTHER, name: '满十减一' }, { why: 'ticket', fen: fen(30) }],
      [{ why: 'price', fen: fen(-100) }, { why: 'spend', fen: fen(40), promotion: OTHER, name: '满十减一' }, { why: 'ticket', fen: fen(20) }, { why: 'rounding', fen: fen(9) }],
    ]
    const lines = [line(3000, 350), line(1000, 300, 400)].map((each, i): SaleLine => {
      const discount = fen(offs[i]!.reduce((sum, off) => sum + off.fen, 0))
      return { ...each, discount, net: fen(each.gross - discount), offs: offs[i]! }
    })
    const doc = receipt(lines)
    // A price raised by hand is the price, although more than that was taken off again.
    expect(doc.lines.map(({ price, amount, discounts }) => [price, amount, discounts.map(({ label, value }) => `${label} ${value}`)])).toEqual([['3.50', '10.50', ['买三付二 -3.50']], ['4.00', '4.00', []]])
    expect(rows(doc).slice(1, 7)).toEqual(['原价 ￥14.50', '满十减一 -￥1.00', '整单优惠 -￥0.50', '抹零 -￥0.09', '共优惠 -￥5.09', '合计 ￥9.41'])
  })

  test('with a line that came back, marked and counted apart', () => {
    const doc = receipt([line(3000, 300), line(-1000, 300)])
    expect(doc.lines[1]).toMatchObject({ name: '[退]可乐', quantity: '-1', amount: '-3.00' })
    expect(rows(doc).slice(0, 2)).toEqual(['件数 3 件 退 1 件', '合计 ￥6.00'])
    expect(doc.title).toBe('销售小票')
  })

  test('that pays out says so', () => {
    const doc = receipt([line(-2000, 300, 280)])
    expect(doc.title).toBe('退货小票')
    expect(doc.lines[0]!.discounts[0]?.value).toBe('0.40')
    expect(rows(doc)).toEqual(['件数 退 2 件', '原价 -￥6.00', '优惠 ￥0.40', '应退 ￥5.60', '退现金 ￥5.60'])
  })

  test('of nothing to pay is a receipt too', () => {
    expect(rows(receipt([line(1000, 300), line(-1000, 300)]))).toEqual(['件数 1 件 退 1 件', '合计 ￥0.00', '现金 ￥0.00'])
  })

  test('with codes: the receipt\'s page, and the credit code with its end in the shop\'s zone', () => {
    const doc = receipt([line(1000, 300)], { receiptUrl: 'https://x.cn/r/1', credit: { url: 'https://x.cn/c/2', expiresAt: AT } })
    expect(doc.codes.map(({ content, note }) => [content, note])).toEqual([['https://x.cn/r/1', ''], ['https://x.cn/c/2', '有效期至 2026-03-01 14:32']])
  })

  test('printed again is marked; in English it is in English', () => {
    expect(receipt([line(1000, 300)], { copy: true }).copy?.mark).toBe('【补打】')
    const doc = receipt([line(1000, 300)], { language: 'en' })
    expect([doc.title, ...rows(doc)]).toEqual(['RECEIPT', 'Items 1', 'Total ￥3.00', 'Cash ￥100.00', 'Change ￥97.00'])
  })
})

test('a shift hides what the cashier is not to see before the count', () => {
  const report = { staffNo: '01', openedAt: AT, closedAt: null, sales: 3, returns: 0, gross: 900, discount: 0, net: 900, float: 10_000, expected: null, counted: null, difference: null, balances: [], cashiers: [], openings: 0, refunded: null, z: null }
  const open = shiftReceipt({ shop: SHOP, report: { ...report, gross: null, discount: null, net: null, refunded: null }, till: '1', copy: false })
  expect(open.totals.flat().map(({ label }) => label)).toEqual(['销售笔数', '退货笔数', '备用金', '开钱箱次数', '签字'])
  expect(open.facts.at(-1)!.value).toBe('未交班')
  const closed = shiftReceipt({ shop: SHOP, report: { ...report, closedAt: AT, expected: 10_900, counted: 10_850, difference: -50 }, till: '1', copy: false })
  expect(closed.totals[2]!.map(({ value }) => value)).toEqual(['￥100.00', '￥9.00', '￥109.00', '￥108.50', '-￥0.50'])
})

test('a test page without a site has no code', () => {
  const input = { shop: SHOP, at: AT, till: '1', printer: { name: '前台', profile: 'generic-58', columns: 32 } }
  expect(testReceipt({ ...input, url: '' }).codes).toEqual([])
  expect(testReceipt({ ...input, url: 'https://x.cn' }).codes).toHaveLength(1)
})

test.each([
  ['piece', 2000, 1000, '瓶', '2'],
  ['piece', 500, 1000, '瓶', '0.5'],
  ['weight', 1250, 1000, '公斤', '1.250 公斤'],
  ['weight', 1250, 500, '斤', '2.500 斤'],
  ['weight', 1251, 500, '斤', '2.502 斤'],
  ['weight', 123, 50, '两', '2.46 两'],
  ['weight', 123, 1, '克', '123 克'],
  ['weight', -1250, 1000, '公斤', '-1.250 公斤'],
  ['weight', 1000, 333, '包', '1.000 包'],
] as const)('quantity: %s %i per %i %s is %s', (pricing, quantity, per, unit, expected) => {
  expect(quantityText({ pricing, quantity: milli(quantity), per, unit })).toBe(expected)
})

test('yuan on paper are full-width, and never U+00A5', () => {
  expect([yuanText(0), yuanText(1630), yuanText(-5)]).toEqual(['￥0.00', '￥16.30', '-￥0.05'])
  for (const words of Object.values(WORDS)) expect(JSON.stringify(words)).not.toContain('\u00a5')
})

test('times are the shop\'s; an unknown zone is China\'s', () => {
  expect(dateTimeText(AT, 'Asia/Shanghai')).toBe('2026-03-01 14:32')
  expect(dateTimeText(AT, 'Asia/Urumqi')).toBe('2026-03-01 12:32')
  expect(dateTimeText(Date.UTC(2026, 0, 1, 16, 0), 'nowhere')).toBe('2026-01-02 00:00')
})
