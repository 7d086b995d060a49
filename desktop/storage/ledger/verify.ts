/**
 * Checks a ledger file from the journal up: pages, chain, envelopes, postings, and every projection rebuilt from nothing
 * and compared row by row. Names what is wrong, where, and what was expected; changes nothing.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Database } from 'better-sqlite3'
import type { Fault, Verification } from '#shared/host/schemas.ts'
import { EMPTY_HEAD, type JournalRow, type Sha256, checkRow } from '#shared/ledger/envelope.ts'
import { balance } from '#shared/ledger/postings.ts'
import { fen } from '#shared/money/money.ts'
import { mergeEdit } from '#shared/catalog/hlc.ts'
import { type DomainEvent, readEvent } from '#shared/sync/events.ts'
import { soldParts } from '#shared/trace/sold.ts'
import { storedDocument } from '../documents.ts'
import { openMemory } from '../open.ts'
import { EARLIER_ROWS, type EarlierRow, earlierEvent } from './earlier.ts'
import { PROJECTED, Projector } from '../projector.ts'
import { INSERT_SOLD, SoldGoods, soldRow } from '../reads/sold-goods.ts'

const FAULTS_MAX = 200
interface Row extends JournalRow { id: string; type: string; at: number }

export function verifyLedger(db: Database, sha256: Sha256, migrations?: string): Verification {
  const faults: Fault[] = []
  const fault = (seq: number | null, code: string, reason: string, expected: string | null = null, found: string | null = null): void => {
    if (faults.length < FAULTS_MAX) faults.push({ seq, code, reason, expected, found })
  }
  let rows = 0
  let head = EMPTY_HEAD
  let sales = 0
  let salesFen = 0
  const isAlone = !db.inTransaction
  try {
    // One reading of the file: what a till sells meanwhile must not be seen half.
    if (isAlone) db.exec('BEGIN')
    for (const line of db.pragma('integrity_check(20)') as { integrity_check: string }[]) {
      if (line.integrity_check !== 'ok') fault(null, 'file.damaged', line.integrity_check)
    }
    const rebuilt = openMemory(migrations)
    const projector = new Projector(rebuilt)
    rebuilt.exec('BEGIN')
    const soldUpto = new SoldGoods(db).upto()
    const sold = rebuilt.prepare(INSERT_SOLD)
    const settle = ({ type, body, seq }: DomainEvent): void => {
      if (type === 'sale.completed' && seq <= soldUpto) for (const part of soldParts(body.lines)) sold.run(...soldRow(body.date, seq, part))
    }
    for (const row of db.prepare<[], EarlierRow>(EARLIER_ROWS).iterate()) {
      const found = sha256(row.text)
      if (found !== row.hash) fault(row.seq, 'chain.hash', REASONS['chain.hash'], row.hash, found)
      const event = earlierEvent(row)
      if (!event || event.id !== row.id || event.type !== row.type || event.at !== row.at) {
        fault(row.seq, 'journal.column', 'a row of a ledger before this one is not what its columns say')
        continue
      }
      for (const problem of sums(event)) fault(row.seq, problem.code, problem.reason, problem.expected, problem.found)
      projector.applyEarlier(event)
      settle(event)
    }
    for (const row of db.prepare<[], Row>('SELECT seq, id, type, at, text, hash FROM journal ORDER BY seq').iterate()) {
      rows += 1
      const checked = checkRow(head, row, sha256)
      head = checked.head
      for (const found of checked.faults) {
        if (found.code === 'chain.malformed') fault(found.seq, found.code, found.reason)
        else fault(found.seq, found.code, REASONS[found.code], String(found.expected), String(found.found))
      }
      const { envelope } = checked
      if (!envelope) continue
      for (const column of ['id', 'type', 'at'] as const) {
        if (envelope[column] !== row[column]) fault(row.seq, 'journal.column', `column ${column} is not what the text says`, String(envelope[column]), String(row[column]))
      }
      const open = unbalanced(envelope.body['postings'])
      if (open !== 0) {
        fault(row.seq, 'postings.unbalanced', 'postings do not sum to zero', '0', String(open))
        continue
      }
      const read = readEvent(envelope)
      if ('fault' in read) {
        fault(row.seq, read.fault.code, read.fault.reason)
        continue
      }
      for (const problem of sums(read.event)) fault(row.seq, problem.code, problem.reason, problem.expected, problem.found)
      if (read.event.type === 'sale.completed') {
        sales += 1
        salesFen += read.event.body.total
      }
      settle(read.event)
      try {
        projector.apply(read.event)
      } catch (error) {
        fault(row.seq, 'projection.refused', error instanceof Error ? error.message : String(error))
      }
    }
    rebuilt.exec('COMMIT')
    for (const [table, key] of Object.entries(PROJECTED)) compare(db, rebuilt, table, key, fault)
    compare(db, rebuilt, 'sale_good', 'good, date, seq', fault)
    compareDocuments(db, rebuilt, fault)
    compareIndexes(db, rebuilt, projector, fault)
    const acknowledged = Number(db.prepare<[], { value: string }>("SELECT value FROM setting WHERE key = 'acknowledged'").get()?.value ?? 0)
    if (acknowledged > head.seq) fault(head.seq + 1, 'journal.short', 'the cloud has rows that are not here any more: the end was cut off', String(acknowledged), String(head.seq))
    rebuilt.close()
  } catch (error) {
    fault(head.seq + 1, 'file.damaged', `reading stopped after row ${head.seq}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    if (isAlone && db.inTransaction) db.exec('ROLLBACK')
  }
  return { ok: faults.length === 0, rows, head: head.hash, sales, salesFen: fen(salesFen), faults }
}

const REASONS = {
  'chain.hash': 'the text does not have the hash that was stored with it: it was changed',
  'chain.prev': 'the row does not follow the row before it: something was changed, removed or put in',
  'chain.seq': 'a number is missing or doubled',
} as const

/** What postings that are not read yet come to; 0 for what are none, which reading the event will tell. */
function unbalanced(postings: unknown): number {
  if (!Array.isArray(postings)) return 0
  const amounts = postings.map((posting: unknown) => (posting !== null && typeof posting === 'object' && 'fen' in posting ? posting.fen : undefined))
  return amounts.every((amount) => typeof amount === 'number') ? balance(amounts.map((amount) => ({ fen: amount }))) : 0
}

