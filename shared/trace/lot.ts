/**
 * What is known of a lot beside its quantity: where it comes from, what its producer promised, what was tested, and which
 * lots it was made of. A document whose fields merge one by one; the lot's quantity stays a sum of moves (shared/stock/lot.ts).
 */
import { z } from 'zod'
import { type Fields, HlcSchema } from '../catalog/hlc.ts'
import { WidePictureSchema } from '../catalog/good.ts'
import { defineEvent } from '../identity/event.ts'
import { type Id, IdSchema } from '../identity/ids.ts'
import { PriceSchema } from '../money/money.ts'
import { DateSchema } from '../sales/events.ts'
import { AmountSchema } from '../stock/events.ts'
import { CertificateSchema } from '../codes/certificate.ts'
import { type Correction, formerExpiries, readCorrections } from './correct.ts'
import { type CodeRun, readRuns } from './item-codes.ts'

export const PARTS_MAX = 50
const NameSchema = z.string().trim().max(60)
/** As lots have them everywhere: see shared/stock/lot.ts. */
const key = { good: IdSchema, no: z.string().max(40), expiry: z.string().max(10) }

export const TEST_RESULTS = ['passed', 'failed'] as const
export const TestSchema = z.object({ what: z.string().trim().min(1).max(40), result: z.enum(TEST_RESULTS), by: NameSchema, date: z.union([z.literal(''), DateSchema]) })
export type LotTest = z.output<typeof TestSchema>
/** A lot that this one was made of, and how much of it went in, in thousandths. */
export const ParentSchema = z.object({ lot: IdSchema, no: z.string().max(40), quantity: AmountSchema })

export const CertificatePictureSchema = z.union([z.literal(''), WidePictureSchema])
/** What may be said and corrected later. */
export const LotFacts = z.object({
  supplier: NameSchema, producer: NameSchema, origin: NameSchema,
  /** The supplier's unified social credit code (GB 32100-2015); empty where nobody said it. */
  supplierCode: z.string().max(18),
  certificate: CertificateSchema.nullable(),
  /** A photograph of the certificate, large enough to be read; empty without one. */
  picture: CertificatePictureSchema,
  tests: z.array(TestSchema).max(10),
})
/** All of a lot. What it is, when it came and what it was made of is said once. */
export const LotFields = LotFacts.extend({
  ...key,
  /** GTIN-14 that its codes name: the good's own, or one of the shop's for goods without. */
  gtin: z.string().regex(/^[0-9]{14}$/),
  /** thousandths that came, or were made */
  quantity: AmountSchema,
  /** fen per unit that was paid; null is not known */
  cost: PriceSchema.nullable(),
  /** Business date on which it came, or was made; UTC ms. */
  date: DateSchema, at: z.int(),
  parents: z.array(ParentSchema).max(PARTS_MAX),
})
export type LotSaid = Partial<z.output<typeof LotFields>>

export const LotDescribed = defineEvent('lot.described', 1, z.object({ lot: IdSchema, set: LotFields.partial(), hlc: HlcSchema }))

/** A lot as screens and pages show it: what nobody said is empty. */
export interface LotView extends Required<LotSaid> {
  readonly lot: Id
  readonly codes: readonly CodeRun[]
  readonly corrections: readonly Correction[]
  /** Dates it was booked under before they were corrected: moves and sales may name it by them. */
  readonly expiries: readonly string[]
}

const EMPTY = { supplier: '', supplierCode: '', cost: null, producer: '', origin: '', certificate: null, picture: '', tests: [], parents: [], no: '', expiry: '', date: '', at: 0, quantity: 0 }

/** Field by field: one that can't be read must not hide the others. Undefined where not even the good is known. */
export function readLot(lot: Id, doc: Fields): LotView | undefined {
  const said: Fields = {}
  for (const [field, schema] of Object.entries(LotFields.shape)) {
    const read = schema.safeParse(doc[field])
    if (read.success) said[field] = read.data
  }
  if (said['good'] === undefined) return undefined
  const corrections = readCorrections(doc)
  const read = { ...EMPTY, gtin: '', ...said } as unknown as LotView
  return {
    ...read, lot, codes: readRuns(doc), corrections, expiries: formerExpiries(read.expiry, corrections),
    // Of two tills that corrected at once both moved the stock, and so does this.
    quantity: corrections.reduce<number>((sum, { from, to }) => sum + to.quantity - from.quantity, read.quantity) as LotView['quantity'],
  }
}
