import fc from 'fast-check'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Renewal, TillStore } from '#shared/host/store.ts'
import type { NewEvent } from '#shared/ledger/envelope.ts'
import { MORNING, countingIds } from '#shared/testing/clock-and-ids.ts'
import { runLedgerStoreSuite } from '#shared/testing/ledger-store.ts'
import { sha256 } from '../till-store.ts'
import { fen } from '#shared/money/money.ts'
import { openShift } from '#shared/sales/shift.ts'
import { LEDGER_FILE } from '../open.ts'
import { newIdentity, openStore, tamper, temporaryFolder } from '../testing/store.ts'

const ids = countingIds(2)
const drawer = (id = ids.next()): NewEvent => ({ id, type: 'drawer.opened', v: 1, body: { shift: id, reason: '' } })
const put = (good: string, name: string, hlc: string): NewEvent => ({ id: ids.next(), type: 'good.changed', v: 1, body: { good, set: { name, price: 100, code: '69' }, hlc } })

runLedgerStoreSuite('SQLite', () => {
  const folder = temporaryFolder()
  const store = openStore(folder)
  return { store, reopen: () => { store.close(); return openStore(folder) } }
}, sha256)

test('a plan inside a larger piece of work is all or nothing too, and the work may go on without it', () => {
  const store = openStore()
  const [one, two, three] = [drawer(), drawer(), drawer()]
  store.together(() => {
    store.commit({ events: [one], prints: [] }, MORNING, null)
    expect(() => store.commit({ events: [two, one], prints: [] }, MORNING, null)).toThrow('UNIQUE')
    store.commit({ events: [three], prints: [] }, MORNING, null)
  })
  expect(store.rows(0, 10).map((row) => (JSON.parse(row.text) as { id: string }).id)).toEqual([one.id, three.id])
  expect(store.verify().faults).toEqual([])
})

test('work that fails at its end leaves nothing: no rows, no settings, no goods in memory, no changed clock', () => {
  const store = openStore()
  const good = ids.next()
  store.commit({ events: [put(good, '旧名', store.nextHlc(MORNING))], prints: [] }, MORNING, null)
  const head = store.head()
  expect(() => store.together(() => {
    store.commit({ events: [put(good, '新名', store.nextHlc(MORNING))], prints: [] }, MORNING, null)
    expect(store.good(good)?.name).toBe('新名')
    store.setSetting('x', '1')
    store.setPinVerifier(good, 'v')
    throw new Error('power is gone')
  })).toThrow('power is gone')
  expect(store.head()).toEqual(head)
  expect(store.good(good)?.name).toBe('旧名')
  expect(store.setting('x')).toBeUndefined()
  expect(store.anyPin()).toBe(false)
  store.commit({ events: [drawer()], prints: [] }, MORNING, null)
  expect(store.verify().ok).toBe(true)
})

test('the journal refuses to be edited, even by whoever opens the file', () => {
  const folder = temporaryFolder()
  const store = openStore(folder)
  store.commit({ events: [drawer()], prints: [] }, MORNING, null)
  store.close()
  tamper(folder, (db) => {
    expect(() => db.exec("UPDATE journal SET text = ''")).toThrow('never updated')
    expect(() => db.exec('DELETE FROM journal')).toThrow('never deleted')
  })
})

test('pairing changes the shop of the rows after it, in one piece', () => {
  const folder = temporaryFolder()
  const store = openStore(folder)
  const own = store.identity().shop
  const shop = ids.next()
  const paired = (id: string): NewEvent => ({ id, type: 'device.paired', v: 1, body: { from: own, shop, till: '03', cloud: 'https://example.cn' } })
  const first = drawer()
  store.commit({ events: [first], prints: [] }, MORNING, null)
  // An id that is taken: nothing of the pairing may stay, in the file or in memory.
  expect(() => store.pair({ cloud: 'https://example.cn', token: 't' }, shop, '03', { events: [paired(first.id)], prints: [] }, MORNING, null)).toThrow('UNIQUE')
  expect(store.pairing()).toBeUndefined()
  expect(store.identity()).toMatchObject({ shop: own, till: '00' })

  store.pair({ cloud: 'https://example.cn', token: 't' }, shop, '03', { events: [paired(ids.next())], prints: [] }, MORNING, null)
  store.commit({ events: [drawer()], prints: [] }, MORNING, null)
  expect(store.rows(0, 10).map((row) => (JSON.parse(row.text) as { shop: string }).shop)).toEqual([own, own, shop])
  store.close()
  const again = openStore(folder)
  expect(again.identity()).toMatchObject({ shop, till: '03' })
  expect(again.pairing()).toEqual({ cloud: 'https://example.cn', token: 't' })
  expect(again.verify().faults).toEqual([])
})

test('stamps for edits only grow: with the clock still, backwards, after others\' stamps, after a restart', () => {
  const folder = temporaryFolder()
  let store = openStore(folder)
  let last = ''
  fc.assert(fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.constantFrom('tick', 'pull', 'restart'), (skew, then) => {
    const stamp = store.nextHlc(MORNING + skew)
    expect(stamp > last).toBe(true)
    last = stamp
    if (then === 'pull') {
      last = `${(MORNING + 2e9 + skew).toString(16).padStart(12, '0')}0000-cloud`
      store.applyChanges([{ kind: 'good', id: ids.next(), rev: 1, doc: { name: '米' }, clocks: { name: last } }], 1)
      last = last > stamp ? last : stamp
    }
    if (then === 'restart') {
      store.close()
      store = openStore(folder)
    }
  }), { numRuns: 30 })
})

