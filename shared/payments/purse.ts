/**
 * A member's purses: points, and stored value in fen. Their balance is the sum of all moves at all tills; what one till may
 * spend of it is what it holds (shared/members/lease.ts), so that tills that can't hear one another never spend a fen twice.
 */
import { z } from 'zod'
import { defineEvent } from '../identity/event.ts'
import { type Id, IdSchema } from '../identity/ids.ts'
import { PostingsSchema, postings } from '../ledger/postings.ts'
import { type Fen, PriceSchema, fen } from '../money/money.ts'

export const PURSES = ['points', 'value'] as const
export const PurseSchema = z.enum(PURSES)
export type Purse = z.output<typeof PurseSchema>

/** `returned`: points taken back with goods that came back, or value given back for them; `refunded`: points and value that a refund gives back. Only what is spent must be held. */
export const MoveSchema = z.object({ member: IdSchema, purse: PurseSchema, delta: z.int(), why: z.enum(['earned', 'spent', 'returned', 'refunded', 'topped_up', 'adjusted']) })
export type Move = z.output<typeof MoveSchema>
export const MovesSchema = z.array(MoveSchema).max(50)

/** Cash paid in for stored value, `bonus` fen given on top. Cash in the drawer, and a debt of the shop: no revenue. */
export const PurseToppedUp = defineEvent('purse.topped_up', 1, z.object({
  shift: IdSchema, member: IdSchema, amount: PriceSchema, bonus: PriceSchema, moves: MovesSchema, postings: PostingsSchema,
  /** What the member has after it, as far as this till knew; it was printed. */
  balance: z.int(),
  /** The most that the member might have, in fen, as this till knew; absent where there was no limit. */
  limit: z.int().min(1).optional(),
}))
export const ADJUSTMENTS = ['correction', 'refund'] as const
/** Put right by somebody with the right to; `refund` pays stored value out in cash. */
export const PurseAdjusted = defineEvent('purse.adjusted', 1, z.object({
  shift: IdSchema, member: IdSchema, reason: z.enum(ADJUSTMENTS), note: z.string().max(100), moves: MovesSchema, postings: PostingsSchema, balance: z.int(),
}))
/** This till gives up so much of what it holds, for other tills to spend. */
export const PurseReleased = defineEvent('purse.released', 1, z.object({
  parts: z.array(z.object({ member: IdSchema, purse: PurseSchema, amount: z.int().min(1) })).min(1).max(500),
}))
/** The member is here: the other tills give up what they hold as soon as they hear of it, and this one gets all there is. */
export const PurseWanted = defineEvent('purse.wanted', 1, z.object({ members: z.array(IdSchema).min(1).max(20) }))

/** What a till holds of the purse of one member; of one person there may be several, merged into one. Below zero after goods came back whose points were spent. */
export interface Holding { readonly member: Id; readonly held: number }

export const heldOf = (holdings: readonly Holding[]): number => Math.max(0, holdings.reduce((sum, { held }) => sum + held, 0))

/** Moves that spend so much of what is held here, or undefined where it is not. */
export function draw(holdings: readonly Holding[], purse: Purse, amount: number, why: 'spent' | 'adjusted'): Move[] | undefined {
  if (amount > heldOf(holdings)) return undefined
  const moves: Move[] = []
  let due = amount
  for (const { member, held } of holdings) {
    const part = Math.min(due, Math.max(0, held))
    if (part > 0) moves.push({ member, purse, delta: -part, why })
    due -= part
  }
  return moves
}

/** The event's id is the call's key. */
export function topUp(id: Id, facts: { shift: Id; member: Id; before: number; limit: number | null }, amount: Fen, bonus: Fen) {
  const all = fen(amount + bonus)
  return {
    id, type: PurseToppedUp.type, v: 1,
    body: {
      shift: facts.shift, member: facts.member, amount, bonus, balance: facts.before + all, ...facts.limit !== null && { limit: facts.limit },
      moves: [{ member: facts.member, purse: 'value', delta: all, why: 'topped_up' }] satisfies Move[],
      postings: postings([['drawer', amount], ['value:bonus', bonus], ['value:topped_up', fen(-all)]]),
    },
  }
}

/** Stored value that is corrected is an expense of the shop's, or none; refunded, it is cash out of the drawer. Points are no money. */
export function adjust(id: Id, facts: { shift: Id; member: Id; before: number }, purse: Purse, moves: readonly Move[], reason: (typeof ADJUSTMENTS)[number], note: string) {
  const delta = fen(moves.reduce((sum, move) => sum + move.delta, 0))
  const other = reason === 'refund' ? 'drawer' : 'value:correction'
  return {
    id, type: PurseAdjusted.type, v: 1,
    body: {
      shift: facts.shift, member: facts.member, reason, note, moves, balance: facts.before + delta,
      postings: purse === 'points' ? [] : postings([[other, delta], ['value:adjusted', fen(-delta)]]),
    },
  }
}

/** Accounts that add up to what the shop owes its members, below zero. */
export const VALUE_ACCOUNTS = ['value:topped_up', 'value:redeemed', 'value:adjusted'] as const
