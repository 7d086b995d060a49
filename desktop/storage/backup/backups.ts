/**
 * The till's backups: one sealed file each, made when a shift closes, each day by itself, and when somebody asks; the newest of
 * each of the last days kept. It never touches a file that is not a backup of this very till, and never makes the folder of a
 * medium that isn't there: where that is gone, the backup goes to the till's own folder and the screens say so.
 *
 * Until a passphrase is set nothing can be sealed. Backups are made all the same, because a till without one loses more by a
 * damaged file than by an unsealed one; but those stay in the till's own folder, where the ledger lies open as well.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { TillError } from '#shared/host/frames.ts'
import type { BackupStatus } from '#shared/host/schemas.ts'
import type { TillStore } from '#shared/host/store.ts'
import { businessDate } from '#shared/ledger/business-date.ts'
import type { Clock, Timer } from '#shared/ports/ports.ts'
import { CHECK_MS, START_MS, isDue } from './daily.ts'
import { PART } from './durable.ts'
import { type Lock, LockSchema, makeLock } from './sealed/lock.ts'
import type { CopyTask, Copying } from './worker.ts'

/** Days of which the newest backup is kept. */
export const DAYS_KEPT = 14
/** The ending of a sealed backup, and of one that is not. */
export const SEALED = '.xpbackup'
const PLAIN = '.db'
const FOLDER = 'backup.folder'
export const LAST = 'backup.last'
export const FAILED = 'backup.failed'
const LOCK = 'backup.lock'
/** What a medium that fails does to a backup: the till's own folder may still take it. */
const OF_THE_MEDIUM: ReadonlySet<string> = new Set(['backup.failed', 'backup.disk_full', 'backup.folder_missing'])

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
  /** What a guess of the passphrase costs; see lock.ts. */
  readonly work?: number | undefined
  /** What `status` says has changed. */
  changed(): void
  log(code: string, detail: Record<string, unknown>): void
}

export class Backups {
  readonly #options
  #making: Promise<void> | undefined
  #copying: Copying | undefined
  #isClosed = false
  #cancelCheck: (() => void) | undefined
  /** UTC ms of the last try, whatever came of it. */
  #triedAt: number | undefined

  constructor(options: BackupOptions) {
    this.#options = options
  }

  status(): BackupStatus {
    const { store, folder } = this.#options
    const chosen = store.setting(FOLDER) || null
    return {
      folder: chosen ?? folder, chosen: chosen !== null, running: this.#making !== undefined, sealedSince: this.#lock()?.at ?? null,
      last: JSON.parse(store.setting(LAST) || 'null') as BackupStatus['last'],
      failed: JSON.parse(store.setting(FAILED) || 'null') as BackupStatus['failed'],
    }
  }

