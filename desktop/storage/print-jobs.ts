/** The print queue in SQLite: a job is queued in the transaction of its sale, and leaves only as done or given up. */
import type { Database } from 'better-sqlite3'
import type { PrinterSettings, PrintStanding } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { SealedLabels } from './label-batches.ts'
import type { PrintJob, PrintJobs, PrintRequest } from '#shared/ports/ports.ts'

interface JobRow extends Omit<PrintJob, 'copy' | 'drawer'> { copy: number; drawer: number }
const toJob = (row: JobRow): PrintJob => ({ ...row, copy: row.copy === 1, drawer: row.drawer === 1 })

/**
 * Failed jobs worth another try: among the latest thousand, not a drawer that nobody waits for any more, and of papers
 * that very likely came out only the last, which is the one that somebody has just missed.
 */
const TO_RETRY = `printer = @printer AND state = 'failed' AND error <> 'drawer.too_late'
  AND id > (SELECT max(id) FROM print_job) - 1000
  AND (error <> 'printer.unconfirmed' OR id = (SELECT id FROM print_job WHERE printer = @printer ORDER BY id DESC LIMIT 1))`

/** Of a file that is older than what the till did since: papers that wait in it may have come out. Drawers and test pages bear no mark. */
export function markWaitingAsCopies(db: Database): void {
  db.prepare("UPDATE print_job SET copy = 1 WHERE state IN ('queued', 'sending')").run()
}

export class PrintJobTable implements PrintJobs {
  readonly #db
  readonly #insert
  readonly #next
  readonly #mark
  readonly #move
  readonly #waiting
  readonly #failed
  readonly #last
  readonly #had
  readonly #personal
  #printers: PrinterSettings[] | undefined

  constructor(db: Database) {
    this.#db = db
    this.#personal = new SealedLabels(db)
    this.#insert = db.prepare('INSERT INTO print_job (printer, kind, ref, copy, drawer, state, at) VALUES (?, ?, ?, ?, ?, \'queued\', ?)')
    this.#next = db.prepare<[string], JobRow>("SELECT * FROM print_job WHERE printer = ? AND state IN ('queued', 'sending') ORDER BY id LIMIT 1")
    this.#mark = db.prepare("UPDATE print_job SET state = @state, error = @error, attempts = attempts + (@state = 'sending'), copy = max(copy, @copy) WHERE id = @id")
    this.#waiting = db.prepare<[string], { waiting: number }>("SELECT count(*) AS waiting FROM print_job WHERE printer = ? AND state IN ('queued', 'sending')")
    this.#failed = db.prepare<{ printer: string }, { failed: number }>(`SELECT count(*) AS failed FROM print_job WHERE ${TO_RETRY}`)
    this.#last = db.prepare<[string], { error: string | null }>('SELECT error FROM print_job WHERE printer = ? ORDER BY id DESC LIMIT 1')
    this.#had = db.prepare('SELECT 1 FROM print_job WHERE ref = ? AND printer = ? AND kind = ? AND id < ?')
    // A pulse and a test page are about the printer they were for. What lies half out of one is a copy at any other already.
    this.#move = db.prepare(`UPDATE print_job AS job SET printer = @to, drawer = 0, error = NULL,
      copy = max(copy, EXISTS (SELECT 1 FROM print_job AS own WHERE own.ref = job.ref AND own.kind = job.kind AND own.printer = @to))
      WHERE printer = @from AND state = 'queued' AND kind NOT IN ('drawer', 'test')`)
  }

  /** Queues a request on every printer it concerns. A test page names its printer by `ref`. */
  add(print: PrintRequest, at: number): void {
    this.#personal.sweep(at)
    for (const printer of this.printers()) {
      if (print.printer !== undefined ? printer.id !== print.printer : print.kind === 'test' ? printer.id !== print.ref : !printer.receipts) continue
      if (print.kind === 'drawer' && !printer.drawer) continue
      this.#insert.run(printer.id, print.kind, print.ref, print.copy ? 1 : 0, print.drawer && printer.drawer ? 1 : 0, at)
    }
  }

  next(printer: Id): PrintJob | undefined {
    const row = this.#next.get(printer)
    return row && toJob(row)
  }

  mark(id: number, state: PrintJob['state'], error: string | null, copy = false): void {
    // In one statement: killed between two, a paper half out would come again as if it were the first.
    if (state !== 'done') this.#mark.run({ state, error, id, copy: copy ? 1 : 0 })
    else this.#db.transaction(() => {
      this.#mark.run({ state, error, id, copy: copy ? 1 : 0 })
      this.#personal.printed(id)
    })()
  }

  /** A paper that a crash or a broken line sends a second time is one job, not two. */
  had({ id, printer, kind, ref }: PrintJob): boolean {
    return this.#had.get(ref, printer, kind, id) !== undefined
  }

  move(from: Id, to: Id): number {
    return from === to ? 0 : this.#move.run({ from, to }).changes
  }

  recover(): number {
    return this.#db.prepare("UPDATE print_job SET state = 'queued', copy = 1 WHERE state = 'sending'").run().changes
  }

  printers(): PrinterSettings[] {
    this.#printers ??= this.#db.prepare<[], { doc: string }>('SELECT doc FROM printer ORDER BY id').all().map((row) => JSON.parse(row.doc) as PrinterSettings)
    return this.#printers
  }

  putPrinter(printer: PrinterSettings): void {
    this.#db.prepare('INSERT INTO printer (id, doc) VALUES (?, ?) ON CONFLICT DO UPDATE SET doc = excluded.doc').run(printer.id, JSON.stringify(printer))
    this.#printers = undefined
  }

  removePrinter(id: Id): void {
    this.#db.transaction(() => {
      this.#db.prepare("UPDATE print_job SET state = 'failed', error = 'printer.removed' WHERE printer = ? AND state IN ('queued', 'sending')").run(id)
      this.#personal.removed(id)
      this.#db.prepare('DELETE FROM printer WHERE id = ?').run(id)
    })()
    this.#printers = undefined
  }

  /** How they stand in the queue. `error` is what is wrong with the job in front, or with the last one where none waits. */
  printStatus(): PrintStanding[] {
    return this.printers().map((printer) => ({
      printer: printer.id, name: printer.name, labels: Boolean(printer.label), waiting: this.#waiting.get(printer.id)!.waiting, failed: this.#failed.get({ printer: printer.id })!.failed,
      error: (this.next(printer.id) ?? this.#last.get(printer.id))?.error ?? null,
    }))
  }

  printJobs(limit: number): PrintJob[] {
    return this.#db.prepare<[number], JobRow>('SELECT * FROM print_job ORDER BY id DESC LIMIT ?').all(limit).map(toJob)
  }

  retryPrints(printer: Id): void {
    this.#db.prepare(`UPDATE print_job SET state = 'queued' WHERE ${TO_RETRY}`).run({ printer })
  }
}
