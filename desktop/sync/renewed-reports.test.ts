/** A till that begins a new ledger: its reports, its receipts and what can still come back of them are what they were, whatever the shop had of the old one. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { recoverTill } from '#desktop/storage/ledger/recover.ts'
import { tamper } from '#desktop/storage/testing/store.ts'
import { sha256 } from '#desktop/storage/till-store.ts'
import { type TestTill, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { FakeCloud } from './testing/fake-cloud.ts'

const DAY_MS = 86_400_000
type Deed = { do: 'sell'; quantity: number; via: string } | { do: 'refund'; of: number } | { do: 'shift' } | { do: 'day' } | { do: 'import' } | { do: 'renew' }
const deeds = fc.array(fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('sell' as const), quantity: fc.integer({ min: 1, max: 4 }), via: fc.constantFrom('', '微信', '支付宝') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('refund' as const), of: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('shift' as const, 'day' as const, 'import' as const, 'renew' as const) }) },
), { minLength: 3, maxLength: 12 })

interface Shop { readonly cloud: FakeCloud; readonly till: TestTill; readonly good: GoodView }
async function open(): Promise<Shop> {
  const cloud = await new FakeCloud().start()
  const till = openTill({ outlives: true })
  await till.setUp()
  const good = await till.addGood({ name: '可乐', code: '6901', price: 350, cost: 200 })
  await till.run('shift.open', { float: 1000 })
  await till.run('till.pair', { cloud: cloud.url, code: cloud.newCode() })
  await inStep(till)
  return { cloud, till, good }
}
async function inStep(till: TestTill): Promise<void> {
  await expect.poll(async () => { const { state, unsent } = await till.run('sync.status', {}); return [state, unsent] }, { timeout: 10_000 }).toEqual(['online', 0])
}
/** The shop takes no more of this ledger: what is done from here on it has not got. */
async function withdraw({ cloud, till }: Shop): Promise<void> {
  await inStep(till)
  cloud.devices.get(till.store.identity().device)!.revoked = true
  await till.run('sync.now', {})
  await expect.poll(async () => (await till.run('sync.status', {})).code, { timeout: 10_000 }).toBe('device.revoked')
}
async function renew({ cloud, till }: Shop): Promise<void> {
  await till.run('till.renew', { code: cloud.newCode() })
  await inStep(till)
}
let files = 0
async function act(shop: Shop, deed: Deed): Promise<void> {
  const { till, good } = shop
  if (deed.do === 'sell') {
    const ticket = ticketOf([{ good, quantity: deed.quantity * 1000 }])
    const total = totalOf(ticket)
    await till.run('sale.complete', { key: ticket.id, ticket, total, given: deed.via === '' ? total : 0, ...deed.via !== '' && { code: { via: deed.via, fen: total } } } as never)
  }
  else if (deed.do === 'day') till.clock.pass(DAY_MS)
  else if (deed.do === 'renew') {
    await withdraw(shop)
    await renew(shop)
  } else if (deed.do === 'import') {
    files += 1
    const text = `单号,日期,条码,品名,金额\nA${files},2026-05-0${files % 9 + 1},6901,,${files}.50\nB${files},2026-05-02,,老冰棍,1.00\n`
    await till.run('import.bring', { kind: 'history', name: `${files}.csv`, data: Buffer.from(text).toString('base64') })
  } else if (deed.do === 'shift') {
    await till.run('shift.close', { counted: 0 })
    await till.run('shift.open', { float: 500 })
  } else {
    const { sales } = await till.run('sale.list', {})
    const sale = sales[deed.of % Math.max(1, sales.length)]
    if (!sale) return
    const { lines } = await till.run('sale.refundable', { sale: sale.sale })
    const sold = (await till.run('sale.get', { sale: sale.sale })).lines[0]!
    if (lines[0]!.quantity === sold.quantity) return
    await till.run('sale.refund', { sale: sale.sale, reason: 'quality', total: 350, lines: [{ line: 0, good: good.id, quantity: 1000, stock: 'back' }] })
  }
}
/** All that a shopkeeper can look up of what was sold. */
async function lookedUp(till: TestTill) {
  const { at: _at, ...report } = await till.run('report.sales', { from: '2025-11-24', to: '2026-12-31' })
  const { sales } = await till.run('sale.list', { limit: 200 })
  const back = []
  const found = []
  for (const { sale, no } of sales) {
    const { sale: view, ...refundable } = await till.run('sale.refundable', { sale })
    back.push({ ...refundable, view: { ...view, url: null, sent: null } })
    found.push((await till.run('sale.find', { text: no })).sales.map((row) => [row.sale, row.back]))
  }
  const { cashiers, net, sales: count, refunded, balances } = await till.run('shift.report', {})
  return { report, sales: sales.map(({ seq: _seq, url: _url, sent: _sent, ...row }) => row), back, found, shift: { cashiers, net, count, refunded, balances: balances.map(({ account, fen }) => [account, fen]).sort() } }
}

