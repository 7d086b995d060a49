/**
 * Everything that helps somebody far away to see what is wrong with a till, in one file: gzip of JSON. It holds no name,
 * no price, no sale, no key, nothing that anybody wrote; what is listed is listed by code, count and size.
 */
import { statfsSync, statSync } from 'node:fs'
import { arch, availableParallelism, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Database } from 'better-sqlite3'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import type { SyncStatus, Verification } from '#shared/host/schemas.ts'
import type { TillStore } from '#shared/host/store.ts'
import { maskedJson } from '#shared/ports/log.ts'
import type { Level, Log } from './log.ts'

const LINES_KEPT = 500
const COMMITS_KEPT = 2000
const JOBS_TOLD = 50
/** A longer ledger takes seconds to verify, in which nothing could be sold: `npm run till -- diagnostics` does it beside the till. */
const VERIFIED_MAX_ROWS = 20_000
/** Faults whose reasons name tables, ids and sums; others quote the row. */
const REASONS_TOLD = /^(file\.|projection\.|postings\.|chain\.(hash|prev|seq)$|sale\.|journal\.short)/

interface Line { readonly time: string; readonly level: Level; readonly code: string; readonly detail: Record<string, unknown> }

/** What is noted while the till runs, for the day that somebody asks. */
export class Recorder {
  readonly #lines: Line[] = []
  readonly #commitMs: number[] = []
  #commits = 0
  #slowestMs = 0

  /** A log that notes each line and passes it on. */
  listen(log: Log): Log {
    return (level, code, detail = {}) => {
      this.#lines.push({ time: new Date().toISOString(), level, code, detail })
      if (this.#lines.length > LINES_KEPT) this.#lines.shift()
      log(level, code, detail)
    }
  }

  /** A store whose commits are timed. */
  time(store: TillStore): TillStore {
    return {
      ...store,
      commit: (plan, at, actor) => {
        const began = performance.now()
        const done = store.commit(plan, at, actor)
        const ms = performance.now() - began
        this.#commitMs[this.#commits++ % COMMITS_KEPT] = ms
        this.#slowestMs = Math.max(this.#slowestMs, ms)
        return done
      },
    }
  }

  get lines(): readonly Line[] {
    return this.#lines
  }

  /** Percentiles in ms of the latest commits, and the slowest since the start. */
  commits(): Record<string, number> {
    const sorted = this.#commitMs.toSorted((a, b) => a - b)
    const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
    return { count: this.#commits, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), slowestMs: round(this.#slowestMs) }
  }
}
const round = (ms: number): number => Math.round(ms * 100) / 100

export interface Subject {
  readonly folder: string
  readonly version: string
  readonly store: TillStore
  readonly db: Database
  readonly sync: SyncStatus
  readonly recorder: Recorder
  readonly startedAt: number
}

export function diagnose(subject: Subject, now: number): { name: string; data: string } {
  const { till } = subject.store.identity()
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')
  return { name: `xiaopu-${till}-${stamp}.json.gz`, data: gzipSync(maskedJson(factsOf(subject, now))).toString('base64') }
}

function factsOf({ folder, version, store, db, sync, recorder, startedAt }: Subject, now: number): Record<string, unknown> {
  const { device, shop, till } = store.identity()
  return {
    format: 1, madeAt: new Date(now).toISOString(), upSeconds: Math.round((now - startedAt) / 1000),
    versions: { app: version, node: process.versions.node, electron: process.versions['electron'] ?? null, sqlite: db.prepare<[], { v: string }>('SELECT sqlite_version() AS v').get()!.v },
    machine: machine(folder),
    till: {
      device, shop, till, zone: store.shop().zone, demo: store.setting('demo') === '1', paired: store.pairing() !== undefined, signedIn: store.signedIn() !== null,
      shiftOpen: store.openShift() !== undefined, goods: store.countGoods(), sales: store.countSales(), staffByRole: countBy(store.listStaff(), ({ role, active }) => `${role}${active ? '' : ' (gone)'}`),
    },
    sync: { ...sync, cloud: sync.cloud === null ? null : new URL(sync.cloud).origin, head: store.head().seq, acknowledged: store.acknowledged(), lastErrors: recorder.lines.filter(({ code }) => code.startsWith('sync.')).slice(-20) },
    printers: store.printers().map(({ id, address, profile, receipts, drawer }) => {
      const { waiting, failed, error } = store.printStatus().find(({ printer }) => printer === id) ?? {}
      return { id, address, profile, receipts, drawer, waiting, failed, error }
    }),
    printJobs: store.printJobs(JOBS_TOLD).map(({ id, printer, kind, state, attempts, error, copy, at }) => ({ id, printer, kind, state, attempts, error, copy, at })),
    settings: db.prepare<[], { key: string }>('SELECT key FROM setting ORDER BY key').all().map(({ key }) => key),
    database: database(folder, db),
    commits: recorder.commits(),
    verify: store.head().seq > VERIFIED_MAX_ROWS ? { skipped: 'the ledger is long; run npm run till -- diagnostics FILE' } : verdict(store.verify()),
    log: recorder.lines,
  }
}

/** A verification without what its faults quote. */
export function verdict({ faults, ok, rows, sales, head }: Verification): Record<string, unknown> {
  return { ok, rows, sales, head, faults: faults.map(({ seq, code, reason }) => ({ seq, code, ...(REASONS_TOLD.test(code) ? { reason } : {}) })) }
}

export function machine(folder: string): Record<string, unknown> {
  let disk: Record<string, unknown>
  try {
    const { bsize, bavail, blocks, type } = statfsSync(folder)
    disk = { freeBytes: bsize * bavail, totalBytes: bsize * blocks, type: type.toString(16) }
  } catch (error) {
    disk = { error: (error as NodeJS.ErrnoException).code }
  }
  return {
    platform: platform(), release: release(), arch: arch(), processors: availableParallelism(), load: loadavg().map(round), upSeconds: Math.round(uptime()),
    memory: { totalBytes: totalmem(), freeBytes: freemem(), ours: process.memoryUsage().rss }, disk, zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
}

function database(folder: string, db: Database): Record<string, unknown> {
  const sizeOf = (suffix: string): number | null => statSync(join(folder, `${LEDGER_FILE}${suffix}`), { throwIfNoEntry: false })?.size ?? null
  const pragma = (name: string): unknown => db.pragma(name, { simple: true })
  const tables = db.prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name").all()
  return {
    bytes: sizeOf(''), walBytes: sizeOf('-wal'), pageBytes: pragma('page_size'), pages: pragma('page_count'), freePages: pragma('freelist_count'),
    journalMode: pragma('journal_mode'), synchronous: pragma('synchronous'), schema: pragma('user_version'),
    rows: Object.fromEntries(tables.map(({ name }) => [name, db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM "${name}"`).get()!.n])),
    events: Object.fromEntries(db.prepare<[], { type: string; n: number }>('SELECT type, count(*) AS n FROM journal GROUP BY type ORDER BY type').all().map(({ type, n }) => [type, n])),
  }
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1
  return counts
}
