/**
 * Mettler-Toledo's MT-SICS, levels 0 and 1: lines of text. It is asked once with `SIR` and then repeats itself; one that
 * doesn't know `SIR` (`ES`) is asked with `SI` again and again. `S S` is a stable weight, `S D` a moving one, `S I` none now,
 * `S +` and `S -` out of range. Weights are net. `T S` says what was tared.
 */
import type { Milli } from '../quantity/quantity.ts'
import { ascii, type ScaleParser, type ScaleProtocol, type ScaleReading } from './scale.ts'
import { gramsIn, isWeightUnit } from './weight.ts'

const LF = 0x0a
/** Longer lines are no answers. */
const LINE_MAX = 80
const ANSWER = /^(S|T|TA|TAC|TI) ([A-Z+-])(?: +(-? *[\d.]+) +(\S+))?$/

class SicsParser implements ScaleParser {
  #line = ''
  #tare: Milli | null = null
  #repeats = true

  feed(bytes: Uint8Array): ScaleReading[] {
    const found: ScaleReading[] = []
    for (const byte of bytes) {
      if (byte !== LF) {
        if (this.#line.length <= LINE_MAX) this.#line += String.fromCharCode(byte & 0x7f)
        continue
      }
      const reading = this.#line.length <= LINE_MAX ? this.#read(this.#line.trim()) : undefined
      this.#line = ''
      if (reading) found.push(reading)
    }
    return found
  }

  ask(): Uint8Array {
    return ascii(this.#repeats ? 'SIR\r\n' : 'SI\r\n')
  }

  #read(line: string): ScaleReading | undefined {
    if (line === 'ES') this.#repeats = false
    const match = ANSWER.exec(line)
    if (!match) return undefined
    const [, command, status, weight, unit = ''] = match
    const grams = weight === undefined ? undefined : gramsIn(weight, unit)
    if (command !== 'S') {
      if (command === 'TAC' && status === 'A') this.#tare = null
      else if (grams !== undefined) this.#tare = grams === 0 ? null : grams
      return undefined
    }
    const said = { net: this.#tare !== null, tare: this.#tare }
    if (status === '+') return { ...said, state: 'overload', grams: null }
    if (status === '-') return { ...said, state: 'underload', grams: null }
    if (status === 'I') return { ...said, state: 'unstable', grams: null }
    if (weight === undefined || (status !== 'S' && status !== 'D')) return undefined
    if (!isWeightUnit(unit)) return { ...said, state: 'unit', grams: null }
    return grams === undefined ? undefined : { ...said, state: status === 'S' ? 'stable' : 'unstable', grams }
  }
}

export const SICS: ScaleProtocol = {
  parser: () => new SicsParser(),
  commands: { tare: ascii('T\r\n'), zero: ascii('Z\r\n') },
}
