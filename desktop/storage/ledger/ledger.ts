/** The journal in SQLite: one synchronous transaction seals the events, projects them and queues their paper. */
import type { Database } from 'better-sqlite3'
import { type Envelope, type Head, EMPTY_HEAD, type JournalRow, type RawRow, type Sha256, checkRow, openRow, seal } from '#shared/ledger/envelope.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { LedgerStore, Plan } from '#shared/ports/ports.ts'
import { TillError } from '#shared/host/frames.ts'
import { type DomainEvent, readEvent } from '#shared/sync/events.ts'
import { storageError } from '../open.ts'
import type { PrintJobTable } from '../print-jobs.ts'
import type { Projector } from '../projector.ts'
import type { Settings } from '../settings.ts'

export class Ledger implements LedgerStore {
  readonly #db
  readonly #projector
  readonly #prints
  readonly #settings
  readonly #sha256
  readonly #insert
  readonly #rows
  readonly #earlierRows
  readonly #rawRows
  readonly #byId
  readonly #commitNow: (plan: Plan, at: number, actor: Id | null) => Envelope[]
  #head: Head
  #acknowledged: number
  #isHeld = false
  /** How many `together` are open, one within the other. */
  #depth = 0

  constructor(db: Database, projector: Projector, prints: PrintJobTable, settings: Settings, sha256: Sha256) {
    this.#db = db
    this.#projector = projector
    this.#prints = prints
    this.#settings = settings
    this.#sha256 = sha256
    this.#insert = db.prepare('INSERT INTO journal (seq, id, type, at, text, hash) VALUES (?, ?, ?, ?, ?, ?)')
    this.#rows = db.prepare<[number, number], JournalRow>('SELECT seq, text, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?')
    this.#earlierRows = db.prepare<[number, number], JournalRow>('SELECT seq, text, hash FROM earlier WHERE seq > ? ORDER BY seq LIMIT ?')
    this.#rawRows = db.prepare<[number, number], RawRow>('SELECT seq, CAST(text AS BLOB) AS bytes, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?')
    this.#byId = db.prepare<{ id: Id }, JournalRow>('SELECT seq, text, hash FROM journal WHERE id = @id UNION ALL SELECT seq, text, hash FROM earlier WHERE id = @id')
    this.#head = db.prepare<[], Head>('SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1').get() ?? EMPTY_HEAD
    this.#acknowledged = Number(settings.get('acknowledged') ?? 0)
    this.#commitNow = db.transaction((plan: Plan, at: number, actor: Id | null) => {
      const envelopes = this.#write(plan, at, actor)
      if (this.#depth === 0) projector.documents.settle()
      return envelopes
    })
  }

  /** Throws TillError till.catching_up while the ledger is held. */
  commit(plan: Plan, at: number, actor: Id | null): Envelope[] {
    if (this.#isHeld && plan.events.length > 0) throw new TillError('till.catching_up')
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
    this.#depth += 1
    try {
      return this.#db.transaction(() => {
        const result = work()
        if (this.#depth === 1) this.#projector.documents.settle()
        return result
      })()
    } catch (error) {
      throw this.#failed(error, before)
    } finally {
      this.#depth -= 1
    }
  }

  /** While rows of this very ledger are on their way from the cloud, one more made here would be a second history. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
  }

  /**
   * Adds rows of this ledger that were made before and are not in this file, verbatim, in one transaction. False, and
   * nothing added, when the first does not follow the last row here. Throws on rows that are unsound or not this till's.
   */
  append(rows: readonly JournalRow[]): boolean {
    if (rows[0] && checkRow(this.#head, rows[0], this.#sha256).faults.some(({ code }) => code === 'chain.prev')) return false
    this.together(() => {
      for (const row of rows) this.#appendRow(row)
    })
    return true
  }

  #appendRow(row: JournalRow): void {
    const { faults, envelope } = checkRow(this.#head, row, this.#sha256)
    const read = envelope && readEvent(envelope)
    const reason = faults[0]?.code ?? (envelope?.device !== this.#settings.identity().device ? 'device.foreign' : read && 'fault' in read ? read.fault.reason : undefined)
    // Of another till, damaged on its way, or written by a newer program: projected by this one, it would never verify again.
    if (!envelope || !read || 'fault' in read || reason !== undefined) throw new TillError('rows.unreadable', { seq: row.seq, reason })
    this.#insert.run(row.seq, envelope.id, envelope.type, envelope.at, row.text, row.hash)
    this.#projector.apply(read.event)
    this.#head = row
  }

  /** The journal was emptied in this transaction: what is written next is its first row. */
  restart(): void {
    this.#head = EMPTY_HEAD
    this.acknowledge(0)
  }

  /** What is kept in memory may come from what has just been taken back. */
  #failed(error: unknown, head: Head): unknown {
    this.#head = head
    this.#acknowledged = Number(this.#settings.get('acknowledged') ?? 0)
    this.#projector.documents.version += 1
    // What is still open may have merged goods before, and those stay.
    if (!this.#db.inTransaction) this.#projector.documents.forget()
    const said = storageError(error)
    if (said instanceof TillError && said.code === 'ledger.io' && !this.#db.inTransaction) this.#overwrite()
    return said
  }

  /**
   * A commit whose sync failed was taken back in memory, and may stand whole in the log all the same, to be found at the
   * next opening. The next commit goes to the same place in the log: made at once, it is gone for good. Where that
   * fails too, it stays in doubt until a commit succeeds or the till opens again; its key then decides. See decision 9.
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
  /** Rows after `after`, until there are `limit` of them or they come to so many characters: one at least. */
  rowsUpTo(after: number, limit: number, chars: number): JournalRow[] {
    return upTo(this.#rows.iterate(after, limit), chars)
  }
  /** The same of the ledgers before this one. */
  earlierUpTo(after: number, limit: number, chars: number): JournalRow[] {
    return upTo(this.#earlierRows.iterate(after, limit), chars)
  }
  rawRows(after: number, limit: number): RawRow[] {
    return this.#rawRows.all(after, limit)
  }

  /** One of a ledger before this one has a number below zero. */
  event(id: Id): Envelope | undefined {
    const row = this.#byId.get({ id })
    if (!row) return undefined
    const opened = openRow(row)
    return 'envelope' in opened ? { ...opened.envelope, seq: row.seq } : undefined
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

function upTo(found: Iterable<JournalRow>, chars: number): JournalRow[] {
  const rows: JournalRow[] = []
  let size = 0
  for (const row of found) {
    rows.push(row)
    size += row.text.length
    if (size >= chars) break
  }
  return rows
}
