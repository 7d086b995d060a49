/** A till's storage, put together: the port `TillStore` over one SQLite database. */
import { hash } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { isSame, tick, wallOf } from '#shared/catalog/hlc.ts'
import type { Fault } from '#shared/host/schemas.ts'
import type { Identity, KeptRow, Pairing, TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { openRow } from '#shared/ledger/envelope.ts'
import { StaffSignedIn } from '#shared/sales/events.ts'
import { type Change, LostDocSchema, StockDocSchema } from '#shared/sync/protocol.ts'
import { Alerts } from './alerts.ts'
import { Coupons } from './coupons.ts'
import { GoodSearch } from './good-search.ts'
import { HeldTickets } from './held.ts'
import { LabelBatches } from './label-batches.ts'
import { historyReads } from './reads/history-reads.ts'
import { Ledger } from './ledger/ledger.ts'
import { storageError } from './open.ts'
import { nodeCiphers } from './people/ciphers.ts'
import { keysBeside } from './people/key-file.ts'
import { People } from './people/people.ts'
import { PrintJobTable } from './print-jobs.ts'
import { Projector } from './projector.ts'
import { Purses } from './purses.ts'
import { Reads } from './reads/reads.ts'
import { Reports } from './reads/reports.ts'
import { Refunds } from './refunds.ts'
import { renewLedger } from './ledger/renewal.ts'
import { SIGNED_OUT, Settings } from './settings.ts'
import { StockReads } from './reads/stock-reads.ts'
import { TraceReads } from './reads/trace-reads.ts'
import { verifyLedger } from './ledger/verify.ts'

export const sha256 = (text: string | Uint8Array): string => hash('sha256', text)

/** Of so many changes and fewer, goods are found by name at once: they come one by one, from someone who edits them. */
const SETTLED_AT_ONCE = 50

interface KeptRecord { kind: KeptRow['kind']; import: string; row: number; file: string; cells: string; mapping: string; bad: string }
const toKept = (row: KeptRecord): KeptRow => ({ ...row, cells: JSON.parse(row.cells), mapping: JSON.parse(row.mapping), bad: JSON.parse(row.bad) })

/** `begin` is who the till becomes when the database is new. `release` frees the folder on close. */
export function createTillStore(db: Database, begin: () => Identity, release: () => void, migrations?: string): TillStore {
  const settings = new Settings(db)
  if (!settings.hasIdentity()) settings.setIdentity(begin())
  const projector = new Projector(db)
  const prints = new PrintJobTable(db)
  const labels = new LabelBatches(db)
  const stock = new StockReads(db, projector.documents)
  const alerts = new Alerts(db)
  const trace = new TraceReads(db, projector.documents, alerts)
  const reads = new Reads(db, projector.documents, stock, trace)
  const search = new GoodSearch(db)
  const reports = new Reports(db, projector.documents)
  const ledger = new Ledger(db, projector, prints, settings, sha256)
  const refunds = new Refunds(db, () => settings.identity().device, alerts)
  const held = new HeldTickets(db, () => settings.identity(), alerts)
  const purses = new Purses(db, alerts, () => ({ device: settings.identity().device, document: (member) => projector.documents.get('purse', member)?.doc ?? {} }))
  const coupons = new Coupons(db, alerts, () => settings.identity().device)
  const people = new People({ db, documents: projector.documents, settings, keys: keysBeside(db), labels, ciphers: nodeCiphers, sha256 })
  // Their keys are gone and the cloud has them: it sends everything once more.
  ledger.together(() => {
    if (people.recover().sentBefore > 0) settings.set('rev', '0')
  })
  const seen = (stamp: string): void => {
    if (stamp > (settings.get('hlc') ?? '')) settings.set('hlc', stamp)
  }

  const elsewhere = db.prepare<[string, unknown]>('INSERT INTO stock_elsewhere (good, quantity) VALUES (?, ?) ON CONFLICT DO UPDATE SET quantity = excluded.quantity WHERE quantity <> excluded.quantity')
  /** Says whether it changed. What could not be read of a change is not in it. */
  const setElsewhere = ({ id, doc }: Change): boolean => doc['quantity'] !== undefined && elsewhere.run(id, doc['quantity']).changes > 0

  /** Says whether it is news. */
  const tellLost = ({ id, doc }: Change): boolean => {
    const lost = LostDocSchema.safeParse(doc).data
    // A cloud of before tells of edits that say the same, too.
    if (!lost || isSame(lost.value, lost.won)) return false
    const { arrival, kind, field, value, won, till, hlc } = lost
    const name = projector.documents.get(kind, id)?.doc['name']
    return alerts.raise(`lost ${arrival} ${field}`, wallOf(hlc), { kind: 'edit.lost', of: kind, name: typeof name === 'string' ? name : '', field, value, won, till })
  }

  return inOurWords<TillStore>({
    commit(plan, at, actor) {
      if (!plan.events.some(({ type }) => type === StaffSignedIn.type)) return ledger.commit(plan, at, actor)
      return ledger.together(() => {
        settings.remove(SIGNED_OUT)
        return ledger.commit(plan, at, actor)
      })
    },
    together: (work) => ledger.together(work),
    head: () => ledger.head(),
    rows: (after, limit) => ledger.rows(after, limit),
    earlierUpTo: (after, limit, chars) => ledger.earlierUpTo(after, limit, chars),
    rowsUpTo: (after, limit, chars) => ledger.rowsUpTo(after, limit, chars),
    rawRows: (after, limit) => ledger.rawRows(after, limit),
    event: (id) => ledger.event(id),
    balances: (shift) => ledger.balances(shift),
    acknowledged: () => ledger.acknowledged(),
    acknowledge: (seq) => ledger.acknowledge(seq),

    next: (printer) => prints.next(printer),
    mark: (id, state, error, copy) => prints.mark(id, state, error, copy),
    move: (from, to) => prints.move(from, to),
    recover: () => prints.recover(),
    putLabels: (batch, runs, at, isPersonal) => labels.put(batch, runs, at, isPersonal ? people.seal() : undefined),
    labels: (batch) => labels.get(batch, () => people.seal()),
    hadPaper: (job) => prints.had(job),
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
    searchGoods: (text, limit) => search.find(text, limit).map((id) => reads.good(id)).filter((good) => good !== undefined),
    goodsByPrice: (price, limit) => reads.goodsByPrice(price, limit),
    unsearchable: () => search.due(),
    quickGoods: () => reads.quickGoods(),
    listGoods: (after, limit) => reads.listGoods(after, limit),
    countGoods: () => reads.countGoods(),
    promotions: () => reads.promotions(),
    shop: () => reads.shop(settings.identity().shop),
    staff: (id) => reads.staff(id),
    staffByNo: (no) => reads.staffByNo(no),
    listStaff: () => reads.listStaff(),
    signedIn: () => reads.signedIn(),
    openShift: () => reads.openShift(),
    shift: (id) => reads.shift(id),
    shiftTotals: (id) => reads.shiftTotals(id),
    listShifts: (filter) => reads.listShifts(filter),
    shiftDetails: (id) => reads.shiftDetails(id),
    trail: (filter, look) => reads.trail(filter, look),
    sale: (id) => reads.sale(id),
    saleByNo: (no) => reads.saleByNo(no),
    listSales: (filter) => reads.listSales(filter),
    countSales: () => reads.countSales(),
    lastNo: (prefix) => reads.lastNo(prefix),
    salesFigures: (range) => reports.figures(range, reads.shop(settings.identity().shop).zone),
    saleBack: (sale) => refunds.back(sale),
    refundsOf: (sale) => refunds.of(sale),
    lastRefundNo: (prefix) => refunds.lastNo(prefix),
    findSales: (search) => refunds.find(search),
    credit: () => reads.credit(settings.identity().shop),
    heldTickets: () => held.list(),
    heldTicket: (id) => held.find(id),
    ownHeld: (id) => held.own(id),
    alerts: () => alerts.list(),
    purses: (member) => purses.standing(member),
    sparePurses: (members) => purses.spare(members),
    coupon: (id) => coupons.get(id),
    couponByCode: (code) => coupons.byCode(code),
    couponsOf: (member) => coupons.ofMember(member),
    lostCoupons: () => coupons.unbooked(),
    hadBirthday: (member, year) => coupons.hadBirthday(member, year, projector.documents.get('purse', member)?.doc ?? {}),
    document: (kind, id) => projector.documents.get(kind, id),
    unsentSince: () => reads.firstAfter(ledger.acknowledged()),
    verify() {
      const verification = verifyLedger(db, sha256, migrations)
      const faults = brokenPeople(people)
      return { ...verification, ok: verification.ok && faults.length === 0, faults: [...verification.faults, ...faults] }
    },

    people,
    stock,
    history: historyReads(db),
    trace,
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
          people.rebind(shop)
          settings.setIdentity({ ...before, shop, till })
          settings.set('pairing', JSON.stringify(pairing))
          settings.set('rev', '0')
        })
      } catch (error) {
        settings.forget()
        throw error
      }
    },
    append(rows) {
      return ledger.together(() => {
        if (!ledger.append(rows)) return false
        // An edit made here next must be later than those that came back.
        for (const row of rows) {
          const opened = openRow(row)
          const stamp = 'envelope' in opened ? opened.envelope.body['hlc'] : undefined
          if (typeof stamp === 'string') seen(stamp)
        }
        return true
      })
    },
    hold: (isHeld) => ledger.hold(isHeld),
    renew: (renewal) => renewLedger({ db, ledger, projector, reads, settings, people }, renewal),
    setting: (key) => settings.get(`own:${key}`),
    setSetting: (key, value) => settings.set(`own:${key}`, value),
    pinVerifier: (staff) => db.prepare<[string], { verifier: string }>('SELECT verifier FROM pin WHERE staff = ?').get(staff)?.verifier,
    setPinVerifier(staff, verifier) {
      db.prepare('INSERT INTO pin (staff, verifier) VALUES (?, ?) ON CONFLICT DO UPDATE SET verifier = excluded.verifier').run(staff, verifier)
    },
    anyPin: () => db.prepare('SELECT 1 FROM pin LIMIT 1').get() !== undefined,

    rev: () => Number(settings.get('rev') ?? 0),
    applyChanges(changes: readonly Change[], rev: number) {
      let isErased = false
      const followed = ledger.together(() => {
        const goods: Id[] = []
        const moved: Id[] = []
        let tickets = false
        let promotions = false
        let other = false
        seen(changes.flatMap(({ clocks }) => (typeof clocks === 'string' ? clocks : Object.values(clocks))).reduce((latest, stamp) => (stamp > latest ? stamp : latest), ''))
        for (const change of changes) {
          if (change.kind === 'stock') {
            const isMoved = setElsewhere(change)
            // A cloud of an older program says nothing of lots.
            const lots = StockDocSchema.safeParse(change.doc).data?.lots
            if ((lots !== undefined && stock.hearLots(change.id, lots)) || isMoved) goods.push(change.id)
            continue
          }
          if (change.kind === 'ticket') {
            if (held.hear(change.id, change.doc)) tickets = true
            continue
          }
          if (change.kind === 'refund') {
            if (refunds.hear(change.id, change.doc)) tickets = true
            continue
          }
          if (change.kind === 'lost') {
            if (tellLost(change)) tickets = true
            continue
          }
          const { done, erased } = people.take(change)
          isErased ||= erased
          if (done) continue
          if (!projector.documents.merge(change.kind, change.id, change.doc, change.clocks)) continue
          if (change.kind === 'good') goods.push(change.id)
          else if (change.kind === 'promotion') promotions = true
          else if (change.kind === 'purse') {
            moved.push(change.id)
            purses.hear(change.id, projector.documents.get('purse', change.id)?.doc ?? {})
          }
          else if (change.kind === 'coupon') {
            coupons.hear(change.id, projector.documents.get('coupon', change.id)?.doc ?? {})
            tickets = true
          }
          else if (change.kind === 'recall') tickets = true
          else if (change.kind !== 'tills' && change.kind !== 'lot') other = true
        }
        if (changes.length > SETTLED_AT_ONCE) projector.documents.postpone()
        settings.set('rev', String(rev))
        return { goods: [...new Set(goods)], tickets, purses: moved, promotions, other }
      })
      if (isErased) people.scrub()
      return followed
    },

    settleSearch: (limit) => ledger.together(() => projector.documents.settleDue(limit)),
    settleSold: (limit) => ledger.together(() => trace.settle(limit)),
    seeAlert: (id) => alerts.see(id),

    keepRows(rows) {
      const insert = db.prepare('INSERT OR REPLACE INTO kept_row (import, row, file, cells, mapping, bad, kind) VALUES (?, ?, ?, ?, ?, ?, ?)')
      for (const row of rows) insert.run(row.import, row.row, row.file, JSON.stringify(row.cells), JSON.stringify(row.mapping), JSON.stringify(row.bad), row.kind)
    },
    keptRow(importId, row) {
      const found = db.prepare<[string, number], KeptRecord>('SELECT * FROM kept_row WHERE import = ? AND row = ?').get(importId, row)
      return found && toKept(found)
    },
    keptRows(importId, limit, after = 0) {
      const where = importId === undefined ? '' : 'WHERE import = ?'
      const values = importId === undefined ? [] : [importId]
      const rows = db.prepare<(string | number)[], KeptRecord>(`SELECT * FROM kept_row ${importId === undefined ? '' : 'WHERE import = ? AND row > ?'} ORDER BY import DESC, row LIMIT ?`).all(...values, ...importId === undefined ? [] : [after], limit)
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

/** Records that are not what was sealed; and where a broken page ends the looking, that. */
function brokenPeople(people: People): Fault[] {
  const fault = (code: string, reason: string, expected: string | null = null): Fault => ({ seq: null, code, reason, expected, found: null })
  try {
    return people.broken().map(({ person, digest }) => fault('person.broken', `a record of person ${person} is not what was sealed`, digest))
  } catch (error) {
    // A broken page can give anything for a column: whatever it was that stopped the reading, that is what is wrong.
    return [fault('file.damaged', `reading members' records stopped: ${error instanceof Error ? error.message : String(error)}`)]
  }
}

/** Whatever the store is asked for: what SQLite throws comes out as the till says it. */
function inOurWords<Store extends object>(store: Store): Store {
  const methods = Object.entries(store as Record<string, unknown>).map(([name, method]) => [name, typeof method !== 'function' ? method : (...values: unknown[]) => {
    try {
      return (method as (...values: unknown[]) => unknown)(...values)
    } catch (error) {
      throw storageError(error)
    }
  }])
  return Object.fromEntries(methods) as Store
}
