/** A till in step with a cloud over real HTTP: exactly once, in both directions, through every mishap. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '#desktop/storage/testing/store.ts'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import { type TestTill, openTill } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { PUSH_BYTES_MAX, PUSH_ROWS_MAX } from '#shared/sync/protocol.ts'
import type { Timer, Wire, WireAnswer } from '#shared/ports/ports.ts'
import { systemTimer } from '#desktop/loopback/system.ts'
import { FakeCloud } from './testing/fake-cloud.ts'
import { httpWire } from './http-wire.ts'

let cloud: FakeCloud
let till: TestTill
let good: GoodView
beforeEach(async () => {
  cloud = await new FakeCloud().start()
  onTestFinished(() => cloud.stop())
  till = openTill()
  await till.setUp()
  good = await till.addGood({ name: '可乐', price: 350 })
  await till.run('shift.open', { float: 0 })
})
const pairUp = () => till.run('till.pair', { cloud: cloud.url, code: cloud.newCode() })
const status = () => till.run('sync.status', {})
async function stateIs(state: string): Promise<void> {
  await expect.poll(async () => (await status()).state, { timeout: 8000 }).toBe(state)
}
async function allSent(): Promise<void> {
  await expect.poll(async () => (await status()).unsent, { timeout: 8000 }).toBe(0)
}
/** Both ends hold the same rows, each once. */
function expectInStep(): void {
  expect(cloud.device.rows).toEqual(till.store.rows(0, 100_000))
}
/** So many rows at once. */
function openDrawer(times: number): void {
  const events = Array.from({ length: times }, () => ({ id: crypto.randomUUID(), type: 'drawer.opened', v: 1, body: { shift: good.id, reason: '' } }))
  till.store.commit({ events, prints: [] }, till.clock.now(), null)
}
const pushes = (): number => cloud.asked.filter((each) => each === 'POST /api/sync/push').length
const logged = (code: string): string[] => till.logged.filter((line) => line.startsWith(`${code} `))