test('reports, receipts, refunds and the shift by cashier are the same after as before, over any deeds and several renewals', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(deeds, deeds, async (known, unknown) => {
    const shop = await open()
    try {
      for (const deed of known) await act(shop, deed)
      await withdraw(shop)
      for (const deed of unknown) if (deed.do !== 'renew') await act(shop, deed)
      const before = await lookedUp(shop.till)
      await renew(shop)
      expect(await lookedUp(shop.till)).toEqual(before)
      expect((await shop.till.run('ledger.verify', {})).faults).toEqual([])
    } finally {
      await shop.till.close()
      await shop.cloud.stop()
    }
  }), { numRuns: 10 })
})

test('what came back under the old ledger is counted once, though the cloud tells it as another till\'s; a receipt keeps its till', async () => {
  const shop = await open()
  onTestFinished(async () => { await shop.till.close(); await shop.cloud.stop() })
  const { till, good } = shop
  const sale = await till.sell([{ good, quantity: 3000 }])
  const refund = (total: number, quantity: number) => till.run('sale.refund', { sale: sale.sale, reason: 'quality', total, lines: [{ line: 0, good: good.id, quantity, stock: 'back' }] })
  const first = await refund(350, 1000)
  const papers = async () => [(await till.run('sale.receipt', { sale: sale.sale, columns: 48 })).svg, (await till.run('sale.receipt', { sale: first.refund, columns: 48 })).svg]
  const printed = await papers()
  const old = till.store.identity()
  await withdraw(shop)
  await renew(shop)
  expect(till.store.identity().till).not.toBe(old.till)
  expect(await papers()).toEqual(printed)
  const others = { refund: randomUUID(), device: randomUUID(), till: '09', fen: 100 }
  till.store.applyChanges([{ kind: 'refund', id: sale.sale, rev: 9, doc: { paid: 1050, back: [{ refund: first.refund, device: old.device, till: old.till, fen: 350 }, others] }, clocks: {} }], 9)
  expect(await till.run('sale.refundable', { sale: sale.sale })).toMatchObject({ left: 600, elsewhere: 100, lines: [{ quantity: 1000, amount: 350 }] })
  const again = await refund(350, 1000)
  expect(till.store.event(again.refund)!.body).toMatchObject({ known: true, saleNo: sale.no, saleTill: '01' })
  expect(await till.refusal('sale.refund', { sale: sale.sale, reason: 'quality', total: 350, lines: [{ line: 0, good: good.id, quantity: 1000, stock: 'back' }] })).toMatchObject({ code: 'refund.beyond' })
  // The same ticket once more is that sale, and no second one.
  expect((await till.run('sale.get', { sale: sale.sale })).sent).toBe(true)
  expect(await till.run('sale.reprint', { sale: sale.sale })).toEqual({})
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

test('a recall finds what was sold under the ledgers before: by its lot, of the whole good, and what named no lot, with its buyers; also after a restart', async () => {
  const shop = await open()
  onTestFinished(() => shop.cloud.stop())
  const { till, good } = shop
  const { member } = await till.run('member.join', { set: { phone: '13812345678', name: '张三丰' } })
  const sell = async (in_: TestTill): Promise<void> => {
    const ticket = { ...ticketOf([{ good, quantity: 2000 }]), member }
    await in_.run('sale.complete', { key: ticket.id, ticket, total: 700, given: 700 })
  }
  await sell(till)
  // What is sold from now on names it.
  const lot = await till.run('lot.intake', { good: good.id, quantity: 20_000, supplier: '老王' })
  await sell(till)
  await withdraw(shop)
  await sell(till)
  const about = [{ good: good.id, no: lot.no }, { good: good.id, no: '' }, { good: null, no: '', supplier: '老王' }].map((what) => ({ supplier: '', from: '', to: '', ...what }))
  const effects = async (in_: TestTill) => {
    const all = []
    for (const what of about) all.push(await in_.run('recall.effect', { what, limit: 9 }))
    return all.map(({ total, quantity, sales, unnamed }) => ({ total, quantity, sales, unnamed }))
  }
  const before = await effects(till)
  expect(before).toMatchObject([{ total: 2, quantity: 4000, unnamed: { total: 1 }, sales: [{ member: { member } }, {}] }, { total: 3, quantity: 6000 }, { total: 2, unnamed: { total: 1 } }])
  await renew(shop)
  expect(await effects(till)).toEqual(before)
  await withdraw(shop)
  await renew(shop)
  while (till.store.settleSold(1));
  expect(await effects(till)).toEqual(before)
  await till.close()
  const again = openTill({ folder: till.folder, clock: till.clock })
  onTestFinished(() => again.close())
  await again.run('staff.signIn', { no: '01', pin: '1234' })
  expect(await effects(again)).toEqual(before)
  await sell(again)
  expect((await effects(again))[1]).toMatchObject({ total: 4, quantity: 8000 })
  expect((await again.run('ledger.verify', {})).faults).toEqual([])
})

test('numbers of closed shifts and what is sold often first go on, over several renewals, a recovery and a restart', async () => {
  const shop = await open()
  onTestFinished(() => shop.cloud.stop())
  let { till } = shop
  const rare = await till.addGood({ name: '可可', code: '6902', price: 500 })
  const often = async (): Promise<unknown[]> => [(await till.run('goods.search', { text: '可' })).goods.map(({ name }) => name), (await till.run('goods.search', { text: 'k' })).goods.map(({ name }) => name)]
  const numbers = async (): Promise<unknown[]> => (await till.run('shift.list', {})).shifts.map(({ z }) => z)
  const close = async (): Promise<number | null> => {
    till.clock.pass(60_000)
    const { z } = await till.run('shift.close', { counted: 0 })
    await till.run('shift.open', { float: 0 })
    return z
  }
  await till.sell([{ good: shop.good }, { good: rare }])
  for (let n = 0; n < 3; n++) await till.sell([{ good: rare }])
  expect([await close(), await close()]).toEqual([1, 2])
  const order = await often()
  expect(order).toEqual([['可可', '可乐'], ['可可', '可乐']])
  await withdraw(shop)
  // The paper of this one is printed: its number stays, though the new ledger has it and not the ones before.
  expect(await close()).toBe(3)
  await renew(shop)
  expect([await numbers(), await often()]).toEqual([[null, 3], order])
  expect(await close()).toBe(4)
  await withdraw(shop)
  await renew(shop)
  expect([await close(), await often()]).toEqual([5, order])
  await till.close()
  expect(recoverTill(till.folder, sha256, new Date(till.clock.now()), { key: 'restored', value: '1' })).toMatchObject({ goesOn: true })
  till = openTill({ folder: till.folder, clock: till.clock })
  onTestFinished(() => till.close())
  await till.run('staff.signIn', { no: '01', pin: '1234' })
  expect([await close(), await often()]).toEqual([6, order])
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

test('a changed row of a ledger before is found, and recovering leaves it out and goes on with the others', async () => {
  const shop = await open()
  onTestFinished(() => shop.cloud.stop())
  const { till, good } = shop
  for (const quantity of [1000, 2000, 3000]) await till.sell([{ good, quantity }])
  await withdraw(shop)
  await renew(shop)
  await till.close()
  tamper(till.folder, (db) => {
    db.exec("DROP TRIGGER earlier_no_update; UPDATE earlier SET text = replace(text, '1050', '1051') WHERE seq = (SELECT max(seq) FROM earlier)")
  })
  const hurt = openTill({ folder: till.folder, clock: till.clock })
  expect((await hurt.run('ledger.verify', {})).faults.map(({ code }) => code)).toContain('chain.hash')
  await hurt.close()
  expect(recoverTill(till.folder, sha256, new Date(till.clock.now()), { key: 'restored', value: '1' })).toMatchObject({ goesOn: true, missing: undefined })
  const again = openTill({ folder: till.folder, clock: till.clock })
  onTestFinished(() => again.close())
  expect((await again.run('sale.list', {})).sales.map(({ total }) => total)).toEqual([700, 350])
  expect((await again.run('ledger.verify', {})).faults).toEqual([])
})
