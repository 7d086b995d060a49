/**
 * Reference data as it comes down, read at the boundary: what this program knows must have its shape, what it doesn't know
 * is kept for a newer one. A bad field is left out and named, and never blocks the fields and changes beside it.
 */
import type { z } from 'zod'
import { GoodFields } from '../catalog/good.ts'
import { type Clocks, type Fields, HlcSchema, unpackClocks } from '../catalog/hlc.ts'
import { PromotionFields } from '../catalog/promotion.ts'
import { ShopFields } from '../catalog/shop.ts'
import { StaffFields } from '../identity/staff.ts'
import { PurseFields } from '../members/lease.ts'
import { MemberFields } from '../members/member.ts'
import { CouponFields } from '../sales/coupon.ts'
import { HoldingFields } from '../sales/held.ts'
import { RefundingFields } from '../sales/refunding.ts'
import { LotFields } from '../trace/lot.ts'
import { RecallFields } from '../trace/recall.ts'
import { type Change, CreditDocSchema, LostDocSchema, StockDocSchema } from './protocol.ts'

const DOCUMENTS: Readonly<Record<string, z.ZodObject>> = {
  good: GoodFields.partial(), promotion: PromotionFields.partial(), shop: ShopFields.partial(), staff: StaffFields.partial(), credit: CreditDocSchema.partial(), ticket: HoldingFields.partial(), refund: RefundingFields.partial(), member: MemberFields.partial(), purse: PurseFields.partial(), coupon: CouponFields.partial(), lot: LotFields.partial(), recall: RecallFields.partial(),
}

/** Kinds that come down whole: there is nothing to merge, the latest is right. */
const WHOLE: Readonly<Record<string, z.ZodObject>> = { stock: StockDocSchema, lost: LostDocSchema }

/** The change without fields that can't be kept, and the names of those. */
export function soundChange(change: Change): { change: Change; left: string[] } {
  if (Object.hasOwn(WHOLE, change.kind)) {
    const { data } = WHOLE[change.kind]!.safeParse(change.doc)
    return data ? { change: { ...change, doc: data, clocks: {} }, left: [] } : { change: { ...change, doc: {}, clocks: {} }, left: Object.keys(change.doc) }
  }
  const document = Object.hasOwn(DOCUMENTS, change.kind) ? DOCUMENTS[change.kind] : undefined
  const known = document?.shape ?? {}
  // Nearly always all of it is well, and one look at the whole is a fraction of a look at each.
  const isWhole = document?.safeParse(change.doc).success
  if (isWhole && HlcSchema.safeParse(change.clocks).success && !Object.hasOwn(change.doc, '__proto__')) return { change, left: [] }
  const stamps = unpackClocks(change.clocks, change.doc)
  const left: string[] = []
  const doc: Fields = {}
  const clocks: Clocks = {}
  for (const [field, value] of Object.entries(change.doc)) {
    const clock = Object.hasOwn(stamps, field) ? stamps[field] : undefined
    const fits = isWhole || !Object.hasOwn(known, field) || known[field]!.safeParse(value).success
    if (field === '__proto__' || clock === undefined || !HlcSchema.safeParse(clock).success || !fits) {
      left.push(field)
      continue
    }
    doc[field] = value
    clocks[field] = clock
  }
  return { change: { ...change, doc, clocks }, left }
}