describe('up', () => {
  test('what a till sold before it was paired goes up, then each sale as it happens', async () => {
    await till.sell([{ good }])
    await pairUp()
    await allSent()
    expectInStep()
    for (let i = 0; i < 3; i++) await till.sell([{ good }])
    await allSent()
    expectInStep()
    expect(logged('sync.flagged')).toEqual([])
    const { sales } = await till.run('sale.list', {})
    expect(sales.every(({ sent }) => sent)).toBe(true)
  })

  test('an answer lost after the cloud stored: nothing twice, nothing missing', async () => {
    await pairUp()
    await stateIs('online')
    cloud.next('/api/sync/push', 'lost')
    await till.sell([{ good }])
    await allSent()
    for (let i = 0; i < 3; i++) {
      cloud.next('/api/sync/push', 'lost')
      await till.sell([{ good }])
      await till.run('sync.now', {})
    }
    await allSent()
    expectInStep()
  })

  test('a cloud that fails for a while, while its stream is well, is tried again', { timeout: 20_000 }, async () => {
    await pairUp()
    await stateIs('online')
    for (const path of ['/api/sync/push', '/api/sync/state', '/api/sync/changes']) {
      cloud.next(path, 'failed')
      await till.sell([{ good }])
      await expect.poll(() => cloud.asked.length).toBeGreaterThan(0)
      await allSent()
      await stateIs('online')
    }
    expectInStep()
  })

  test('a cloud restored from an older copy is sent what it lost', async () => {
    for (let i = 0; i < 5; i++) await till.sell([{ good }])
    await pairUp()
    await allSent()
    cloud.device.rows.splice(4)
    await till.sell([{ good }])
    await allSent()
    expectInStep()
    expect(logged('sync.gap')).toHaveLength(1)
    // The same, found at the next meeting.
    await cloud.stop()
    cloud.device.rows.splice(2)
    await cloud.start()
    await stateIs('offline')
    await till.run('sync.now', {})
    await allSent()
    expectInStep()
    expect(logged('sync.ack_moved').length).toBeGreaterThan(0)
  })

  test('two that disagree about a gap don\'t go round for ever', async () => {
    await pairUp()
    await stateIs('online')
    await allSent()
    const before = pushes()
    for (let i = 0; i < 2; i++) cloud.next('/api/sync/push', 'sync.gap')
    await till.sell([{ good }])
    await stateIs('offline')
    expect(pushes() - before).toBe(2)
    await allSent()
  })

  test('no batch holds more rows or bytes than the protocol allows', { timeout: 30_000 }, async () => {
    const picture = `data:image/png;base64,${'A'.repeat(16_000)}`
    const event = (i: number) => ({ id: crypto.randomUUID(), type: 'good.changed', v: 1, body: { good: crypto.randomUUID(), set: { name: `货${i}`, price: 1, picture }, hlc: till.store.nextHlc(0) } })
    till.store.commit({ events: Array.from({ length: 1300 }, (_, i) => event(i)), prints: [] }, till.clock.now(), null)
    openDrawer(1500)
    await pairUp()
    await allSent()
    expectInStep()
    expect(Math.max(...cloud.batches.map(({ rows }) => rows))).toBe(PUSH_ROWS_MAX)
    expect(Math.max(...cloud.batches.map(({ bytes }) => bytes))).toBeLessThanOrEqual(PUSH_BYTES_MAX)
  })

  /** Sends so many rows, the first push of which waits; gives what it was like before. */
  async function sendBehindOneThatWaits(rows: number) {
    await pairUp()
    await allSent()
    await stateIs('online')
    const before = { pushes: pushes(), batches: cloud.batches.length, rows: cloud.device.rows.length }
    openDrawer(rows)
    const first = cloud.stall('/api/sync/push')
    const exchange = till.run('sync.now', {})
    await first.arrived
    return { ...before, first, exchange }
  }

  test('two pushes are on their way at once, and one that overtakes is sent again', async () => {
    const { first, exchange, ...before } = await sendBehindOneThatWaits(PUSH_ROWS_MAX * 3)
    // The second comes while the first waits: nothing is missing from this till, only not there yet. No third is sent.
    await expect.poll(() => cloud.batches.length).toBe(before.batches + 1)
    expect(pushes()).toBe(before.pushes + 2)
    expect(cloud.device.rows).toHaveLength(before.rows)
    first.release()
    await exchange
    await allSent()
    expectInStep()
    expect(cloud.batches.filter(({ from }) => from === before.rows + PUSH_ROWS_MAX + 1)).toHaveLength(2)
    expect(logged('sync.gap')).toEqual([])
    expect(cloud.asked.filter((each) => each === 'GET /api/sync/state')).toHaveLength(1)
  })

  test('a till that stops with two pushes on their way goes on where the cloud is', async () => {
    const { first, exchange, ...before } = await sendBehindOneThatWaits(PUSH_ROWS_MAX * 2)
    await expect.poll(pushes).toBe(before.pushes + 2)
    await cloud.stop()
    first.release()
    await exchange
    await stateIs('offline')
    await cloud.start()
    await till.run('sync.now', {})
    await allSent()
    expectInStep()
  })

  test('on a line where a push takes long, those behind it go alone', async () => {
    let at = till.clock.now()
    vi.spyOn(till.clock, 'now').mockImplementation(() => (at += 11_000))
    const { rawRows } = till.store
    const ahead: number[] = []
    vi.spyOn(till.store, 'rawRows').mockImplementation((after, limit) => {
      if (after > till.store.acknowledged()) ahead.push(after)
      return rawRows(after, limit)
    })
    onTestFinished(() => { vi.restoreAllMocks() })
    openDrawer(PUSH_ROWS_MAX * 4)
    await pairUp()
    await allSent()
    expectInStep()
    // Only the first, when nothing was known of the line.
    expect(ahead.length).toBeLessThanOrEqual(1)
  })

  test('a row the cloud can\'t read is flagged and blocks nothing', async () => {
    await pairUp()
    till.store.commit({ events: [{ id: crypto.randomUUID(), type: 'drawer.opened', v: 1, body: { shift: 5 } }], prints: [] }, till.clock.now(), null)
    await till.sell([{ good }])
    await allSent()
    expectInStep()
    expect(logged('sync.flagged')[0]).toContain('event.malformed')
  })

  test('what is unsent, and since when, is always known', async () => {
    const begun = till.clock.now()
    expect(await status()).toMatchObject({ state: 'none', unsent: till.store.head().seq, unsentSince: begun, lastOnline: null, cloud: null })
    await pairUp()
    await allSent()
    expect(await status()).toMatchObject({ state: 'online', unsentSince: null, cloud: cloud.url, lastOnline: begun })
    await cloud.stop()
    till.clock.pass(60_000)
    await till.sell([{ good }])
    await till.sell([{ good }])
    expect(await status()).toMatchObject({ unsent: 2, unsentSince: begun + 60_000, lastOnline: begun })
  })
})

