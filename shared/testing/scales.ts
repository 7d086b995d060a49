/** Scales that speak the protocols of shared/devices, as bytes: for tests of the parsers and for simulators on a line. */
import { ascii, type ProtocolName } from '../devices/scale.ts'
import { formatQuantity } from '../quantity/quantity.ts'

/** What lies on a scale and how it lies. */
export interface OnScale {
  readonly state: 'stable' | 'unstable' | 'overload' | 'underload'
  /** grams without what was tared */
  readonly grams: number
  /** grams tared */
  readonly tare: number
}
export const EMPTY_PAN: OnScale = { state: 'stable', grams: 0, tare: 0 }

const kilos = (grams: number, width: number): string => formatQuantity(Math.abs(grams), 3).padStart(width, ' ')

/** A message of 顶尖 OS2, with its flags unless it was asked for. */
export function os2Message({ state, grams, tare }: OnScale, asked = false): Uint8Array {
  const isOut = state === 'overload' || state === 'underload'
  const isNegative = state === 'underload' || (!isOut && grams < 0)
  const body = `\x01\x02${isOut ? 'F' : state === 'stable' ? 'S' : 'U'}${isNegative ? '-' : ' '}${kilos(isOut ? 0 : grams, 6)}kg`
  const check = ascii(body).reduce((sum, byte) => sum ^ byte, 0)
  const flags = (grams === 0 ? 0x10 : 0) | (tare > 0 ? 0x20 : 0) | (isOut ? 0x40 : 0)
  return Uint8Array.from([...ascii(body), check, 0x03, 0x04, ...(asked ? [] : [flags])])
}

/** A message of Toledo's continuous output: kilograms with three places. */
export function toledoMessage({ state, grams, tare }: OnScale, isChecked = true): Uint8Array {
  const isOut = state === 'overload' || state === 'underload'
  const b = 0x20 | 0x10 | (tare > 0 ? 1 : 0) | (state === 'underload' || (!isOut && grams < 0) ? 2 : 0) | (isOut ? 4 : 0) | (state === 'unstable' ? 8 : 0)
  const digits = (value: number): string => String(Math.abs(value)).padStart(6, ' ')
  const bytes = [0x02, 0x20 | 0x08 | 5, b, 0x20, ...ascii(`${digits(isOut ? 0 : grams)}${digits(tare)}\r`)]
  const check = (128 - (bytes.reduce((sum, byte) => sum + byte, 0) & 0x7f)) & 0x7f
  return Uint8Array.from(isChecked ? [...bytes, check] : bytes)
}

/** An answer of MT-SICS to S, SI or SIR. */
export function sicsMessage({ state, grams }: OnScale): Uint8Array {
  if (state === 'overload' || state === 'underload') return ascii(`S ${state === 'overload' ? '+' : '-'}\r\n`)
  return ascii(`S ${state === 'stable' ? 'S' : 'D'} ${`${grams < 0 ? '-' : ''}${formatQuantity(Math.abs(grams), 3)}`.padStart(10, ' ')} kg\r\n`)
}

export function scaleMessage(protocol: ProtocolName, on: OnScale): Uint8Array {
  switch (protocol) {
    case 'os2': return os2Message(on)
    case 'toledo': return toledoMessage(on)
    case 'toledo_plain': return toledoMessage(on, false)
    case 'sics': return sicsMessage(on)
  }
}
