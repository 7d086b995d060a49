/**
 * Reads delimited text (RFC 4180) as it comes, in pieces of any size, and says on which line of the file each record
 * begins: line breaks inside quotes count, and CR LF, LF and CR each end a line. Lenient where files are: a quote inside
 * an unquoted field is text, and so is what follows a closing quote. Holds one record at a time.
 */

export interface CsvRecord {
  /** The line of the file the record begins on; the first is 1. */
  readonly row: number
  readonly cells: string[]
}

/** A quote that opens on `row` is never closed; what follows it can't be trusted. */
export class OpenQuote extends Error {
  readonly row: number
  constructor(row: number) {
    super(`a quote opened on line ${row} is not closed`)
    this.name = 'OpenQuote'
    this.row = row
  }
}

/** Far more than a cell of goods or sales holds; a longer one is an open quote. */
const CELL_CHARS_MAX = 1_000_000

export class CsvReader {
  readonly #delimiter: string
  readonly #onRecord: (record: CsvRecord) => void
  #line = 1
  #row = 1
  #cells: string[] = []
  #cell = ''
  /** start of a cell · inside quotes · just after a closing quote · text */
  #state: 'start' | 'quoted' | 'closed' | 'text' = 'start'
  #afterCr = false

  constructor(delimiter: string, onRecord: (record: CsvRecord) => void) {
    this.#delimiter = delimiter
    this.#onRecord = onRecord
  }

  /** Throws OpenQuote. */
  push(text: string): void {
    let at = 0
    if (this.#afterCr && text.length > 0) {
      this.#afterCr = false
      if (text[0] === '\n') {
        if (this.#state === 'quoted') this.#cell += '\n'
        at = 1
      }
    }
    while (at < text.length) at = this.#state === 'quoted' ? this.#readQuoted(text, at) : this.#readPlain(text, at)
    if (this.#cell.length > CELL_CHARS_MAX) throw new OpenQuote(this.#row)
  }

  /** The last record, which may lack its line break. Throws OpenQuote. */
  end(): void {
    if (this.#state === 'quoted') throw new OpenQuote(this.#row)
    if (this.#cells.length > 0 || this.#state !== 'start') this.#endRecord()
  }

  #readQuoted(text: string, from: number): number {
    let at = from
    while (at < text.length && text[at] !== '"') {
      if (text[at] === '\r') {
        this.#line += 1
        if (at + 1 === text.length) this.#afterCr = true
        else if (text[at + 1] === '\n') at += 1
      } else if (text[at] === '\n') this.#line += 1
      at += 1
    }
    this.#cell += text.slice(from, at)
    if (at === text.length) return at
    this.#state = 'closed'
    return at + 1
  }

  #readPlain(text: string, from: number): number {
    const char = text[from]!
    if (char === '"' && this.#state !== 'text') {
      if (this.#state === 'closed') this.#cell += '"'
      this.#state = 'quoted'
      return from + 1
    }
    if (char === this.#delimiter) {
      this.#endCell()
      return from + 1
    }
    if (char === '\n' || char === '\r') return this.#endLine(text, from)
    let at = from + 1
    while (at < text.length && text[at] !== this.#delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1
    this.#cell += text.slice(from, at)
    this.#state = 'text'
    return at
  }

  #endLine(text: string, at: number): number {
    this.#line += 1
    this.#endRecord()
    if (text[at] === '\n') return at + 1
    if (at + 1 === text.length) this.#afterCr = true
    return text[at + 1] === '\n' ? at + 2 : at + 1
  }

  #endCell(): void {
    this.#cells.push(this.#cell)
    this.#cell = ''
    this.#state = 'start'
  }

  #endRecord(): void {
    this.#endCell()
    const record = { row: this.#row, cells: this.#cells }
    this.#cells = []
    this.#row = this.#line
    this.#onRecord(record)
  }
}