describe('the line', () => {
  test('comes back after the cloud was away, and everything with it', { timeout: 20_000 }, async () => {
    await pairUp()
    await stateIs('online')
    await cloud.stop()
    await stateIs('offline')
    for (let i = 0; i < 3; i++) await till.sell([{ good }])
    await cloud.start()
    await stateIs('online')
    await allSent()
    expectInStep()
  })

  test('asking for it at once works off-line too, and brings it back at once', async () => {
    expect(await till.run('sync.now', {})).toMatchObject({ state: 'none' })
    await pairUp()
    await cloud.stop()
    await stateIs('offline')
    await till.sell([{ good }])
    expect(await till.run('sync.now', {})).toMatchObject({ state: 'offline', unsent: 1 })
    await cloud.start()
    expect(await till.run('sync.now', {})).toMatchObject({ state: 'online', unsent: 0 })
    await expect.poll(() => cloud.streams).toBe(1)
  })

  test('a till restarted finds its cloud by itself', async () => {
    await pairUp()
    await allSent()
    till = await till.restart()
    await stateIs('online')
    await till.sell([{ good }])
    await allSent()
    expectInStep()
  })

  test('a wrong clock is shown and stops nothing', async () => {
    cloud.clockAheadMs = 0
    till.clock.set(Date.now() + 3_600_000)
    await pairUp()
    await till.sell([{ good }])
    await allSent()
    expect(Math.abs((await status()).skewMs! - 3_600_000)).toBeLessThan(10_000)
  })

  test('a till that closes while an exchange is under way closes cleanly', async () => {
    await pairUp()
    for (let i = 0; i < 5; i++) await till.sell([{ good }])
    void till.run('sync.now', {}).catch(() => undefined)
    await till.close()
    expect(till.logged.filter((line) => line.startsWith('host.failed'))).toEqual([])
  })
})

