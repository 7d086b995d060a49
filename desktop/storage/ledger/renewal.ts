/**
 * Begins a new ledger in a till's database. The old one is copied whole into a file of its own first, and read back; then
 * one transaction empties the journal and what was made from it, and records again what the shop does not have; sales that it
 * has stay beside the journal, for reports and receipts. Goods, staff, PINs, printers, settings and the print queue stay as they are. Never deletes the last copy of a row.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Database } from 'better-sqlite3'
import type { Renewal } from '#shared/host/store.ts'
import { type Envelope, type Head, openRow, type JournalRow } from '#shared/ledger/envelope.ts'
import { type CarriedShift, DeviceBegun, DeviceRenewed, StaffSignedIn } from '#shared/sales/events.ts'
import { fen } from '#shared/money/money.ts'
import { notKnown, shiftBefore, shiftWithout } from '#shared/sync/renewal.ts'
import { PART, moveInto } from '../backup/durable.ts'
import type { Ledger } from './ledger.ts'
import type { People } from '../people/people.ts'
import { openForReading, storageError } from '../open.ts'
import { PROJECTED, type Projector } from '../projector.ts'
import { keepEarlier, projectEarlier } from './earlier.ts'
import type { Reads } from '../reads/reads.ts'
import { SOLD } from '../reads/sold-goods.ts'
import type { Settings } from '../settings.ts'

export const ARCHIVE_FOLDER = 'archive'

export function renewLedger({ db, ledger, projector, reads, settings, people }: { db: Database; ledger: Ledger; projector: Projector; reads: Reads; settings: Settings; people: Pick<People, 'sendAgain'> }, renewal: Renewal): void {
  const old = settings.identity()
  const head = ledger.head()
  const events = notKnown(envelopes(db, renewal.after), renewal.known)
  const shift = carriedShift(reads, ledger, events)
  const staff = reads.signedIn()
  try {
    // A ledger in memory has no folder to be kept in: only a simulation has one.
    if (!db.memory) archive(db, join(dirname(db.name), ARCHIVE_FOLDER, `till-${old.till}-${old.device}-r${head.seq}.db`), head)
    ledger.together(() => {
      keepEarlier(db, events.map(({ id }) => id))
      emptyJournal(db)
      projectEarlier(db, projector)
      ledger.restart()
      settings.setIdentity(renewal.identity)
      settings.set('pairing', JSON.stringify(renewal.pairing))
      settings.set('rev', '0')
      const record = (event: { id: string; type: string; v: number; body: object }, at: number, actor: string | null): void => {
        ledger.commit({ events: [event], prints: [] }, at, actor)
      }
      const { identity: { shop, till, publicKey }, pairing: { cloud }, at } = renewal
      record({ id: renewal.begunId, type: DeviceBegun.type, v: 1, body: { publicKey, app: renewal.app } }, at, null)
      record({ id: renewal.key, type: DeviceRenewed.type, v: 1, body: { from: old.device, seq: head.seq, hash: head.hash, shop, till, cloud, shift } }, at, staff)
      for (const event of events) record(event, event.at, event.actor)
      // Whoever knew nothing of these events may know nothing of their members' records either; what it has, it has once.
      people.sendAgain()
      if (staff !== null && reads.signedIn() !== staff) record({ id: renewal.signedInId, type: StaffSignedIn.type, v: 1, body: { staff } }, at, staff)
    })
  } catch (error) {
    settings.forget()
    throw storageError(error)
  }
}

function* envelopes(db: Database, after: number): Generator<Envelope> {
  for (const row of db.prepare<[number], JournalRow>('SELECT seq, text, hash FROM journal WHERE seq > ? ORDER BY seq').iterate(after)) {
    const opened = openRow(row)
    if ('fault' in opened) throw new Error(`row ${row.seq} can't be read: ${opened.fault.code}`)
    yield opened.envelope
  }
}

/** The part of the open shift that the shop has already. */
function carriedShift(reads: Reads, ledger: Ledger, events: readonly Envelope[]): CarriedShift | null {
  const id = shiftBefore(events, reads.openShift()?.shift)
  const shift = id === undefined ? undefined : reads.shift(id)
  if (!shift) return null
  const { sales, returns, gross, discount, net } = reads.shiftTotals(shift.shift)
  const state = {
    shift: shift.shift, staff: shift.staff, date: shift.date, openedAt: shift.openedAt, float: fen(shift.float),
    sales, returns, gross: fen(gross), discount: fen(discount), net: fen(net), balances: ledger.balances(shift.shift),
  }
  return shiftWithout(state, events)
}

/** Copies the database as it is now to `file`, for ever, and makes sure that the copy is there and ends in the same row. */
function archive(db: Database, file: string, head: Head): void {
  const part = `${file}${PART}`
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  rmSync(part, { force: true })
  db.prepare('VACUUM INTO ?').run(part)
  chmodSync(part, 0o600)
  const copy = openForReading(part)
  const found = copy.prepare<[], Head & { rows: number }>('SELECT seq, hash, (SELECT count(*) FROM journal) AS rows FROM journal ORDER BY seq DESC LIMIT 1').get()
  copy.close()
  if (found?.seq !== head.seq || found.hash !== head.hash || found.rows !== head.seq) throw new Error('the copy of the old ledger is not whole')
  moveInto(part, file)
}

/** The guards against deleting come off and on again within the transaction of whoever calls. */
function emptyJournal(db: Database): void {
  const guards = db.prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'journal'").all()
  for (const { name } of guards) db.exec(`DROP TRIGGER ${name}`)
  for (const table of ['journal', ...Object.keys(PROJECTED), ...SOLD]) db.exec(`DELETE FROM ${table}`)
  for (const { sql } of guards) db.exec(sql)
}
