/**
 * Corrections of what was typed when a lot came in. What it was first booked under stays its name in all moves, at every till
 * that has not heard of the correction too: a date that was corrected is another name of the same lot, so its stock, its sales
 * and the recalls that are about it stay with it, in whatever order tills hear of it. Quantities in thousandths, costs in fen per unit.
 */
import { z } from 'zod'
import { type Fields, HlcSchema } from '../catalog/hlc.ts'
import { defineEvent } from '../identity/event.ts'
import { type Id, IdSchema } from '../identity/ids.ts'
import { type Fen, PriceSchema } from '../money/money.ts'
import { MILLI_MAX } from '../quantity/quantity.ts'
import { isSameLot, type Lot, type LotPart } from '../stock/lot.ts'

/** Nothing came at all, where it was booked twice. */
const CameSchema = z.int().min(0).max(MILLI_MAX)
const StateSchema = z.object({ quantity: CameSchema, expiry: z.string().max(10), cost: PriceSchema.nullable() })
export type LotState = z.output<typeof StateSchema>
/** Of a lot something else is so: `from` is what this till had it for. The stock moves by the difference of the quantities. */
export const LotCorrected = defineEvent('lot.corrected', 1, z.object({ lot: IdSchema, good: IdSchema, no: z.string().max(40), from: StateSchema, to: StateSchema, hlc: HlcSchema }))

const CORRECTED = 'corrected '
const CorrectedField = z.object({ at: z.int(), by: IdSchema.nullable(), from: StateSchema, to: StateSchema })
export interface Correction { readonly at: number; readonly by: Id | null; readonly from: LotState; readonly to: LotState }

/** Each is a field of its own, so that two tills' add up; `dated` marks lots whose date is not what they were booked under. */
export function correctedFields({ id, at, actor }: { id: Id; at: number; actor: Id | null }, { from, to }: { from: LotState; to: LotState }): Fields {
  return {
    ...to.expiry !== from.expiry && { expiry: to.expiry, dated: true }, ...to.cost !== from.cost && { cost: to.cost },
    [CORRECTED + id]: { at, by: actor, from, to },
  }
}

/** The earliest first. */
export function readCorrections(doc: Fields): Correction[] {
  return Object.entries(doc).flatMap(([field, value]) => (field.startsWith(CORRECTED) ? CorrectedField.safeParse(value).data ?? [] : [])).toSorted((a, b) => a.at - b.at)
}

/** Dates under which moves may name a lot besides its own. */
export function formerExpiries(expiry: string, corrections: readonly Pick<Correction, 'from' | 'to'>[]): string[] {
  return [...new Set(corrections.flatMap(({ from, to }) => (from.expiry === to.expiry ? [] : [from.expiry, to.expiry])))].filter((each) => each !== expiry)
}

/** A lot by its name now, and the dates it went by before. */
export interface Dated extends Lot { readonly expiries: readonly string[] }
export function readDated(doc: Fields): Dated {
  const [no, expiry] = [doc['no'], doc['expiry']].map((each) => (typeof each === 'string' ? each : ''))
  return { no: no!, expiry: expiry!, expiries: formerExpiries(expiry!, readCorrections(doc)) }
}

/** Sums of one good's lots under their names now; in the order of their numbers and dates, without those that come to nothing. */
export function underNames(sums: readonly LotPart[], dated: readonly Dated[]): LotPart[] {
  if (dated.length === 0) return [...sums]
  const found = new Map<string, LotPart>()
  for (const { no, expiry, quantity } of sums) {
    const own = dated.some((each) => isSameLot(each, { no, expiry })) ? expiry : dated.find((each) => each.no === no && each.expiries.includes(expiry))?.expiry ?? expiry
    const key = `${own} ${no}`
    found.set(key, { no, expiry: own, quantity: quantity + (found.get(key)?.quantity ?? 0) })
  }
  const order = ({ no, expiry }: Lot): string => `${no}\0${expiry}`
  return [...found.values()].filter(({ quantity }) => quantity !== 0).toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
}

export interface CorrectFacts {
  readonly no: string
  readonly now: LotState
  /** thousandths: all moves that name the lot */
  readonly sum: number
  /** Whether another lot of the good goes by its number and this date. */
  isTaken(expiry: string): boolean
}
export type CorrectRefusal = 'lot.no_taken' | 'lot.unnamed' | 'lot.gone_already'

/** Undefined where all of it is so already. `least`: what has left of the lot, below which it can't have come. */
export function correct({ no, now, sum, isTaken }: CorrectFacts, said: { quantity?: number | undefined; expiry?: string | undefined; cost?: Fen | null | undefined }): { from: LotState; to: LotState } | { refused: CorrectRefusal; least?: number } | undefined {
  const to: LotState = { quantity: said.quantity ?? now.quantity, expiry: said.expiry ?? now.expiry, cost: said.cost === undefined ? now.cost : said.cost }
  if (to.quantity === now.quantity && to.expiry === now.expiry && to.cost === now.cost) return undefined
  const delta = to.quantity - now.quantity
  if (delta < 0 && sum + delta < 0) return { refused: 'lot.gone_already', least: Math.max(0, now.quantity - Math.max(0, sum)) }
  if (to.expiry !== now.expiry && to.expiry === '' && no === '') return { refused: 'lot.unnamed' }
  if (to.expiry !== now.expiry && isTaken(to.expiry)) return { refused: 'lot.no_taken' }
  return { from: now, to }
}