describe('down', () => {
  test('a page is taken in by pieces, and no piece ends between two changes of one number', async () => {
    for (let i = 0; i < 505; i++) cloud.edit('good', crypto.randomUUID(), { name: `云货${i}`, price: 100 + i })
    // The five hundredth, where a piece would end, has company.
    const taken = vi.spyOn(till.store, 'applyChanges')
    cloud.rev = 500
    for (let i = 0; i < 3; i++) cloud.alongside('good', crypto.randomUUID(), { name: `同号货${i}`, price: 1 })
    cloud.rev = 505
    await pairUp()
    await expect.poll(async () => (await status()).rev).toBe(505)
    const pieces = taken.mock.calls.filter(([changes]) => changes.length > 0)
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.flatMap(([changes]) => changes)).toHaveLength(508)
    for (const [i, [changes, rev]] of pieces.entries()) {
      expect(changes.at(-1)!.rev).toBeLessThanOrEqual(rev)
      expect(pieces[i + 1]?.[0][0]!.rev ?? 506).toBeGreaterThan(rev)
    }
  })

  test('what the cloud has comes with the pairing, in pages; what it edits wakes the till', async () => {
    cloud.pageMax = 2
    const ids = Array.from({ length: 5 }, () => crypto.randomUUID())
    for (const [i, id] of ids.entries()) cloud.edit('good', id, { name: `云货${i}`, price: 100 + i, code: `c${i}` })
    cloud.edit('shop', cloud.shop, { name: '云上小铺' })
    await pairUp()
    await expect.poll(async () => (await status()).rev).toBe(6)
    expect((await till.run('goods.search', { text: '云货' })).goods).toHaveLength(5)
    await expect.poll(async () => (await till.run('till.snapshot', {})).shop.name).toBe('云上小铺')

    await expect.poll(() => cloud.streams).toBe(1)
    await stateIs('online')
    const begun = performance.now()
    cloud.edit('good', ids[0]!, { price: 999 })
    await vi.waitFor(() => expect(till.events.some(({ name, payload }) => name === 'good.changed' && (payload as GoodView).price === 999)).toBe(true), { timeout: 1000, interval: 5 })
    expect(performance.now() - begun).toBeLessThan(1000)
  })

  test('a change that is no change, or has a bad field, blocks nothing behind it', async () => {
    await pairUp()
    await expect.poll(() => cloud.streams).toBe(1)
    const [bad, worse, fine] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
    cloud.edit('good', bad, { name: 5, price: 100 })
    cloud.edit('good', worse, { name: '茶', price: 100 }, { name: 'zzzz', price: '0000000000000000-cloud' })
    cloud.edit('mystery', crypto.randomUUID(), { x: 1 })
    cloud.edit('good', fine, { name: '好茶', price: 100, shine: 'new field' })
    await expect.poll(async () => (await till.run('goods.search', { text: '好茶' })).goods.length).toBe(1)
    expect(till.store.good(bad)).toBeUndefined()
    expect(till.store.document('good', fine)?.doc).toMatchObject({ shine: 'new field' })
    expect(logged('sync.change_malformed')).toHaveLength(2)
    // A stamp that was none must not have become the till's clock.
    await till.run('goods.put', { good: fine, set: { price: 120 } })
    expect((await till.run('ledger.verify', {})).faults).toEqual([])
  })

  test('a price edited here while off-line is not undone by an older one from the cloud', async () => {
    cloud.edit('good', good.id, { price: 1 }, { price: '0000000000010000-cloud' })
    await pairUp()
    await expect.poll(async () => (await status()).rev).toBe(1)
    expect((await till.run('goods.get', { good: good.id })).price).toBe(350)
  })
})

describe('a cloud that says when to come back', () => {
  const TOLD_MS = 240_000
  const places = ['/api/sync/push', '/api/sync/changes', '/api/sync/state', '/api/sync/stream'] as const

  test.each(places)('%s: not asked before that time, a little after it, and nothing is lost', async (path) => {
    const waits: number[] = []
    const fire: (() => void)[] = []
    // Waits as long as what the cloud may ask for are in the test's hand, all others the machine's.
    const timer: Timer = {
      after(ms, run) {
        if (ms < TOLD_MS) return systemTimer.after(ms, run)
        waits.push(ms)
        fire.push(run)
        return () => undefined
      },
    }
    till = openTill({ world: { timer } })
    await till.setUp()
    good = await till.addGood({ name: '可乐', price: 350 })
    await till.run('shift.open', { float: 0 })
    await pairUp()
    await stateIs('online')
    await allSent()
    // Backups wait as long.
    waits.length = fire.length = 0

    cloud.next(path, TOLD_MS)
    if (path === '/api/sync/state' || path === '/api/sync/stream') await cloud.stop().then(() => cloud.start())
    await till.sell([{ good }])
    await expect.poll(() => waits.length, { timeout: 12_000 }).toBe(1)
    expect(waits[0]).toBeGreaterThanOrEqual(TOLD_MS)
    expect(waits[0]).toBeLessThanOrEqual(TOLD_MS * 1.5)
    const asked = cloud.asked.length
    for (let i = 0; i < 3; i++) await till.sell([{ good }])
    expect((await status()).unsent).toBeGreaterThan(0)
    expect(cloud.asked).toHaveLength(asked)

    fire[0]!()
    await allSent()
    await stateIs('online')
    expectInStep()
  }, 20_000)

  test('by a proxy that says it in seconds and in no words of ours', async () => {
    const answers: WireAnswer[] = [{ status: 503, headers: { 'retry-after': '240' }, text: '<html>busy</html>' }]
    const waits: number[] = []
    const timer: Timer = { after: (ms, run) => { waits.push(ms); return systemTimer.after(ms < TOLD_MS ? ms : 5, run) } }
    const wire = (url: string): Wire => {
      const real = httpWire(url)
      return { ...real, ask: (request) => (request.path.includes('push') && answers.length > 0 ? Promise.resolve(answers.pop()!) : real.ask(request)) }
    }
    till = openTill({ world: { timer, wire } })
    await till.setUp()
    await pairUp()
    await allSent()
    expectInStep()
    expect(waits.some((ms) => ms >= TOLD_MS && ms <= TOLD_MS * 1.5)).toBe(true)
  })
})

