/**
 * Tells a scanner that types (a keyboard wedge) from a person who types, by speed and, where the scanner is set to send
 * some, by what frames its codes. Pure: strokes in, verdicts out. It reads `code`, the key's place on the keyboard, because an active Chinese input method replaces `key` by
 * `Process` and would eat the scan.
 */
import { PLAIN_WEDGE, type WedgeSettings } from './wedge-settings.ts'

export interface Stroke {
  readonly code: string
  readonly key: string
  /** ms on any clock that only goes forward */
  readonly time: number
  readonly shift?: boolean
}
export type Verdict =
  /** A whole code; `since` is the time of its first stroke. */
  | { readonly type: 'scan'; readonly text: string; readonly since: number }
  /** Typing, as far as one can tell; `length` strokes of a possible scan so far. */
  | { readonly type: 'type'; readonly length: number }

/** Shorter bursts are people: nobody types six keys this fast, and no shop's scanner is slower. */
export const SCAN_CHARS_MIN = 6
export const SCAN_GAP_MS_MEAN = 35
/** One hiccup of a wireless scanner may be this long; a longer pause begins anew. */
export const SCAN_GAP_MS_MAX = 80

const MODIFIERS = new Set(['ShiftLeft', 'ShiftRight', 'CapsLock', 'AltLeft', 'AltRight', 'ControlLeft', 'ControlRight', 'MetaLeft', 'MetaRight'])
const ENDS = new Set(['Enter', 'NumpadEnter', 'Tab'])
const PLAIN: Readonly<Record<string, readonly [string, string]>> = {
  Minus: ['-', '_'], Equal: ['=', '+'], BracketLeft: ['[', '{'], BracketRight: [']', '}'], Backslash: ['\\', '|'],
  Semicolon: [';', ':'], Quote: ['\'', '"'], Backquote: ['`', '~'], Comma: [',', '<'], Period: ['.', '>'], Slash: ['/', '?'], Space: [' ', ' '],
  NumpadAdd: ['+', '+'], NumpadSubtract: ['-', '-'], NumpadMultiply: ['*', '*'], NumpadDivide: ['/', '/'], NumpadDecimal: ['.', '.'],
}
/** As much as one types before a star. */
const COUNT = /^\d{0,3}$/
const SHIFTED_DIGITS = ')!@#$%^&*('

/** The character of a stroke on the keyboard that scanners pretend to be (US layout); undefined for keys that type none. */
export function charOf({ code, key, shift = false }: Omit<Stroke, 'time'>): string | undefined {
  const letter = /^Key([A-Z])$/.exec(code)?.[1]
  if (letter) return shift ? letter : letter.toLowerCase()
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1]
  if (digit) return shift && code.startsWith('Digit') ? SHIFTED_DIGITS[Number(digit)] : digit
  const plain = PLAIN[code]
  if (plain) return plain[shift ? 1 : 0]
  return code === '' && key.length === 1 ? key : undefined
}

export class Wedge {
  #text = ''
  #first = 0
  #last = 0
  #settings: WedgeSettings = PLAIN_WEDGE

  set(settings: WedgeSettings): void {
    this.#settings = settings
    this.reset()
  }

  feed(stroke: Stroke): Verdict {
    if (MODIFIERS.has(stroke.code)) return { type: 'type', length: this.#text.length }
    const pause = stroke.time - this.#last
    const paused = this.#text.length > 0 && pause > SCAN_GAP_MS_MAX
    if (ENDS.has(stroke.code) || (stroke.code === '' && (stroke.key === 'Enter' || stroke.key === 'Tab'))) {
      const verdict = this.#settings.end === 'key' && !paused ? this.#judge(this.#text, stroke.time - this.#first) : undefined
      this.reset()
      return verdict ?? { type: 'type', length: 0 }
    }
    const char = charOf(stroke)
    if (char === undefined) {
      this.reset()
      return { type: 'type', length: 0 }
    }
    if (this.#text === '' || paused) {
      this.#text = ''
      this.#first = stroke.time
    }
    // How many and a star before a scan are a cashier's, however soon the scan follows: no code of goods begins so.
    if (char === '*' && COUNT.test(this.#text)) {
      this.#text = ''
      return { type: 'type', length: 0 }
    }
    this.#text += char
    this.#last = stroke.time
    const { end, suffix } = this.#settings
    const verdict = end === 'text' && suffix !== '' && this.#text.endsWith(suffix) ? this.#judge(this.#text.slice(0, -suffix.length), stroke.time - this.#first) : undefined
    if (!verdict) return { type: 'type', length: this.#text.length }
    this.reset()
    return verdict
  }

  /** No stroke came for SCAN_GAP_MS_MAX: for scanners that end their codes with nothing, that is the end. */
  rest(): Verdict {
    const verdict = this.#settings.end === 'pause' ? this.#judge(this.#text, this.#last - this.#first) : undefined
    if (verdict) this.reset()
    return verdict ?? { type: 'type', length: this.#text.length }
  }

  /** `took`: ms from the first stroke to the last. A prefix makes up for length, and without it nothing is a scan. */
  #judge(typed: string, took: number): Verdict | undefined {
    const { prefix } = this.#settings
    const text = typed.slice(prefix.length)
    const isFast = took / Math.max(1, typed.length) <= SCAN_GAP_MS_MEAN
    const isLong = prefix === '' ? text.length >= SCAN_CHARS_MIN : text.length > 0
    return typed.startsWith(prefix) && isFast && isLong ? { type: 'scan', text, since: this.#first } : undefined
  }

  reset(): void {
    this.#text = ''
  }
}
