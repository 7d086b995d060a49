/**
 * The till's backups: one file each, made when a shift closes and when somebody asks, the newest of each of the last days
 * kept. It never touches a file that is not a backup of this very till, and never makes the folder of a medium that isn't there.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { TillError } from '#shared/host/frames.ts'
import type { BackupStatus } from '#shared/host/schemas.ts'
import type { TillStore } from '#shared/host/store.ts'
import { businessDate } from '#shared/ledger/business-date.ts'
import type { Clock, Timer } from '#shared/ports/ports.ts'
import { PART } from './durable.ts'
import type { CopyTask, Copying } from './worker.ts'

/** Days of which the newest backup is kept. */
export const DAYS_KEPT = 14
const FOLDER = 'backup.folder'
const LAST = 'backup.last'
const FAILED = 'backup.failed'

export interface BackupOptions {
  readonly store: TillStore
  readonly clock: Clock
  readonly timer: Timer
  /** The ledger's file. */
  readonly ledger: string
  /** Where backups go when nobody chose a folder. */
  readonly folder: string
  readonly migrations: string
  copy(task: CopyTask): Copying
  /** What `status` says has changed. */
  changed(): void
  log(code: string, detail: Record<string, unknown>): void
}

export class Backups {
  readonly #options
  #making: Promise<void> | undefined
  #copying: Copying | undefined
  #isClosed = false

  constructor(options: BackupOptions) {
    this.#options = options
  }

  status(): BackupStatus {
    const { store, folder } = this.#options
    const chosen = store.setting(FOLDER) || null
    return {
      folder: chosen ?? folder, chosen: chosen !== null, running: this.#making !== undefined,
      last: JSON.parse(store.setting(LAST) || 'null') as BackupStatus['last'],
      failed: JSON.parse(store.setting(FAILED) || 'null') as BackupStatus['failed'],
    }
  }

  /** Makes one now; a call while one is being made gets that one. Throws TillError backup.* and ledger.*. */
  async make(): Promise<BackupStatus> {
    if (this.#isClosed) throw new TillError('backup.failed', { reason: 'stopped' })
    if (!this.#making) {
      this.#making = this.#make().finally(() => {
        this.#making = undefined
        this.#copying = undefined
        if (!this.#isClosed) this.#options.changed()
      })
      this.#options.changed()
    }
    await this.#making
    return this.status()
  }

  /** Makes one when there is a moment; what goes wrong is in `status`, for the screens to show. */
  soon(): void {
    this.#options.timer.after(0, () => { this.make().catch(() => undefined) })
  }

  /** Backups go to this folder from now on, which must be there; null is the till's own. Throws TillError backup.folder_missing. */
  choose(folder: string | null): BackupStatus {
    if (folder !== null) requireFolder(folder)
    this.#options.store.setSetting(FOLDER, folder ?? '')
    this.#options.store.setSetting(FAILED, '')
    this.#options.changed()
    return this.status()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#copying?.stop()
    await this.#making?.catch(() => undefined)
  }

  async #make(): Promise<void> {
    const { store, clock, ledger, migrations, copy, log } = this.#options
    const at = clock.now()
    try {
      const { folder, chosen } = this.status()
      if (chosen) requireFolder(folder)
      else mkdirSync(folder, { recursive: true, mode: 0o700 })
      const { device, till } = store.identity()
      sweep(folder, device)
      const date = businessDate(at, store.shop().zone)
      this.#copying = copy({ from: ledger, prefix: join(folder, `till-${till}-${device}-${date}-r`), suffix: '.db', migrations })
      const { file, rows, head, bytes } = await this.#copying.done
      if (this.#isClosed) return
      store.setSetting(LAST, JSON.stringify({ at, file, rows, head, bytes }))
      store.setSetting(FAILED, '')
      prune(folder, device)
    } catch (error) {
      const { code, detail } = error instanceof TillError ? error : new TillError('backup.failed', { reason: error instanceof Error ? error.message : String(error) })
      if (!this.#isClosed) store.setSetting(FAILED, JSON.stringify({ at, code }))
      log('backup.failed', { code, ...detail })
      throw new TillError(code, detail)
    }
  }
}

function requireFolder(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new TillError('backup.folder_missing', { folder })
}

/** Its name says whose it is, of which day, and how many rows it has. */
function parseName(name: string, device: string): { name: string; date: string } | undefined {
  const match = /^till-[^-]*-(.{36})-(\d{4}-\d{2}-\d{2})-r\d+\.db$/.exec(name)
  return match?.[1] === device ? { name, date: match[2]! } : undefined
}

/** Names of backups of this till that may go: all but the newest of each day, and those of days before the last ones. */
export function outdated(names: readonly string[], device: string, daysKept = DAYS_KEPT): string[] {
  const ours = names.map((name) => parseName(name, device)).filter((each) => each !== undefined)
  const byRows = ours.toSorted((a, b) => (rowsIn(a.name) - rowsIn(b.name)))
  const newest = new Map(byRows.map(({ date, name }) => [date, name]))
  const kept = new Set(byRows.filter(({ name, date }) => newest.get(date) === name).slice(-daysKept).map(({ name }) => name))
  return ours.map(({ name }) => name).filter((name) => !kept.has(name))
}
const rowsIn = (name: string): number => Number(/-r(\d+)\.db$/.exec(name)![1])

function prune(folder: string, device: string): void {
  for (const name of outdated(readdirSync(folder), device)) rmSync(join(folder, name), { force: true })
}

/** What a copy that was broken off left behind. */
function sweep(folder: string, device: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('till-') && name.includes(device) && name.includes(PART)) rmSync(join(folder, name), { force: true })
  }
}
