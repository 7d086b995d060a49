/** Rows that could not come in, as a file of their own: mended in a spreadsheet, it comes in as any other. */
import { reasonText, t } from '../../i18n/index.ts'
import { saveParts } from '../save-file.ts'

export interface BadRow { readonly row: number; readonly cells: Readonly<Record<string, string>>; readonly bad: readonly { readonly column: string; readonly code: string }[] }

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell)

/** CSV (RFC 4180) with the file's own columns, and behind them which row it was and what is wrong. */
export function badRowsText(rows: readonly BadRow[]): string {
  const columns = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))]
  const lines = rows.map(({ row, cells, bad }) => [...columns.map((column) => cells[column] ?? ''), String(row), bad.map(({ column, code }) => `${column} ${reasonText('cell', code)}`.trim()).join('; ')])
  return [[...columns, t('import.row'), t('import.reason')], ...lines].map((line) => line.map(quoted).join(',')).join('\r\n')
}

/** The byte order mark tells spreadsheets that it is UTF-8. */
export function saveBadRows(file: string, rows: readonly BadRow[]): string {
  const name = `${file.replace(/\.[^.]*$/, '')}-${t('import.badFile')}.csv`
  saveParts(name, ['\ufeff', badRowsText(rows)], 'text/csv')
  return name
}
