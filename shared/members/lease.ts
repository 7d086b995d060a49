/**
 * Who may spend what of a member's purse. Each till holds a part, and spends nothing else: what came in at it, less what it
 * spent, less what it gave up (`released`), and what the cloud gave it (`granted`). The cloud gives only what tills gave up, so
 * the parts never come to more than the balance, whoever can hear whom. Pure sums over the journal, in the order of arrival.
 */
import { z } from 'zod'
import { type Id, IdSchema } from '../identity/ids.ts'
import { PURSES, type Purse } from '../payments/purse.ts'
import { CouponUseSchema } from '../sales/coupon.ts'

const PartSchema = z.object({
  /** Points or fen: all moves at this till; what it gave up; what it was given. */
  moved: z.int(), released: z.int().min(0), granted: z.int().min(0),
  /** What it should keep of what it holds. */
  keep: z.int().min(0),
})
export type Part = z.output<typeof PartSchema>
export const BookSchema = z.object({
  /** By till. */
  parts: z.record(IdSchema, PartSchema),
  /** Where the member is being served: all of it should be there. */
  wanted: IdSchema.nullable(),
})
export type Book = z.output<typeof BookSchema>

/** A member's purses as the cloud tells its tills (kind `purse`, id = the member's). */
export const PurseFields = z.object({
  points: BookSchema, value: BookSchema,
  /** The last year in which they had their birthday price; and by year where, in the order of arrival: more than once where tills could not hear one another. */
  birthday: z.int(), birthdays: z.record(z.string().regex(/^\d{4}$/), z.array(CouponUseSchema)),
  /** The last top-up that went beyond the limit, since several tills took one each: at which till, UTC ms, and fen. */
  over: z.object({ till: z.string().max(10), at: z.int(), balance: z.int(), limit: z.int() }),
})
export type PurseDoc = Partial<z.output<typeof PurseFields>>
/** The shop's tills, by device (kind `tills`, id = the shop's): what a closed one held is anybody's. */
export type Tills = Record<Id, 'open' | 'closed'>

export const EMPTY_BOOK: Book = { parts: {}, wanted: null }
const NO_PART: Part = { moved: 0, released: 0, granted: 0, keep: 0 }

export const heldBy = ({ moved, released, granted }: Omit<Part, 'keep'>): number => moved + granted - released
export const balanceOf = ({ parts }: Book): number => Object.values(parts).reduce((sum, { moved }) => sum + moved, 0)
export const partOf = ({ parts }: Book, till: Id): Part => (Object.hasOwn(parts, till) ? parts[till]! : NO_PART)

export function withPart(book: Book, till: Id, change: Partial<Pick<Part, 'moved' | 'released'>>): Book {
  const part = partOf(book, till)
  return { ...book, parts: { ...book.parts, [till]: { ...part, moved: part.moved + (change.moved ?? 0), released: part.released + (change.released ?? 0) } } }
}

/**
 * Gives out what nobody holds. Each open till should have an equal share of the balance, or all of it the one where it is wanted;
 * who has less gets what there is, in the order of their ids. Takes nothing away: who has more gives it up when it hears of this.
 */
export function settleLeases(book: Book, open: readonly Id[]): Book {
  const balance = balanceOf(book)
  const tills = open.toSorted()
  const wanted = book.wanted !== null && tills.includes(book.wanted) ? book.wanted : null
  const share = Math.floor(Math.max(0, balance) / Math.max(1, tills.length))
  const keep = (till: Id): number => (!tills.includes(till) ? 0 : wanted === null ? share : till === wanted ? Math.max(0, balance) : 0)
  let free = balance - tills.reduce((sum, till) => sum + heldBy(partOf(book, till)), 0)
  const parts: Record<Id, Part> = {}
  for (const till of new Set([...wanted === null ? [] : [wanted], ...tills, ...Object.keys(book.parts)])) {
    const part = partOf(book, till)
    const given = tills.includes(till) ? Math.max(0, Math.min(free, keep(till) - heldBy(part))) : 0
    free -= given
    parts[till] = { ...part, granted: part.granted + given, keep: keep(till) }
  }
  return { parts, wanted }
}

/** What a till should give up of what it holds. A little more than its share it keeps, or every sale would send some of it around. */
export function spare(held: number, keep: number): number {
  return held > 0 && held * 2 > keep * 3 ? held - keep : 0
}

export const eachPurse = <Value>(of: (purse: Purse) => Value): Record<Purse, Value> => Object.fromEntries(PURSES.map((purse) => [purse, of(purse)])) as Record<Purse, Value>
