/** The journal in SQLite: one synchronous transaction seals the events, projects them and queues their paper. */
import type { Database } from 'better-sqlite3'
import { TillError } from '#shared/host/frames.ts'
import { type Envelope, type Head, EMPTY_HEAD, type JournalRow, type Sha256, openRow, seal } from '#shared/ledger/envelope.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { LedgerStore, Plan } from '#shared/ports/ports.ts'
import type { DomainEvent } from '#shared/sync/events.ts'
import { storageError } from './open.ts'
import type { PrintJobTable } from './print-jobs.ts'
import type { Projector } from './projector.ts'
import type { Settings } from './settings.ts'

export class Ledger implements LedgerStore {
  readonly #db
  readonly #projector
  readonly #prints
  readonly #settings
  readonly #sha256
  readonly #insert
  readonly #rows
  readonly #byId
  readonly #commitNow: (plan: Plan, at: number, actor: Id | null) => Envelope[]
  #head: Head
  #acknowledged: number

  constructor(db: Database, projector: Projector, prints: PrintJobTable, settings: Settings, sha256: Sha256) {
    this.#db = db
    this.#projector = projector
    this.#prints = prints
    this.#settings = settings
    this.#sha256 = sha256
    this.#insert = db.prepare('INSERT INTO journal (seq, id, type, at, text, hash) VALUES (?, ?, ?, ?, ?, ?)')
    this.#rows = db.prepare<[number, number], JournalRow>('SELECT seq, text, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?')
    this.#byId = db.prepare<[string], JournalRow>('SELECT seq, text, hash FROM journal WHERE id = ?')
    this.#head = db.prepare<[], Head>('SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1').get() ?? EMPTY_HEAD
    this.#acknowledged = Number(settings.get('acknowledged') ?? 0)
    this.#commitNow = db.transaction((plan: Plan, at: number, actor: Id | null) => this.#write(plan, at, actor))
  }

  commit(plan: Plan, at: number, actor: Id | null): Envelope[] {
    const before = this.#head
    try {
      // Inside another transaction this is a savepoint: a plan leaves all of itself or nothing there too.
      return this.#commitNow.call(undefined, plan, at, actor)
    } catch (error) {
      throw this.#failed(error, before)
    }
  }

  /** Several commits and settings as one: all of it, or nothing. */
  together<Result>(work: () => Result): Result {
    const before = this.#head
    try {
      return this.#db.transaction(work)()
    } catch (error) {
      throw this.#failed(error, before)
    }
  }

  /** What is kept in memory may come from what has just been taken back. */
  #failed(error: unknown, head: Head): unknown {
    this.#head = head
    this.#projector.documents.version += 1
    const said = storageError(error)
    if (said instanceof TillError && said.code === 'ledger.io' && !this.#db.inTransaction) this.#overwrite()
    return said
  }

  /**
   * A commit whose sync failed was taken back in memory, and may stand whole in the log all the same, to be found at the
   * next opening. The next commit goes to the same place in the log: made at once, it is gone for good. Where that
   * fails too, it stays in doubt until a commit succeeds or the till opens again; its key then decides. See decision 7.
   */
  #overwrite(): void {
    try {
      // Another value each time: SQLite doesn't write what is there already.
      this.#settings.set('overwritten', String(Number(this.#settings.get('overwritten') ?? 0) + 1))
    } catch {
      // The disk is still ill, and whoever wrote has been told so.
    }
  }

  #write(plan: Plan, at: number, actor: Id | null): Envelope[] {
    const envelopes: Envelope[] = []
    const { shop, device } = this.#settings.identity()
    for (const event of plan.events) {
      const { row, envelope } = seal(this.#head, { shop, device }, event, at, actor, this.#sha256)
      this.#insert.run(row.seq, envelope.id, envelope.type, at, row.text, row.hash)
      this.#projector.apply(envelope as unknown as DomainEvent)
      this.#head = row
      envelopes.push(envelope)
    }
    for (const print of plan.prints) this.#prints.add(print, at)
    return envelopes
  }

  head(): Head {
    return { seq: this.#head.seq, hash: this.#head.hash }
  }

  rows(after: number, limit: number): JournalRow[] {
    return this.#rows.all(after, limit)
  }

  event(id: Id): Envelope | undefined {
    const row = this.#byId.get(id)
    if (!row) return undefined
    const opened = openRow(row)
    return 'envelope' in opened ? opened.envelope : undefined
  }

  balances(shift?: Id): Map<string, number> {
    const sql = shift === undefined ? 'SELECT account, sum(fen) AS fen FROM balance GROUP BY account' : 'SELECT account, fen FROM balance WHERE shift = ?'
    const rows = this.#db.prepare<string[], { account: string; fen: number }>(sql).all(...(shift === undefined ? [] : [shift]))
    return new Map(rows.map((row) => [row.account, row.fen]))
  }

  acknowledged(): number {
    return this.#acknowledged
  }

  acknowledge(seq: number): void {
    this.#settings.set('acknowledged', String(seq))
    this.#acknowledged = seq
  }
}
