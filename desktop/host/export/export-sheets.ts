/** Everything as a workbook: each sheet with its heads, and where it is full the next one. */
import { ExportBook, type ExportPart, type ExportSetting, type SheetName, SHEETS } from '#shared/documents/export-book.ts'
import { EXPORT_WORDS } from '#shared/documents/export-words.ts'
import { SHEET_ROWS_MAX, type SheetWriter, XlsxWriter } from './xlsx.ts'

const WIDTH = 14

export class ExportSheets {
  readonly #words
  readonly #rowsMax
  readonly #file
  readonly #book
  /** Of each kind the sheet that is written, its rows, and the names of all. */
  readonly #open = new Map<SheetName, { sheet: SheetWriter; rows: number; names: string[] }>()

  constructor(setting: ExportSetting, take: (bytes: Uint8Array) => void, rowsMax = SHEET_ROWS_MAX) {
    this.#words = EXPORT_WORDS[setting.language]
    this.#rowsMax = rowsMax
    this.#file = new XlsxWriter(take)
    this.#book = new ExportBook(setting, (name, row) => {
      let open = this.#open.get(name)!
      if (open.rows >= this.#rowsMax) {
        open.sheet.end()
        open = this.#begin(name, open.names)
      }
      open.sheet.row(row)
      open.rows += 1
    })
    for (const name of SHEETS) this.#begin(name, [])
  }

  #begin(name: SheetName, before: readonly string[]): { sheet: SheetWriter; rows: number; names: string[] } {
    const called = before.length === 0 ? this.#words.sheets[name] : `${this.#words.sheets[name]} ${before.length + 1}`
    const heads = this.#words[name]
    const open = { sheet: this.#file.sheet(called, heads.map(() => WIDTH)), rows: 0, names: [...before, called] }
    open.sheet.row(heads.map((text) => ({ kind: 'head', text })))
    this.#open.set(name, open)
    return open
  }

  add(part: ExportPart): void {
    this.#book.add(part)
  }

  end(): void {
    this.#book.end()
    for (const { sheet } of this.#open.values()) sheet.end()
    this.#file.end(SHEETS.flatMap((name) => this.#open.get(name)!.names))
  }
}
