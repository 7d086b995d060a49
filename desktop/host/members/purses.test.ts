/** Points and stored value at one till: earned, spent, topped up, given back, put right; in the books to the fen, and made again from the journal alike. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { type LineWish, type TestTill, CASHIER_PIN, OWNER_PIN, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import type { GoodView, MemberView, SaleView } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'

let till: TestTill
let member: string
let good: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  await till.run('shift.open', { float: 20_000 })
  good = await till.addGood({ price: 3750 })
  member = (await till.run('member.join', { set: { phone: '13812345678', name: '张三丰' } })).member
})

interface Payment { value?: number; points?: number; given?: number; key?: string }
function sell(lines: readonly LineWish[], { value = 0, points = 0, given, key }: Payment = {}, who: string | undefined = member): Promise<SaleView> {
  const ticket = { ...ticketOf(lines, key), ...(who !== undefined && { member: who }) }
  const total = totalOf(ticket)
  return till.run('sale.complete', { key: ticket.id, ticket, total, given: given ?? Math.max(0, total - value - points), value, points })
}
async function refused(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'done', (error: unknown) => (error as { code: string }).code)
}
const card = (): Promise<MemberView> => till.run('member.card', { member })
const shop = (loyalty: object) => till.run('shop.put', { set: { loyalty: { earn: 100, worth: 1, bonus: [], birthday: 0, ...loyalty } } })
const balances = async (): Promise<Record<string, number>> => Object.fromEntries((await till.run('ledger.balances', {})).balances.filter((each) => each.fen !== 0).map(({ account, fen: amount }) => [account, amount]))
const verified = async (): Promise<unknown> => (await till.run('ledger.verify', {})).faults

describe('points', () => {
  test('are earned by what was paid, at the shop\'s rate, and the ticket says what there is after it', async () => {
    expect((await sell([{ good }])).member).toEqual({ member, points: 37, value: 0, earned: 37, spent: 0 })
    await shop({ earn: 50 })
    expect((await sell([{ good }])).member).toMatchObject({ points: 112, earned: 75 })
    await shop({ earn: 0 })
    expect((await sell([{ good }])).member).toMatchObject({ points: 112, earned: 0 })
    expect((await card()).points).toEqual({ balance: 112, held: 112 })
    expect(await verified()).toEqual([])
  })
  test('go back with what comes back', async () => {
    await sell([{ good, quantity: 2000 }])
    expect((await sell([{ good, quantity: -1000 }])).member).toMatchObject({ points: 75 - 37, earned: -37 })
    expect((await card()).points.balance).toBe(38)
  })
  test('that were spent before their goods come back are owed, and earned off again', async () => {
    await sell([{ good }])
    await sell([{ good }], { points: 37 })
    // 37 of the second sale's 37.50 were paid in cash, at 1 point a yuan.
    expect((await card()).points.balance).toBe(37)
    await sell([{ good, quantity: -1000 }])
    await sell([{ good, quantity: -1000 }])
    expect((await card()).points).toEqual({ balance: -37, held: 0 })
    expect(await refused(sell([{ good }], { points: 1 }))).toBe('member.too_little')
    await sell([{ good, quantity: 2000 }])
    expect((await card()).points).toEqual({ balance: 38, held: 38 })
  })
  test('pay at the rate they are worth, for no more than is due, and are in the books', async () => {
    await shop({ worth: 10 })
    await sell([{ good, quantity: 20_000 }])
    const ticket = { ...ticketOf([{ good }]), member }
    const sale = await till.run('sale.complete', { key: ticket.id, ticket, total: 3750, given: 3000, points: 100 })
    expect(sale.tenders).toEqual([{ channel: 'points', amount: 1000, given: 0, change: 0 }, { channel: 'cash', amount: 2750, given: 3000, change: 250 }])
    expect(sale.member).toMatchObject({ points: 750 - 100 + 27, spent: 100, earned: 27 })
    expect(await balances()).toMatchObject({ 'channel:points': 1000, drawer: 20_000 + 75_000 + 2750, sales: -78_750 })
    expect(await refused(till.run('sale.complete', { key: randomUUID(), ticket: { ...ticketOf([{ good }]), member }, total: 3750, given: 0, points: 376 }))).toBe('call.invalid')
    const next = { ...ticketOf([{ good }]), member }
    expect((await till.refusal('sale.complete', { key: next.id, ticket: next, total: 3750, given: 0, points: 376 })).code).toBe('sale.paid_too_much')
    expect(await verified()).toEqual([])
  })
  test('of nobody pay nothing', async () => {
    const ticket = ticketOf([{ good }])
    expect((await till.refusal('sale.complete', { key: ticket.id, ticket, total: 3750, given: 3750, points: 1 })).code).toBe('member.none')
    expect((await till.refusal('sale.complete', { key: ticket.id, ticket: { ...ticket, member: randomUUID() }, total: 3750, given: 3750 })).code).toBe('member.not_found')
  })
  test('outlive a restart, and a sale that is said twice earns once', async () => {
    const ticket = { ...ticketOf([{ good }]), member }
    const said = { key: ticket.id, ticket, total: 3750, given: 3750 }
    expect(await till.run('sale.complete', said)).toEqual(await till.run('sale.complete', said))
    till = await till.restart()
    expect((await card()).points.balance).toBe(37)
  })
})

describe('stored value', () => {
  const topUp = (amount: number, key = randomUUID()) => till.run('member.topUp', { key, member, amount })
  test('comes in as cash, is no revenue, pays, and is never below nothing', async () => {
    expect((await topUp(10_000)).value).toEqual({ balance: 10_000, held: 10_000 })
    expect(await balances()).toMatchObject({ drawer: 30_000, 'value:topped_up': -10_000 })
    const sale = await sell([{ good }], { value: 3750 })
    expect(sale).toMatchObject({ total: 3750, tenders: [{ channel: 'stored_value', amount: 3750 }], member: { value: 6250, points: 37 } })
    expect(await balances()).toEqual({ drawer: 30_000, safe: -20_000, 'value:topped_up': -10_000, 'value:redeemed': 3750, sales: -3750 })
    expect(await till.run('shift.report', {})).toMatchObject({ net: 3750, expected: 30_000 })
    expect(await refused(sell([{ good, quantity: 2000 }], { value: 7500 }))).toBe('member.too_little')
    expect((await card()).value.balance).toBe(6250)
    expect(await verified()).toEqual([])
  })
  test('is paid in once however often it is said, with what the shop gives on top', async () => {
    await shop({ bonus: [{ from: 10_000, bonus: 1000 }] })
    const key = randomUUID()
    await topUp(10_000, key)
    expect((await topUp(10_000, key)).value.balance).toBe(11_000)
    expect((await till.refusal('member.topUp', { key, member, amount: 20_000 })).code).toBe('key.reused')
    expect((await topUp(9999)).value.balance).toBe(20_999)
    expect(await balances()).toMatchObject({ drawer: 39_999, 'value:topped_up': -20_999, 'value:bonus': 1000 })
  })
  test('is taken up to the limit and not a fen beyond, with what is given on top; the refusal says how much can still come', async () => {
    await shop({ bonus: [{ from: 50_000, bonus: 5000 }] })
    expect(await card()).toMatchObject({ limit: 500_000, room: 495_000 })
    await topUp(400_000)
    expect(await card()).toMatchObject({ value: { balance: 405_000 }, room: 90_000 })
    expect(await till.refusal('member.topUp', { member, amount: 90_001 })).toEqual({ code: 'member.over_limit', detail: { limit: 5000, left: '900.00', named: 5000 } })
    expect((await topUp(90_000)).value.balance).toBe(500_000)
    expect((await till.refusal('member.adjust', { member, purse: 'value', delta: 1, reason: 'correction' })).code).toBe('member.over_limit')
    await sell([{ good }], { value: 3750 })
    expect((await topUp(3750)).value.balance).toBe(500_000)
    await till.run('shop.put', { set: { valueLimits: { named: 0, unnamed: 100_000 } } })
    expect(await topUp(1)).toMatchObject({ limit: null, room: null, value: { balance: 500_001 } })
    expect(await verified()).toEqual([])
  })
  test('of a member without a name ends sooner, and a name lifts it', async () => {
    const { member: other } = await till.run('member.join', { set: { phone: '13900001111' } })
    expect(await till.refusal('member.topUp', { member: other, amount: 100_001 })).toEqual({ code: 'member.over_unnamed', detail: { limit: 1000, left: '1000.00', named: 5000 } })
    await till.run('member.change', { member: other, set: { name: '李四' } })
    expect((await till.run('member.topUp', { member: other, amount: 100_001 })).value.balance).toBe(100_001)
  })
  test('that several tills took beyond the limit is told by name to whoever reads it, and not written down by name', async () => {
    await topUp(300_000)
    const { device } = till.store.identity()
    const doc = { value: { parts: { [device]: { moved: 300_000, released: 0, granted: 0, keep: 0 }, [randomUUID()]: { moved: 300_000, released: 0, granted: 0, keep: 0 } }, wanted: null }, over: { till: '02', at: 5, balance: 600_000, limit: 500_000 } }
    till.store.applyChanges([{ kind: 'purse', id: member, rev: 1, doc: doc as never, clocks: '0000000000010000-cloud' }], 1)
    expect((await till.run('alert.list', {})).alerts).toMatchObject([{ at: 5, what: { kind: 'value.over_limit', who: '张* 138****5678', till: '02', balance: 600_000, limit: 500_000 } }])
    expect(till.store.alerts()).toMatchObject([{ what: { who: '' } }])
    expect((await card()).room).toBe(0)
  })
  test('pays a part, cash the rest; and takes back what goods that come back are worth', async () => {
    await topUp(3000)
    const sale = await sell([{ good }], { value: 3000, given: 1000 })
    expect(sale.tenders).toEqual([{ channel: 'stored_value', amount: 3000, given: 0, change: 0 }, { channel: 'cash', amount: 750, given: 1000, change: 250 }])
    const back = await sell([{ good, quantity: -1000 }], { value: -3750 })
    expect(back).toMatchObject({ tenders: [{ channel: 'stored_value', amount: -3750 }], member: { value: 3750 } })
    expect(await balances()).toMatchObject({ drawer: 23_750, 'value:topped_up': -3000, 'value:redeemed': -750 })
    expect(await verified()).toEqual([])
  })
  test('needs an open shift, and the receipt and the slip say what is left', async () => {
    await topUp(10_000)
    const sale = await sell([{ good }], { value: 3750 })
    const { svg } = await till.run('sale.receipt', { sale: sale.sale })
    expect(svg.replaceAll(/<[^>]+>/g, '')).toMatch(/储值余额.*62\.50/s)
    const drawer = (await till.run('shift.report', {})).expected!
    await till.run('shift.close', { counted: drawer })
    expect((await till.refusal('member.topUp', { member, amount: 100 })).code).toBe('shift.none')
  })
  test('is put right by a manager, or by whom a manager lets, and paid out in cash', async () => {
    await topUp(10_000)
    await till.addStaff('02', 'cashier')
    await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
    const wrong = { member, purse: 'value' as const, delta: -500, reason: 'correction' as const, note: '多充了' }
    expect((await till.refusal('member.adjust', wrong)).code).toBe('staff.not_allowed')
    const key = randomUUID()
    await till.run('staff.approve', { no: '01', pin: OWNER_PIN, rights: ['member.adjust'], for: key })
    expect((await till.run('member.adjust', { ...wrong, key })).value.balance).toBe(9500)
    expect((await till.run('member.adjust', { ...wrong, key })).value.balance).toBe(9500)
    await till.run('staff.signIn', { no: '01', pin: OWNER_PIN })
    expect((await till.refusal('member.adjust', { ...wrong, delta: -9501 })).code).toBe('member.too_little')
    expect((await till.refusal('person.erase', { person: member })).code).toBe('member.has_value')
    expect((await till.run('member.adjust', { member, purse: 'value', delta: -9500, reason: 'refund' })).value.balance).toBe(0)
    expect(await balances()).toEqual({ drawer: 20_500, safe: -20_000, 'value:topped_up': -10_000, 'value:adjusted': 10_000, 'value:correction': -500 })
    await till.run('person.erase', { person: member })
    expect(await verified()).toEqual([])
  })
})
test('what is worth nothing to a sale without a member is as before', async () => {
  const sale = await till.sell([{ good }])
  expect([sale.member, fen(sale.total)]).toEqual([null, 3750])
})
