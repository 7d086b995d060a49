import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdSchema } from '../identity/ids.ts'
import { addDays } from '../sales/report.ts'
import { changeRate, marginOf, marginRate, percentText, rangeOfPaper, reportPaper, soldText } from './report.ts'

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
