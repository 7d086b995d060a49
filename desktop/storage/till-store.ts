/** A till's storage, put together: the port `TillStore` over one SQLite database. */
import { createHash } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { tick } from '#shared/catalog/hlc.ts'
import type { Identity, KeptRow, Pairing, TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Change } from '#shared/sync/protocol.ts'
import { Ledger } from './ledger.ts'
import { storageError } from './open.ts'
import { PrintJobTable } from './print-jobs.ts'
import { Projector } from './projector.ts'
import { Reads } from './reads.ts'
import { Settings } from './settings.ts'
import { verifyLedger } from './verify.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

interface KeptRecord { import: string; row: number; file: string; cells: string; mapping: string; bad: string }
const toKept = (row: KeptRecord): KeptRow => ({ ...row, cells: JSON.parse(row.cells), mapping: JSON.parse(row.mapping), bad: JSON.parse(row.bad) })

/** `begin` is who the till becomes when the database is new. `release` frees the folder on close. */
export function createTillStore(db: Database, begin: () => Identity, release: () => void, migrations?: string): TillStore {
  const settings = new Settings(db)
  if (!settings.hasIdentity()) settings.setIdentity(begin())
  const projector = new Projector(db)
  const prints = new PrintJobTable(db)
  const reads = new Reads(db, projector.documents)
  const ledger = new Ledger(db, projector, prints, settings, sha256)
  const seen = (stamp: string): void => {
    if (stamp > (settings.get('hlc') ?? '')) settings.set('hlc', stamp)
  }

  return inOurWords<TillStore>({
    commit: (plan, at, actor) => ledger.commit(plan, at, actor),
    together: (work) => ledger.together(work),
    head: () => ledger.head(),
    rows: (after, limit) => ledger.rows(after, limit),
    event: (id) => ledger.event(id),
    balances: (shift) => ledger.balances(shift),
    acknowledged: () => ledger.acknowledged(),
    acknowledge: (seq) => ledger.acknowledge(seq),

    next: (printer) => prints.next(printer),
    mark: (id, state, error, copy) => prints.mark(id, state, error, copy),
    recover: () => prints.recover(),
    printers: () => prints.printers(),
    putPrinter: (printer) => prints.putPrinter(printer),
    removePrinter: (id) => prints.removePrinter(id),
    printStatus: () => prints.printStatus(),
    printJobs: (limit) => prints.printJobs(limit),
    retryPrints: (printer) => prints.retryPrints(printer),

    good: (id) => reads.good(id),
    listed: (id) => reads.listed(id),
    goodByCode: (code) => reads.goodByCode(code),
    goodByName: (name) => reads.goodByName(name),
    searchGoods: (text, limit) => reads.searchGoods(text, limit),
    quickGoods: () => reads.quickGoods(),
    listGoods: (after, limit) => reads.listGoods(after, limit),
    countGoods: () => reads.countGoods(),
    shop: () => reads.shop(settings.identity().shop),
    staff: (id) => reads.staff(id),
    staffByNo: (no) => reads.staffByNo(no),
    listStaff: () => reads.listStaff(),
    signedIn: () => reads.signedIn(),
    openShift: () => reads.openShift(),
    shift: (id) => reads.shift(id),
    shiftTotals: (id) => reads.shiftTotals(id),
    sale: (id) => reads.sale(id),
    saleByNo: (no) => reads.saleByNo(no),
    listSales: (filter) => reads.listSales(filter),
    countSales: () => reads.countSales(),
    lastNo: (prefix) => reads.lastNo(prefix),
    credit: () => reads.credit(settings.identity().shop),
    document: (kind, id) => projector.documents.get(kind, id),
    unsentSince: () => reads.firstAfter(ledger.acknowledged()),
    verify: () => verifyLedger(db, sha256, migrations),

    nextHlc(now) {
      const stamp = tick(settings.get('hlc'), now, settings.identity().device)
      settings.set('hlc', stamp)
      return stamp
    },
    identity: () => settings.identity(),
    pairing: () => JSON.parse(settings.get('pairing') ?? 'null') as Pairing | undefined ?? undefined,
    pair(pairing, shop, till, plan, at, actor) {
      try {
        ledger.together(() => {
          ledger.commit(plan, at, actor)
          const before = settings.identity()
          const own = projector.documents.get('shop', before.shop)
          if (own) projector.documents.merge('shop', shop, own.doc, own.clocks)
          settings.setIdentity({ ...before, shop, till })
          settings.set('pairing', JSON.stringify(pairing))
          settings.set('rev', '0')
        })
      } catch (error) {
        settings.forget()
        throw error
      }
    },
    setting: (key) => settings.get(`own:${key}`),
    setSetting: (key, value) => settings.set(`own:${key}`, value),
    pinVerifier: (staff) => db.prepare<[string], { verifier: string }>('SELECT verifier FROM pin WHERE staff = ?').get(staff)?.verifier,
    setPinVerifier(staff, verifier) {
      db.prepare('INSERT INTO pin (staff, verifier) VALUES (?, ?) ON CONFLICT DO UPDATE SET verifier = excluded.verifier').run(staff, verifier)
    },
    anyPin: () => db.prepare('SELECT 1 FROM pin LIMIT 1').get() !== undefined,

    rev: () => Number(settings.get('rev') ?? 0),
    applyChanges(changes: readonly Change[], rev: number) {
      return ledger.together(() => {
        const goods: Id[] = []
        let other = false
        for (const change of changes) {
          for (const stamp of Object.values(change.clocks)) seen(stamp)
          if (!projector.documents.merge(change.kind, change.id, change.doc, change.clocks)) continue
          if (change.kind === 'good') goods.push(change.id)
          else other = true
        }
        settings.set('rev', String(rev))
        return { goods, other }
      })
    },

    keepRows(rows) {
      const insert = db.prepare('INSERT OR REPLACE INTO kept_row (import, row, file, cells, mapping, bad) VALUES (?, ?, ?, ?, ?, ?)')
      for (const row of rows) insert.run(row.import, row.row, row.file, JSON.stringify(row.cells), JSON.stringify(row.mapping), JSON.stringify(row.bad))
    },
    keptRow(importId, row) {
      const found = db.prepare<[string, number], KeptRecord>('SELECT * FROM kept_row WHERE import = ? AND row = ?').get(importId, row)
      return found && toKept(found)
    },
    keptRows(importId, limit) {
      const where = importId === undefined ? '' : 'WHERE import = ?'
      const values = importId === undefined ? [] : [importId]
      const rows = db.prepare<(string | number)[], KeptRecord>(`SELECT * FROM kept_row ${where} ORDER BY import DESC, row LIMIT ?`).all(...values, limit)
      return { rows: rows.map(toKept), total: db.prepare<string[], { n: number }>(`SELECT count(*) AS n FROM kept_row ${where}`).get(...values)!.n }
    },
    dropKeptRow(importId, row) {
      db.prepare('DELETE FROM kept_row WHERE import = ? AND row = ?').run(importId, row)
    },

    close() {
      try {
        db.pragma('wal_checkpoint(TRUNCATE)')
      } finally {
        release()
      }
    },
  })
}

/** Whatever the store is asked for: what SQLite throws comes out as the till says it. */
function inOurWords<Store extends object>(store: Store): Store {
  const methods = Object.entries(store as Record<string, (...values: unknown[]) => unknown>).map(([name, method]) => [name, (...values: unknown[]) => {
    try {
      return method(...values)
    } catch (error) {
      throw storageError(error)
    }
  }])
  return Object.fromEntries(methods) as Store
}
