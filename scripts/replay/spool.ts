/**
 * Reads a sales history of any size into a temporary SQLite file, because the lines of one order may lie far apart: after
 * that, orders come out one by one. Memory stays the same for a thousand rows and for a million.
 */
import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { createReadStream, openSync, readSync, closeSync } from 'node:fs'
import { createGunzip } from 'node:zlib'
import type { Readable } from 'node:stream'
import { CsvReader, OpenQuote } from '#desktop/host/import/csv-text.ts'
import { columnLetter, columnNames, encodingOf, findDelimiter } from '#desktop/host/import/table-file.ts'
import { TillError } from '#shared/host/frames.ts'
import { fen, type Fen } from '#shared/money/money.ts'
import { milli, type Milli } from '#shared/quantity/quantity.ts'
import { guessSalesMapping, readSaleRow, type RefusedRow, type SaleRow, type SalesMapping } from './sale-row.ts'

export interface ReadOptions {
  /** Columns the caller named; the rest are found by their names. */
  readonly given?: SalesMapping
  /** Stop after this many rows. */
  readonly rowsMax?: number
  /** Hears of every refused row, with all its reasons. */
  readonly refuse: (bad: readonly RefusedRow[]) => void
}
export interface SpooledLine {
  readonly row: number
  readonly item: string
  readonly quantity: Milli
  readonly paid: Fen
  readonly unit: Fen
}
export interface SpooledOrder {
  /** Unique in the file. */
  readonly key: string
  readonly lines: readonly SpooledLine[]
}
export interface SpooledItem {
  readonly item: string
  /** fen per unit, as first seen */
  readonly unit: Fen
}

const HEAD_BYTES = 65_536
const HEADER_SEARCH_ROWS = 10
/** Rows written in one transaction, and orders read in one page. */
const BATCH = 2000
const PAGE = 500

export class Spool {
  readonly #db: Database.Database
  readonly mapping: SalesMapping
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string
  rows = 0

  private constructor(db: Database.Database, digest: string, mapping: SalesMapping) {
    this.#db = db
    this.digest = digest
    this.mapping = mapping
  }

  /** Reads `file` (CSV, gzip or plain) into `folder`; every refused row goes to `refuse`. Throws TillError for a file that is no table of sales. */
  static async read(file: string, folder: string, options: ReadOptions): Promise<Spool> {
    const { digest, encoding } = await look(file).catch((error: unknown) => { throw unreadable(file, error) })
    const db = new Database(`${folder}/spool.db`)
    db.pragma('journal_mode = OFF')
    db.pragma('synchronous = OFF')
    db.exec(`create table line (sale text not null, row integer primary key, item text not null, quantity integer not null, paid integer not null, unit integer not null, refused integer not null default 0);
      create table sale (key text primary key, time text not null, row integer not null) without rowid;
      create table item (item text primary key, unit integer not null, row integer not null) without rowid`)
    const filler = new Filler(db, file, options)
    await filler.fill(openText(file), encoding).catch((error: unknown) => { throw unreadable(file, error) })
    db.exec('create index line_sale on line (sale, row); create index sale_order on sale (time, row); create index item_order on item (row)')
    const spool = new Spool(db, digest, filler.mapping)
    spool.rows = filler.rows
    return spool
  }

  /** Orders, oldest first as far as the text of their times says, then as the file has them. */
  *orders(): Generator<SpooledOrder> {
    const page = this.#db.prepare<[string, number, number], { key: string; time: string; row: number }>('select key, time, row from sale where (time, row) > (?, ?) order by time, row limit ?')
    const lines = this.#db.prepare<[string], SpooledLine>('select row, item, quantity, paid, unit from line where sale = ? order by row')
    for (let [time, row] = ['', -1]; ;) {
      const found = page.all(time, row, PAGE)
      for (const sale of found) yield { key: sale.key, lines: lines.all(sale.key).map((line) => ({ ...line, quantity: milli(line.quantity), paid: fen(line.paid), unit: fen(line.unit) })) }
      const last = found.at(-1)
      if (!last) return
      ;({ time, row } = last)
    }
  }

  /** Every item once, in the order they were first seen. */
  *items(): Generator<SpooledItem> {
    const page = this.#db.prepare<[number, number], { item: string; unit: number; row: number }>('select item, unit, row from item where row > ? order by row limit ?')
    for (let row = -1; ;) {
      const found = page.all(row, PAGE)
      for (const { item, unit } of found) yield { item, unit: fen(unit) }
      const last = found.at(-1)
      if (!last) return
      row = last.row
    }
  }

  /** Rows of an order the till would not take: they count as refused. */
  refuseLines(lines: readonly SpooledLine[]): void {
    const refuse = this.#db.prepare('update line set refused = 1 where row = ?')
    for (const { row } of lines) refuse.run(row)
  }

  /** What the file says was paid: summed over its accepted rows, without the till. */
  accepted(): { rows: number; fen: number } {
    return this.#db.prepare<[], { rows: number; fen: number }>('select count(*) as rows, coalesce(sum(paid), 0) as fen from line where refused = 0').get()!
  }

  close(): void {
    this.#db.close()
  }
}

/** What the disk and gzip refuse, as a file that can't be read; anything else as it is. */
function unreadable(name: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code.startsWith('Z_')) return new TillError('file.unreadable', { name, reason: 'gzip' })
  if (code === 'EISDIR') return new TillError('file.unreadable', { name, reason: 'folder' })
  return code === 'EACCES' || code === 'EIO' ? new TillError('file.unreadable', { name, reason: code }) : error
}

