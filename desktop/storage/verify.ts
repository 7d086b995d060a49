/**
 * Checks a ledger file from the journal up: pages, chain, envelopes, postings, and every projection rebuilt from nothing
 * and compared row by row. Names what is wrong, where, and what was expected; changes nothing.
 */
import type { Database } from 'better-sqlite3'
import type { Fault, Verification } from '#shared/host/schemas.ts'
import { EMPTY_HEAD, type JournalRow, type Sha256, checkRow } from '#shared/ledger/envelope.ts'
import { balance } from '#shared/ledger/postings.ts'
import { fen } from '#shared/money/money.ts'
import { mergeEdit } from '#shared/catalog/hlc.ts'
import { type DomainEvent, readEvent } from '#shared/sync/events.ts'
import { openMemory } from './open.ts'
import { PROJECTED, Projector } from './projector.ts'

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
  try {
    for (const line of db.pragma('integrity_check(20)') as { integrity_check: string }[]) {
      if (line.integrity_check !== 'ok') fault(null, 'file.damaged', line.integrity_check)
    }
    const rebuilt = openMemory(migrations)
    const projector = new Projector(rebuilt)
    rebuilt.exec('BEGIN')
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
      try {
        projector.apply(read.event)
      } catch (error) {
        fault(row.seq, 'projection.refused', error instanceof Error ? error.message : String(error))
      }
    }
    rebuilt.exec('COMMIT')
    for (const [table, key] of Object.entries(PROJECTED)) compare(db, rebuilt, table, key, fault)
    compareDocuments(db, rebuilt, fault)
    rebuilt.close()
  } catch (error) {
    fault(head.seq + 1, 'file.damaged', `reading stopped after row ${head.seq}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return { ok: faults.length === 0, rows, head: head.hash, sales, salesFen: fen(salesFen), faults }
}

const REASONS = {
  'chain.hash': 'the text does not have the hash that was stored with it: it was changed',
  'chain.prev': 'the row does not follow the row before it: something was changed, removed or put in',
  'chain.seq': 'a number is missing or doubled',
} as const

interface Problem { code: string; reason: string; expected: string; found: string }

/** What must sum: postings to zero, a sale's lines and tenders to its total. */
function sums(event: DomainEvent): Problem[] {
  const problems: Problem[] = []
  const check = (code: string, reason: string, expected: number, found: number): void => {
    if (expected !== found) problems.push({ code, reason, expected: String(expected), found: String(found) })
  }
  if ('postings' in event.body) check('postings.unbalanced', 'postings do not sum to zero', 0, balance(event.body.postings))
  if (event.type === 'sale.completed') {
    const { body } = event
    check('sale.lines', 'the lines do not sum to the total', body.total, body.lines.reduce((total, line) => total + line.net, 0))
    check('sale.tenders', 'the tenders do not sum to the total', body.total, body.tenders.reduce((total, tender) => total + tender.amount, 0))
    check('sale.discount', 'gross less discount is not the total', body.total, body.gross - body.discount)
  }
  return problems
}

type Report = (seq: number | null, code: string, reason: string, expected?: string | null, found?: string | null) => void

function compare(live: Database, rebuilt: Database, table: string, key: string, fault: Report): void {
  const sql = `SELECT * FROM ${table} ORDER BY ${key}`
  const keys = key.split(', ')
  const index = (db: Database): Map<string, string> => {
    const map = new Map<string, string>()
    for (const row of db.prepare<[], Record<string, unknown>>(sql).iterate()) map.set(keys.map((name) => row[name]).join(' '), JSON.stringify(row))
    return map
  }
  const expected = index(rebuilt)
  const found = index(live)
  for (const [id, row] of expected) {
    if (found.get(id) !== row) fault(null, 'projection.differs', `${table} ${id} is not what the journal makes it`, row, found.get(id) ?? null)
  }
  for (const [id, row] of found) {
    if (!expected.has(id)) fault(null, 'projection.differs', `${table} ${id} is not in the journal`, null, row)
  }
}

/** Documents also come from the cloud, so they may be ahead of the journal, never behind it. */
function compareDocuments(live: Database, rebuilt: Database, fault: Report): void {
  const find = live.prepare<[string, string], { doc: string; clocks: string }>('SELECT doc, clocks FROM document WHERE kind = ? AND id = ?')
  for (const row of rebuilt.prepare<[], { kind: string; id: string; doc: string; clocks: string }>('SELECT kind, id, doc, clocks FROM document').iterate()) {
    const found = find.get(row.kind, row.id)
    const { applied } = mergeEdit(JSON.parse(found?.doc ?? '{}'), JSON.parse(found?.clocks ?? '{}'), JSON.parse(row.doc), JSON.parse(row.clocks))
    if (applied.length > 0) fault(null, 'projection.behind', `${row.kind} ${row.id} lacks edits of ${applied.join(', ')}`, row.doc, found?.doc ?? null)
  }
}
