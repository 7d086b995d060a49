/**
 * Reads a table out of whatever file a shop has: CSV as UTF-8, UTF-16 or GB18030 (of which GBK is a part), with commas,
 * semicolons or tabs, or the first filled sheet of an XLSX (ECMA-376). It gives text as it was written and the file's
 * own row numbers; it knows nothing of goods. What it can't read is a TillError that says where.
 */
import readXlsxFile from 'read-excel-file/node'
import { TillError } from '#shared/host/frames.ts'
import { CsvReader, OpenQuote } from './csv-text.ts'
import { unzip, type ZipEntry, zipStored } from './zip-entries.ts'

export interface TableRow {
  /** Where the record begins in the file: its line in a CSV, its row in a sheet; the first is 1. */
  readonly row: number
  /** In the order of the columns; shorter or longer than them where the file's line is. */
  readonly cells: string[]
}
export interface Table {
  /** The header's names, made unique; a column without a name is called by its letter. */
  readonly columns: string[]
  readonly rows: TableRow[]
}

export const FILE_BYTES_MAX = 24 * 1024 * 1024
export const TABLE_ROWS_MAX = 100_000
const UNPACKED_BYTES_MAX = 96 * 1024 * 1024
export interface TableLimits { readonly rowsMax: number; /** Bytes of a workbook's parts, unpacked. */ readonly unpackedMax: number }
const TABLE_LIMITS: TableLimits = { rowsMax: TABLE_ROWS_MAX, unpackedMax: UNPACKED_BYTES_MAX }
/** A sheet pads every row to its widest; one stray cell at XFD1048576 must not cost 17 thousand million of them. */
const SHEET_CELLS_MAX = 4_000_000
/** Exports put a title or two above the header. */
const HEADER_SEARCH_ROWS = 10
const COLUMNS_MAX = 500

/**
 * Throws TillError `file.too_large`, `file.no_header`, or `file.unreadable` with detail `{name, reason}` and `row` where
 * one is known. Reasons: empty, xls, html, binary, encoding, quotes, zip, sheet.
 */
export async function readTable(name: string, bytes: Uint8Array, { rowsMax, unpackedMax }: TableLimits = TABLE_LIMITS): Promise<Table> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.length > FILE_BYTES_MAX) throw new TillError('file.too_large', { name, bytes: file.length, max: FILE_BYTES_MAX })
  if (file.length === 0) throw unreadable(name, 'empty')
  if (file.length >= 4 && file.readUInt32BE(0) === 0xd0cf11e0) throw unreadable(name, 'xls', { hint: 'xlsx' })
  const records = file.length >= 4 && file.readUInt32BE(0) === 0x504b0304 ? await readSheet(name, file, unpackedMax) : readCsv(name, file)
  return tableOf(name, records, rowsMax)
}

function unreadable(name: string, reason: string, detail: Record<string, unknown> = {}): TillError {
  return new TillError('file.unreadable', { name, reason, ...detail })
}

function tableOf(name: string, records: readonly TableRow[], rowsMax: number): Table {
  const head = records.slice(0, HEADER_SEARCH_ROWS).findIndex((record) => record.cells.filter((cell) => cell !== '').length >= 2)
  const header = records[head]
  if (!header) throw new TillError('file.no_header', { name })
  if (header.cells.length > COLUMNS_MAX) throw new TillError('file.too_large', { name, columns: header.cells.length, max: COLUMNS_MAX })
  const rows = records.slice(head + 1).filter((record) => record.cells.some((cell) => cell !== ''))
  if (rows.length > rowsMax) throw new TillError('file.too_large', { name, rows: rows.length, max: rowsMax })
  return { columns: columnNames(header.cells), rows }
}

/** Names of columns: unique, never empty. */
export function columnNames(header: readonly string[]): string[] {
  const taken = new Set<string>()
  return header.map((cell, index) => {
    // `__proto__` can't be a key of a plain record.
    const name = cell === '' || cell === '__proto__' ? columnLetter(index) : cell
    let unique = name
    for (let n = 2; taken.has(unique); n++) unique = `${name} (${n})`
    taken.add(unique)
    return unique
  })
}

/** 0 → A, 26 → AA: what spreadsheets call a column. */
export function columnLetter(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26))
  return index < 26 ? letter : columnLetter(Math.floor(index / 26) - 1) + letter
}

// ---- CSV ----

function readCsv(name: string, file: Buffer): TableRow[] {
  const text = decodeText(name, file)
  if (/^\s*<(!doctype|html|\?xml|table)/i.test(text)) throw unreadable(name, 'html', { hint: 'xlsx' })
  if (text.includes('\0')) throw unreadable(name, 'binary')
  const records: TableRow[] = []
  const reader = new CsvReader(findDelimiter(text), ({ row, cells }) => records.push({ row, cells: cells.map((cell) => cell.trim()) }))
  try {
    reader.push(text)
    reader.end()
  } catch (error) {
    if (error instanceof OpenQuote) throw unreadable(name, 'quotes', { row: error.row })
    throw error
  }
  return records
}

