/**
 * What a counter scale says, whatever its protocol. Pure: bytes in, readings out, and the bytes that ask a scale for
 * something. A protocol's parser takes bytes as the line gives them, cut anywhere, throws at none, and drops what is no
 * whole and right message.
 */
import { z } from 'zod'
import type { Milli } from '../quantity/quantity.ts'

/**
 * stable · unstable: still moving, tared or not yet zeroed · overload · underload: below zero's range, as with the pan
 * taken off · unit: it weighs in something that is no kilogram or gram · away: it says nothing
 */
export const SCALE_STATES = ['stable', 'unstable', 'overload', 'underload', 'unit', 'away'] as const
export type ScaleState = (typeof SCALE_STATES)[number]

export interface ScaleReading {
  readonly state: ScaleState
  /** grams as displayed, below zero after the tared dish was taken off; null where none can be said */
  readonly grams: Milli | null
  /** Something was tared: `grams` is without it. */
  readonly net: boolean
  /** grams tared; null where nothing was, or the protocol doesn't say how much */
  readonly tare: Milli | null
}
export const AWAY: ScaleReading = { state: 'away', grams: null, net: false, tare: null }

export interface ScaleParser {
  /** Readings that the bytes completed, in their order. */
  feed(bytes: Uint8Array): ScaleReading[]
  /** What to send to a scale that has said nothing for a moment; null for one that sends by itself. */
  ask(): Uint8Array | null
}

export const SCALE_COMMANDS = ['tare', 'zero'] as const
export type ScaleCommand = (typeof SCALE_COMMANDS)[number]

export interface ScaleProtocol {
  parser(): ScaleParser
  readonly commands: Readonly<Record<ScaleCommand, Uint8Array>>
}

export const PROTOCOL_NAMES = ['os2', 'toledo', 'toledo_plain', 'sics'] as const
export const ProtocolNameSchema = z.enum(PROTOCOL_NAMES)
export type ProtocolName = z.output<typeof ProtocolNameSchema>

export function sameReading(a: ScaleReading, b: ScaleReading): boolean {
  return a.state === b.state && a.grams === b.grams && a.net === b.net && a.tare === b.tare
}

/** ASCII text as bytes. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}
