/** Splitting and mixing lots: quantities conserve, lineage stays without a ring, and each new lot has a certificate that names its parents. */
import { z } from 'zod'
import { HlcSchema } from '../catalog/hlc.ts'
import { defineEvent } from '../identity/event.ts'
import { type Id, IdSchema } from '../identity/ids.ts'
import { type Fen, fen } from '../money/money.ts'
import { AmountSchema } from '../stock/events.ts'
import { isSameLot } from '../stock/lot.ts'
import type { Certificate } from '../codes/certificate.ts'
import { type LotSaid, type LotView, PARTS_MAX } from './lot.ts'

const PartSchema = z.object({ lot: IdSchema, no: z.string().max(40), expiry: z.string().max(10), quantity: AmountSchema })
export type ReissuePart = z.output<typeof PartSchema>
const sum = (parts: readonly { readonly quantity: number }[]): number => parts.reduce((total, { quantity }) => total + quantity, 0)

/** Of one good so much of some lots became other lots; the stock is what it was. */
export const LotReissued = defineEvent('lot.reissued', 1, z.object({
  good: IdSchema, from: z.array(PartSchema).min(1).max(PARTS_MAX), to: z.array(PartSchema).min(1).max(PARTS_MAX), hlc: HlcSchema,
}).refine(({ from, to }) => sum(from) === sum(to), 'what goes in comes out'))

export interface ReissueCommand {
  readonly from: readonly { readonly lot: Id; readonly quantity: number }[]
  /** Thousandths of each new lot, with the ids and numbers they get. */
  readonly to: readonly { readonly lot: Id; readonly no: string; readonly quantity: number }[]
}
export interface ReissueFacts {
  lot(id: Id): LotView | undefined
  /** thousandths of the lot that are there */
  left(lot: LotView): number
  isStopped(lot: LotView): boolean
  readonly date: string
  readonly at: number
  /** Who promises from now on. */
  readonly promisor: string
  readonly contact: string
  /** A quantity as people read it. */
  text(quantity: number): string
}
export type ReissueRefusal = 'lot.not_found' | 'lot.other_good' | 'lot.too_little' | 'lot.not_even' | 'lot.recalled' | 'lot.no_parts'
export interface Reissue {
  readonly good: Id
  readonly from: readonly ReissuePart[]
  readonly to: readonly ReissuePart[]
  readonly described: readonly { readonly lot: Id; readonly set: LotSaid }[]
}

/** fen per unit of what is mixed, by its parts; null where one is not known. */
function averageCost(parts: readonly { readonly cost: Fen | null; readonly quantity: number }[]): Fen | null {
  if (parts.some(({ cost }) => cost === null)) return null
  const all = parts.reduce((total, { cost, quantity }) => total + BigInt(cost!) * BigInt(quantity), 0n)
  const quantity = BigInt(sum(parts))
  return fen(Number((all * 2n + quantity) / (quantity * 2n)))
}

/** One lot, or some of it, into others; or several into one. Nothing else is a re-issue, since nobody could say which came of which. */
export function reissue(facts: ReissueFacts, { from, to }: ReissueCommand): Reissue | { readonly refused: ReissueRefusal; readonly no?: string } {
  if (from.length === 0 || to.length === 0 || (from.length > 1 && to.length > 1)) return { refused: 'lot.no_parts' }
  if (new Set(from.map(({ lot }) => lot)).size < from.length) return { refused: 'lot.no_parts' }
  const parents: { lot: LotView; quantity: number }[] = []
  for (const { lot: id, quantity } of from) {
    const lot = facts.lot(id)
    if (!lot) return { refused: 'lot.not_found' }
    if (lot.good !== (parents[0]?.lot.good ?? lot.good)) return { refused: 'lot.other_good', no: lot.no }
    if (facts.isStopped(lot)) return { refused: 'lot.recalled', no: lot.no }
    parents.push({ lot, quantity })
    // Two lots of one number and date have their stock together.
    const together = sum(parents.filter((each) => isSameLot(each.lot, lot)))
    if (together > facts.left(lot)) return { refused: 'lot.too_little', no: lot.no }
  }
  if (sum(from) !== sum(to)) return { refused: 'lot.not_even' }
  const first = parents[0]!.lot
  const same = (of: (lot: LotView) => string): string => [...new Set(parents.map(({ lot }) => of(lot)).filter((text) => text !== ''))].join('、').slice(0, 60)
  // The first of its parts that is over ends the whole.
  const expiry = parents.map(({ lot }) => lot.expiry).filter((date) => date !== '').toSorted()[0] ?? ''
  const codes = new Set(parents.map(({ lot }) => lot.supplierCode))
  const supplierCode = codes.size === 1 ? first.supplierCode : ''
  const cost = averageCost(parents.map((each) => ({ cost: each.lot.cost, quantity: each.quantity })))
  const described = to.map(({ lot, no, quantity }) => {
    // Nobody vouches for what came without a word of whoever grew it.
    const certificate: Certificate | null = parents.some((each) => !each.lot.certificate) ? null : {
      product: same((each) => each.certificate?.product ?? ''), quantity: facts.text(quantity).slice(0, 30), origin: same((each) => each.origin), issued: facts.date,
      promisor: facts.promisor.slice(0, 60), contact: facts.contact.slice(0, 30), link: '',
    }
    return {
      lot, set: {
        good: first.good, no, expiry, gtin: first.gtin, quantity, date: facts.date, at: facts.at, supplier: same((each) => each.supplier), supplierCode, cost, producer: same((each) => each.producer), origin: same((each) => each.origin),
        certificate, picture: '', tests: parents.flatMap((each) => each.lot.tests).slice(0, 10),
        parents: parents.map((each) => ({ lot: each.lot.lot, no: each.lot.no, quantity: to.length > 1 ? quantity : each.quantity })),
      } as LotSaid,
    }
  })
  return {
    good: first.good, described,
    from: parents.map(({ lot, quantity }) => ({ lot: lot.lot, no: lot.no, expiry: lot.expiry, quantity })) as unknown as ReissuePart[],
    to: to.map(({ lot, no, quantity }) => ({ lot, no, expiry, quantity })) as unknown as ReissuePart[],
  }
}

/** Every lot that this one was made of, the nearest first. Documents that come from elsewhere may say anything, a ring too. */
export function ancestors(lot: Pick<LotView, 'lot' | 'parents'>, find: (id: Id) => LotView | undefined): LotView[] {
  const seen = new Set<Id>([lot.lot])
  const found: LotView[] = []
  let next = lot.parents.map((each) => each.lot)
  while (next.length > 0) {
    const fresh = [...new Set(next)].filter((id) => !seen.has(id))
    for (const id of fresh) seen.add(id)
    const lots = fresh.map(find).filter((each) => each !== undefined)
    found.push(...lots)
    next = lots.flatMap(({ parents }) => parents.map((each) => each.lot))
  }
  return found
}

/** These lots and all that was made of them, in whatever order they stand in `all`. */
export function withDescendants(ids: ReadonlySet<Id>, all: readonly Pick<LotView, 'lot' | 'parents'>[]): Set<Id> {
  const children = new Map<Id, Id[]>()
  for (const { lot, parents } of all) for (const parent of parents) children.set(parent.lot, [...children.get(parent.lot) ?? [], lot])
  const hit = new Set(ids)
  for (const id of hit) for (const child of children.get(id) ?? []) hit.add(child)
  return hit
}
