/** Reads a file of sales on a thread of its own: two hundred thousand rows take seconds, and no sale waits for them. Both ends of the thread are here. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { TillError } from '#shared/host/frames.ts'
import { type BadRow, type FileSale, type HistoryFile, type HistoryHead, pieces, type ReadHistory, readHistory } from './history-file.ts'

/** Sales of one piece, or rows that are kept; none of either is the end. */
export type HistoryPart = { readonly sales: (FileSale & { readonly more: boolean })[] } | { readonly bad: BadRow[] } | { readonly end: true }
type Answer = { readonly head: HistoryHead } | HistoryPart | { readonly refused: { readonly code: string; readonly detail: Record<string, unknown> | undefined } }

/** A file that is more than this to hold is refused; the till goes on. */
const HEAP_MB = 1024
const BAD_A_PART = 500
/** A text of so many bytes is read sooner than a thread begins. */
const SMALL_BYTES = 65_536
const isPacked = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b

export interface HistoryReader {
  readonly head: HistoryHead
  /** One part after the other, each read only when it is asked for. */
  parts(): AsyncGenerator<Exclude<HistoryPart, { end: true }>>
  stop(): void
}

function threadFile(): string {
  const bundled = join(import.meta.dirname, 'history-worker.cjs')
  return existsSync(bundled) ? bundled : join(import.meta.dirname, 'history-thread.ts')
}

/** Throws TillError `file.*` and `import.columns_missing`. Whoever reads must `stop`. */
export async function openHistory(file: HistoryFile, heapMb = HEAP_MB): Promise<HistoryReader> {
  if (file.bytes.length <= SMALL_BYTES && !isPacked(file.bytes)) {
    const read = await readHistory(file)
    return { head: read.head, stop: () => undefined, async *parts() { yield* partsOf(read) } }
  }
  const bytes = new Uint8Array(file.bytes)
  const thread = new Worker(threadFile(), { workerData: { history: { ...file, bytes } }, transferList: [bytes.buffer], resourceLimits: { maxOldGenerationSizeMb: heapMb } })
  // It asks only for what somebody waits for, so there is one who waits, or none.
  let waiting: { resolve: (answer: Answer) => void; reject: (error: unknown) => void } | undefined
  thread.on('message', (message: Answer) => waiting?.resolve(message))
  thread.on('error', (error: NodeJS.ErrnoException) => waiting?.reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new TillError('file.too_large', { name: file.name }) : error))
  thread.on('exit', () => waiting?.reject(new Error('the thread that reads a file of sales ended before it was through')))
  const answer = (): Promise<Answer> => new Promise((resolve, reject) => { waiting = { resolve, reject } })
  const stop = (): void => void thread.terminate()
  try {
    const first = await answer()
    if ('refused' in first) throw new TillError(first.refused.code, first.refused.detail)
    if (!('head' in first)) throw new Error('the thread that reads a file of sales began in the middle')
    return {
      head: first.head, stop,
      async *parts() {
        for (;;) {
          const next = answer()
          thread.postMessage('next')
          const part = await next
          if ('end' in part) return
          if ('sales' in part || 'bad' in part) yield part
        }
      },
    }
  } catch (error) {
    stop()
    throw error
  }
}

function* partsOf({ sales, bad }: ReadHistory): Generator<Exclude<HistoryPart, { end: true }>> {
  for (const piece of pieces(sales)) yield { sales: piece }
  for (let i = 0; i < bad.length; i += BAD_A_PART) yield { bad: bad.slice(i, i + BAD_A_PART) }
}

const { history } = (workerData ?? {}) as { history?: HistoryFile }
if (!isMainThread && history) {
  const say = (answer: Answer): void => parentPort?.postMessage(answer)
  void readHistory(history).then((read) => {
    const parts = partsOf(read)
    parentPort?.on('message', () => say(parts.next().value as HistoryPart | undefined ?? { end: true }))
    say({ head: read.head })
  }).catch((error: unknown) => {
    if (!(error instanceof TillError)) throw error
    say({ refused: { code: error.code, detail: error.detail } })
  })
}
