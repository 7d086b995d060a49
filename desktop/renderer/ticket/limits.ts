/** What is surely a slip of the finger, said before it is on the ticket: quantities and prices no shop means. Pure but for the words. */
import { type Fen, fen } from '#shared/money/money.ts'
import { t } from '../i18n/index.ts'

/** thousandths of a piece, or grams: 9999 pieces or kilograms on a line */
export const QUANTITY_MAX = 9_999_000
/** fen: 100,000 yuan for one of it */
export const PRICE_MAX = fen(10_000_000)
const PRICE_TIMES_MAX = 10
/** fen: a million yuan of float */
export const FLOAT_MAX = fen(100_000_000)

export type QuantityFault = 'zero' | 'tooMany' | 'fraction'

/** What is wrong with a quantity in thousandths of a piece, or in grams. */
export function quantityFault(pricing: 'piece' | 'weight', quantity: number): QuantityFault | null {
  if (Math.abs(quantity) > QUANTITY_MAX) return 'tooMany'
  return pricing === 'piece' && quantity % 1000 !== 0 ? 'fraction' : null
}
/** The sentence for it; `what` is the good's name or what was typed. */
export function quantityWords(fault: QuantityFault, what: string): { message: string; next: string } {
  return { message: t(`quantity.${fault}`, { what }), next: t(`quantity.${fault}Next`) }
}

/** Whether a price set by hand, in fen, is beyond what anyone means beside the listed one. */
export function priceTooHigh(price: Fen, list: Fen): boolean {
  return price > PRICE_MAX || (list > 0 && price > list * PRICE_TIMES_MAX)
}
