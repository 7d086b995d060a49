import { afterEach, expect, it } from 'vitest'
import { i18n } from './index.ts'
import { ago, clock } from './time.ts'

afterEach(() => { i18n.global.locale.value = 'zh' })

it('says how long ago in the largest unit that fits, never in the future', () => {
  i18n.global.locale.value = 'en'
  const now = 1_800_000_000_000
  expect(ago(now - 5000, now)).toBe('5 seconds ago')
  expect(ago(now - 59 * 60_000, now)).toBe('59 minutes ago')
  expect(ago(now - 2.5 * 3_600_000, now)).toBe('2 hours ago')
  expect(ago(now - 3 * 86_400_000, now)).toBe('3 days ago')
  expect(ago(now + 9000, now)).toBe('now')
})

it('shows the time in the zone of the shop', () => {
  expect(clock(Date.UTC(2026, 0, 1, 16, 5), 'Asia/Shanghai')).toBe('00:05')
})
