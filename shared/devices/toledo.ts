/**
 * Toledo's continuous output, which most makers' indicators speak too: `STX A B C weight×6 tare×6 CR check`, or the
 * short form without the tare. A, B and C are the status words; the check makes the sum of all bytes, seven bits of each,
 * zero. Bit 7 is the line's parity, where it has one. Many scales have the check turned off, which the bytes don't show:
 * that is a protocol of its own here.
 */
import { roundHalfUp } from '../money/money.ts'
import { type Milli, MILLI_MAX, milli } from '../quantity/quantity.ts'
import { ascii, type ScaleParser, type ScaleProtocol, type ScaleReading } from './scale.ts'

const STX = 0x02
const CR = 0x0d
const SEVEN = 0x7f
/** Bytes up to the return, with the tare and without. */
const LONG = 17
const SHORT = 11

/** Word A, bits 0–2: the power of ten that the six digits are multiplied by. */
const exponentOf = (a: number): number => 2 - (a & 7)
/** Word B. */
const NET = 0x01
const NEGATIVE = 0x02
const OUT_OF_RANGE = 0x04
const MOTION = 0x08
const KILOGRAMS = 0x10
const NOT_ZEROED = 0x40
/** Words A, B and C: always set, so that a status word is no control character. */
const ALWAYS = 0x20
/** Word C, bits 0–2: 0 is what word B says, 1 grams, others are no weights of a shop. Bit 4: ten times finer than the scale may weigh. */
const UNIT = 0x07
const EXPANDED = 0x10

class ToledoParser implements ScaleParser {
  readonly #isChecked: boolean
  #frame: number[] = []

  constructor(isChecked: boolean) {
    this.#isChecked = isChecked
  }

  feed(bytes: Uint8Array): ScaleReading[] {
    const found: ScaleReading[] = []
    for (const byte of bytes) this.#take(byte & SEVEN, found)
    return found
  }

  ask(): null {
    return null
  }

  #take(byte: number, found: ScaleReading[]): void {
    if (this.#frame.length === 0 && byte !== STX) return
    this.#frame.push(byte)
    const frame = this.#frame
    const end = frame[SHORT - 1] === CR ? SHORT : LONG
    if (frame.length < end + (this.#isChecked ? 1 : 0)) return
    this.#frame = []
    const reading = this.#read(frame, end)
    if (reading) found.push(reading)
    // What began was no message; another may have begun within it.
    else for (const each of frame.slice(1)) this.#take(each, found)
  }

  #read(frame: readonly number[], end: number): ScaleReading | undefined {
    if (frame[end - 1] !== CR || (this.#isChecked && (frame.reduce((sum, byte) => sum + byte, 0) & SEVEN) !== 0)) return undefined
    const [, a = 0, b = 0, c = 0] = frame
    if ((a & b & c & ALWAYS) === 0) return undefined
    const text = String.fromCharCode(...frame.slice(4, end - 1))
    if (!/^(?: *\d+)(?: *\d+)?$/.test(text) || !/^ *\d+$/.test(text.slice(0, 6))) return undefined
    const net = (b & NET) !== 0
    const unit = (c & UNIT) === 1 ? 1 : (c & UNIT) === 0 && (b & KILOGRAMS) !== 0 ? 1000 : undefined
    if (unit === undefined || (c & EXPANDED) !== 0) return { state: 'unit', grams: null, net, tare: null }
    const isNegative = (b & NEGATIVE) !== 0
    const tare = end === LONG && net ? scaled(text.slice(6), a, unit) ?? null : null
    if ((b & OUT_OF_RANGE) !== 0) return { state: isNegative ? 'underload' : 'overload', grams: null, net, tare }
    const size = scaled(text.slice(0, 6), a, unit)
    if (size === undefined) return undefined
    const isMoving = (b & (MOTION | NOT_ZEROED)) !== 0
    return { state: isMoving ? 'unstable' : 'stable', grams: isNegative ? milli(-size) : size, net, tare }
  }
}

/** Six digits in grams, half a gram counted up; undefined for more than any shop's scale carries. */
function scaled(digits: string, a: number, unit: number): Milli | undefined {
  const exponent = exponentOf(a)
  const grams = roundHalfUp(Number(digits), unit * 10 ** Math.max(0, exponent), 10 ** Math.max(0, -exponent))
  return grams > MILLI_MAX ? undefined : milli(grams)
}

const commands = { tare: ascii('T\r\n'), zero: ascii('Z\r\n') }
export const TOLEDO: ScaleProtocol = { parser: () => new ToledoParser(true), commands }
export const TOLEDO_PLAIN: ScaleProtocol = { parser: () => new ToledoParser(false), commands }
