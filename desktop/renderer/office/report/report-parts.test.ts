import fc from 'fast-check'
import { expect, test } from 'vitest'
import { daysOf } from '#shared/sales/report.ts'
import { labelEvery, scaleOf, spanOf } from './bars.ts'
import { PRESETS, rangeOf } from './ranges.ts'

test('ranges end today at the latest, and months are whole or up to today', () => {
  expect(PRESETS.map((preset) => rangeOf(preset, '2026-03-02')).map(({ from, to }) => `${from} ${to}`)).toEqual([
    '2026-03-02 2026-03-02', '2026-03-01 2026-03-01', '2026-02-24 2026-03-02', '2026-03-01 2026-03-02', '2026-02-01 2026-02-28',
  ])
  expect(rangeOf('lastMonth', '2026-01-31')).toEqual({ from: '2025-12-01', to: '2025-12-31' })
  expect(daysOf(rangeOf('week', '2026-03-02'))).toBe(7)
})

test('every bar begins at zero, ends at its value and stays within the chart', () => {
  const amount = fc.integer({ min: -1_000_000, max: 1_000_000 })
  fc.assert(fc.property(fc.array(fc.record({ label: fc.string(), value: amount, before: amount }), { minLength: 1, maxLength: 40 }), (bars) => {
    const scale = scaleOf(bars)
    expect(scale.low).toBeLessThanOrEqual(0)
    expect(scale.high).toBeGreaterThanOrEqual(0)
    for (const { value } of bars) {
      const { from, size } = spanOf(scale, value)
      expect(from).toBeGreaterThanOrEqual(0)
      expect(from + size).toBeLessThanOrEqual(1 + 1e-9)
      expect(value >= 0 ? from : from + size).toBeCloseTo(scale.at(0))
    }
  }))
  expect([labelEvery(24, 8), labelEvery(7, 8), labelEvery(731, 8)]).toEqual([3, 1, 92])
})
