/** Dates as people type them on a number pad, everywhere on the till's screens. Pure. */
const DAY_MS = 86_400_000
const AHEAD_MAX = 9999

/** Where a day without its year lies: what goes bad is to come, what was sold has been. */
export type Toward = 'future' | 'past'

/** What a DateField gives, where it is a date or empty. */
export const dateGiven = (text: string): string | undefined => (text === '' || /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined)

/** The date so many days later; dates have no time of day, so no zone either. */
const daysAfter = (date: string, days: number): string => new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** Undefined for what no calendar has. */
function real(year: number, month: number, day: number): string | undefined {
  const date = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  const at = new Date(`${date}T00:00:00Z`)
  // The 31st of a short month is another day by now.
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== date ? undefined : date
}

/**
 * `20261128`, `261128`, `2026-11-28`, `2026.11.8`, `1128`, `11-28`, `+7`, `-1`: YYYY-MM-DD. Empty stays empty; undefined for
 * what is no date. `today` is the shop's business date.
 */
export function readDate(text: string, today: string, toward: Toward): string | undefined {
  const typed = text.trim().replaceAll('\uff0b', '+').replace(/[\u5e74\u6708]/g, '-').replace(/\u65e5$/, '')
  if (typed === '') return ''
  const days = /^([+-])(\d{1,4})$/.exec(typed)
  if (days) return Number(days[2]) > AHEAD_MAX ? undefined : daysAfter(today, (days[1] === '+' ? 1 : -1) * Number(days[2]))
  const whole = /^(\d{4}|\d{2})(\d{2})(\d{2})$/.exec(typed) ?? /^(\d{4}|\d{2})[-./](\d{1,2})[-./](\d{1,2})$/.exec(typed)
  if (whole) return real(Number(whole[1]!.length === 2 ? `20${whole[1]}` : whole[1]), Number(whole[2]), Number(whole[3]))
  const day = /^(\d{2})(\d{2})$/.exec(typed) ?? /^(\d{1,2})[-./](\d{1,2})$/.exec(typed)
  return day ? nearest(Number(day[1]), Number(day[2]), today, toward) : undefined
}

/** The next such day from today on, or the last until today. The 29th of February may be years away. */
function nearest(month: number, day: number, today: string, toward: Toward): string | undefined {
  const year = Number(today.slice(0, 4))
  for (let n = 0; n <= 8; n++) {
    const date = real(toward === 'future' ? year + n : year - n, month, day)
    if (date !== undefined && (toward === 'future' ? date >= today : date <= today)) return date
  }
  return undefined
}
