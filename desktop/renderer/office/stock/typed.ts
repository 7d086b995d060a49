/** Quantities as people type them in the stock room, and as they are shown back. Pure. */
import { formatQuantity, parseQuantity, type Pricing, thousandthsPer } from '#shared/quantity/quantity.ts'
import { gramsOf } from '../../ticket/edits.ts'

interface Measured { readonly pricing: Pricing; readonly unit: string }

/** Thousandths of a piece, or grams of what is typed in the good's unit; undefined for what is no quantity. */
export function quantityOf({ pricing, unit }: Measured, text: string): number | undefined {
  const typed = parseQuantity(text)
  if (typed === undefined) return undefined
  if (pricing === 'piece') return typed % 1000 === 0 ? typed : undefined
  return gramsOf(typed, thousandthsPer(pricing, unit))
}
/** In the good's unit, without it. */
export function quantityShown({ pricing, unit }: Measured, quantity: number): string {
  return formatQuantity(pricing === 'piece' ? quantity : Math.round((quantity * 1000) / thousandthsPer(pricing, unit)))
}
