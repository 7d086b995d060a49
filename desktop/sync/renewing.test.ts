/** A till restored from an old backup, and a ledger that exists twice: nothing is lost, nothing is doubled. */
import { randomUUID } from 'node:crypto'
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { temporaryFolder } from '#desktop/storage/testing/store.ts'
import { sha256 } from '#desktop/storage/till-store.ts'
import { verifyLedger } from '#desktop/storage/ledger/verify.ts'
import { OWNER_PIN, type TestTill, openTill, ticketOf } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { FakeCloud } from './testing/fake-cloud.ts'

let cloud: FakeCloud
let till: TestTill
let good: GoodView
beforeEach(async () => {
  cloud = await new FakeCloud().start()
  onTestFinished(() => cloud.stop())
  till = openTill()
  await till.setUp()
  good = await till.addGood({ name: '可乐', price: 350 })
  await till.run('shift.open', { float: 1000 })
  await till.run('till.pair', { cloud: cloud.url, code: cloud.newCode() })
  await inStep(till)
})
const at = (of: TestTill) => of.run('sync.status', {})
async function inStep(of: TestTill): Promise<void> {
  await expect.poll(async () => { const { state, unsent } = await at(of); return [state, unsent] }, { timeout: 10_000 }).toEqual(['online', 0])
}
async function refused(of: TestTill, code: string): Promise<void> {
  await expect.poll(async () => { const now = await at(of); return [now.state, now.code] }, { timeout: 10_000 }).toEqual(['refused', code])
}
/** The till's file as it is now, as a backup or a copied disk holds it. */
async function copyOf(of: TestTill): Promise<string> {
  const folder = temporaryFolder()
  of.store.rows(0, 1)
  await of.close()
  cpSync(join(of.folder, LEDGER_FILE), join(folder, LEDGER_FILE))
  return folder
}
function open(folder: string): TestTill {
  const opened = openTill({ folder, clock: till.clock })
  onTestFinished(() => opened.close())
  return opened
}
const renew = (of: TestTill, code = cloud.newCode(), key = randomUUID() as string) => of.run('till.renew', { key, code })
interface Row { id: string; type: string; at: number; actor: string | null; device: string; body: { total?: number; no?: string } }
const rowsOf = (rows: readonly { text: string }[]): Row[] => rows.map(({ text }) => JSON.parse(text) as Row)
/** What the shop has, each event once, whichever till brought it. */
function shopEvents(): Map<string, Row> {
  const events = new Map<string, Row>()
  for (const { rows } of cloud.devices.values()) for (const row of rowsOf(rows)) if (!events.has(row.id)) events.set(row.id, row)
  return events
}
const shopSales = (): string[] => [...shopEvents().values()].filter(({ type }) => type === 'sale.completed').map(({ id }) => id).sort()
const faults = async (of: TestTill) => (await of.run('ledger.verify', {})).faults

