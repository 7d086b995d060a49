/** Goods exchanged for others: what came back pays for the new ones, each the way it came; the customer pays or gets what differs. Pure; fen and points. */
import { type Loyalty, payablePoints } from '../catalog/loyalty.ts'
import type { Purse } from '../payments/purse.ts'
import type { Tender } from '../payments/tender.ts'

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

/** fen of cash that go over the counter to the customer once goods came back: all of it, or what the new goods leave of it. */
export function cashOut(back: readonly { readonly channel: string; readonly amount: number; readonly due?: boolean }[], sold: readonly Pick<Tender, 'channel' | 'amount' | 'change'>[] | undefined): number {
  const returned = back.reduce((sum, { channel, amount, due }) => sum + (channel === 'cash' || due ? amount : 0), 0)
  const cash = sold?.find(({ channel }) => channel === 'cash')
  // Where no cash was taken for the new goods, paid otherwise or worth nothing, what came back as cash goes out.
  return cash === undefined ? returned : cash.amount <= 0 ? returned - cash.amount : cash.change
}
