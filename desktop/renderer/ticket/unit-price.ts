/** Prices of weighed goods for the unit the shop wants to speak in: exact to the hundredth of a fen, or as they are. Pure. */
import { formatYuan } from '#shared/money/money.ts'
import { formatQuantity, type Pricing, thousandthsPer, WEIGHT_UNITS } from '#shared/quantity/quantity.ts'

interface Priced { readonly pricing: Pricing; readonly unit: string; readonly price: number }
export interface UnitPrice {
  /** Whole fen, and what is left of one in its hundredths: `3825` a kilogram is 1912 and `5` for 500 g. */
  readonly fen: number
  readonly rest: string
  readonly unit: string
  /** grams of the unit, or thousandths of a piece */
  readonly per: number
}

/** `weighIn`: the shop's unit, empty where each good's own is shown. A price that has no end in it stays in its own unit. */
export function unitPrice({ pricing, unit, price }: Priced, weighIn: string): UnitPrice {
  const per = thousandthsPer(pricing, unit)
  const own = { fen: price, rest: '', unit, per }
  if (pricing !== 'weight' || weighIn === '' || weighIn === unit || !Object.hasOwn(WEIGHT_UNITS, unit) || !Object.hasOwn(WEIGHT_UNITS, weighIn)) return own
  const wanted = WEIGHT_UNITS[weighIn]!
  const hundredths = price * wanted * 100
  if (!Number.isSafeInteger(hundredths) || hundredths % per !== 0) return own
  const exact = hundredths / per
  return { fen: Math.floor(exact / 100), rest: exact % 100 === 0 ? '' : String(exact % 100).padStart(2, '0').replace(/0$/, ''), unit: weighIn, per: wanted }
}

export const unitPriceText = ({ fen, rest }: UnitPrice): string => formatYuan(fen) + rest

/** Grams in a unit of `per` grams, as a scale shows them. Rounded to the thousandth of the unit, which loses nothing from 斤 up. */
export function weightText(grams: number, per: number): string {
  return formatQuantity(Math.round(grams * 1000 / per), per >= 500 ? 3 : 0)
}