describe('an old backup that meets its cloud before it sells', () => {
  test('gets back what it lost, in pages, and goes on as the till it was', { timeout: 20_000 }, async () => {
    const old = await copyOf(till)
    till = open(till.folder)
    const sold = [await till.sell([{ good }]), await till.sell([{ good, quantity: 2000 }])]
    await till.run('goods.put', { good: good.id, set: { price: 400 } })
    await till.run('shift.close', { counted: 1000 })
    await till.run('shift.open', { float: 77 })
    await inStep(till)
    const rows = till.store.rows(0, 1000)
    const totals = [...till.store.balances()].sort()
    await till.close()

    cloud.pageMax = 2
    const restored = open(old)
    await inStep(restored)
    expect(restored.store.rows(0, 1000)).toEqual(rows)
    expect([...restored.store.balances()].sort()).toEqual(totals)
    expect(await faults(restored)).toEqual([])
    expect((await restored.run('till.snapshot', {})).shift).toMatchObject({ float: 77 })
    expect((await restored.run('goods.get', { good: good.id })).price).toBe(400)
    expect(restored.events.map(({ name }) => name)).toContain('goods.reloaded')
    // The number after the last, and the sale that was asked for again is the sale it was.
    expect((await restored.sell([{ good: { ...good, price: 400 } }])).no).toBe(sold[1]!.no.replace('0002', '0003'))
    await inStep(restored)
    expect(cloud.device.rows).toEqual(restored.store.rows(0, 1000))
  })

  test('sells nothing while its rows are on their way: no second history', async () => {
    const old = await copyOf(till)
    till = open(till.folder)
    await till.sell([{ good }])
    await inStep(till)
    await till.close()
    const stall = cloud.stall('/api/sync/rows')
    const restored = open(old)
    await stall.arrived
    expect(await at(restored)).toMatchObject({ state: 'behind', code: 'sync.behind' })
    expect(await restored.refusal('shift.close', { counted: 0 })).toMatchObject({ code: 'till.catching_up' })
    const ticket = restored.sell([{ good }])
    await expect(ticket).rejects.toMatchObject({ code: 'till.catching_up' })
    stall.release()
    await inStep(restored)
    await restored.sell([{ good }])
    await inStep(restored)
    expect(cloud.device.rows).toEqual(restored.store.rows(0, 1000))
  })

  test('sells on when the line stays away, and what comes of it is told', { timeout: 20_000 }, async () => {
    const old = await copyOf(till)
    till = open(till.folder)
    const first = await till.sell([{ good }])
    await inStep(till)
    await till.close()
    for (let i = 0; i < 3; i++) cloud.next('/api/sync/rows', 'failed')
    const third = cloud.asked.length
    const restored = open(old)
    await expect.poll(() => cloud.asked.slice(third).filter((each) => each === 'GET /api/sync/rows').length, { timeout: 10_000 }).toBe(3)
    await expect.poll(() => restored.sell([{ good }]).then(() => 'sold', (error: { code: string }) => error.code)).toBe('sold')
    await restored.run('sync.now', {})
    await refused(restored, 'sync.fork')
    await renew(restored)
    await inStep(restored)
    expect(shopSales()).toEqual([first.sale, ...(await restored.run('sale.list', {})).sales.map(({ sale }) => sale)].sort())
    expect(shopSales()).toHaveLength(2)
  })

  test('rows of a newer program stop it with a word for it, and change nothing', async () => {
    const old = await copyOf(till)
    till = open(till.folder)
    till.store.commit({ events: [{ id: randomUUID(), type: 'sale.imagined', v: 3, body: {} }], prints: [] }, till.clock.now(), null)
    await till.run('sync.now', {})
    await till.close()
    const restored = open(old)
    const head = restored.store.head()
    await refused(restored, 'protocol.unsupported')
    expect(restored.store.head()).toEqual(head)
  })

  test('from before it was paired: a code joins it to what it was', async () => {
    const early = openTill()
    await early.setUp()
    const old = await copyOf(early)
    const again = open(early.folder)
    await again.run('till.pair', { cloud: cloud.url, code: cloud.newCode() })
    await again.run('shift.open', { float: 5 })
    await inStep(again)
    const rows = again.store.rows(0, 1000)
    await again.close()
    const restored = open(old)
    await restored.run('till.pair', { cloud: cloud.url, code: cloud.newCode() })
    await inStep(restored)
    expect(restored.store.rows(0, 1000)).toEqual(rows)
    expect(restored.store.identity()).toEqual(again.store.identity())
    expect(await faults(restored)).toEqual([])
  })
})

