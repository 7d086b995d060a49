/**
 * Reads a file of goods into a plan: what would come in, as which good, and what is refused and why. Preview and import
 * both take this plan, so that they can't differ. It writes nothing; the handlers make events of it.
 */
import { type ColumnMapping, type GoodRow, guessMapping, GOOD_COLUMNS, type ImportedFields, readGoodRows, type RefusedCell } from '#shared/catalog/goods-import.ts'
import { TillError } from '#shared/host/frames.ts'
import type { CallArgs, CallResult } from '#shared/host/contract.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Milli } from '#shared/quantity/quantity.ts'
import { columnLetter, readTable, type Table, type TableRow } from './table-file.ts'

/** How goods that are already there are found. */
export interface GoodsFinder {
  /** By main or other code; exact. */
  goodByCode(code: string): { readonly id: Id } | undefined
  /** By the whole name; asked only for rows without a code. */
  goodByName(name: string): { readonly id: Id } | undefined
}
export type ImportInput = Pick<CallArgs<'goods.importPreview'>, 'name' | 'data' | 'mapping'>

export interface PlannedGood {
  readonly row: number
  readonly fields: ImportedFields
  /** thousandths in stock, or null where the file doesn't say */
  readonly stock: Milli | null
  /** The good this row edits; a new one where absent. */
  readonly existing?: Id
}
export interface PlannedRefusal {
  readonly row: number
  /** All of the row, by the file's names of the columns. */
  readonly cells: Record<string, string>
  readonly bad: RefusedCell[]
}
export interface ImportPlan {
  readonly file: string
  readonly columns: string[]
  readonly mapping: ColumnMapping
  /** Rows of the file that hold anything, the header aside. */
  readonly rows: number
  readonly good: PlannedGood[]
  readonly bad: PlannedRefusal[]
  /** What rows that come in left out, and a default stands for. */
  readonly noted: RefusedCell[]
  readonly sample: Record<string, string>[]
}

const SAMPLE_ROWS = 5
/** Refused rows, and notes, that an answer lists; the import keeps every refused row. */
export const LISTED_MAX = 500

/** Throws TillError `file.*`, or `import.no_name_or_price` when no column gives one of the two. */
export async function planImport(input: ImportInput, goods: GoodsFinder): Promise<ImportPlan> {
  const table = await readTable(input.name, Buffer.from(input.data, 'base64'))
  const mapping = chooseMapping(table, input.mapping)
  const rows = table.rows.map((record) => ({ row: record.row, cells: cellsByColumn(table, record), extra: extraCells(table, record) }))
  const verdicts = readGoodRows(rows, mapping)
  const plan: ImportPlan = { file: input.name, columns: table.columns, mapping, rows: rows.length, good: [], bad: [], noted: [], sample: rows.slice(0, SAMPLE_ROWS).map(({ cells }) => cells) }
  const edited = new Set<Id>()
  rows.forEach(({ row, cells, extra }, index) => {
    const verdict = verdicts[index]!
    const bad = [...('bad' in verdict ? verdict.bad : []), ...extra]
    const existing = 'good' in verdict ? find(verdict.good, goods)?.id : undefined
    if ('good' in verdict && existing !== undefined && edited.has(existing)) bad.push(repeated(row, mapping, verdict.good))
    if ('bad' in verdict || bad.length > 0) {
      plan.bad.push({ row, cells, bad })
      return
    }
    if (existing !== undefined) edited.add(existing)
    plan.good.push({ row, ...verdict.good, ...(existing === undefined ? {} : { existing }) })
    // A good that is already there keeps what it has.
    if (existing === undefined) plan.noted.push(...verdict.notes)
  })
  return plan
}

/** What an import would do, in the shape of `goods.importPreview`. Throws what planImport throws. */
export async function previewImport(input: ImportInput, goods: GoodsFinder): Promise<CallResult<'goods.importPreview'>> {
  const plan = await planImport(input, goods)
  return {
    columns: plan.columns, mapping: plan.mapping, rows: plan.rows, good: plan.good.length, sample: plan.sample,
    bad: plan.bad.slice(0, LISTED_MAX), badTotal: plan.bad.length, noted: plan.noted.slice(0, LISTED_MAX), notedTotal: plan.noted.length,
  }
}

/**
 * A given mapping with both name and price is taken whole, so that a column can be left out; one without corrects the
 * mapping found. Columns the file doesn't have are dropped, which the answer shows.
 */
function chooseMapping(table: Table, given: ColumnMapping | undefined): ColumnMapping {
  const guess = guessMapping(table.columns)
  const merged = given?.name && given.price ? given : { ...guess, ...given }
  const mapping: ColumnMapping = {}
  for (const field of GOOD_COLUMNS) {
    const column = merged[field]
    if (column !== undefined && table.columns.includes(column)) mapping[field] = column
  }
  if (mapping.name === undefined || mapping.price === undefined) {
    throw new TillError('import.no_name_or_price', { columns: table.columns, missing: mapping.name === undefined ? 'name' : 'price' })
  }
  return mapping
}

export function cellsByColumn(table: Table, record: TableRow): Record<string, string> {
  const cells: Record<string, string> = {}
  table.columns.forEach((column, index) => { cells[column] = record.cells[index] ?? '' })
  for (const [column, value] of beyond(table, record)) cells[column] = value
  return cells
}

/** A line with more cells than the header has an unquoted delimiter somewhere: its cells can't be trusted to be in their columns. */
export function extraCells(table: Table, record: TableRow): RefusedCell[] {
  return beyond(table, record).slice(0, 1).map(([column, value]) => ({ row: record.row, column, value, code: 'import.too_many_cells' as const }))
}

function beyond(table: Table, record: TableRow): [column: string, value: string][] {
  return record.cells.slice(table.columns.length)
    .map((value, index): [string, string] => [`${columnLetter(table.columns.length + index)} (+)`, value])
    .filter(([, value]) => value !== '')
}

function find({ fields }: GoodRow, goods: GoodsFinder): { readonly id: Id } | undefined {
  return fields.code === undefined ? goods.goodByName(fields.name) : goods.goodByCode(fields.code)
}

/** Two codes of one good in two rows: the second must not overwrite the first. */
function repeated(row: number, mapping: ColumnMapping, good: GoodRow): RefusedCell {
  const isByCode = good.fields.code !== undefined
  return {
    row, column: (isByCode ? mapping.code : mapping.name) ?? '', value: good.fields.code ?? good.fields.name,
    code: isByCode ? 'import.duplicate_code' : 'import.duplicate_name',
  }
}
