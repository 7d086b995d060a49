/**
 * What ledgers before this one recorded of sales. When a till begins anew it keeps, as they were, the rows that the shop has from its
 * old ledger and the new one therefore doesn't record again; they stand below zero, where no push, chain or balance looks.
 */
import type { Database } from 'better-sqlite3'
import type { Id } from '#shared/identity/ids.ts'
import { openRow, type JournalRow } from '#shared/ledger/envelope.ts'
import { type DomainEvent, readEvent } from '#shared/sync/events.ts'
import { EARLIER, type Projector } from '../projector.ts'

/** Far enough below zero that rows of all ledgers that a till can have fit in, and safe as a JavaScript number. */
export const LOWEST = -(2 ** 52)

/** Keeps the journal's sales but for those that are `recordedAgain`. Call before the journal is emptied, in its transaction. */
export function keepEarlier(db: Database, recordedAgain: readonly Id[]): void {
  const { after } = db.prepare<[number], { after: number }>('SELECT coalesce(max(seq), ?) AS after FROM earlier').get(LOWEST)!
  db.prepare(`INSERT INTO earlier (seq, id, type, at, text, hash) SELECT ? + seq, id, type, at, text, hash FROM journal
    WHERE type IN (${EARLIER.map(() => '?').join(', ')}) AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY seq`).run(after, ...EARLIER, JSON.stringify(recordedAgain))
}

export interface EarlierRow extends JournalRow { readonly id: Id; readonly type: string; readonly at: number }

/** In the order in which they are projected, before the journal. */
export const EARLIER_ROWS = 'SELECT seq, id, type, at, text, hash FROM earlier ORDER BY seq'

/** Its event with the row's own number; undefined where it can't be read. */
export function earlierEvent(row: JournalRow): DomainEvent | undefined {
  const opened = openRow(row)
  const read = 'envelope' in opened ? readEvent({ ...opened.envelope, seq: row.seq }) : opened
  return 'event' in read ? read.event : undefined
}

/** Makes of them what reports and receipts read, in tables that are empty. */
export function projectEarlier(db: Database, projector: Projector): void {
  // Not one by one while it writes to other tables of this connection: a page at a time.
  const page = db.prepare<[number], EarlierRow>('SELECT seq, id, type, at, text, hash FROM earlier WHERE seq > ? ORDER BY seq LIMIT 1000')
  for (let rows = page.all(LOWEST); rows.length > 0; rows = page.all(rows.at(-1)!.seq)) {
    for (const row of rows) {
      const event = earlierEvent(row)
      if (event) projector.applyEarlier(event)
    }
  }
}
