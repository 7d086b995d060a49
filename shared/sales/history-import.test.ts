import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, formatYuan } from '../money/money.ts'
import { guessHistory, readHistoryRow, readTime, wallClock } from './history-import.ts'

describe('times', () => {
  test.each([
    ['2024-05-01 13:45:10', '', '2024-05-01', '13:45:10'], ['2024/5/1 9:05', '', '2024-05-01', '09:05:00'], ['20240501134510', '', '2024-05-01', '13:45:10'], ['20240501', '', '2024-05-01', null],
    ['2024年5月1日13时45分', '', '2024-05-01', '13:45:00'], ['2024-05-01T13:45:10.123+08:00', '', '2024-05-01', '13:45:10'], ['2024.5.1', '13:45', '2024-05-01', '13:45:00'], ['2024-05-01 00:00:00', '8:30', '2024-05-01', '08:30:00'],
    ['45413.5', '', '2024-05-01', '12:00:00'], ['45413', '', '2024-05-01', null], ['２０２４-05-01', '', '2024-05-01', null], ['2024-05-01 00:00:00', '', '2024-05-01', '00:00:00'],
  ])('%s %s', (text, clock, date, time) => {
    expect(readTime(text, clock)).toEqual({ date, wall: time === null ? null : Date.parse(`${date}T${time}Z`) })
  })
  test.each(['昨天', '2024-13-01', '2024-02-30', '5/1/2024', '01-05-24', '1999-12-31', '2024-05-01 25:00', '2024-05-01 10:61', '99999999'])('%s is none', (text) => {
    expect(readTime(text, '')).toBeUndefined()
  })
  test('of a zone\'s own clock are those of the world', () => {
    expect(wallClock('Asia/Shanghai')(Date.parse('2024-05-01T13:45:10Z'))).toBe(Date.parse('2024-05-01T05:45:10Z'))
    expect(wallClock('nowhere')(0)).toBe(-8 * 3_600_000)
    for (const zone of ['Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu']) {
      const utc = wallClock(zone)
      const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
      fc.assert(fc.property(fc.integer({ min: 946_684_800_000, max: 1_900_000_000_000 }), (at) => {
        const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
        const wall = Date.parse(`${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}:${parts['second']}Z`)
        const found = utc(wall)
        // Of an hour that there is twice, either.
        expect([0, 3_600_000]).toContain(Math.abs(found - Math.floor(at / 1000) * 1000))
        expect(format.format(found)).toBe(format.format(at))
      }))
    }
  })
})

const MAPPING = { time: 't', name: 'n', quantity: 'q', price: 'p', amount: 'a', kind: 'k', discount: 'd', list: 'l', cost: 'c', tender: 'w' }
const read = (cells: Record<string, string>) => readHistoryRow(2, { t: '2024-05-01', n: '茶', ...cells }, MAPPING, '2024-06-01')
const sums = (cells: Record<string, string>) => {
  const verdict = read(cells)
  return 'sold' in verdict ? { quantity: verdict.sold.quantity, gross: verdict.sold.gross, net: verdict.sold.net, notes: verdict.notes.map(({ code }) => code) } : verdict.bad.map(({ code }) => code)
}
describe('amounts', () => {
  test.each([
    ['the amount stands', { q: '2', p: '3.50', a: '7' }, { quantity: 2000, gross: 700, net: 700, notes: [] }],
    ['a discount is what the price says more', { q: '2', p: '3.50', a: '6' }, { quantity: 2000, gross: 700, net: 600, notes: ['import.amount_differs'] }],
    ['a discount that is said is no surprise', { q: '2', p: '3.50', a: '6', d: '1' }, { quantity: 2000, gross: 700, net: 600, notes: [] }],
    ['a fen of rounding is none either', { q: '0.333', p: '10', a: '3.34' }, { quantity: 333, gross: 334, net: 334, notes: [] }],
    ['more than the price says is noted', { q: '2', p: '3.50', a: '9' }, { quantity: 2000, gross: 900, net: 900, notes: ['import.amount_differs'] }],
    ['without an amount the price will do', { q: '2', p: '3.50', d: '-1' }, { quantity: 2000, gross: 700, net: 600, notes: [] }],
    ['a return by its signs', { q: '-1', p: '3.50', a: '-3.50' }, { quantity: -1000, gross: -350, net: -350, notes: [] }],
    ['a return by its word', { q: '1', p: '3.50', a: '3.50', k: '退货' }, { quantity: -1000, gross: -350, net: -350, notes: [] }],
    ['a double\'s noise', { q: '1', l: '3.3000000000000003', a: '3.3000000000000003' }, { quantity: 1000, gross: 330, net: 330, notes: [] }],
    ['a gift', { q: '1', a: '0' }, { quantity: 1000, gross: 0, net: 0, notes: [] }],
    ['signs that differ', { q: '1', a: '-0.50' }, ['import.signs_differ']],
    ['no amount at all', { q: '1' }, ['import.no_amount']],
    ['everything wrong at once', { q: 'x', a: '一元', p: 'y', c: '-1' }, ['import.quantity_unreadable', 'import.amount_unreadable', 'import.amount_unreadable', 'import.cost_unreadable']],
    ['a slip of the finger', { q: '1', a: '99999999' }, ['import.amount_too_large']],
    ['one by price', { q: '1000000', p: '99999' }, ['import.amount_too_large']],
  ] as const)('%s', (_name, cells, expected) => {
    expect(sums(cells)).toEqual(expected)
  })
  test('are read to the fen, whatever the row', () => {
    fc.assert(fc.property(fc.integer({ min: -900_000_000, max: 900_000_000 }), fc.integer({ min: 1, max: 1_000_000 }), (fen, pieces) => {
      const verdict = read({ a: formatYuan(fen), q: String((fen < 0 ? -1 : 1) * pieces / 1000) })
      expect('sold' in verdict && [verdict.sold.net, verdict.sold.gross, Math.abs(verdict.sold.quantity)]).toEqual([fen, fen, pieces])
    }))
    expect(['1,630.50', '￥3', '3元', '-¥2.5', '1.005', '0.0049', '1e3', '', '.', '--1'].map((text) => decimal(text, 2))).toEqual([163_050, 300, 300, -250, 101, 0, undefined, undefined, undefined, undefined])
  })
})

test('nothing that a row may hold makes the reading fail', () => {
  const cell = fc.oneof(fc.string(), fc.constantFrom('1', '-1', '2024-05-01', '45413', '合计', '', '1e9', '9'.repeat(40)))
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...Object.values(MAPPING)), cell), (cells) => {
    const verdict = readHistoryRow(2, cells, MAPPING, '2024-06-01')
    if ('bad' in verdict) expect(verdict.bad.length).toBeGreaterThan(0)
    else expect(Math.sign(verdict.sold.net) === 0 || Math.sign(verdict.sold.net) === Math.sign(verdict.sold.quantity)).toBe(true)
  }))
})

test('columns are found by the names that other tills give them', () => {
  expect(guessHistory(['order_no', 'device_id', 'amount_due', 'amount_paid', 'item_name', 'paid_at'])).toEqual({ receipt: 'order_no', list: 'amount_due', amount: 'amount_paid', name: 'item_name', time: 'paid_at' })
  expect(guessHistory(['单据号', '日期', '时间', '商品条码', '品名', '销售数量', '售价', '金额', '付款方式', '营业员', '单位'])).toEqual({ receipt: '单据号', time: '日期', clock: '时间', code: '商品条码', name: '品名', quantity: '销售数量', price: '售价', amount: '金额', tender: '付款方式', cashier: '营业员', unit: '单位' })
})
