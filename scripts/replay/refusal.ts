/** What `npm run replay` says of a file that it can't ring up: one sentence of what is wrong, one of what to do. */

type Detail = Readonly<Record<string, unknown>>

const UNREADABLE: Readonly<Record<string, string>> = {
  missing: 'is not there',
  folder: 'is a folder: name the file in it',
  gzip: 'is gzip that ends too early or is damaged: fetch it again',
  zip: 'is a spreadsheet or an archive: save it as CSV first',
  encoding: 'is neither UTF-8 nor GB 18030 text',
  quotes: 'has a quote that is never closed',
}

/** undefined for a code that is not about the file. */
export function fileSentence(code: string, detail: Detail = {}): string | undefined {
  const name = String(detail['name'] ?? 'The file')
  const columns = Array.isArray(detail['columns']) ? detail['columns'].join(', ') : ''
  if (code === 'file.unreadable') return `${name} ${UNREADABLE[String(detail['reason'])] ?? `can't be read (${String(detail['reason'])})`}.`
  if (code === 'file.no_header') return columns === '' ? `${name} has no line with the names of columns.` : `${name} has no column ${String(detail['column'])}; its columns are: ${columns}.`
  if (code === 'replay.not_sales') {
    return `This is no list of sales: it needs a column with the item's name, and one with what was paid (or a quantity and a unit price). Its columns are: ${columns}. Say which is which, such as --map item=COLUMN,paid=COLUMN.`
  }
  return undefined
}
