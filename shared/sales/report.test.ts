import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays, costOf, daysOf, hoursIn, isDate, piecesOf, weekBefore } from './report.ts'

const dates = fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 800 })).map(([first, days]) => {
  const from = addDays('1990-01-01', first)
  return { from, to: addDays(from, days) }
})
const each = (from: string, to: string): string[] => Array.from({ length: daysOf({ from, to }) }, (_, i) => addDays(from, i))

describe('pieces', () => {
  test('hold each day of the range and of the week before exactly once, in order, and none is longer than was asked', () => {
    fc.assert(fc.property(dates, fc.integer({ min: 1, max: 40 }), (range, daysMax) => {
      const pieces = piecesOf(range, daysMax)
      const before = weekBefore(range)
      const days = pieces.flatMap((piece) => each(piece.from, piece.to))
      expect(days).toEqual([...new Set([...each(before.from, before.to), ...each(range.from, range.to)])].sort())
      for (const piece of pieces) {
        expect(daysOf(piece)).toBeLessThanOrEqual(daysMax)
        for (const day of [piece.from, piece.to]) {
          expect(day >= range.from && day <= range.to).toBe(piece.isNow)
          expect(day >= before.from && day <= before.to).toBe(piece.isBefore)
        }
      }
    }))
  })
})

describe('hours', () => {
  const zones = ['Asia/Shanghai', 'Asia/Urumqi', 'UTC', 'Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe', 'Europe/Berlin']
  test('are those of the zone\'s own clock, also on the days when it is put forward or back', () => {
    fc.assert(fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 2_500_000 }), fc.nat(200), (zone, first, more) => {
      const hour = hoursIn(zone)
      const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: zone })
      for (let quarter = first; quarter < first + more; quarter++) expect(hour(quarter)).toBe(Number(clock.format(quarter * 900_000)))
    }))
  })
  test('of a zone that nobody knows are Shanghai\'s', () => {
    expect(hoursIn('Nowhere/Else')(0)).toBe(8)
  })
})

describe('cost', () => {
  test('is what the sales said, and for the rest today\'s; what nobody knows is named and costs nothing', () => {
    const piece = { pricing: 'piece', unit: '瓶' } as const
    expect(costOf({ cost: 500, costless: 0, costlessNet: 0 }, { ...piece, cost: null })).toEqual({ cost: 500, unknown: 0 })
    expect(costOf({ cost: 500, costless: 3000, costlessNet: 900 }, { ...piece, cost: 190 })).toEqual({ cost: 1070, unknown: 0 })
    expect(costOf({ cost: 500, costless: 3000, costlessNet: 900 }, { ...piece, cost: null })).toEqual({ cost: 500, unknown: 900 })
    // 750 g at 4.00 for 500 g.
    expect(costOf({ cost: 0, costless: 750, costlessNet: 900 }, { pricing: 'weight', unit: '斤', cost: 400 })).toEqual({ cost: 600, unknown: 0 })
    expect(costOf({ cost: 0, costless: -1000, costlessNet: -300 }, { ...piece, cost: 190 })).toEqual({ cost: -190, unknown: 0 })
  })
})

test('dates', () => {
  expect(weekBefore({ from: '2026-03-01', to: '2026-03-02' })).toEqual({ from: '2026-02-22', to: '2026-02-23' })
  expect(daysOf({ from: '2024-02-28', to: '2024-03-01' })).toBe(3)
  expect(['2026-02-28', '2026-02-29', '2026-13-01', '2026-3-1'].map(isDate)).toEqual([true, false, false, false])
})
