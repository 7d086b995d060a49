import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NewEvent } from '#shared/ledger/envelope.ts'
import { MORNING, countingIds } from '#shared/testing/clock-and-ids.ts'
import { runLedgerStoreSuite } from '#shared/testing/ledger-store.ts'
import { sha256 } from './till-store.ts'
import { openStore, tamper, temporaryFolder } from './testing/store.ts'

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
