/**
 * Another till's sales out of its file: rows read, and those of one receipt put together wherever they lie. It runs on the
 * thread of history-thread.ts, which has memory of its own.
 */
import type { RefusedCell } from '#shared/catalog/goods-import.ts'
import { TillError } from '#shared/host/frames.ts'
import { guessHistory, HISTORY_COLUMNS, type HistoryMapping, type HistoryRow, readHistoryRow } from '#shared/sales/history-import.ts'
import { HISTORY_TEXT_MAX } from '#shared/sales/history.ts'
import { cellsByColumn, extraCells, LISTED_MAX } from './goods-import.ts'
import { readTable, type TableLimits } from './table-file.ts'

export interface HistoryFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly mapping: HistoryMapping | undefined
  /** The shop's business date: what is later has not been sold. */
  readonly today: string
}
/** What can be said of a file as a whole. */
export interface HistoryHead {
  readonly columns: string[]
  readonly mapping: HistoryMapping
  readonly sample: Record<string, string>[]
  readonly rows: number
  readonly refused: number
  readonly bad: RefusedCell[]
  readonly badTotal: number
  readonly noted: RefusedCell[]
  readonly notedTotal: number
}
/** Rows of one receipt, or one row without. */
export interface FileSale {
  readonly no: string
  readonly lines: HistoryRow[]
}
export interface BadRow { readonly row: number; readonly cells: Record<string, string>; readonly bad: RefusedCell[] }
export interface ReadHistory { readonly head: HistoryHead; readonly sales: readonly FileSale[]; readonly bad: readonly BadRow[] }

/** More than goods may be: a thread of its own holds it. */
const LIMITS: TableLimits = { rowsMax: 500_000, unpackedMax: 256 * 1024 * 1024 }
const SAMPLE_ROWS = 5
/** Lines of one sale that are handed on together. */
export const SALE_LINES_MAX = 250

/** What must be known of every row: the one, or one of the others. */
export function missingColumns(mapping: HistoryMapping): string[] {
  const lacks = (...fields: string[]): string[] => (fields.some((field) => mapping[field] !== undefined) ? [] : [fields[0]!])
  return [...lacks('time'), ...lacks('name', 'code'), ...lacks('amount', 'price', 'list')]
}

/** Throws TillError `file.*`, or `import.columns_missing` where no column gives what must be there. */
export async function readHistory({ name, bytes, mapping: given, today }: HistoryFile): Promise<ReadHistory> {
  const table = await readTable(name, bytes, LIMITS)
  const wanted = given ?? guessHistory(table.columns)
  const mapping = Object.fromEntries(HISTORY_COLUMNS.flatMap((field) => (wanted[field] !== undefined && table.columns.includes(wanted[field]) ? [[field, wanted[field]]] : [])))
  const missing = missingColumns(mapping)
  if (missing.length > 0) throw new TillError('import.columns_missing', { columns: table.columns, missing, fields: [...HISTORY_COLUMNS], must: missing })
  const sales = new Map<string, FileSale>()
  const bad: BadRow[] = []
  const noted: RefusedCell[] = []
  let [badTotal, notedTotal] = [0, 0]
  const used = new Set(Object.values(mapping))
  for (const record of table.rows) {
    const cells = cellsByColumn(table, record)
    const extra = extraCells(table, record)
    const verdict = extra.length > 0 ? { bad: extra } : readHistoryRow(record.row, cells, mapping, today)
    if ('bad' in verdict) {
      badTotal += verdict.bad.length
      // What no column was chosen for, as a customer's number, is nobody's to mend and is not kept.
      bad.push({ row: record.row, cells: Object.fromEntries(Object.entries(cells).filter(([column]) => used.has(column))), bad: verdict.bad })
      continue
    }
    notedTotal += verdict.notes.length
    if (noted.length < LISTED_MAX) noted.push(...verdict.notes)
    const { receipt, date } = verdict.sold
    // Numbers of receipts begin anew each day at many tills.
    const key = receipt === '' ? `#${record.row}` : `${date} ${receipt}`
    const sale = sales.get(key)
    if (sale) sale.lines.push(verdict.sold)
    else sales.set(key, { no: receipt.slice(0, HISTORY_TEXT_MAX.no), lines: [verdict.sold] })
  }
  const head = {
    columns: table.columns, mapping, sample: table.rows.slice(0, SAMPLE_ROWS).map((record) => cellsByColumn(table, record)), rows: table.rows.length,
    refused: bad.length, bad: bad.slice(0, LISTED_MAX).flatMap((each) => each.bad).slice(0, LISTED_MAX), badTotal, noted: noted.slice(0, LISTED_MAX), notedTotal,
  }
  return { head, sales: [...sales.values()], bad }
}

/** Sales in pieces of so many lines; a longer sale goes over into the next with its lines, `more` of the same. */
export function* pieces(sales: readonly FileSale[], linesMax = SALE_LINES_MAX): Generator<(FileSale & { more: boolean })[]> {
  let piece: (FileSale & { more: boolean })[] = []
  let room = linesMax
  for (const { no, lines } of sales) {
    for (let from = 0; from < lines.length;) {
      if (room === 0 || (from === 0 && lines.length > room && lines.length <= linesMax)) {
        yield piece
        piece = []
        room = linesMax
      }
      const part = lines.slice(from, from + room)
      piece.push({ no, lines: part, more: from > 0 })
      from += part.length
      room -= part.length
    }
  }
  if (piece.length > 0) yield piece
}
