/**
 * What a line of a log may say. Whoever logs names codes, counts, ids and times and nothing a person wrote or is called;
 * this is the second lock behind that: it takes out what looks like a secret or a person wherever it comes through, and
 * says of an error what helps to find it without what it quotes.
 */

const MASKS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g, '[key]'],
  // Tokens and keys of ours; JWS (RFC 7515), such as credit codes; bearers of any kind.
  [/\bxp[a-z]_[A-Za-z0-9_-]{6,}/g, '[secret]'],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?/g, '[token]'],
  [/\b(bearer|token=|pin=|key=|password=)\s*[^\s"'&,}]+/gi, '$1[secret]'],
  // postgres://user:password@host
  [/(:\/\/[^\s:@/]+:)[^\s@/]+@/g, '$1[secret]@'],
  // Resident identity numbers (GB 11643) and mobile numbers.
  [/(?<![0-9A-Za-z-])\d{17}[\dXx](?![0-9A-Za-z-])/g, '[number]'],
  [/(?<![0-9A-Za-z-])(\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z-])/g, '[phone]'],
  // Our logs speak English: Chinese in them is somebody's name, good or address.
  [/[\p{Script=Han}\u3000-\u303f\uff00-\uffef·]+/gu, '[text]'],
]

/** `text` without what looks like a secret or a person. */
export function maskText(text: string): string {
  return MASKS.reduce((masked, [pattern, mask]) => masked.replace(pattern, mask), text)
}

/** A value as JSON text, every string in it masked; names of fields are ours. */
export function maskedJson(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => (typeof each === 'string' ? maskText(each) : each))
}

/** Errors whose messages quote what they could not read. */
const QUOTING = new Set(['SyntaxError', 'ZodError', '$ZodError', 'DatabaseError', 'error', 'URIError'])

export interface ErrorFacts { readonly error: string; readonly code?: string; readonly message?: string; readonly at: readonly string[] }

/** What a log may say of an error: its kind, code and place; its message only where that is a programmer's own words. */
export function errorFacts(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { error: typeof error, at: [] }
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? { code: maskText(String(error.code)) } : {}
  const kind = error.name === 'Error' || error.name === 'error' ? error.constructor.name : error.name
  // Quotation marks hold what was found; what stands outside is the message's own.
  const message = maskText(error.message).replaceAll(/"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”/g, '[…]').slice(0, 300)
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).map((line) => line.trim()).slice(0, 12)
  return { error: kind, ...code, ...(QUOTING.has(kind) || QUOTING.has(error.name) ? {} : { message }), at }
}
