/** Quantities and dates as people type them in the stock room, and as they are shown back. Pure. */
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

/** `261205`, `20261205`, `2026-12-5`, `2026.12.05` → `2026-12-05`; empty stays empty; undefined for what is no date. */
export function expiryOf(text: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  const found = /^(\d{4}|\d{2})(\d{2})(\d{2})$/.exec(trimmed) ?? /^(\d{4}|\d{2})[-./](\d{1,2})[-./](\d{1,2})$/.exec(trimmed)
  if (!found) return undefined
  const [, year = '', month = '', day = ''] = found
  const date = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${date}T00:00:00Z`)
  // The 31st of a short month is another day by now.
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== date ? undefined : date
}
