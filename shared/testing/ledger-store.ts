/** The ledger's fake, in memory, and the suite that it and the one in SQLite both pass. */
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Id } from '../identity/ids.ts'
import { EMPTY_HEAD, type Envelope, GENESIS, type Head, type JournalRow, type NewEvent, type RawRow, type Sha256, checkRow, openRow, rawRow, seal } from '../ledger/envelope.ts'
import { fen } from '../money/money.ts'
import type { LedgerStore, Plan } from '../ports/ports.ts'
import { closeShift, openShift } from '../sales/shift.ts'
import { type ManualClock, MORNING, countingIds, manualClock } from './clock-and-ids.ts'

interface Posted { shift: Id; postings: { account: string; fen: number }[] }

export class MemoryLedger implements LedgerStore {
  readonly #where: { shop: Id; device: Id }
  readonly #sha256: Sha256
  #rows: JournalRow[] = []
  #acknowledged = 0

  constructor(where: { shop: Id; device: Id }, sha256: Sha256) {
    this.#where = where
    this.#sha256 = sha256
  }

  commit(plan: Plan, at: number, actor: Id | null): Envelope[] {
    const rows = [...this.#rows]
    const envelopes = plan.events.map((event) => {
      const known = rows.some((row) => idOf(row) === event.id)
      if (known) throw new Error(`event ${event.id} is in the journal already`)
      const { row, envelope } = seal(rows.at(-1) ?? EMPTY_HEAD, this.#where, event, at, actor, this.#sha256)
      rows.push(row)
      return envelope
    })
    this.#rows = rows
    return envelopes
  }

  head(): Head {
    const { seq, hash } = this.#rows.at(-1) ?? EMPTY_HEAD
    return { seq, hash }
  }

  rows(after: number, limit: number): JournalRow[] {
    return this.#rows.filter((row) => row.seq > after).slice(0, limit)
  }
  rawRows(after: number, limit: number): RawRow[] {
    return this.rows(after, limit).map(rawRow)
  }

  event(id: Id): Envelope | undefined {
    const row = this.#rows.find((each) => idOf(each) === id)
    const opened = row && openRow(row)
    return opened && 'envelope' in opened ? opened.envelope : undefined
  }

  balances(shift?: Id): Map<string, number> {
    const sums = new Map<string, number>()
    for (const row of this.#rows) {
      const body = (JSON.parse(row.text) as { body: Partial<Posted> }).body
      if (!body.postings || (shift !== undefined && body.shift !== shift)) continue
      for (const { account, fen: amount } of body.postings) sums.set(account, (sums.get(account) ?? 0) + amount)
    }
    return sums
  }

  acknowledged(): number {
    return this.#acknowledged
  }

  acknowledge(seq: number): void {
    this.#acknowledged = seq
  }
}

const idOf = (row: JournalRow): Id => (JSON.parse(row.text) as { id: Id }).id

/** How stores say that an event's id is taken. */
const TAKEN = /already|UNIQUE/

/** What the suite needs of a ledger beyond the port. */
export interface LedgerUnderTest {
  readonly store: LedgerStore
  /** The same ledger, as the next start of the program finds it; absent where nothing outlives the program. */
  reopen?(): LedgerStore
}

/** What every `LedgerStore` does. `make` gives an empty ledger. */
export function runLedgerStoreSuite(name: string, make: () => LedgerUnderTest | Promise<LedgerUnderTest>, sha256: Sha256): void {
  describe(`LedgerStore: ${name}`, () => {
    const ids = countingIds(1)
    const staff = ids.next()
    let ledger: LedgerUnderTest
    let clock: ManualClock
    beforeEach(async () => {
      ledger = await make()
      clock = manualClock()
    })
    const opened = (float: number, shift = ids.next()) => openShift(shift, staff, '2026-11-23', fen(float))
    const drawer = (id = ids.next(), reason = ''): NewEvent => ({ id, type: 'drawer.opened', v: 1, body: { shift: staff, reason } })
    const commit = (...events: NewEvent[]): Envelope[] => ledger.store.commit({ events, prints: [] }, clock.now(), staff)
    const everything = (store = ledger.store) => ({
      head: store.head(), rows: store.rows(0, 1000), balances: [...store.balances()].sort(), acknowledged: store.acknowledged(),
    })

    test('an empty ledger has no head, no rows, no sums', () => {
      expect(everything()).toEqual({ head: { seq: 0, hash: GENESIS }, rows: [], balances: [], acknowledged: 0 })
      expect(ledger.store.event(staff)).toBeUndefined()
    })

    test('a commit gives the envelopes as they are stored', () => {
      const event = drawer()
      const [envelope] = commit(event)
      expect(envelope).toMatchObject({ seq: 1, id: event.id, type: 'drawer.opened', v: 1, at: MORNING, actor: staff, body: event.body, prev: GENESIS })
      expect(ledger.store.event(event.id)).toEqual(envelope)
      expect(ledger.store.head().seq).toBe(1)
    })

    test('whatever is committed in whatever plans: numbers without gaps, each row chained to the one before', () => {
      fc.assert(fc.property(fc.array(fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 4 }), { maxLength: 8 }), (plans) => {
        const before = ledger.store.head()
        for (const reasons of plans) commit(...reasons.map((reason) => drawer(ids.next(), reason)))
        const rows = ledger.store.rows(before.seq, 1000)
        let head = before
        for (const row of rows) {
          const checked = checkRow(head, row, sha256)
          expect(checked.faults).toEqual([])
          head = checked.head
        }
        expect(rows.map((row) => (JSON.parse(row.text) as { body: { reason: string } }).body.reason)).toEqual(plans.flat())
        expect(head).toEqual(ledger.store.head())
      }), { numRuns: 20 })
    })

    test('an actor may be nobody', () => {
      const event = drawer()
      ledger.store.commit({ events: [event], prints: [] }, clock.now(), null)
      expect(ledger.store.event(event.id)?.actor).toBeNull()
    })

    test('a plan whose last event fails leaves nothing of itself', () => {
      commit(opened(500))
      const before = everything()
      const broken: NewEvent = { id: ids.next(), type: 'drawer.opened', v: 1, body: { shift: staff, reason: 'x', amount: 1.5 } }
      const first = opened(700)
      expect(() => commit(first, broken)).toThrow('integers')
      expect(everything()).toEqual(before)
      expect(ledger.store.event(first.id)).toBeUndefined()
      commit(drawer())
      expect(ledger.store.head().seq).toBe(before.head.seq + 1)
    })

    test('an event that is in the journal already is refused, and with it its plan', () => {
      const event = opened(500)
      commit(event)
      const before = everything()
      expect(() => commit(opened(100), event)).toThrow(TAKEN)
      expect(() => commit(drawer(event.id))).toThrow(TAKEN)
      const twice = drawer()
      expect(() => commit(twice, twice)).toThrow(TAKEN)
      expect(everything()).toEqual(before)
    })

    test('rows come in order, after a number, at most so many', () => {
      for (let i = 0; i < 5; i++) commit(drawer())
      expect(ledger.store.rows(0, 3).map((row) => row.seq)).toEqual([1, 2, 3])
      expect(ledger.store.rows(3, 10).map((row) => row.seq)).toEqual([4, 5])
      expect(ledger.store.rows(5, 10)).toEqual([])
      expect(ledger.store.rows(0, 0)).toEqual([])
      expect(ledger.store.rawRows(3, 10).map(({ seq, hash, bytes }) => ({ seq, hash, text: new TextDecoder().decode(bytes) }))).toEqual(ledger.store.rows(3, 10))
    })

    test('balances by shift and of all', () => {
      const [one, two] = [opened(1000), opened(250)]
      commit(one, two)
      commit(closeShift(ids.next(), { shift: one.id, date: '2026-11-23' }, staff, fen(1000), fen(990), 0))
      expect(ledger.store.balances(one.id)).toEqual(new Map([['drawer', 0], ['safe', -10], ['cash_difference', 10]]))
      expect(ledger.store.balances(two.id)).toEqual(new Map([['drawer', 250], ['safe', -250]]))
      expect(ledger.store.balances(staff)).toEqual(new Map())
      expect(ledger.store.balances()).toEqual(new Map([['drawer', 250], ['safe', -260], ['cash_difference', 10]]))
    })

    test('what is acknowledged is kept, and goes back when it must', () => {
      commit(drawer(), drawer())
      ledger.store.acknowledge(2)
      expect(ledger.store.acknowledged()).toBe(2)
      ledger.store.acknowledge(1)
      expect(ledger.store.acknowledged()).toBe(1)
    })

    test('the next start, where there is one, finds all of it', () => {
      if (!ledger.reopen) return
      commit(opened(500), drawer())
      ledger.store.acknowledge(1)
      const before = everything()
      const again = ledger.reopen()
      expect(everything(again)).toEqual(before)
      again.commit({ events: [drawer()], prints: [] }, clock.now(), null)
      expect(again.head().seq).toBe(3)
    })
  })
}
