/**
 * 顶尖 (Aclas, Pinnacle) OS2 and its kin, after the maker's OS2CX manual, section 13. By itself, ten times a second:
 * `01 02 status sign weight×6 unit×2 check 03 04 flags`; asked with 05 (answered 06) and then 11 the same without `flags`,
 * so that nobody knows then whether something was tared.
 * The check is the exclusive or of the twelve bytes before it. status: S stable, U unstable, F out of range or not yet at zero.
 */
import { AWAY, type ScaleParser, type ScaleProtocol, type ScaleReading } from './scale.ts'
import { gramsIn, isWeightUnit } from './weight.ts'

const SOH = 0x01
const STX = 0x02
const ETX = 0x03
const EOT = 0x04
const ENQ = 0x05
const ACK = 0x06
const DC1 = 0x11
/** Bytes from the first head to the second tail. */
const FRAME = 15
const CHECKED = 12
const TARED = 0x20
/** Status, sign, weight and unit by their places in a frame. */
const PARTS = /^([SUF])([- ])(.{6})(.{2})$/s

class Os2Parser implements ScaleParser {
  #frame: number[] = []
  /** A frame has just ended: the next byte may be its flags. */
  #isAfterFrame = false
  #isTared = false
  #last: ScaleReading = AWAY
  /** The scale answers, so it may be asked for the weight. */
  #isConnected = false

  feed(bytes: Uint8Array): ScaleReading[] {
    const found: ScaleReading[] = []
    for (const byte of bytes) this.#take(byte, found)
    return found
  }

  ask(): Uint8Array {
    return Uint8Array.of(this.#isConnected ? DC1 : ENQ)
  }

  #take(byte: number, found: ScaleReading[]): void {
    const isFlags = this.#isAfterFrame && byte !== SOH && byte !== ACK
    this.#isAfterFrame = false
    if (this.#frame.length === 0) {
      if (byte === SOH) this.#frame.push(byte)
      else if (isFlags) this.#flags(byte, found)
      else if (byte === ACK) this.#isConnected = true
      return
    }
    this.#frame.push(byte)
    if (this.#frame.length === 2 && byte !== STX) return this.#again(found)
    if (this.#frame.length < FRAME) return
    const reading = this.#read(this.#frame)
    if (!reading) return this.#again(found)
    this.#frame = []
    this.#isAfterFrame = true
    this.#isConnected = true
    this.#last = reading
    found.push(reading)
  }

  /** What began was no frame; another may have begun within it. */
  #again(found: ScaleReading[]): void {
    const rest = this.#frame.slice(1)
    this.#frame = []
    for (const byte of rest) this.#take(byte, found)
  }

  /** The tare is said behind the weight that it belongs to: where it is news, the weight is said again. */
  #flags(flags: number, found: ScaleReading[]): void {
    const isTared = (flags & TARED) !== 0
    if (isTared === this.#isTared) return
    this.#isTared = isTared
    this.#last = { ...this.#last, net: isTared }
    found.push(this.#last)
  }

  #read(frame: readonly number[]): ScaleReading | undefined {
    const check = frame.slice(0, CHECKED).reduce((sum, byte) => sum ^ byte, 0)
    if (check !== frame[CHECKED] || frame[CHECKED + 1] !== ETX || frame[CHECKED + 2] !== EOT) return undefined
    const parts = PARTS.exec(String.fromCharCode(...frame.slice(2, CHECKED)))
    if (!parts) return undefined
    const [, status, sign = '', weight = '', unit = ''] = parts
    const said = { net: this.#isTared, tare: null }
    if (status === 'F') return { ...said, state: sign === '-' ? 'underload' : 'overload', grams: null }
    if (!isWeightUnit(unit)) return { ...said, state: 'unit', grams: null }
    const grams = gramsIn(sign + weight, unit)
    return grams === undefined ? undefined : { ...said, state: status === 'S' ? 'stable' : 'unstable', grams }
  }
}

export const OS2: ScaleProtocol = {
  parser: () => new Os2Parser(),
  commands: { tare: Uint8Array.of(0x3c, 0x54, 0x4b, 0x3e, 0x09), zero: Uint8Array.of(0x3c, 0x5a, 0x4b, 0x3e, 0x09) },
}
