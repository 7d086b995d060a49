/**
 * Quantity is an integer of thousandths: one piece is 1000, one kilogram is 1000 (so a weight is in grams).
 * A price is per named unit; `thousandthsPer` says how many thousandths that unit is (斤 is 500).
 */
import { z } from 'zod'
import { type Fen, roundHalfUp } from '../money/money.ts'

export type Milli = number & { readonly __unit: 'thousandths' }

/** A million pieces or a thousand tonnes in one line is a slip of the finger. */
export const MILLI_MAX = 1_000_000_000

/** Brands an integer as thousandths. Throws RangeError on anything else: that is a bug, not input. */
export function milli(value: number): Milli {
  if (!Number.isSafeInteger(value) || Math.abs(value) > MILLI_MAX) throw new RangeError(`not a quantity in thousandths: ${value}`)
  return (value === 0 ? 0 : value) as Milli
}

export const MilliSchema = z.int().min(-MILLI_MAX).max(MILLI_MAX).overwrite((value) => (value === 0 ? 0 : value)) as unknown as z.ZodType<Milli, number>
export const PIECE = milli(1000)

/** Grams in each unit a weighed good may be priced by (GB/T 3100-3102 units and the market's 斤 and 两). */
export const WEIGHT_UNITS: Readonly<Record<string, number>> = { 公斤: 1000, 千克: 1000, kg: 1000, KG: 1000, 斤: 500, 两: 50, 克: 1, g: 1 }

/** What small shops sell by, offered where a good is made. */
export const USUAL_UNITS = ['个', '瓶', '袋', '盒', '份', '斤', '公斤', '克'] as const

export const PricingSchema = z.enum(['piece', 'weight'])
export type Pricing = z.output<typeof PricingSchema>

/** How many thousandths one priced unit is: 1000 for a piece, the grams of the unit for a weighed good (1000 for an unknown one). */
export function thousandthsPer(pricing: Pricing, unit: string): number {
  return pricing === 'weight' && Object.hasOwn(WEIGHT_UNITS, unit) ? WEIGHT_UNITS[unit]! : 1000
}

/** What `quantity` costs at `price` fen per unit of `per` thousandths, in fen, halves away from zero. */
export function amountOf(price: Fen, quantity: Milli, per: number): Fen {
  return roundHalfUp(price, quantity, per)
}

/** `1250` → `1.25`, `2000` → `2`; with `decimals` 3, `1250` → `1.250`. */
export function formatQuantity(quantity: number, decimals = 0): string {
  const size = Math.abs(quantity)
  let digits = String(size % 1000).padStart(3, '0')
  while (digits.length > decimals && digits.endsWith('0')) digits = digits.slice(0, -1)
  const text = `${Math.floor(size / 1000)}${digits ? `.${digits}` : ''}`
  return quantity < 0 ? `-${text}` : text
}

/** Reads `2`, `1.25`, `-0.5`; undefined for anything else, more than three decimals, or beyond the range. */
export function parseQuantity(text: string): Milli | undefined {
  const match = /^([+-]?)(\d+)?(?:\.(\d*))?$/.exec(text.trim())
  if (!match || (match[2] === undefined && !match[3])) return undefined
  const decimals = (match[3] ?? '').replace(/0+$/, '')
  if (decimals.length > 3) return undefined
  const value = Number(match[2] ?? '0') * 1000 + Number(decimals.padEnd(3, '0'))
  if (!Number.isSafeInteger(value) || value > MILLI_MAX) return undefined
  return milli(match[1] === '-' ? -value : value)
}
