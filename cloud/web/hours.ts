/** Opening hours as people read them, and whether a shop is open at a moment of its own zone. */
import type { Shop } from '#shared/catalog/shop.ts'
import type { Voice } from './language.ts'

type Hours = Shop['hours']
const DAY = 1440
/** Weeks are read from Monday. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const

export type DayKey = 'day.0' | 'day.1' | 'day.2' | 'day.3' | 'day.4' | 'day.5' | 'day.6'
const dayKey = (day: number): DayKey => `day.${day}` as DayKey

export const clock = (minutes: number): string => `${String(Math.floor(minutes / 60) % 24)}:${String(minutes % 60).padStart(2, '0')}`

/** Weekday (0 is Sunday) and minutes from midnight in a zone; an unknown zone is read as Asia/Shanghai. */
export function localTime(at: number, zone: string): { day: number; minute: number } {
  const options: Intl.DateTimeFormatOptions = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  const parts = Object.fromEntries(formatIn(zone, options).formatToParts(at).map(({ type, value }) => [type, value]))
  return { day: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.weekday ?? ''), minute: Number(parts.hour) * 60 + Number(parts.minute) }
}

function formatIn(zone: string, options: Intl.DateTimeFormatOptions, locale = 'en-US'): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'Asia/Shanghai' })
  }
}

/** What a Date can hold (ECMA-262 §21.4.1.1), ms either side of 1970. A till's clock may say anything, and its receipt is still one. */
const TIME_MAX = 8.64e15

/** `2026-11-23 18:05`, in the shop's zone. */
export function dateTime(at: number, zone: string): string {
  return formatIn(zone, { dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' }, 'sv-SE').format(Math.max(-TIME_MAX, Math.min(TIME_MAX, at)))
}

export type Opening = { state: 'open'; until: number } | { state: 'closed'; next?: { day: number; open: number } } | { state: 'unknown' }

export function openingAt(hours: Hours, at: number, zone: string): Opening {
  if (hours.length === 0) return { state: 'unknown' }
  const { day, minute } = localTime(at, zone)
  const yesterday = (day + 6) % 7
  const until = hours.flatMap((stretch) => {
    if (stretch.day === day && stretch.open <= minute && minute < stretch.close) return stretch.close
    return stretch.day === yesterday && minute + DAY < stretch.close ? stretch.close - DAY : []
  })
  if (until.length > 0) return { state: 'open', until: Math.max(...until) }
  const waits = hours.map(({ day: on, open }) => ({ day: on, open, wait: ((on - day + 7) % 7) * DAY + open - minute }))
    .map((stretch) => (stretch.wait <= 0 ? { ...stretch, wait: stretch.wait + 7 * DAY } : stretch)).sort((a, b) => a.wait - b.wait)
  const [next] = waits
  return next ? { state: 'closed', next: { day: next.day, open: next.open } } : { state: 'closed' }
}

/** Rows of days and times, days with the same times joined: `Mon–Fri`, `7:00–22:00`. */
export function hoursTable(hours: Hours, { t }: Voice): { days: string; times: string }[] {
  const timesOf = (day: number): string => {
    const stretches = hours.filter((stretch) => stretch.day === day).sort((a, b) => a.open - b.open)
    if (stretches.length === 0) return t('hours.closed')
    return stretches.map(({ open, close }) => (open === 0 && close === DAY ? t('hours.24') : `${clock(open)}–${clock(close)}`)).join(t('list.separator'))
  }
  const rows: { from: number; to: number; times: string }[] = []
  for (const day of WEEK) {
    const times = timesOf(day)
    const last = rows.at(-1)
    if (last?.times === times) last.to = day
    else rows.push({ from: day, to: day, times })
  }
  return rows.map(({ from, to, times }) => {
    const days = rows.length === 1 ? t('day.every') : from === to ? t(dayKey(from)) : t('day.range', { from: t(dayKey(from)), to: t(dayKey(to)) })
    return { days, times }
  })
}
export const dayName = (day: number, { t }: Voice): string => t(dayKey(day))
