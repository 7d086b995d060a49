/** What a sale sold of each good, as a recall asks: all of it, what of that no lot was named for, and whether it names lots of the good too. Thousandths. */
import type { Id } from '../identity/ids.ts'
import type { SaleLine } from '../sales/events.ts'

export interface SoldPart { readonly good: Id; readonly quantity: number; readonly unnamed: number; readonly named: boolean }

/** Each good once. What was brought back in the same sale takes nothing off: what was handed out may be bad. */
export function soldParts(lines: readonly Pick<SaleLine, 'good' | 'quantity' | 'lots'>[]): SoldPart[] {
  return [...Map.groupBy(lines, ({ good }) => good)].flatMap(([good, of]) => {
    const out = of.filter(({ quantity }) => quantity > 0)
    const sum = (each: (line: typeof out[number]) => number): number => out.reduce((total, line) => total + each(line), 0)
    const unnamed = sum(({ quantity, lots = [] }) => Math.max(0, quantity - lots.reduce((total, part) => total + part.quantity, 0)))
    return out.length === 0 ? [] : [{ good, quantity: sum(({ quantity }) => quantity), unnamed, named: of.some(({ lots }) => lots !== undefined) }]
  })
}
