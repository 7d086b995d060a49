/** Times as people say them, in the language of the screen and the zone of the shop. */
import { localeTag } from './index.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago `at` was, in the largest unit that fits. Both in UTC ms. */
export function ago(at: number, now: number): string {
  const past = Math.max(0, now - at)
  const format = new Intl.RelativeTimeFormat(localeTag(), { numeric: 'auto' })
  if (past < MINUTE) return format.format(-Math.round(past / 1000), 'second')
  if (past < HOUR) return format.format(-Math.floor(past / MINUTE), 'minute')
  if (past < DAY) return format.format(-Math.floor(past / HOUR), 'hour')
  return format.format(-Math.floor(past / DAY), 'day')
}

export function clock(at: number, zone?: string): string {
  return new Intl.DateTimeFormat(localeTag(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(at)
}

export function dayAndClock(at: number, zone?: string): string {
  return new Intl.DateTimeFormat(localeTag(), { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(at)
}

export function day(at: number, zone?: string): string {
  return new Intl.DateTimeFormat(localeTag(), { year: 'numeric', month: 'numeric', day: 'numeric', timeZone: zone }).format(at)
}