describe('a cloud that says no', () => {
  test.each(['device.quarantined', 'device.revoked', 'token.invalid', 'signature.invalid', 'protocol.unsupported'] as const)('%s: shown, and selling goes on', async (code) => {
    await pairUp()
    await stateIs('online')
    cloud.next('/api/sync/push', code)
    await till.sell([{ good }])
    await stateIs('refused')
    expect(await status()).toMatchObject({ code, unsent: 1 })
    await till.sell([{ good }])
    // It stays refused, whatever else happens on the line.
    expect(await status()).toMatchObject({ state: 'refused', code, unsent: 2 })
    expect(await till.run('sync.now', {})).toMatchObject({ state: 'online', unsent: 0 })
  })

  test('access withdrawn, by the stream itself', async () => {
    await pairUp()
    await stateIs('online')
    await cloud.stop()
    cloud.device.revoked = true
    await cloud.start()
    await stateIs('refused')
    expect(await status()).toMatchObject({ code: 'device.revoked' })
    cloud.device.revoked = false
    expect(await till.run('sync.now', {})).toMatchObject({ state: 'online' })
  })

  test('a ledger that lives twice is quarantined at the first row that differs', async () => {
    await pairUp()
    await allSent()
    await till.close()
    const twin = temporaryFolder()
    cpSync(join(till.folder, LEDGER_FILE), join(twin, LEDGER_FILE))
    till = openTill({ folder: till.folder })
    const other = openTill({ folder: twin })
    onTestFinished(() => other.close())
    await stateIs('online')
    await expect.poll(async () => (await other.run('sync.status', {})).state).toBe('online')
    await till.sell([{ good }])
    await allSent()
    await other.sell([{ good, quantity: 2000 }])
    await expect.poll(async () => (await other.run('sync.status', {})).code).toBe('sync.fork')
    expect(cloud.device.quarantined).toBe(true)
    await till.sell([{ good }])
    await expect.poll(async () => (await status()).code).toBe('device.quarantined')
  })

  test('rows the cloud has and this file never sent are met, not believed', async () => {
    await pairUp()
    await allSent()
    await stateIs('online')
    const [kept] = till.store.rows(0, 1)
    // Somebody else wrote on: the cloud holds two rows more than were sent, and says so in its answer.
    const push = vi.spyOn(cloud.device.rows, 'push').mockImplementation(function push(this: unknown, ...rows) {
      return Array.prototype.push.apply(cloud.device.rows, [...rows, { ...kept!, seq: 0 }, { ...kept!, seq: 0 }])
    })
    await till.sell([{ good }])
    await stateIs('refused')
    expect((await status()).code).toBe('sync.fork')
    push.mockRestore()
  })
})
