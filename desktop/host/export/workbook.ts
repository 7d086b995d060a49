/** Sheets to the bytes of an XLSX file, on a thread of its own: a hundred thousand goods take seconds, and no sale waits for them. Both ends of the thread are here. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import type { Cell } from 'write-excel-file/node'
import { ExportBook, type ExportPart, type ExportSetting } from '#shared/documents/export-book.ts'
import type { ReportSheet, SheetCell } from '#shared/documents/report-sheets.ts'

/** What XML can't hold, so that one odd name doesn't spoil the file. */
// eslint-disable-next-line no-control-regex
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

function cellOf(cell: SheetCell): Cell {
  switch (cell?.kind) {
    case undefined: return null
    case 'head': return { type: String, value: fit(cell.text), fontWeight: 'bold' }
    case 'text': return { type: String, value: fit(cell.text) }
    // The double nearest to the two decimals: the one a spreadsheet reads from them.
    case 'yuan': return { type: Number, value: cell.fen / 100, format: '0.00' }
    case 'count': return { type: Number, value: cell.count, format: '0' }
    case 'quantity': return { type: Number, value: cell.quantity, format: '0.###' }
    case 'date': return { type: Date, value: new Date(cell.date), format: 'yyyy-mm-dd' }
    case 'time': return { type: Date, value: new Date(`${cell.text.replace(' ', 'T')}Z`), format: 'yyyy-mm-dd hh:mm' }
    case 'percent': return { type: Number, value: cell.tenths / 1000, format: '0.0%' }
  }
}
const fit = (text: string): string => text.toWellFormed().replace(UNFIT, ' ')

export async function workbookOf(sheets: readonly ReportSheet[]): Promise<Uint8Array> {
  // Only in the thread: a till that starts has no time for it.
  const { default: writeXlsxFile } = await import('write-excel-file/node')
  return writeXlsxFile(sheets.map(({ name, rows, widths }) => ({
    sheet: name, data: rows.map((row) => row.map(cellOf)), columns: widths.map((width) => ({ width })), stickyRowsCount: 1,
  }))).toBuffer()
}

/** The thread's own file: beside this one where the source runs, bundled where Electron's scripts do. */
function threadFile(): string {
  const bundled = join(import.meta.dirname, 'workbook-worker.cjs')
  return existsSync(bundled) ? bundled : join(import.meta.dirname, 'workbook.ts')
}

/** Rejects with what went wrong in the thread. */
function bytesOf(thread: Worker): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', () => reject(new Error('the thread that writes a workbook ended before it was through')))
  })
}

export const workbookOnThread = (sheets: readonly ReportSheet[]): Promise<Uint8Array> => bytesOf(new Worker(threadFile(), { workerData: { sheets } }))

/** Everything, part by part: the thread makes sheets of each as it comes. `end` gives the file, or rejects with what went wrong. */
export function exportOnThread(setting: ExportSetting): { add: (part: ExportPart) => void; end: () => Promise<Uint8Array>; stop: () => void } {
  const thread = new Worker(threadFile(), { workerData: { setting } })
  const bytes = bytesOf(thread)
  // Until somebody asks for the end, nobody hears of a failure.
  bytes.catch(() => undefined)
  return {
    add: (part) => thread.postMessage(part),
    end() {
      thread.postMessage('end')
      return bytes
    },
    stop: () => void thread.terminate(),
  }
}

const { sheets, setting } = (workerData ?? {}) as { sheets?: readonly ReportSheet[]; setting?: ExportSetting }
const answer = (bytes: Uint8Array): void => parentPort?.postMessage(bytes)
if (!isMainThread && sheets) void workbookOf(sheets).then(answer)
if (!isMainThread && setting) {
  const book = new ExportBook(setting)
  parentPort?.on('message', (part: ExportPart | 'end') => {
    if (part !== 'end') {
      book.add(part)
      return
    }
    // Nothing more is heard, so the thread ends with its answer.
    parentPort?.removeAllListeners('message')
    void workbookOf(book.sheets()).then(answer)
  })
}
