/** Goods exchanged for others: what came back pays for the new ones, each the way it came; the customer pays or gets what differs. Pure; fen and points. */
import { type Loyalty, payablePoints } from '../catalog/loyalty.ts'
import type { Purse } from '../payments/purse.ts'

/** What goes back for the goods: fen of cash and of stored value, and points. */
export interface CameBack { readonly cash: number; readonly value: number; readonly points: number }
export interface CarriedOver {
  /** What the new goods are paid with: points, and fen of stored value. */
  readonly points: number
  readonly value: number
  /** fen of cash that the customer still pays; below zero gets, and never more than came back as cash. */
  readonly difference: number
}

/** `held`: what the member has at this till once it is back; nothing where the new ticket is not theirs. */
export function carryOver(total: number, back: CameBack, held: Readonly<Record<Purse, number>>, loyalty: Pick<Loyalty, 'worth'>): CarriedOver {
  const points = payablePoints(total, Math.max(0, Math.min(back.points, held.points)), loyalty)
  const value = Math.max(0, Math.min(total - points * loyalty.worth, back.value, held.value))
  return { points, value, difference: total - points * loyalty.worth - value - back.cash }
}