function isGzip(file: string): boolean {
  const magic = Buffer.alloc(2)
  const handle = openSync(file, 'r')
  readSync(handle, magic, 0, 2, 0)
  closeSync(handle)
  return magic[0] === 0x1f && magic[1] === 0x8b
}

function openText(file: string): Readable {
  const bytes = createReadStream(file)
  if (!isGzip(file)) return bytes
  const text = createGunzip()
  bytes.on('error', (error) => text.destroy(error))
  return bytes.pipe(text)
}

/** A first pass over the bytes: their digest, and their encoding, which the last line alone may give away. */
async function look(file: string): Promise<{ digest: string; encoding: string }> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  const digest = hash.digest('hex')
  const strict = new TextDecoder('utf-8', { fatal: true })
  let isFirst = true
  for await (const piece of openText(file)) {
    const chunk = piece as Buffer
    if (isFirst && chunk.length >= 4 && chunk.readUInt32BE(0) === 0x504b0304) throw new TillError('file.unreadable', { name: file, reason: 'zip', hint: 'csv' })
    const marked = isFirst ? encodingOf(chunk.subarray(0, HEAD_BYTES)) : 'utf-8'
    isFirst = false
    if (marked.startsWith('utf-16')) return { digest, encoding: marked }
    try {
      strict.decode(chunk, { stream: true })
    } catch {
      if (encodingOf(chunk) === 'gb18030') return { digest, encoding: 'gb18030' }
      throw new TillError('file.unreadable', { name: file, reason: 'encoding' })
    }
  }
  return { digest, encoding: 'utf-8' }
}

/** Takes the text as it comes and writes rows to the spool. */
class Filler {
  mapping: SalesMapping = {}
  rows = 0
  readonly #db: Database.Database
  readonly #file: string
  readonly #options: ReadOptions
  #columns: string[] | undefined
  #headSeen = 0
  #pending: (SaleRow & { row: number })[] = []
  readonly #write: (rows: readonly (SaleRow & { row: number })[]) => void

  constructor(db: Database.Database, file: string, options: ReadOptions) {
    this.#db = db
    this.#file = file
    this.#options = options
    const line = db.prepare('insert into line (sale, row, item, quantity, paid, unit) values (?, ?, ?, ?, ?, ?)')
    const sale = db.prepare('insert into sale (key, time, row) values (?, ?, ?) on conflict do nothing')
    const item = db.prepare('insert into item (item, unit, row) values (?, ?, ?) on conflict do nothing')
    this.#write = this.#db.transaction((rows: readonly (SaleRow & { row: number })[]) => {
      for (const { row, order, item: name, quantity, paid, unit, time } of rows) {
        const key = order === '' ? `row ${row}` : `order ${order}`
        sale.run(key, time, row)
        line.run(key, row, name, quantity, paid, unit)
        item.run(name, unit, row)
      }
    })
  }

  async fill(text: Readable, encoding: string): Promise<void> {
    const decoder = new TextDecoder(encoding)
    let reader: CsvReader | undefined
    try {
      for await (const chunk of text) {
        const piece = decoder.decode(chunk as Buffer, { stream: true })
        reader ??= new CsvReader(findDelimiter(piece), ({ row, cells }) => this.#take(row, cells.map((cell) => cell.trim())))
        reader.push(piece)
        if (this.rows >= (this.#options.rowsMax ?? Infinity)) break
      }
      if (this.rows < (this.#options.rowsMax ?? Infinity)) reader?.end()
    } catch (error) {
      if (error instanceof OpenQuote) throw new TillError('file.unreadable', { name: this.#file, reason: 'quotes', row: error.row })
      throw error
    }
    this.#flush()
    if (!this.#columns) throw new TillError('file.no_header', { name: this.#file })
  }

  #take(row: number, cells: string[]): void {
    if (this.rows >= (this.#options.rowsMax ?? Infinity) || cells.every((cell) => cell === '')) return
    if (!this.#columns) {
      this.#headSeen += 1
      if (cells.filter((cell) => cell !== '').length >= 2) this.#begin(columnNames(cells))
      else if (this.#headSeen >= HEADER_SEARCH_ROWS) throw new TillError('file.no_header', { name: this.#file })
      return
    }
    this.rows += 1
    const columns = this.#columns
    const extra = cells.findIndex((cell, index) => index >= columns.length && cell !== '')
    const verdict = readSaleRow(row, Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])), this.mapping)
    const bad = 'bad' in verdict ? [...verdict.bad] : []
    if (extra !== -1) bad.push({ row, column: columnLetter(extra), value: cells[extra]!, code: 'replay.too_many_cells' })
    if (bad.length > 0) this.#options.refuse(bad)
    else if ('sale' in verdict) {
      this.#pending.push({ ...verdict.sale, row })
      if (this.#pending.length >= BATCH) this.#flush()
    }
  }

  #begin(columns: string[]): void {
    for (const column of Object.values(this.#options.given ?? {})) {
      if (!columns.includes(column)) throw new TillError('file.no_header', { name: this.#file, column, columns })
    }
    this.#columns = columns
    this.mapping = guessSalesMapping(columns, this.#options.given)
    const { item, paid, amount, quantity, price } = this.mapping
    // A name and a price alone are a list of goods: nobody has bought any of it.
    const saysWhatWasPaid = paid !== undefined || amount !== undefined || (quantity !== undefined && price !== undefined)
    if (item === undefined || !saysWhatWasPaid) throw new TillError('replay.not_sales', { name: this.#file, columns, mapping: this.mapping })
  }

  #flush(): void {
    this.#write(this.#pending)
    this.#pending = []
  }
}
