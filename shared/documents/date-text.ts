/** Date and time as paper shows them: in the shop's own zone, always `YYYY-MM-DD HH:mm`, whatever the language. */

const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  let format
  try {
    format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone })
  } catch {
    format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'Asia/Shanghai' })
  }
  formats.set(zone, format)
  return format
}

/** UTC milliseconds → `2026-03-01 14:32` in an IANA zone; an unknown zone is read as Asia/Shanghai, as business dates are. */
export function dateTimeText(at: number, zone: string): string {
  const parts: Record<string, string> = {}
  for (const { type, value } of formatFor(zone).formatToParts(at)) parts[type] = value
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`
}
