/** How much a certificate says, in the unit a good is sold by: `30 \u516c\u65a4`, `60\u65a4`, `1.5 t`, `24 \u74f6`. Thousandths (grams where it is weighed). */
import { parseQuantity, type Pricing } from '../quantity/quantity.ts'

/** Grams of one. */
const GRAMS: Readonly<Record<string, number>> = { '\u516c\u65a4': 1000, '\u5343\u514b': 1000, kg: 1000, '\u65a4': 500, '\u5e02\u65a4': 500, '\u4e24': 50, '\u514b': 1, g: 1, '\u5428': 1_000_000, t: 1_000_000 }

/** Undefined where it says no quantity of such a good. */
export function certifiedQuantity(text: string, { pricing, unit }: { pricing: Pricing; unit: string }): number | undefined {
  const found = /^\s*([0-9]+(?:\.[0-9]{1,3})?)\s*([^\s0-9()\uff08]*)/.exec(text)
  const typed = found ? parseQuantity(found[1]!) : undefined
  if (!found || typed === undefined) return undefined
  const said = found[2]!.toLowerCase()
  if (pricing === 'piece') return (said === '' || said === unit.toLowerCase()) && typed % 1000 === 0 ? typed : undefined
  const grams = GRAMS[said === '' ? unit.toLowerCase() : said]
  return grams === undefined ? undefined : Math.round((typed * grams) / 1000)
}
