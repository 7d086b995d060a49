import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdSchema } from '../identity/ids.ts'
import { addDays } from '../sales/report.ts'
import { changeRate, marginOf, marginRate, percentText, rangeOfPaper, type ReportFigures, reportPaper, reportReceipt, soldText } from './report.ts'
import { reportSheets } from './report-sheets.ts'

test('a paper\'s id is a UUID that says the days it is of, and no other id does', () => {
  const date = fc.nat(40_000).map((days) => addDays('1990-01-01', days))
  fc.assert(fc.property(date, date, (from, to) => {
    const ref = reportPaper({ from, to })
    expect(IdSchema.parse(ref)).toBe(ref)
    expect(rangeOfPaper(ref)).toEqual({ from, to })
  }))
  fc.assert(fc.property(fc.uuid(), (id) => { expect(rangeOfPaper(id)).toBeUndefined() }))
  expect(rangeOfPaper('20260229-2026-8030-8100-000000000000')).toBeUndefined()
})

test('a margin is of the sales whose cost is known', () => {
  expect([marginOf({ net: 1000, cost: 600, unknown: 200 }), marginRate({ net: 1000, cost: 600, unknown: 200 })]).toEqual([200, 250])
  expect(marginRate({ net: 200, cost: 0, unknown: 200 })).toBeNull()
  expect([changeRate(900, 1200), changeRate(5, 0), percentText(-250), percentText(5), percentText(-5)]).toEqual([-250, null, '-25.0%', '0.5%', '-0.5%'])
  expect([soldText({ pricing: 'weight', unit: '斤', quantity: 1250 }), soldText({ pricing: 'piece', unit: '瓶', quantity: 3000 })]).toEqual(['2.500 斤', '3'])
})

test('paper and spreadsheet say what of it is imported history, and nothing where there is none', () => {
  const report = (imported: number): ReportFigures => ({
    from: '2026-05-01', to: '2026-05-01', beforeFrom: '2026-04-24', beforeTo: '2026-04-24', goods: [], goodsTotal: 0, categories: [], tenders: [], hours: [],
    total: { sales: 3, returns: 0, gross: 900, discount: 0, net: 900, back: 0, cost: 0, unknown: 0 }, before: { net: 0, sales: 0 }, imported: { sales: imported, net: imported * 300, before: 0 },
    days: [{ date: '2026-05-01', sales: 3, net: 900, before: 0, imported: imported * 300 }], cashiers: [{ staffNo: imported ? '' : '01', name: '', sales: 3, returns: 0, net: 900, before: 0 }],
  })
  const paper = (imported: number): string => JSON.stringify(reportReceipt({ shop: { name: '', address: '', phone: '', zone: 'Asia/Shanghai', footer: '' }, report: report(imported), at: 0, till: '01', copy: false }).totals)
  expect(paper(2)).toContain('{"label":"其中导入的历史","value":"2 · ￥6.00","strong":false}')
  expect(paper(2)).toContain('以前的收银机 × 3')
  expect(paper(0)).not.toContain('导入')
  const sheets = (imported: number): string => JSON.stringify(reportSheets(report(imported), '', '01', 'zh').map(({ rows }) => rows))
  expect(sheets(2)).toContain('[{"kind":"head","text":"其中导入的历史"},{"kind":"yuan","fen":600},{"kind":"count","count":2}]')
  expect(sheets(0)).not.toContain('导入')
})
