/** Copying and checking a ledger on a thread of its own, so that no sale waits for it. Both ends of the thread are here. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { TillError } from '#shared/host/frames.ts'
import { type CopiedLedger, copyLedger } from './copy-ledger.ts'

/** `prefix` and `suffix` stand around the number of rows, which keeps copies in their order by name. */
export interface CopyTask {
  readonly from: string
  readonly prefix: string
  readonly suffix: string
  readonly migrations: string
}
export interface Copying {
  readonly done: Promise<CopiedLedger>
  /** Gives it up; what is half done is swept away by the next one. */
  stop(): Promise<void>
}
type Answer = { copied: CopiedLedger } | { error: { code: string; detail?: Record<string, unknown> | undefined } }

const ROWS_DIGITS = 10
export const fileOf = ({ prefix, suffix }: Pick<CopyTask, 'prefix' | 'suffix'>, rows: number): string => `${prefix}${String(rows).padStart(ROWS_DIGITS, '0')}${suffix}`

/** The thread's own file: beside this one where the source runs, bundled where Electron's scripts do. */
function threadFile(): string {
  const bundled = join(import.meta.dirname, 'backup-worker.cjs')
  return existsSync(bundled) ? bundled : join(import.meta.dirname, 'worker.ts')
}

/** Rejects with TillError: what copyLedger throws, or backup.failed with the reason. */
export function copyOnThread(task: CopyTask): Copying {
  const thread = new Worker(threadFile(), { workerData: { task } })
  const done = new Promise<CopiedLedger>((resolve, reject) => {
    thread.once('message', (answer: Answer) => {
      if ('copied' in answer) resolve(answer.copied)
      else reject(new TillError(answer.error.code, answer.error.detail))
    })
    thread.once('error', (error) => reject(new TillError('backup.failed', { reason: error.message })))
    thread.once('exit', () => reject(new TillError('backup.failed', { reason: 'stopped' })))
  })
  return { done, async stop() { await thread.terminate() } }
}

const { task } = (workerData ?? {}) as { task?: CopyTask }
if (!isMainThread && task) {
  void copyLedger(task.from, (rows) => fileOf(task, rows), task.migrations).then(
    (copied): Answer => ({ copied }),
    (error: unknown): Answer => ({ error: error instanceof TillError ? { code: error.code, detail: error.detail } : { code: 'backup.failed', detail: { reason: reasonOf(error) } } }),
  ).then((answer) => parentPort?.postMessage(answer))
}

function reasonOf(error: unknown): string {
  return error !== null && typeof error === 'object' && 'code' in error ? String(error.code) : String(error)
}
