/**
 * Recalls. A recall says what it is about (a good, a lot's number, a supplier, days of intake), not which lots: a till that
 * was off-line may have taken in one more meanwhile, and that one must stop too. What was made of a lot goes with it.
 */
import { z } from 'zod'
import { type Fields, HlcSchema } from '../catalog/hlc.ts'
import { defineEvent } from '../identity/event.ts'
import { type Id, IdSchema } from '../identity/ids.ts'
import { DateSchema } from '../sales/events.ts'
import { type Lot, lotKey } from '../stock/lot.ts'
import { withDescendants } from './lineage.ts'
import type { LotView } from './lot.ts'

const DayInput = z.union([z.literal(''), DateSchema])
/** What is empty says nothing; what is said must all be so. Days are business dates on which a lot came, both of them in. */
export const RecallWhatSchema = z.object({ good: IdSchema.nullable(), no: z.string().trim().max(40), supplier: z.string().trim().max(60), from: DayInput, to: DayInput })
  .refine(({ good, no, supplier, from, to }) => good !== null || no !== '' || supplier !== '' || from !== '' || to !== '', 'a recall is about something')
export type RecallWhat = z.output<typeof RecallWhatSchema>

export const RECALL_REASONS = ['test_failed', 'by_supplier', 'authority', 'spoiled', 'other'] as const
const NoteSchema = z.string().trim().max(200)

export const LotRecalled = defineEvent('lot.recalled', 1, z.object({ recall: IdSchema, what: RecallWhatSchema, reason: z.enum(RECALL_REASONS), note: NoteSchema, hlc: HlcSchema }))
export const LotRecallLifted = defineEvent('lot.recall_lifted', 1, z.object({ recall: IdSchema, note: NoteSchema, hlc: HlcSchema }))
/** This till has it, and has stopped what it is about. */
export const LotRecallHeard = defineEvent('lot.recall_heard', 1, z.object({ recall: IdSchema, hlc: HlcSchema }))

/** A recall as tills and the cloud share it (kind `recall`). */
export const RecallFields = z.object({
  what: RecallWhatSchema, reason: z.enum(RECALL_REASONS), note: NoteSchema,
  /** UTC ms */
  at: z.int(),
  lifted: z.object({ at: z.int(), note: NoteSchema }),
})
const HEARD = 'heard '
const HeardField = z.object({ at: z.int() })
export const recalledFields = ({ what, reason, note }: { what: RecallWhat; reason: string; note: string }, at: number): Fields => ({ what, reason, note, at })
export const liftedFields = (note: string, at: number): Fields => ({ lifted: { at, note } })
/** Each till's word is a field of its own. */
export const heardFields = (device: Id, at: number): Fields => ({ [HEARD + device]: { at } })

export interface Recall {
  readonly recall: Id
  readonly what: RecallWhat
  readonly reason: string
  readonly note: string
  readonly at: number
  readonly lifted: { readonly at: number; readonly note: string } | null
  /** UTC ms at which each till said that it has stopped. */
  readonly heard: ReadonlyMap<Id, number>
}

/** Undefined where it does not say what it is about (yet). */
export function readRecall(recall: Id, doc: Fields): Recall | undefined {
  const what = RecallWhatSchema.safeParse(doc['what']).data
  if (!what) return undefined
  const read = RecallFields.partial().safeParse({ ...doc }).data ?? {}
  const heard = Object.entries(doc).flatMap(([field, value]): [Id, number][] => {
    const at = field.startsWith(HEARD) ? HeardField.safeParse(value).data?.at : undefined
    return at === undefined ? [] : [[field.slice(HEARD.length), at]]
  })
  return { recall, what, reason: read.reason ?? 'other', note: read.note ?? '', at: read.at ?? 0, lifted: read.lifted ?? null, heard: new Map(heard) }
}

/** A lot as a recall sees it: one that nobody described has no supplier and no day. */
export interface Recallable extends Lot { readonly good: Id; readonly lot: Id | null; readonly supplier: string; readonly date: string; readonly parents: LotView['parents'] }

/** Whether everything of the good stops, whatever lot it is of. */
export const stopsGood = ({ what }: Pick<Recall, 'what'>, good: Id): boolean => what.good === good && what.no === '' && what.supplier === '' && what.from === '' && what.to === ''

function isNamed({ good, no, supplier, from, to }: RecallWhat, lot: Recallable): boolean {
  return (good === null || lot.good === good) && (no === '' || lot.no === no) && (supplier === '' || lot.supplier === supplier)
    && (from === '' || (lot.date !== '' && lot.date >= from)) && (to === '' || (lot.date !== '' && lot.date <= to))
}

/**
 * Which of these lots it stops. Two that came by one number and date are one to whoever sells and counts them, so nobody can
 * tell them apart any more: what is about one is about both.
 */
export function recalledLots({ what }: Pick<Recall, 'what'>, all: readonly Recallable[]): Recallable[] {
  const known = all.flatMap(({ lot, parents }) => (lot === null ? [] : [{ lot, parents }]))
  let hit = new Set(all.filter((lot) => isNamed(what, lot)))
  for (let size = -1; hit.size > size;) {
    size = hit.size
    const names = new Set([...hit].map(lotKey))
    const ids = withDescendants(new Set(all.flatMap((each) => (each.lot !== null && names.has(lotKey(each)) ? [each.lot] : []))), known)
    hit = new Set(all.filter((each) => names.has(lotKey(each)) || (each.lot !== null && ids.has(each.lot))))
  }
  return [...hit]
}

/** A lot by each name it goes by, its own first: see correct.ts. */
export const byItsNames = (lot: Recallable, expiries: readonly string[]): Recallable[] => [lot, ...expiries.map((expiry) => ({ ...lot, expiry }))]

/** What is hit as people count it: a lot once, whatever dates it went by, and several that share a number and date as one, with all they came from. */
export function underOneName(hit: readonly Recallable[]): Recallable[] {
  const own = [...new Map(hit.toReversed().map((each) => [each.lot ?? lotKey(each), each])).values()].toReversed()
  return [...Map.groupBy(own, lotKey).values()].map(([first, ...others]) => (
    { ...first!, supplier: [...new Set([first!, ...others].map(({ supplier }) => supplier).filter((each) => each !== ''))].join('、') }
  ))
}

/** Business dates since which goods may be of these lots; of lots that nobody described, and of a good whose lot was never booked, the recall's own. */
export function cameSince(what: RecallWhat, hit: readonly Recallable[]): Map<Id, string> {
  const since = new Map<Id, string>()
  for (const { good, date } of hit) {
    const from = date || what.from
    const known = since.get(good)
    if (known === undefined || from < known) since.set(good, from)
  }
  return what.good === null || since.has(what.good) ? since : since.set(what.good, what.from)
}
