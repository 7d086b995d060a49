/** What day and minute it is in the shop's zone, for what holds only then. */

export interface LocalDay {
  /** `YYYY-MM-DD` */
  readonly date: string
  /** 0 is Sunday */
  readonly day: number
}
export interface LocalTime extends LocalDay {
  /** from midnight */
  readonly minute: number
  readonly before: LocalDay
}

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const options = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: zone })
  } catch {
    format = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: 'Asia/Shanghai' })
  }
  formats.set(zone, format)
  return format
}

/** UTC milliseconds in an IANA zone; an unknown zone is read as Asia/Shanghai. */
export function localTime(at: number, zone: string): LocalTime {
  const parts = Object.fromEntries(formatOf(zone).formatToParts(at).map(({ type, value }) => [type, value]))
  const midnight = Date.UTC(Number(parts['year']), Number(parts['month']) - 1, Number(parts['day']))
  return { ...dayOf(midnight), minute: Number(parts['hour']) * 60 + Number(parts['minute']), before: dayOf(midnight - DAY_MS) }
}

const dayOf = (midnight: number): LocalDay => ({ date: new Date(midnight).toISOString().slice(0, 10), day: new Date(midnight).getUTCDay() })
