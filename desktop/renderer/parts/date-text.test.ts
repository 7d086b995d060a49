import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDate } from './date-text.ts'

const TODAY = '2026-11-28'
const at = (text: string, toward: 'future' | 'past' = 'future') => readDate(text, TODAY, toward)

test('a date is read however it is typed', () => {
  for (const text of ['261205', '20261205', '2026-12-05', '2026-12-5', '2026.12.05', ' 26/12/05 ', '1205', '12-5', '12.05', '+7', '\uff0b7', '2026\u5e7412\u67085\u65e5']) expect(at(text)).toBe('2026-12-05')
  expect(at('  ')).toBe('')
  for (const text of ['2026', '20260230', '261305', 'x', '2026120', '0', '1', '+', '+12345', '1332', '0230', '--1']) expect(at(text)).toBeUndefined()
})
test('a day without its year is the next to come, or the last that was', () => {
  expect([at('1128'), at('1127'), at('0101')]).toEqual(['2026-11-28', '2027-11-27', '2027-01-01'])
  expect([at('1128', 'past'), at('1129', 'past'), at('0101', 'past')]).toEqual(['2026-11-28', '2025-11-29', '2026-01-01'])
  expect([at('0229'), at('0229', 'past')]).toEqual(['2028-02-29', '2024-02-29'])
  expect([at('-1', 'past'), at('+30')]).toEqual(['2026-11-27', '2026-12-28'])
})
test('what is read is read again as itself', () => {
  const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10))
  fc.assert(fc.property(day, day, fc.constantFrom('future' as const, 'past' as const), (date, today, toward) => {
    for (const text of [date, date.replaceAll('-', ''), date.slice(2).replaceAll('-', '')]) expect(readDate(text, today, toward)).toBe(date)
    const near = readDate(date.slice(5).replace('-', ''), today, toward)!
    expect(near.slice(5)).toBe(date.slice(5))
    expect(toward === 'future' ? near >= today : near <= today).toBe(true)
  }))
})
