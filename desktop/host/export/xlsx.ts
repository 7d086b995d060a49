/**
 * A workbook written row by row (Office Open XML, ECMA-376): what is written of a sheet is packed at once, so that only
 * packed bytes are held, however long the sheets are. Several sheets may be open side by side. Text stands in its cell
 * (`inlineStr`): no table of shared strings grows with it, and nothing in it is ever a formula.
 */
import { Zip, ZipDeflate } from 'fflate'
import type { SheetCell } from '#shared/documents/report-sheets.ts'

/** Rows that one sheet holds, its heads aside: a spreadsheet has 1,048,576. */
export const SHEET_ROWS_MAX = 1_000_000
/** Text of a sheet that is packed at once. */
const PACKED_AT_ONCE = 65_536
/** Further down it costs twice the time for a tenth of the bytes. */
const LEVEL = 4
const CELL_CHARS_MAX = 32_767

/** What XML can't hold, so that one odd name doesn't spoil the file. */
// oxlint-disable-next-line no-control-regex -- Control characters are what is taken out.
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => ESCAPES[char]!)
const fit = (text: string): string => escape(text.toWellFormed().replace(UNFIT, ' ').slice(0, CELL_CHARS_MAX))

const DAY_MS = 86_400_000
/** Days from a spreadsheet's day 0 to 1970. */
const DAYS_BEFORE = 25_569
const serial = (at: number): number => at / DAY_MS + DAYS_BEFORE

/** Which of STYLES each kind of cell has. */
const STYLE = { head: 1, yuan: 2, count: 3, quantity: 4, date: 5, time: 6, percent: 7 } as const
const STYLES = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<numFmts count="4"><numFmt numFmtId="164" formatCode="0.###"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="166" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="167" formatCode="0.0%"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="8"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>${[2, 1, 164, 165, 166, 167].map((id) => `<xf numFmtId="${id}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`).join('')}</cellXfs>
</styleSheet>`
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const KIND = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

function letters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26))
  return index < 26 ? letter : letters(Math.floor(index / 26) - 1) + letter
}
function cellXml(at: string, cell: SheetCell): string {
  const number = (value: number, style: number): string => `<c r="${at}" s="${style}"><v>${value}</v></c>`
  switch (cell?.kind) {
    case undefined: return ''
    case 'head':
    case 'text': return `<c r="${at}"${cell.kind === 'head' ? ` s="${STYLE.head}"` : ''} t="inlineStr"><is><t xml:space="preserve">${fit(cell.text)}</t></is></c>`
    // The double nearest to the two decimals: the one a spreadsheet reads from them.
    case 'yuan': return number(cell.fen / 100, STYLE.yuan)
    case 'count': return number(cell.count, STYLE.count)
    case 'quantity': return number(cell.quantity, STYLE.quantity)
    case 'date': return number(serial(Date.parse(cell.date)), STYLE.date)
    case 'time': return number(serial(Date.parse(`${cell.text.replace(' ', 'T')}Z`)), STYLE.time)
    case 'percent': return number(cell.tenths / 1000, STYLE.percent)
  }
}

export interface SheetWriter {
  row(cells: readonly SheetCell[]): void
  /** No more rows. */
  end(): void
}

export class XlsxWriter {
  readonly #zip
  readonly #sheets: string[] = []

  /** `take` gets the file piece by piece, in its order. */
  constructor(take: (bytes: Uint8Array) => void) {
    this.#zip = new Zip((error, bytes) => {
      if (error) throw error
      take(bytes)
    })
  }

  /** `widths` in characters of half width. The first row stays in sight. */
  sheet(name: string, widths: readonly number[]): SheetWriter {
    const number = this.#sheets.push(name)
    const entry = this.#entry(`xl/worksheets/sheet${number}.xml`)
    const columns = widths.map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join('')
    let text = `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>${columns && `<cols>${columns}</cols>`}<sheetData>`
    let rows = 0
    const columnNames = widths.map((_, i) => letters(i))
    return {
      row(cells) {
        rows += 1
        text += `<row r="${rows}">`
        for (let i = 0; i < cells.length; i++) text += cellXml(`${columnNames[i] ??= letters(i)}${rows}`, cells[i]!)
        text += '</row>'
        if (text.length < PACKED_AT_ONCE) return
        entry.push(Buffer.from(text), false)
        text = ''
      },
      end() {
        entry.push(Buffer.from(`${text}</sheetData></worksheet>`), true)
      },
    }
  }

  /** All sheets have ended; they stand in the order of `order`, or in that of their making. */
  end(order: readonly string[] = this.#sheets): void {
    const numbers = order.map((name) => this.#sheets.indexOf(name) + 1)
    const put = (path: string, xml: string): void => this.#entry(path).push(Buffer.from(HEAD + xml), true)
    put('xl/workbook.xml', `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${order.map((name, i) => `<sheet name="${escape(name)}" sheetId="${i + 1}" r:id="rId${numbers[i]!}"/>`).join('')}</sheets></workbook>`)
    put('xl/styles.xml', STYLES)
    put('xl/_rels/workbook.xml.rels', `<Relationships xmlns="${PACKAGE}/relationships">${numbers.map((n) => `<Relationship Id="rId${n}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${n}.xml"/>`).join('')}<Relationship Id="rIdStyles" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`)
    put('_rels/.rels', `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
    put('[Content_Types].xml', `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${KIND}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${KIND}.styles+xml"/>${numbers.map((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${KIND}.worksheet+xml"/>`).join('')}</Types>`)
    this.#zip.end()
  }

  #entry(path: string): ZipDeflate {
    const entry = new ZipDeflate(path, { level: LEVEL })
    this.#zip.add(entry)
    return entry
  }
}
