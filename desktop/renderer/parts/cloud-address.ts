/** The cloud's address as people type it, made whole. Pure. */

/** A till in the shop's own network reaches a cloud there without a certificate; one with a port was typed by whoever runs it. */
const NEAR = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/i

export function cloudAddress(typed: string): string {
  const text = typed.trim()
  if (/^https?:\/\//i.test(text)) return text
  const host = text.split('/')[0]!
  return `${NEAR.test(host) || /:\d+$/.test(host) ? 'http' : 'https'}://${text}`
}
