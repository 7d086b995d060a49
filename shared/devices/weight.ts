/** Weights as scales write them. */
import { type Milli, milli } from '../quantity/quantity.ts'

/** Decimal places of a unit that make a gram. */
const PLACES: Readonly<Record<string, number>> = { kg: 3, g: 0 }

export function isWeightUnit(unit: string): boolean {
  return Object.hasOwn(PLACES, unit.trim().toLowerCase())
}

/** `  1.250` of `kg` in grams, half a gram counted up, away from zero; undefined for what is no weight in a known unit. */
export function gramsIn(text: string, unit: string): Milli | undefined {
  const places = isWeightUnit(unit) ? PLACES[unit.trim().toLowerCase()]! : undefined
  const match = /^\s*([+-]?)\s*(\d{1,6})?(?:\.(\d{0,7}))?\s*$/.exec(text)
  if (places === undefined || !match || (match[2] === undefined && !match[3])) return undefined
  const decimals = (match[3] ?? '').padEnd(places + 1, '0')
  const size = Number((match[2] ?? '0') + decimals.slice(0, places)) + (decimals[places]! >= '5' ? 1 : 0)
  return milli(match[1] === '-' ? -size : size)
}
