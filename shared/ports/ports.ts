/**
 * What the domain asks of the world. Each port is a type, a fake (shared/testing) and a contract suite that every
 * adapter passes. Ports get values and return outcomes; none sees the cart, the store behind it or the screen.
 */
import type { Blocking, Trouble } from '../devices/printing.ts'
import type { Envelope, Head, JournalRow, RawRow, NewEvent } from '../ledger/envelope.ts'
import type { Id } from '../identity/ids.ts'

export interface Clock {
  /** UTC milliseconds */
  now(): number
}
/** Waiting, as a port: a test fires what is due instead of sleeping. */
export interface Timer {
  /**
   * Runs `run` once, `ms` milliseconds from now, unless the returned function is called first. 0 is as soon as what runs
   * now has come to its end, and never within it.
   */
  after(ms: number, run: () => void): () => void
}
export interface Ids {
  /** A fresh UUIDv7. */
  next(): Id
}

export interface WireRequest {
  readonly method: 'GET' | 'POST'
  /** From the root, with its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  /** ms until the asker gives up */
  readonly timeoutMs: number
}
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The whole body, decoded from UTF-8. */
  readonly text: string
}
/**
 * The line to whatever answers for a till's shop. A request whose answer does not come rejects, and nobody knows then
 * whether it was heard: it may have been, and may be heard twice.
 */
export interface Wire {
  ask(request: WireRequest): Promise<WireAnswer>
  /** Reads a stream as it comes. Resolves with the refusal where there is one, and when the other end is through; rejects when the line breaks or `signal` aborts. */
  listen(request: Omit<WireRequest, 'method' | 'body' | 'timeoutMs'>, onText: (text: string) => void, signal: AbortSignal): Promise<WireAnswer | undefined>
  /** Gives everything up: what is waited for rejects. */
  close(): void
}

/** What a decision wants printed. `copy` marks paper that repeats an earlier one. */
export interface PrintRequest {
  readonly kind: 'receipt' | 'refund' | 'shift' | 'cash' | 'top_up' | 'report' | 'drawer' | 'stock' | 'labels' | 'pick' | 'test'
  /** The sale, refund, shift or event printed; of a report its days, see shared/documents/report.ts; of labels their batch. */
  readonly ref: Id
  readonly copy: boolean
  readonly drawer: boolean
  /** The one printer it is for; absent: every one that prints receipts. */
  readonly printer?: Id
}
/** The outcome of a decision: committed as one, or not at all. */
export interface Plan {
  readonly events: readonly NewEvent[]
  readonly prints: readonly PrintRequest[]
}

/**
 * The append-only journal and its projections. `commit` is one durable, synchronous transaction: when it returns, the
 * plan's events are in the journal, projected and safe from a power cut; when it throws, nothing happened.
 */
export interface LedgerStore {
  commit(plan: Plan, at: number, actor: Id | null): Envelope[]
  head(): Head
  /** Rows with seq > after, in order. */
  rows(after: number, limit: number): JournalRow[]
  /** The same, for who sends them on and does not read them. */
  rawRows(after: number, limit: number): RawRow[]
  event(id: Id): Envelope | undefined
  /** Sum of postings by account, in fen: all, or one shift's. */
  balances(shift?: Id): Map<string, number>
  acknowledged(): number
  /** What the cloud has for ever; it may go back when the cloud was restored, and is then sent again. */
  acknowledge(seq: number): void
}

export interface PrintJob extends PrintRequest {
  readonly id: number
  readonly printer: Id
  readonly state: 'queued' | 'sending' | 'done' | 'failed'
  readonly attempts: number
  /** Error code of the last attempt, if it failed. */
  readonly error: string | null
  readonly at: number
}
/** The durable print queue: order is kept per printer; nothing leaves it silently. */
export interface PrintJobs {
  /** The oldest job of a printer that is not done or given up. */
  next(printer: Id): PrintJob | undefined
  /** `sending` counts an attempt. `copy` true: some of it may be on paper already, so from now on it prints as a copy. */
  mark(id: number, state: PrintJob['state'], error: string | null, copy?: boolean): void
  /**
   * What waits for one printer waits for another from now on, in its order, and opens no drawer there. What the other has
   * printed or is to print itself goes as a copy. What is being sent stays. Returns how many.
   */
  move(from: Id, to: Id): number
  /** After a crash: jobs that were being sent may have printed; they go again, marked as a copy. Returns how many. */
  recover(): number
}

/** Why a document didn't come out whole, as far as it is known. `printer.` and a trouble: the printer said so itself. */
export type PrinterFaultCode = 'printer.unreachable' | 'printer.refused' | 'printer.forbidden' | 'printer.no_driver' | 'printer.timeout' | 'printer.cut_off' | `printer.${Blocking}`
/**
 * `sent`: bytes that may be on paper; 0: none is. `printer.unconfirmed`: everything was sent, and the device never said
 * that it had taken it. The paper is very likely out.
 */
export type PrintOutcome = { readonly ok: true } | { readonly ok: false; readonly code: PrinterFaultCode | 'printer.unconfirmed'; readonly sent: number }
/** unknown: it is there, or was, and says nothing of itself · away: it can't be reached · known: it answered. */
export interface PrinterState {
  readonly state: 'unknown' | 'away' | 'known'
  /** Why it is away. */
  readonly code: PrinterFaultCode | null
  readonly troubles: readonly Trouble[]
}
export interface SendOptions {
  /** Gives a document up that is stuck; what went out so far is in `sent`. */
  readonly signal?: AbortSignal
  /** What the printer said of itself before, and after, never within the document. */
  told?(state: PrinterState): void
}
/**
 * One printer. Nothing throws for what a device does; one call at a time. A printer that can tell how it does is asked
 * before a document, which is not sent where it could not come out, and after it.
 */
export interface Printer {
  send(bytes: Uint8Array, options?: SendOptions): Promise<PrintOutcome>
  /** Asks how it does; undefined where this way to a printer has no answer, or it shall not be asked. */
  readonly status: (() => Promise<PrinterState>) | undefined
}
