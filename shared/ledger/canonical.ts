/**
 * Canonical JSON (RFC 8785) for the values the journal holds: objects, arrays, strings, booleans, null and
 * safe integers. Anything else throws TypeError: a fraction in the journal would be a bug.
 */
export function canonical(value: unknown): string {
  if (value === null || value === true || value === false) return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`the journal holds integers, not ${value}`)
    return String(value === 0 ? 0 : value)
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object') {
    const entries = value as Record<string, unknown>
    const parts: string[] = []
    for (const key of Object.keys(entries).sort()) {
      if (entries[key] !== undefined) parts.push(`${JSON.stringify(key)}:${canonical(entries[key])}`)
    }
    return `{${parts.join(',')}}`
  }
  throw new TypeError(`the journal can't hold a ${typeof value}`)
}
