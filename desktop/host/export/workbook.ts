/** Sheets to the bytes of an XLSX file, on a thread of its own: a hundred thousand rows take seconds, and no sale waits for them. Both ends of the thread are here. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import type { ExportPart, ExportSetting } from '#shared/documents/export-book.ts'
import type { ReportSheet } from '#shared/documents/report-sheets.ts'
import { ExportSheets } from './export-sheets.ts'
import { XlsxWriter } from './xlsx.ts'

export function workbookOf(sheets: readonly ReportSheet[]): Uint8Array<ArrayBuffer> {
  const bytes: Uint8Array[] = []
  const file = new XlsxWriter((piece) => bytes.push(piece))
  for (const { name, rows, widths } of sheets) {
    const sheet = file.sheet(name, widths)
    for (const row of rows) sheet.row(row)
    sheet.end()
  }
  file.end()
  return joined(bytes)
}
/** In memory of its own, so that it goes to another thread without being copied. */
function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** The thread's own file: beside this one where the source runs, bundled where Electron's scripts do. */
function threadFile(): string {
  const bundled = join(import.meta.dirname, 'workbook-worker.cjs')
  return existsSync(bundled) ? bundled : join(import.meta.dirname, 'workbook.ts')
}

/** What the thread says: it has worked off a part and can take another, or the file is done. */
type Said = 'taken' | Uint8Array<ArrayBuffer>

/** Rejects with what went wrong in the thread. */
function saidBy(thread: Worker): Promise<Said> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(error)
    const ended = (): void => reject(new Error('the thread that writes a workbook ended before it was through'))
    thread.once('message', (said: Said) => {
      thread.off('error', failed).off('exit', ended)
      resolve(said)
    })
    thread.once('error', failed).once('exit', ended)
  })
}

export async function workbookOnThread(sheets: readonly ReportSheet[]): Promise<Uint8Array> {
  return await saidBy(new Worker(threadFile(), { workerData: { sheets } })) as Uint8Array
}

/** Everything, part by part; each waits until the thread has worked off the one before, so that no more than one is on its way. Rejects with what went wrong. */
export function exportOnThread(setting: ExportSetting): { add: (part: ExportPart) => Promise<void>; end: () => Promise<Uint8Array>; stop: () => void } {
  const thread = new Worker(threadFile(), { workerData: { setting } })
  const tell = (part: ExportPart | 'end'): Promise<Said> => {
    const said = saidBy(thread)
    thread.postMessage(part)
    return said
  }
  return {
    async add(part) {
      await tell(part)
    },
    end: async () => await tell('end') as Uint8Array,
    stop: () => void thread.terminate(),
  }
}

const { sheets, setting } = (workerData ?? {}) as { sheets?: readonly ReportSheet[]; setting?: ExportSetting }
const say = (said: Said): void => parentPort?.postMessage(said, said === 'taken' ? [] : [said.buffer])
if (!isMainThread && sheets) say(workbookOf(sheets))
if (!isMainThread && setting) {
  const bytes: Uint8Array[] = []
  const file = new ExportSheets(setting, (piece) => bytes.push(piece))
  parentPort?.on('message', (part: ExportPart | 'end') => {
    if (part !== 'end') {
      file.add(part)
      say('taken')
      return
    }
    // Nothing more is heard, so the thread ends with its answer.
    parentPort?.removeAllListeners('message')
    file.end()
    say(joined(bytes))
  })
}
