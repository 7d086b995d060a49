/**
 * What a label says of the goods in hand, as a line of the ticket: how much of the good it is, and what it costs where the
 * label says so. The customer has read the label, so its amount is charged to the fen; where weight × price, halves up,
 * comes to another, the cashier is told both.
 */
import type { Good } from '../catalog/good.ts'
import type { Measure } from '../codes/recognise.ts'
import { type Fen, roundHalfUp } from '../money/money.ts'
import { MILLI_MAX, type Milli, PIECE, amountOf, milli, thousandthsPer } from '../quantity/quantity.ts'

export type Measured =
  /** `listed`: what the price would make of it, where that is not the label's amount. */
  | { readonly quantity: Milli; readonly amount: Fen | null; readonly listed: Fen | null }
  /** no_price: only a price can tell how much it is; not_weighed: a weight of what is sold by the piece; nothing: none of it. */
  | { readonly fault: 'no_price' | 'not_weighed' | 'nothing' }

type Priced = Pick<Good, 'pricing' | 'unit' | 'price'>

/** Undefined where the label measures nothing. */
export function measured(good: Priced, measure: Pick<Measure, 'amount' | 'grams' | 'pieces'>): Measured | undefined {
  const { amount, grams, pieces } = measure
  if (amount === null && grams === null && pieces === null) return undefined
  if (amount === 0 || grams === 0 || pieces === 0) return { fault: 'nothing' }
  return good.pricing === 'weight' ? weighed(good, amount, grams) : counted(good, amount, grams, pieces)
}

function weighed(good: Priced, amount: Fen | null, grams: Milli | null): Measured | undefined {
  const per = thousandthsPer(good.pricing, good.unit)
  if (grams !== null) return { quantity: grams, ...charged(amount, amountOf(good.price, grams, per)) }
  if (amount === null) return undefined
  if (good.price === 0) return { fault: 'no_price' }
  const weight = Math.max(1, roundHalfUp(amount, per, good.price))
  return weight > MILLI_MAX ? { fault: 'no_price' } : { quantity: milli(weight), amount, listed: null }
}

function counted(good: Priced, amount: Fen | null, grams: Milli | null, pieces: number | null): Measured {
  if (pieces !== null && pieces * PIECE > MILLI_MAX) return { fault: 'nothing' }
  if (pieces === null && amount === null && grams !== null) return { fault: 'not_weighed' }
  const quantity = pieces === null ? PIECE : milli(pieces * PIECE)
  return { quantity, ...charged(amount, amountOf(good.price, quantity, PIECE)) }
}

const charged = (amount: Fen | null, listed: Fen): { amount: Fen | null; listed: Fen | null } => ({ amount, listed: amount === null || amount === listed ? null : listed })
