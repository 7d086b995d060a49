/**
 * What was sold before this program, at another till, as its file says. It is in the journal so that reports can be made of
 * it anew, and it is nobody's sale here: it posts nothing, moves no stock and has no number of this till. A file comes as
 * many `history.sold` of one batch; none of them counts until `history.imported` closes the batch, and none after
 * `history.import_undone`. Money in fen, quantities in thousandths.
 */
import { z } from 'zod'
import { defineEvent } from '../identity/event.ts'
import { IdSchema } from '../identity/ids.ts'
import { DATE } from '../ledger/business-date.ts'
import { HashSchema } from '../ledger/envelope.ts'
import { FenSchema } from '../money/money.ts'
import { MilliSchema, PricingSchema } from '../quantity/quantity.ts'

const DateSchema = z.string().regex(DATE)
const FileSchema = z.string().max(200)
export const HISTORY_TEXT_MAX = { no: 40, code: 48, name: 120, category: 40, unit: 10, channel: 20 } as const
/** Lines and sales that one event holds at most. */
export const HISTORY_LINES_MAX = 1000

/** What was sold: a good of the shop, or (`known` false) what only the file names, under an id made of its code and name. */
const HistoryItemSchema = z.object({
  good: IdSchema, known: z.boolean(), code: z.string().max(HISTORY_TEXT_MAX.code), name: z.string().max(HISTORY_TEXT_MAX.name),
  category: z.string().max(HISTORY_TEXT_MAX.category), unit: z.string().max(HISTORY_TEXT_MAX.unit), pricing: PricingSchema,
})
const HistoryLineSchema = z.object({
  /** The how manieth of `items`, from 0. */
  item: z.int().min(0),
  /** negative is a return, and so are its amounts */
  quantity: MilliSchema, gross: FenSchema, net: FenSchema,
  /** fen that all of it cost; absent where the file doesn't say */
  cost: FenSchema.optional(),
})
const HistorySaleSchema = z.object({
  /** The other till's receipt; empty where the file has none, and each row is a sale of its own. */
  no: z.string().max(HISTORY_TEXT_MAX.no), date: DateSchema,
  /** UTC milliseconds; null where the file has dates alone */
  at: z.int().nullable(),
  /** Who of the shop's staff it was; null where the file names nobody of them. */
  staff: IdSchema.nullable(),
  /** Further lines of a receipt that was counted before. */
  more: z.boolean().optional(),
  lines: z.array(HistoryLineSchema).min(1).max(HISTORY_LINES_MAX),
  tenders: z.array(z.object({ channel: z.string().max(HISTORY_TEXT_MAX.channel), amount: FenSchema })).min(1).max(100),
})
export const HistorySold = defineEvent('history.sold', 1, z.object({
  batch: IdSchema, items: z.array(HistoryItemSchema).min(1).max(HISTORY_LINES_MAX), sales: z.array(HistorySaleSchema).min(1).max(HISTORY_LINES_MAX),
}).refine(({ items, sales }) => sales.every(({ lines }) => lines.every(({ item }) => item < items.length)), 'a line is of one of the items'))
/** Closes a batch, which counts from here on if it is whole: `chunks` of its `history.sold` stand before. `digest` is the file's SHA-256. */
export const HistoryImported = defineEvent('history.imported', 1, z.object({
  batch: IdSchema, file: FileSchema, digest: HashSchema, chunks: z.int().min(1),
  /** Rows of the file: in all, that came in, that can't, and whose receipts had come in before. */
  rows: z.int().min(0), done: z.int().min(0), refused: z.int().min(0), known: z.int().min(0),
  sales: z.int().min(0), net: FenSchema, from: DateSchema, to: DateSchema,
}))
/** An import of history was taken back: nothing of its batch counts any more. */
export const HistoryImportUndone = defineEvent('history.import_undone', 1, z.object({ import: IdSchema, file: FileSchema }))

export type HistoryItem = z.output<typeof HistoryItemSchema>
export type HistorySale = z.output<typeof HistorySaleSchema>
export type HistoryChunk = z.output<typeof HistorySold.body>
export type HistoryImport = z.output<typeof HistoryImported.body>

/** A receipt's time as it is compared, whichever file it is in: minutes since 1970, or where there is no time the day as a negative number. */
export function receiptMinute({ at, date }: Pick<HistorySale, 'at' | 'date'>): number {
  return at === null ? -Number(date.replaceAll('-', '')) : Math.floor(at / 60_000)
}
