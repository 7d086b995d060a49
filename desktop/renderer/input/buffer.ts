/**
 * The number a cashier has typed and not yet used, shown beside the total. Pure. Digits wait here until the next key
 * says what they are: `*` a quantity for the next good, Enter an amount of cash or a code.
 */
import { type Milli, parseQuantity } from '#shared/quantity/quantity.ts'

export interface NumberBuffer {
  /** as typed: digits and at most one point */
  readonly text: string
  /** thousandths set with `*`, for the next good; null when none */
  readonly quantity: Milli | null
}

export const EMPTY_BUFFER: NumberBuffer = { text: '', quantity: null }

const CHARS_MAX = 18
/** Digits without a point from this length on are a code typed by hand, never an amount. */
export const CODE_CHARS_MIN = 6

/** Adds a digit or a point; what makes no number is ignored. */
export function press(buffer: NumberBuffer, char: string): NumberBuffer {
  if (buffer.text.length >= CHARS_MAX) return buffer
  if (char === '.') return buffer.text.includes('.') ? buffer : { ...buffer, text: `${buffer.text || '0'}.` }
  if (!/^(0|00|[1-9])$/.test(char)) return buffer
  if (buffer.text.includes('.') && buffer.text.split('.')[1]!.length >= 3) return buffer
  return { ...buffer, text: buffer.text + char }
}

/** `3` and then `*`: three of the next good. */
export function star(buffer: NumberBuffer): NumberBuffer {
  const quantity = parseQuantity(buffer.text)
  return quantity ? { text: '', quantity } : buffer
}

/** Takes the last character away, or the quantity when nothing else is left. */
export function backspace(buffer: NumberBuffer): NumberBuffer {
  return buffer.text ? { ...buffer, text: buffer.text.slice(0, -1) } : EMPTY_BUFFER
}

export function isEmpty(buffer: NumberBuffer): boolean {
  return buffer.text === '' && buffer.quantity === null
}

export function looksLikeCode(text: string): boolean {
  return text.length >= CODE_CHARS_MIN && !text.includes('.')
}