interface Problem { code: string; reason: string; expected: string; found: string }

/** What must sum: a sale's lines and tenders to its total. */
function sums(event: DomainEvent): Problem[] {
  const problems: Problem[] = []
  const check = (code: string, reason: string, expected: number, found: number): void => {
    if (expected !== found) problems.push({ code, reason, expected: String(expected), found: String(found) })
  }
  if (event.type === 'sale.completed') {
    const { body } = event
    check('sale.lines', 'the lines do not sum to the total', body.total, body.lines.reduce((total, line) => total + line.net, 0))
    check('sale.tenders', 'the tenders do not sum to the total', body.total, body.tenders.reduce((total, tender) => total + tender.amount, 0))
    check('sale.discount', 'gross less discount is not the total', body.total, body.gross - body.discount)
  }
  if (event.type === 'history.sold') {
    for (const { no, lines, tenders } of event.body.sales) {
      check('history.tenders', `the tenders of ${no} do not sum to its lines`, lines.reduce((total, line) => total + line.net, 0), tenders.reduce((total, tender) => total + tender.amount, 0))
    }
  }
  if (event.type === 'sale.refunded') {
    const { body } = event
    check('refund.lines', 'the lines do not sum to what was paid back', body.total, body.lines.reduce((total, line) => total + line.amount, 0))
    check('refund.tenders', 'the tenders do not sum to what was paid back', body.total, body.tenders.reduce((total, tender) => total + tender.amount, 0))
  }
  return problems
}