describe('a ledger that exists twice', () => {
  /** The copy and the original, both having sold since, and the ids of what either screen called done. */
  async function fork(): Promise<{ copy: TestTill; done: string[] }> {
    const done = [(await till.sell([{ good }])).sale]
    await inStep(till)
    const folder = await copyOf(till)
    till = open(till.folder)
    done.push((await till.sell([{ good }])).sale, (await till.sell([{ good, quantity: 3000 }])).sale)
    await inStep(till)
    await cloud.stop()
    const copy = open(folder)
    done.push((await copy.sell([{ good, quantity: 2000 }])).sale)
    await copy.run('stock.move', { reason: 'received', lines: [{ good: good.id, delta: 50_000 }] })
    await copy.run('goods.put', { good: good.id, set: { name: '大可乐' } })
    await cloud.start()
    await copy.run('sync.now', {})
    await refused(copy, 'sync.fork')
    return { copy, done: done.sort() }
  }
  const drawer = (of: TestTill): number => [...of.store.balances()].find(([account]) => account === 'drawer')![1]

  test('begins anew by a code: the old ledger is kept, and the shop has every sale once', { timeout: 20_000 }, async () => {
    const { copy, done } = await fork()
    const before = { identity: copy.store.identity(), rows: copy.store.rows(0, 1000), drawer: drawer(copy), head: copy.store.head() }
    const mine = rowsOf(before.rows).slice(-3)
    const key = randomUUID()
    await renew(copy, cloud.newCode(), key)
    await inStep(copy)
    expect(copy.store.identity()).toMatchObject({ shop: cloud.shop, till: '02' })
    expect(copy.store.identity().device).not.toBe(before.identity.device)
    expect(shopSales()).toEqual(done)
    // What only the copy had is there with its own ids, times and people; what the shop had is not there again.
    const rows = rowsOf(copy.store.rows(0, 1000))
    expect(rows.map(({ type }) => type)).toEqual(['device.begun', 'device.renewed', 'sale.completed', 'stock.moved', 'good.changed', 'staff.signed_in'])
    expect(rows.slice(2, 5).map(({ id, at: time, actor, body }) => ({ id, time, actor, body }))).toEqual(mine.map(({ id, at: time, actor, body }) => ({ id, time, actor, body })))
    expect(rows[1]).toMatchObject({ id: key, body: { from: before.identity.device, seq: before.head.seq, hash: before.head.hash, shift: { float: 1000, sales: 1, net: 350 } } })
    expect(await faults(copy)).toEqual([])

    const archive = readdirSync(join(copy.folder, 'archive'))
    expect(archive).toEqual([`till-01-${before.identity.device}-r${before.head.seq}.db`])
    const kept = openForReading(join(copy.folder, 'archive', archive[0]!))
    expect(verifyLedger(kept, sha256)).toMatchObject({ ok: true, head: before.head.hash })
    kept.close()

    // The shift goes on: its drawer is what it was, and closes to the fen.
    const { shift, staff } = await copy.run('till.snapshot', {})
    expect([shift?.float, staff?.no]).toEqual([1000, '01'])
    expect(drawer(copy)).toBe(before.drawer)
    const report = await copy.run('shift.report', {})
    expect(report).toMatchObject({ sales: 2, net: 350 + 700, expected: before.drawer })
    const next = await copy.sell([{ good: { ...good, name: '大可乐' } }])
    expect(next.no).toMatch(/-02-0001$/)
    expect(await copy.run('shift.close', { counted: before.drawer + 350 })).toMatchObject({ difference: 0, sales: 3 })
    await inStep(copy)
    expect(await faults(copy)).toEqual([])
    expect(await copy.run('staff.signIn', { no: '01', pin: OWNER_PIN })).toMatchObject({ no: '01' })

    // The same call again, whatever the code: done already.
    const head = copy.store.head()
    await renew(copy, 'anything', key)
    expect(copy.store.head()).toEqual(head)
    expect(await copy.refusal('till.renew', { key: next.sale, code: cloud.newCode() })).toMatchObject({ code: 'key.reused' })
  })

  test.each([['the original first', 0], ['the copy first', 1]])('both begin anew, %s', { timeout: 30_000 }, async (_name, first) => {
    const common = await till.sell([{ good }])
    await inStep(till)
    await cloud.stop()
    // Sold without a network before the copy is made: both have it, the shop has not.
    const unsent = await till.sell([{ good }])
    const folder = await copyOf(till)
    till = open(till.folder)
    const copy = open(folder)
    const done = [common.sale, unsent.sale, (await till.sell([{ good }])).sale, (await copy.sell([{ good, quantity: 2000 }])).sale]
    await copy.run('shift.close', { counted: 2400 })
    await copy.run('shift.open', { float: 300 })
    done.push((await copy.sell([{ good }])).sale)
    await cloud.start()
    await till.run('sync.now', {})
    await copy.run('sync.now', {})
    cloud.device.quarantined = true
    done.push((await till.sell([{ good }])).sale)
    await copy.run('sync.now', {})
    await refused(till, 'device.quarantined')
    for (const each of first === 0 ? [till, copy] : [copy, till]) {
      await renew(each)
      await inStep(each)
      expect(await faults(each)).toEqual([])
    }
    expect(shopSales()).toEqual(done.sort())
    expect([...cloud.devices.values()].map((each) => each.till)).toEqual(['01', '02', '03'])
    // No event is recorded by two of the shop's ledgers.
    const all = [...cloud.devices.values()].flatMap(({ rows }) => rowsOf(rows)).map(({ id }) => id)
    expect(new Set(all).size).toBe(all.length)
    for (const each of [till, copy]) {
      await each.sell([{ good }])
      await each.run('shift.close', { counted: (await each.run('shift.report', {})).expected! })
      await inStep(each)
      expect([...each.store.balances()].filter(([account]) => account === 'drawer')).toEqual([['drawer', 0]])
    }
  })

  test('a ticket that was open on both and that both completed goes up a second time, to be seen', async () => {
    const folder = await copyOf(till)
    till = open(till.folder)
    await cloud.stop()
    const copy = open(folder)
    const ticket = ticketOf([{ good }])
    const complete = (of: TestTill) => of.run('sale.complete', { key: ticket.id, ticket, total: 350, given: 350 })
    await complete(till)
    till.clock.pass(60_000)
    await complete(copy)
    await cloud.start()
    await till.run('sync.now', {})
    await inStep(till)
    await copy.run('sync.now', {})
    await refused(copy, 'sync.fork')
    await renew(copy)
    await inStep(copy)
    expect([...cloud.devices.values()].map(({ rows }) => rowsOf(rows).filter(({ id }) => id === ticket.id).length)).toEqual([1, 1])
    expect(await faults(copy)).toEqual([])
  })

  test('what fails on the way changes nothing, and the next code goes on as the same new till', { timeout: 20_000 }, async () => {
    const { copy, done } = await fork()
    const before = { identity: copy.store.identity(), rows: copy.store.rows(0, 1000) }
    const same = (): void => expect({ identity: copy.store.identity(), rows: copy.store.rows(0, 1000) }).toEqual(before)
    expect(await copy.refusal('till.renew', { code: 'ABC' })).toMatchObject({ code: 'pairing.code_wrong' })
    expect(await copy.refusal('till.renew', { code: 'ABCDEFGH' })).toMatchObject({ code: 'pairing.code_wrong' })
    cloud.next('/api/pair', 'pairing.other_shop')
    expect(await copy.refusal('till.renew', { code: cloud.newCode() })).toMatchObject({ code: 'pairing.other_shop' })
    same()
    cloud.next('/api/pair', 'lost')
    expect(await copy.refusal('till.renew', { code: cloud.newCode() })).toMatchObject({ code: 'pairing.cloud_unreachable' })
    cloud.next('/api/sync/known', 'failed')
    expect(await copy.refusal('till.renew', { code: cloud.newCode() })).toMatchObject({ code: 'pairing.cloud_unreachable' })
    same()
    // It sells on all the while, and that goes along too.
    done.push((await copy.sell([{ good: { ...good, name: '大可乐' } }])).sale)
    await copy.addStaff('02', 'cashier', '0000')
    await copy.run('staff.signIn', { no: '02', pin: '0000' })
    expect(await copy.refusal('till.renew', { code: cloud.newCode() })).toMatchObject({ code: 'staff.not_allowed' })
    await copy.run('staff.signIn', { no: '01', pin: OWNER_PIN })
    await renew(copy)
    await inStep(copy)
    expect(cloud.devices.size).toBe(2)
    expect(shopSales()).toEqual(done.sort())
    expect(await faults(copy)).toEqual([])
  })

  test('a till whose access was withdrawn, or that its cloud forgot, comes back the same way', { timeout: 20_000 }, async () => {
    const first = await till.sell([{ good }])
    await inStep(till)
    cloud.device.revoked = true
    const second = await till.sell([{ good }])
    await refused(till, 'device.revoked')
    await renew(till)
    await inStep(till)
    expect(shopSales()).toEqual([first.sale, second.sale].sort())
    cloud.devices.clear()
    await till.run('sync.now', {})
    await refused(till, 'token.invalid')
    const third = await till.sell([{ good }])
    await renew(till)
    await inStep(till)
    // All that this ledger has; the first sale is in the ledger before it, in a file beside.
    expect(shopSales()).toEqual([second.sale, third.sale].sort())
    expect(await faults(till)).toEqual([])
    expect(readdirSync(join(till.folder, 'archive'))).toHaveLength(2)
  })

  test('alone, without a cloud, there is nothing to begin anew', async () => {
    const alone = openTill()
    expect(await alone.refusal('till.renew', { code: cloud.newCode() })).toMatchObject({ code: 'pairing.none' })
  })
})