/**
 * A byte order mark decides; without one, text that is strict UTF-8 is that, and anything else is GB18030. A file that is
 * nearly all UTF-8 but for some broken bytes is damaged, not Chinese: reading it as GB18030 would give nonsense.
 */
function decodeText(name: string, file: Buffer): string {
  const encoding = encodingOf(file)
  const text = new TextDecoder(encoding).decode(file)
  const replaced = encoding === 'utf-16le' || encoding === 'utf-16be' ? -1 : text.indexOf('\ufffd')
  if (replaced === -1 || !isStrictlyBroken(file, encoding)) return text
  throw unreadable(name, 'encoding', { row: text.slice(0, replaced).split('\n').length })
}

/** The encoding of a text's beginning or whole; a character cut off at the end says nothing against UTF-8. */
export function encodingOf(head: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030' {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return 'utf-8'
  } catch {
    const lenient = new TextDecoder('utf-8').decode(head)
    let broken = 0
    let whole = 0
    for (const char of lenient) {
      if (char === '\ufffd') broken += 1
      else if (char > '\u007f') whole += 1
    }
    return whole > broken * 10 ? 'utf-8' : 'gb18030'
  }
}

function isStrictlyBroken(file: Buffer, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(file)
    return false
  } catch {
    return true
  }
}

/** The delimiter found most often, outside quotes, in the first line that has any; a comma where none has. */
export function findDelimiter(text: string): string {
  for (const line of text.slice(0, 65_536).replace(/"(?:[^"]|"")*"/g, '').split(/\r\n|\n|\r/).slice(0, HEADER_SEARCH_ROWS)) {
    const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length - 1 }))
    const best = counts.reduce((a, b) => (b.count > a.count ? b : a))
    if (best.count > 0 && !line.startsWith('sep=')) return best.delimiter
  }
  return ','
}

// ---- XLSX ----

const isSheet = (path: string): boolean => /^xl\/worksheets\/[^/]+\.xml$/i.test(path)

async function readSheet(name: string, file: Buffer, unpackedMax: number): Promise<TableRow[]> {
  const entries = unzip(file, (path) => path.endsWith('.xml') || path.endsWith('.rels'), unpackedMax)
  if (entries === 'too_large') throw new TillError('file.too_large', { name, bytes: unpackedMax })
  if (entries === 'zip') throw unreadable(name, 'zip')
  if (!entries.some((entry) => isSheet(entry.path))) throw unreadable(name, 'sheet')
  const cells = Math.max(...entries.filter((entry) => isSheet(entry.path)).map(cellsSpanned))
  if (cells > SHEET_CELLS_MAX) throw new TillError('file.too_large', { name, cells, max: SHEET_CELLS_MAX })
  let sheets
  try {
    sheets = await readXlsxFile(zipStored(entries), { parseNumber: plainNumber })
  } catch (error) {
    throw unreadable(name, 'sheet', { why: error instanceof Error ? error.message : String(error) })
  }
  const filled = sheets.find((sheet) => sheet.data.some((row) => row.filter((cell) => cell !== null && cell !== '').length >= 2))
  return (filled?.data ?? []).map((row, index) => ({ row: index + 1, cells: row.map(cellText) }))
}

/** Rows times columns of the rectangle that a sheet's cell addresses span. */
function cellsSpanned(sheet: ZipEntry): number {
  let row = 1
  let column = 1
  for (const [, letters = '', digits] of sheet.bytes.toString('latin1').matchAll(/\sr=["']([A-Z]{0,3})([0-9]{1,7})["']/g)) {
    row = Math.max(row, Number(digits))
    column = Math.max(column, [...letters].reduce((total, letter) => total * 26 + letter.charCodeAt(0) - 64, 0))
  }
  return row * column
}

/**
 * A number as a person would have typed it. Sheets store 6.9 as 6.9000000000000004 and a barcode as 6.90123456789E12;
 * fifteen significant digits are what a spreadsheet itself shows. Whole numbers written out keep every digit.
 */
export function plainNumber(raw: string): string {
  if (/^-?[0-9]+$/.test(raw)) return raw
  const value = Number(raw)
  if (!Number.isFinite(value)) return raw
  const rounded = Number(value.toPrecision(15))
  if (Number.isInteger(rounded)) return BigInt(rounded).toString()
  const text = String(rounded)
  return text.includes('e') ? rounded.toFixed(20).replace(/0+$/, '') : text
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  // A time is a fraction of a day, and its double often a hair before the second that was meant.
  if (cell instanceof Date) return new Date(Math.round(cell.getTime() / 1000) * 1000).toISOString().replace(/T00:00:00\.000Z$/, '').replace('T', ' ').replace(/\.000Z$/, '')
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE'
  return typeof cell === 'string' ? cell.trim() : String(cell)
}
