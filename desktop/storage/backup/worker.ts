/** Copying, sealing and checking ledgers on a thread of its own, so that no sale waits for it. Both ends of the thread are here. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { TillError } from '#shared/host/frames.ts'
import type { Restored } from '#shared/host/schemas.ts'
import { type CopiedLedger, copyLedger } from './copy-ledger.ts'
import { type Mark, checkStage, restoreError } from './restore.ts'
import type { Lock } from './sealed/lock.ts'

/** `prefix` and `suffix` stand around the number of rows, which keeps copies in their order by name. */
export interface CopyTask {
  readonly from: string
  readonly prefix: string
  readonly suffix: string
  readonly migrations: string
  readonly lock: Lock | null
}
export interface Copying {
  readonly done: Promise<CopiedLedger>
  /** Gives it up; what is half done is swept away by the next one. */
  stop(): Promise<void>
}
/** What was restored into a folder, before it takes its place. */
interface CheckTask { readonly stage: string; readonly mark: Mark; readonly migrations: string }
type Task = { readonly copy: CopyTask } | { readonly check: CheckTask }
type Answer = { done: CopiedLedger | Restored } | { error: { code: string; detail?: Record<string, unknown> | undefined } }

const ROWS_DIGITS = 10
export const fileOf = ({ prefix, suffix }: Pick<CopyTask, 'prefix' | 'suffix'>, rows: number): string => `${prefix}${String(rows).padStart(ROWS_DIGITS, '0')}${suffix}`

/** The thread's own file: beside this one where the source runs, bundled where Electron's scripts do. */
function threadFile(): string {
  const bundled = join(import.meta.dirname, 'backup-worker.cjs')
  return existsSync(bundled) ? bundled : join(import.meta.dirname, 'worker.ts')
}

/** Rejects with TillError: what copyLedger throws, or backup.failed with the reason. */
export const copyOnThread = (task: CopyTask): Copying => onThread<CopiedLedger>({ copy: task })
/** Rejects with TillError: what checkStage throws, or backup.failed with the reason. */
export const checkOnThread = (task: CheckTask): Promise<Restored> => onThread<Restored>({ check: task }).done

function onThread<Done extends CopiedLedger | Restored>(task: Task): { done: Promise<Done>; stop(): Promise<void> } {
  const thread = new Worker(threadFile(), { workerData: { task } })
  const done = new Promise<Done>((resolve, reject) => {
    thread.once('message', (answer: Answer) => {
      if ('done' in answer) resolve(answer.done as Done)
      else reject(new TillError(answer.error.code, answer.error.detail))
    })
    thread.once('error', (error) => reject(new TillError('backup.failed', { reason: error.message })))
    thread.once('exit', () => reject(new TillError('backup.failed', { reason: 'stopped' })))
  })
  return { done, async stop() { await thread.terminate() } }
}

const { task } = (workerData ?? {}) as { task?: Task }
if (!isMainThread && task) {
  void work(task).then(
    (done): Answer => ({ done }),
    (error: unknown): Answer => ({ error: error instanceof TillError ? { code: error.code, detail: error.detail } : { code: 'backup.failed', detail: { reason: reasonOf(error) } } }),
  ).then((answer) => parentPort?.postMessage(answer))
}

async function work(task: Task): Promise<CopiedLedger | Restored> {
  if ('copy' in task) return copyLedger({ ...task.copy, name: (rows) => fileOf(task.copy, rows) })
  const { stage, mark, migrations } = task.check
  try {
    return checkStage(stage, mark, migrations)
  } catch (error) {
    throw restoreError(error)
  }
}

function reasonOf(error: unknown): string {
  return error !== null && typeof error === 'object' && 'code' in error ? String(error.code) : String(error)
}
