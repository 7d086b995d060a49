/** Lots and recalls as calls take them and screens show them. Quantities in thousandths, dates YYYY-MM-DD, times UTC ms. */
import { z } from 'zod'
import { IdSchema } from '../identity/ids.ts'
import { PriceSchema } from '../money/money.ts'
import { MILLI_MAX } from '../quantity/quantity.ts'
import { AmountSchema } from '../stock/events.ts'
import { CertificateSchema } from '../codes/certificate.ts'
import { CertificatePictureSchema, LotFacts, PARTS_MAX, ParentSchema, TestSchema } from '../trace/lot.ts'
import { RECALL_REASONS, RecallWhatSchema } from '../trace/recall.ts'

const text = z.string().trim().max(60).default('')
/** Item codes that one call makes. */
export const CODES_MAX = 500
export const IntakeInput = z.object({
  good: IdSchema, quantity: AmountSchema, cost: PriceSchema.nullable().default(null),
  /** Empty: the next of the shop's own. */
  no: z.string().trim().max(20).default(''), expiry: z.union([z.literal(''), z.iso.date()]).default(''),
  supplier: text, supplierCode: z.string().trim().max(18).default(''), producer: text, origin: text,
  certificate: CertificateSchema.nullable().default(null), picture: CertificatePictureSchema.default(''), tests: z.array(TestSchema).max(10).default([]),
})
/** What is not said stays as it is. */
export const CorrectInput = z.object({ lot: IdSchema, quantity: z.int().min(0).max(MILLI_MAX).optional(), expiry: z.union([z.literal(''), z.iso.date()]).optional(), cost: PriceSchema.nullable().optional() })
export const PrintCodesInput = z.object({ lot: IdSchema, run: IdSchema, from: z.int().min(1), to: z.int().min(1), printer: IdSchema, again: z.boolean().default(false) })
export const LotSet = z.strictObject(LotFacts.partial().shape)
export const ReissueParts = z.object({
  from: z.array(z.object({ lot: IdSchema, quantity: AmountSchema })).min(1).max(PARTS_MAX),
  to: z.array(AmountSchema).min(1).max(PARTS_MAX),
})

export const LotShownSchema = z.object({
  lot: IdSchema, good: IdSchema, name: z.string(), unit: z.string(), pricing: z.enum(['piece', 'weight']),
  no: z.string(), expiry: z.string(), gtin: z.string(), quantity: z.int(),
  /** Of it there, as far as this till knows. */
  left: z.int(),
  /** fen per unit; null is not known */
  cost: PriceSchema.nullable(),
  date: z.string(), at: z.int(), supplier: z.string(), supplierCode: z.string(), producer: z.string(), origin: z.string(),
  certificate: CertificateSchema.nullable(), picture: z.string(), tests: z.array(TestSchema), parents: z.array(ParentSchema),
  /** Item codes made so far. */
  codes: z.int(),
  /** What its code says; null where the till has no cloud, or the number can't stand in a code. */
  link: z.string().nullable(),
  recalled: z.boolean(),
  /** Other lots of its number and date: two tills that could not hear one another took in one each. What is left is of all of them together. */
  shared: z.int(),
})
export type LotShown = z.output<typeof LotShownSchema>
const Printed = z.object({ from: z.int(), to: z.int(), at: z.int().nullable(), by: z.string() })
/** A run of item codes: its serials, when and by whom (staff number) it was made; null or empty is not known. */
export const RunShownSchema = z.object({
  run: IdSchema, from: z.string(), to: z.string(), codes: z.int(), at: z.int().nullable(), by: z.string(),
  /** How many of them were printed; null where nobody wrote that down. */
  printed: z.int().nullable(),
  /** The first of its numbers that were never printed; null where all were, or may have been. */
  next: z.object({ from: z.int(), to: z.int() }).nullable(),
  last: Printed.nullable(),
})
export type RunShown = z.output<typeof RunShownSchema>
const State = z.object({ quantity: z.int(), expiry: z.string(), cost: PriceSchema.nullable() })
export const LotStorySchema = z.object({
  lot: LotShownSchema, runs: z.array(RunShownSchema),
  /** The earliest first; `by` is a staff number. */
  corrections: z.array(z.object({ at: z.int(), by: z.string(), from: State, to: State })),
  ancestors: z.array(LotShownSchema), children: z.array(LotShownSchema),
})

export const RecallInput = z.object({ what: RecallWhatSchema, reason: z.enum(RECALL_REASONS), note: z.string().trim().max(200).default('') })
export const RecallShownSchema = z.object({
  recall: IdSchema, what: RecallWhatSchema, goodName: z.string(), reason: z.string(), note: z.string(), at: z.int(),
  lifted: z.object({ at: z.int(), note: z.string() }).nullable(),
  /** When this till stopped; null before. */
  heardAt: z.int().nullable(),
})
export type RecallShown = z.output<typeof RecallShownSchema>
const RecallSale = z.object({ sale: IdSchema, saleNo: z.string(), at: z.int(), name: z.string(), no: z.string(), quantity: z.int(), member: z.object({ member: IdSchema, name: z.string(), phone: z.string() }).nullable() })
/** What a recall comes to at this till: lots with what is left, its sales (the latest) with members masked, and all there are. */
export const RecallEffectSchema = z.object({
  lots: z.array(z.object({ good: IdSchema, name: z.string(), unit: z.string(), pricing: z.enum(['piece', 'weight']), no: z.string(), expiry: z.string(), supplier: z.string(), date: z.string(), left: z.int() })),
  sales: z.array(RecallSale),
  total: z.int(), quantity: z.int(),
  /** Where the whole good stops: it, with all that is left of it; `sales` are then all of its sales. */
  whole: z.object({ name: z.string(), unit: z.string(), pricing: z.enum(['piece', 'weight']), left: z.int() }).nullable(),
  /** Sales since the lots came that name no lot for some of the good: it may have been of these. Never of a whole good. */
  unnamed: z.object({ sales: z.array(RecallSale), total: z.int() }),
  /** Sales of before are still being looked through: of the whole good's, or of those without lots, there may be more. */
  isPartial: z.boolean(),
})
export type RecallEffect = z.output<typeof RecallEffectSchema>
