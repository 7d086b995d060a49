import fc from 'fast-check'
import { expect, test } from 'vitest'
import { businessDate, DATE } from './business-date.ts'

test.each([
  [Date.UTC(2026, 0, 1, 15, 59, 59, 999), 'Asia/Shanghai', '2026-01-01'], [Date.UTC(2026, 0, 1, 16), 'Asia/Shanghai', '2026-01-02'],
  [Date.UTC(2026, 0, 1, 16), 'UTC', '2026-01-01'], [Date.UTC(2024, 1, 28, 16), 'Asia/Shanghai', '2024-02-29'], [Date.UTC(2025, 11, 31, 16), 'Asia/Shanghai', '2026-01-01'],
  [Date.UTC(2026, 2, 8, 7, 30), 'America/New_York', '2026-03-08'], [Date.UTC(2026, 0, 1, 16), 'Nowhere/Land', '2026-01-02'], [0, 'Asia/Shanghai', '1970-01-01'],
])('%d in %s is %s', (at, zone, date) => expect(businessDate(at, zone)).toBe(date))

test('Shanghai has no summer time today: the date is that of UTC eight hours on', () => {
  fc.assert(fc.property(fc.integer({ min: Date.UTC(1992, 0, 1), max: Date.UTC(2100, 0, 1) }), (at) => {
    const date = businessDate(at, 'Asia/Shanghai')
    expect(date).toBe(new Date(at + 8 * 3_600_000).toISOString().slice(0, 10))
    expect(date).toMatch(DATE)
  }))
})