  /** From now on makes one a day by itself. */
  start(): void {
    this.#check(START_MS)
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

  /** Backups go to this folder from now on, which must be there; null is the till's own. Throws TillError backup.folder_missing, backup.no_passphrase. */
  choose(folder: string | null): BackupStatus {
    if (folder !== null) {
      if (!this.#lock()) throw new TillError('backup.no_passphrase')
      requireFolder(folder)
    }
    this.#options.store.setSetting(FOLDER, folder ?? '')
    this.#options.store.setSetting(FAILED, '')
    this.#options.changed()
    return this.status()
  }

  /** Backups made from now on open with this passphrase, earlier ones with theirs. Throws TillError backup.passphrase_weak. */
  async protect(passphrase: string): Promise<BackupStatus> {
    const { store, clock, work, changed } = this.#options
    const lock = await makeLock(passphrase, clock.now(), work)
    if (this.#isClosed) throw new TillError('backup.failed', { reason: 'stopped' })
    store.setSetting(LOCK, JSON.stringify(lock))
    changed()
    return this.status()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelCheck?.()
    await this.#copying?.stop()
    await this.#making?.catch(() => undefined)
  }

  #check(ms: number): void {
    this.#cancelCheck = this.#options.timer.after(ms, () => {
      if (this.#isClosed) return
      this.#check(CHECK_MS)
      const { store, clock } = this.#options
      // A till that nobody has set up has nothing to lose.
      if (!this.#making && store.anyPin() && isDue({ now: clock.now(), last: this.status().last?.at, triedAt: this.#triedAt, soldAt: lastRowAt(store), zone: store.shop().zone })) void this.make().catch(() => undefined)
    })
  }

  #lock(): Lock | null {
    return lockOf((key) => this.#options.store.setting(key))
  }

  async #make(): Promise<void> {
    const { store, clock, log } = this.#options
    const at = this.#triedAt = clock.now()
    try {
      const { folder, chosen } = this.status()
      const isOpen = this.#lock() === null
      let trouble = chosen && isOpen ? 'backup.no_passphrase' : undefined
      if (chosen && !isOpen) {
        try {
          requireFolder(folder)
          return await this.#into(folder, at, undefined)
        } catch (error) {
          if (this.#isClosed || !OF_THE_MEDIUM.has(known(error).code)) throw error
          trouble = known(error).code
          log('backup.medium', { ...known(error).detail, code: trouble })
        }
      }
      mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 })
      await this.#into(this.#options.folder, at, trouble)
    } catch (error) {
      const { code, detail } = known(error)
      if (!this.#isClosed) store.setSetting(FAILED, JSON.stringify({ at, code }))
      log('backup.failed', { code, ...detail })
      throw new TillError(code, detail)
    }
  }

  /** `trouble`: why it is not where it was to go. */
  async #into(folder: string, at: number, trouble: string | undefined): Promise<void> {
    const { store, ledger, migrations, copy } = this.#options
    const { device, till } = store.identity()
    const lock = this.#lock()
    sweep(folder, device)
    const date = businessDate(at, store.shop().zone)
    this.#copying = copy({ from: ledger, prefix: join(folder, `till-${till}-${device}-${date}-r`), suffix: lock ? SEALED : PLAIN, migrations, lock })
    const { file, rows, head, bytes } = await this.#copying.done
    if (this.#isClosed) return
    store.setSetting(LAST, JSON.stringify({ at, file, rows, head, bytes }))
    store.setSetting(FAILED, trouble === undefined ? '' : JSON.stringify({ at, code: trouble }))
    prune(folder, device, basename(file))
  }
}

/** What a till seals with, out of its settings; null while no passphrase was set. */
export function lockOf(setting: (key: string) => string | undefined): Lock | null {
  return LockSchema.safeParse(JSON.parse(setting(LOCK) || 'null')).data ?? null
}

function known(error: unknown): TillError {
  if (error instanceof TillError) return error
  return new TillError('backup.failed', { reason: error instanceof Error ? error.message : String(error) })
}

/** UTC ms of the newest row; of a till that has begun there is one. */
function lastRowAt(store: TillStore): number {
  const [row] = store.rows(store.head().seq - 1, 1)
  return row ? (JSON.parse(row.text) as { at: number }).at : 0
}

function requireFolder(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new TillError('backup.folder_missing', { folder })
}

interface Name { readonly name: string; readonly date: string; readonly rows: number; readonly isSealed: boolean }
/** Its name says whose it is, of which day, and how many rows it has. */
function parseName(name: string, device: string): Name | undefined {
  const match = /^till-[^-]*-(.{36})-(\d{4}-\d{2}-\d{2})-r(\d+)(\.db|\.xpbackup)$/.exec(name)
  return match?.[1] === device ? { name, date: match[2]!, rows: Number(match[3]), isSealed: match[4] === SEALED } : undefined
}

/** Names of backups of this till that may go: all but the newest of each day, and those of days before the last ones. */
export function outdated(names: readonly string[], device: string, daysKept = DAYS_KEPT): string[] {
  const ours = names.map((name) => parseName(name, device)).filter((each) => each !== undefined)
  const byRows = ours.toSorted((a, b) => a.rows - b.rows || Number(a.isSealed) - Number(b.isSealed))
  const newest = new Map(byRows.map(({ date, name }) => [date, name]))
  const kept = new Set(byRows.filter(({ name, date }) => newest.get(date) === name).slice(-daysKept).map(({ name }) => name))
  return ours.map(({ name }) => name).filter((name) => !kept.has(name))
}

/** All but `made`: a till that was set back to an older backup finds longer ones, and what it has sold since is in none of them. */
function prune(folder: string, device: string, made: string): void {
  for (const name of outdated(readdirSync(folder), device)) if (name !== made) rmSync(join(folder, name), { force: true })
}

/** What a copy that was broken off left behind. */
function sweep(folder: string, device: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('till-') && name.includes(device) && name.includes(PART)) rmSync(join(folder, name), { force: true })
  }
}