type Report = (seq: number | null, code: string, reason: string, expected?: string | null, found?: string | null) => void

/** Walks both tables in the order of their key, row beside row: of two years' sums neither is held in memory. */
function compare(live: Database, rebuilt: Database, table: string, key: string, fault: Report, columns = '*'): void {
  const sql = `SELECT ${columns} FROM ${table} ORDER BY ${key}`
  const keys = key.split(', ')
  const name = (row: Record<string, unknown>): string => keys.map((column) => row[column]).join(' ')
  const [expected, found] = [rebuilt, live].map((db) => db.prepare<[], Record<string, unknown>>(sql).iterate())
  try {
    let [due, row] = [expected!.next(), found!.next()]
    while (!due.done || !row.done) {
      const order = due.done ? 1 : row.done ? -1 : keys.reduce((so, column) => so || inOrder(due.value![column], row.value![column]), 0)
      const [one, other] = [order <= 0 ? JSON.stringify(due.value) : null, order >= 0 ? JSON.stringify(row.value) : null]
      if (one === null) fault(null, 'projection.differs', `${table} ${name(row.value!)} is not in the journal`, null, other)
      else if (one !== other) fault(null, 'projection.differs', `${table} ${name(due.value!)} is not what the journal makes it`, one, other)
      if (order <= 0) due = expected!.next()
      if (order >= 0) row = found!.next()
    }
  } finally {
    // A damaged page ends the walk: the connections must be free for whoever goes on.
    expected!.return?.()
    found!.return?.()
  }
}

/** As SQLite orders values of one column: numbers by size, text by its bytes. */
function inOrder(one: unknown, other: unknown): number {
  if (one === other) return 0
  return typeof one === 'number' && typeof other === 'number' ? one - other : Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
}

interface DocumentRow { kind: string; id: string; doc: string; clocks: string }

/** Documents also come from the cloud, so they may be ahead of the journal, never behind it; and what it says, it says alike. */
function compareDocuments(live: Database, rebuilt: Database, fault: Report): void {
  const find = live.prepare<[string, string], { doc: string; clocks: string }>('SELECT doc, clocks FROM document WHERE kind = ? AND id = ?')
  for (const row of rebuilt.prepare<[], DocumentRow>('SELECT kind, id, doc, clocks FROM document').iterate()) {
    const found = find.get(row.kind, row.id)
    const { doc, clocks } = storedDocument(row)
    const { doc: ours, clocks: theirs } = found ? storedDocument(found) : { doc: {}, clocks: {} }
    const { applied } = mergeEdit(ours, theirs, doc, clocks)
    if (applied.length > 0) fault(null, 'projection.behind', `${row.kind} ${row.id} lacks edits of ${applied.join(', ')}`, row.doc, found?.doc ?? null)
    for (const field of Object.keys(doc)) {
      // What came back from a cloud's database has its keys in another order.
      if (clocks[field] !== theirs[field] || isDeepStrictEqual(doc[field], ours[field])) continue
      fault(null, 'projection.differs', `${row.kind} ${row.id}: ${field} is not what the journal makes it`, JSON.stringify(doc[field]), JSON.stringify(ours[field]) ?? null)
    }
  }
}

/** What goods are found by follows from their documents, wherever those came from. */
function compareIndexes(live: Database, rebuilt: Database, projector: Projector, fault: Report): void {
  rebuilt.transaction(() => {
    for (const row of live.prepare<[], DocumentRow>("SELECT kind, id, doc, clocks FROM document WHERE kind = 'good'").iterate()) {
      projector.documents.merge(row.kind, row.id, JSON.parse(row.doc), JSON.parse(row.clocks))
    }
  })()
  compare(live, rebuilt, 'good_code', 'code, good', fault)
  compare(live, rebuilt, 'good_index', 'good', fault, 'good, name, sells, quick, price')
}
