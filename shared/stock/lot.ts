/**
 * Lots: goods that came in together, known by a number, by the date they are good until, or both. A lot's quantity is a sum
 * of moves that name it, whichever till made them and in whatever order they are heard of, so all tills come to the same.
 * What is sold names lots only as a suggestion, first expired first out: nobody at the counter reads dates.
 */
import { z } from 'zod'
import { MilliSchema } from '../quantity/quantity.ts'

/** Printed lot numbers; no characters that no database keeps. */
const NO = /^\P{C}*$/u
const shape = {
  no: z.string().trim().max(40).regex(NO),
  /** YYYY-MM-DD, the last day it is good; empty where the goods bear none. */
  expiry: z.union([z.literal(''), z.iso.date()]),
}
const isNamed = ({ no, expiry }: { no: string; expiry: string }): boolean => no !== '' || expiry !== ''
export const LotSchema = z.object(shape).refine(isNamed, 'a lot has a number or a date')
export type Lot = z.output<typeof LotSchema>
/** Thousandths of a lot. */
export const LotPartSchema = z.object({ ...shape, quantity: MilliSchema }).refine(isNamed, 'a lot has a number or a date')
export interface LotPart extends Lot { readonly quantity: number }

/** What tells it from all others, of any good. */
export const lotKey = ({ good, no, expiry }: Lot & { readonly good: string }): string => `${good} ${expiry} ${no}`
export const isSameLot = (one: Lot, other: Lot): boolean => one.no === other.no && one.expiry === other.expiry
/** After that day it should not be sold. `date` is the shop's business date. */
export const isExpired = ({ expiry }: Pick<Lot, 'expiry'>, date: string): boolean => expiry !== '' && expiry < date

/** First expired first; what has no date comes last. */
export function byExpiry(one: Lot, other: Lot): number {
  const [a, b] = [one, other].map(({ no, expiry }) => `${expiry || '9999-99-99'} ${no}`)
  return a! < b! ? -1 : a! > b! ? 1 : 0
}

/**
 * What is there of each lot, first expired first. `sums` are all moves that name a lot, `stock` all moves of the good. A lot
 * that two tills sold out of while they could not hear one another is below zero, and sales of a till that had not heard of a
 * lot name none: where the lots come to more than the stock, so much is gone from those that expire first. A stock below
 * zero was never counted and says nothing of lots.
 */
export function lotsLeft(sums: readonly LotPart[], stock: number): LotPart[] {
  const left = sums.filter(({ quantity }) => quantity > 0).toSorted(byExpiry)
  const over = left.reduce((sum, { quantity }) => sum + quantity, 0) - stock
  return stock < 0 || over <= 0 ? left : without(left, over)
}

/** Of `quantity` that goes: first what is of no lot, which was here before lots were kept, then first expired first out. What no lot covers is in none of the parts. */
export function suggestLots(left: readonly LotPart[], stock: number, quantity: number): LotPart[] {
  const unnamed = Math.max(0, stock - left.reduce((sum, part) => sum + part.quantity, 0))
  return firstOf(left, quantity - unnamed)
}

/** The first `quantity` of lots in their order. */
export function firstOf(left: readonly LotPart[], quantity: number): LotPart[] {
  let open = quantity
  return left.flatMap((part) => {
    const taken = Math.min(part.quantity, Math.max(0, open))
    open -= taken
    return taken > 0 ? [{ ...part, quantity: taken }] : []
  })
}

/** What stays of lots when these parts are gone. */
export function lessLots(left: readonly LotPart[], gone: readonly LotPart[]): LotPart[] {
  return left.flatMap((part) => {
    const quantity = part.quantity - gone.filter((each) => isSameLot(each, part)).reduce((sum, each) => sum + each.quantity, 0)
    return quantity > 0 ? [{ ...part, quantity }] : []
  })
}
const without = (left: readonly LotPart[], quantity: number): LotPart[] => lessLots(left, firstOf(left, quantity))

/**
 * Names lots for goods that go one after the other, each knowing what went before it: the lot that somebody said, or the
 * one suggested. Gives no lots where the good has none.
 */
export function lotTaker(lotsOf: (good: string) => { readonly stock: number; readonly left: readonly LotPart[] }): (good: string, quantity: number, said?: Lot | null) => LotPart[] {
  const now = new Map<string, { stock: number; left: readonly LotPart[] }>()
  return (good, quantity, said = null) => {
    const known = now.get(good) ?? lotsOf(good)
    if (said === null && known.left.length === 0) return []
    const { stock, left } = known
    const taken = said === null ? suggestLots(left, stock, quantity) : [{ no: said.no, expiry: said.expiry, quantity }]
    now.set(good, { stock: stock - quantity, left: lessLots(left, taken) })
    return taken
  }
}
