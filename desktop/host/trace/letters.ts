/** Short marks of letters and digits that people read off labels, made of ids. */
import type { Id } from '#shared/identity/ids.ts'

/** Thirty-two that nobody takes for one another. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** So many characters of an id's last bits, which are random: six at most. */
export function lettersOf(id: Id, chars: number): string {
  const bits = Number.parseInt(id.slice(-8), 16)
  return Array.from({ length: chars }, (_, i) => ALPHABET[(bits >>> (5 * i)) & 31]).join('')
}