describe('rows that come back', () => {
  /** A ledger of some days, and the same ledger as an old backup holds it. */
  function backup(): { whole: TillStore; old: TillStore } {
    const folder = temporaryFolder()
    const before = openStore(folder)
    before.commit({ events: [drawer(), put(ids.next(), '旧', before.nextHlc(MORNING))], prints: [] }, MORNING, null)
    before.close()
    const copy = temporaryFolder()
    cpSync(join(folder, LEDGER_FILE), join(copy, LEDGER_FILE))
    const whole = openStore(folder)
    const shift = ids.next()
    whole.commit({ events: [openShift(shift, shift, '2026-11-23', fen(700)), put(ids.next(), '新', whole.nextHlc(MORNING + 86_400_000))], prints: [] }, MORNING, null)
    whole.commit({ events: [drawer()], prints: [] }, MORNING, null)
    return { whole, old: openStore(copy) }
  }

  test('stand where they stood, projected; the next edit here is later than theirs', () => {
    const { whole, old } = backup()
    const rows = whole.rows(2, 10)
    expect(old.append(rows.slice(0, 2))).toBe(true)
    expect(old.append(rows.slice(2))).toBe(true)
    expect(old.append([])).toBe(true)
    expect(old.rows(0, 10)).toEqual(whole.rows(0, 10))
    expect([...old.balances()]).toEqual([...whole.balances()])
    expect(old.openShift()).toEqual(whole.openShift())
    expect(old.verify().faults).toEqual([])
    expect(old.nextHlc(MORNING) > whole.nextHlc(MORNING)).toBe(false)
    expect(old.nextHlc(MORNING).slice(0, 12)).toBe((MORNING + 86_400_000).toString(16).padStart(12, '0'))
  })

  test('that do not follow are told, and those that can\'t be believed refused: nothing is added', () => {
    const { whole, old } = backup()
    const rows = whole.rows(2, 10)
    const head = old.head()
    expect(old.append(rows.slice(1))).toBe(false)
    const forged = rows.with(1, { ...rows[1]!, text: rows[1]!.text.replace('新', '假') })
    expect(() => old.append(forged)).toThrow('rows.unreadable')
    expect(old.head()).toEqual(head)
    old.commit({ events: [drawer()], prints: [] }, MORNING, null)
    expect(old.append(rows)).toBe(false)
    // Another till's rows are no part of this ledger, whatever they follow.
    const stranger = openStore()
    stranger.commit({ events: [drawer()], prints: [] }, MORNING, null)
    expect(() => openStore().append(stranger.rows(0, 1))).toThrow('device.foreign')
    expect(old.verify().faults).toEqual([])
  })

  test('while they are awaited nothing is committed, save paper', () => {
    const store = openStore()
    store.hold(true)
    expect(() => store.commit({ events: [drawer()], prints: [] }, MORNING, null)).toThrow('till.catching_up')
    expect(() => store.together(() => { store.setSetting('x', '1'); store.commit({ events: [drawer()], prints: [] }, MORNING, null) })).toThrow('till.catching_up')
    expect(store.setting('x')).toBeUndefined()
    store.commit({ events: [], prints: [{ kind: 'receipt', ref: ids.next(), copy: true, drawer: false }] }, MORNING, null)
    store.hold(false)
    store.commit({ events: [drawer()], prints: [] }, MORNING, null)
    expect(store.head().seq).toBe(1)
  })
})

describe('a ledger begun anew', () => {
  const renewal = (store: TillStore, change: Partial<Renewal> = {}): Renewal => ({
    identity: { ...newIdentity(), shop: store.identity().shop, till: '02' }, pairing: { cloud: 'https://example.cn', token: 't' }, after: 0, known: new Set(),
    key: ids.next(), begunId: ids.next(), signedInId: ids.next(), app: 'test', at: MORNING, ...change,
  })
  function filled(folder = temporaryFolder()): TillStore {
    const store = openStore(folder)
    const shift = ids.next()
    store.commit({ events: [openShift(shift, shift, '2026-11-23', fen(700)), put(ids.next(), '茶', store.nextHlc(MORNING)), drawer()], prints: [] }, MORNING, shift)
    store.setSetting('kept', '1')
    store.setPinVerifier(shift, 'v')
    return store
  }

  test('is all or nothing: an id that is taken, a folder that can\'t be written', () => {
    const folder = temporaryFolder()
    const store = filled(folder)
    const all = () => ({ head: store.head(), rows: store.rows(0, 100), identity: store.identity(), acknowledged: store.acknowledged(), balances: [...store.balances()], shift: store.openShift(), pairing: store.pairing() })
    store.acknowledge(2)
    const before = all()
    const taken = (JSON.parse(before.rows[1]!.text) as { id: string }).id
    expect(() => store.renew(renewal(store, { key: taken }))).toThrow('UNIQUE')
    expect(all()).toEqual(before)
    rmSync(join(folder, 'archive'), { recursive: true })
    writeFileSync(join(folder, 'archive'), 'in the way')
    expect(() => store.renew(renewal(store))).toThrow('EEXIST')
    expect(all()).toEqual(before)
    rmSync(join(folder, 'archive'))
    store.renew(renewal(store))
    expect(store.verify().faults).toEqual([])
    expect(store.acknowledged()).toBe(0)
    store.close()
    const again = openStore(folder)
    expect([again.identity().till, again.setting('kept'), again.anyPin(), again.head().seq]).toEqual(['02', '1', true, 5])
    expect(again.verify().faults).toEqual([])
    again.close()
    tamper(folder, (db) => {
      expect(() => db.exec("UPDATE journal SET text = ''")).toThrow('never updated')
      expect(() => db.exec('DELETE FROM journal')).toThrow('never deleted')
    })
  })
})
