/** What the shop's own codes took, code by code, in the day's and the shift's reports; also of sales of before they were kept apart. */
import type { Database } from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import { tamper } from '#desktop/storage/testing/store.ts'
import { type TestTill, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import { reportReceipt } from '#shared/documents/report.ts'
import { reportSheets } from '#shared/documents/report-sheets.ts'
import { shiftReceipt } from '#shared/documents/receipt.ts'
import type { GoodView, SaleView } from '#shared/host/schemas.ts'

const TODAY = '2026-11-23'
let till: TestTill
let good: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  good = await till.addGood({ name: '可乐', price: 350 })
  await till.run('shift.open', { float: 1000 })
})
function sell(via: string, quantity: number): Promise<SaleView> {
  const ticket = ticketOf([{ good, quantity: quantity * 1000 }])
  const total = totalOf(ticket)
  return till.run('sale.complete', { key: ticket.id, ticket, total, given: 0, code: { via, fen: total } })
}
const refund = (sale: SaleView, channel: 'static_code' | 'cash') => till.run('sale.refund', { sale: sale.sale, reason: 'quality', total: 350, channel, lines: [{ line: 0, good: good.id, quantity: 1000, stock: 'back' }] })
async function sellDay(): Promise<void> {
  await sell('微信', 2)
  const alipay = await sell('支付宝', 3)
  await refund(alipay, 'static_code')
  await refund(await sell('微信', 1), 'cash')
  await till.sell([{ good }])
}
const tenders = async (of = till) => (await of.run('report.sales', { from: TODAY, to: TODAY })).tenders.map(({ channel, tenders: count, fen }) => [channel, count, fen]).sort()
const EXPECTED = [['cash', 2, 0], ['static_code:微信', 2, 1050], ['static_code:支付宝', 2, 700]]

test('each has its row and its sum, on screen, paper and sheet', async () => {
  await sellDay()
  expect(await tenders()).toEqual(EXPECTED)
  const report = await till.run('report.sales', { from: TODAY, to: TODAY })
  expect(report.tenders.reduce((sum, { fen }) => sum + fen, 0)).toBe(report.total.net)
  const paper = reportReceipt({ shop: till.store.shop(), report, at: report.at, till: '01', copy: false }).totals.flat().map(({ label, value }) => `${label} ${value}`)
  expect(paper).toEqual(expect.arrayContaining(['收款码 微信 × 2 ￥10.50', '收款码 支付宝 × 2 ￥7.00']))
  expect(JSON.stringify(reportSheets(report, '小铺', '01', 'zh'))).toContain('收款码 支付宝')

  const shift = await till.run('shift.report', {})
  const codes = shift.balances.filter(({ account }) => account.startsWith('channel:')).map(({ account, fen }) => [account, fen]).sort()
  expect(codes).toEqual([['channel:static_code:微信', 1050], ['channel:static_code:支付宝', 700]])
  const slip = shiftReceipt({ shop: till.store.shop(), report: shift, till: '01', copy: false }).totals.flat().map(({ label, value }) => `${label} ${value}`)
  expect(slip).toEqual(expect.arrayContaining(['收款码 微信 ￥10.50', '收款码 支付宝 ￥7.00']))
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

function asOfBefore(db: Database): void {
  db.exec(`DROP TABLE earlier; DROP TABLE shift_code;
    INSERT INTO day_tender SELECT day, 'static_code', sum(tenders), sum(fen) FROM day_tender WHERE channel LIKE 'static_code:%' GROUP BY day;
    DELETE FROM day_tender WHERE channel LIKE 'static_code:%'`)
  db.pragma('user_version = 21')
}

test('a till of before is summed anew when it is opened by this program', async () => {
  await sellDay()
  await till.close()
  tamper(till.folder, (db) => {
    asOfBefore(db)
  })
  const again = await till.restart()
  expect(await tenders(again)).toEqual(EXPECTED)
  expect((await again.run('ledger.verify', {})).faults).toEqual([])
})

test('a row that is damaged is named as before, and keeps no till of before from being opened', async () => {
  await sellDay()
  await till.close()
  tamper(till.folder, (db) => {
    asOfBefore(db)
    db.exec("DROP TRIGGER journal_no_update; UPDATE journal SET text = substr(text, 1, 40) WHERE type = 'sale.completed' AND instr(text, 'static_code') = 0")
  })
  const again = await till.restart()
  expect(await tenders(again)).toEqual(EXPECTED)
  expect((await again.run('ledger.verify', {})).faults.map(({ code }) => code)).toContain('chain.malformed')
})
