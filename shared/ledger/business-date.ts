/** The business date: the day in the shop's own zone, computed once, at the till. */

const formats = new Map<string, Intl.DateTimeFormat>()

/** UTC milliseconds → `YYYY-MM-DD` in an IANA zone; an unknown zone is read as Asia/Shanghai. */
export function businessDate(at: number, zone: string): string {
  let format = formats.get(zone)
  if (!format) {
    const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit' }
    try {
      format = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: zone })
    } catch {
      format = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: 'Asia/Shanghai' })
    }
    formats.set(zone, format)
  }
  return format.format(at)
}

export const DATE = /^\d{4}-\d{2}-\d{2}$/
