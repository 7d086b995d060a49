import { expect, test } from 'vitest'
import { escape, html, jsonLd } from './html.ts'
import { hoursTable, openingAt } from './hours.ts'
import { zh } from './messages/zh.ts'
import type { Voice } from './language.ts'

const voice: Voice = { language: 'zh', t: (key, values = {}) => zh[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name])), href: (path) => path, otherHref: '' }
const monday = (clock: string): number => Date.parse(`2026-11-23T${clock}:00+08:00`)
const day = { day: 1, open: 420, close: 1320 }
const night = { day: 0, open: 1200, close: 1560 } // Sunday 20:00 to Monday 2:00

test.each([
  ['no hours known', [], '12:00', { state: 'unknown' }],
  ['before it opens', [day], '06:59', { state: 'closed', next: { day: 1, open: 420 } }],
  ['the minute it opens', [day], '07:00', { state: 'open', until: 1320 }],
  ['the minute it closes', [day], '22:00', { state: 'closed', next: { day: 1, open: 420 } }],
  ['past midnight of the day before', [night], '01:59', { state: 'open', until: 120 }],
  ['after that night', [night, day], '02:00', { state: 'closed', next: { day: 1, open: 420 } }],
  ['in the second of two stretches', [{ ...day, close: 720 }, { ...day, open: 840 }], '15:00', { state: 'open', until: 1320 }],
])('%s', (_name, hours, at, expected) => {
  expect(openingAt(hours, monday(at), 'Asia/Shanghai')).toEqual(expected)
})

test('an unknown zone is read as Shanghai', () => {
  expect(openingAt([day], monday('08:00'), 'Mars/Base')).toMatchObject({ state: 'open' })
})

test('days with the same hours are one row', () => {
  const week = [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ ...day, day: weekday }))
  expect(hoursTable(week, voice)).toEqual([{ days: '每天', times: '7:00–22:00' }])
  expect(hoursTable(week.filter((stretch) => stretch.day !== 0), voice)).toEqual([{ days: '周一至周六', times: '7:00–22:00' }, { days: '周日', times: '休息' }])
})

test('nothing put into a page can become markup', () => {
  expect(html`<p title="${`"><script>`}">${['<b>', 1, null, false, html`<i>&amp;</i>`]}</p>`.text).toBe('<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt;1<i>&amp;</i></p>')
  expect(escape('\0a\ud800\u202e\'`')).toBe('a\ufffd&#39;&#96;')
  expect(jsonLd({ name: '</script><!--' }).text).not.toMatch(/<\/script>.|<!--/)
})
