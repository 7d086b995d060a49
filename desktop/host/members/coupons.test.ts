/** Coupons and the birthday price at a till: taken off the ticket as a whole, once, within their terms; and what a till does when another was first. */
import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { type TestTill, CASHIER_PIN, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import type { GoodView, SaleView } from '#shared/host/schemas.ts'
import type { CallInput } from '#shared/host/contract.ts'

let till: TestTill
let member: string
let good: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  await till.run('shift.open', { float: 20_000 })
  good = await till.addGood({ price: 3750 })
  member = (await till.run('member.join', { set: { phone: '13812345678', name: '张三丰', birthday: '1990-11-23' } })).member
})
type Terms = CallInput<'coupon.issue'>['terms']
const TERMS: Terms = { name: '满三十减五', code: 'AB12', member: null, off: { fen: 500 }, least: 3000, from: '2026-11-01', until: '2026-12-31' }
const issue = (terms: Partial<Terms> = {}, key = randomUUID()) => till.run('coupon.issue', { key, terms: { ...TERMS, ...terms } })
interface Wish { coupon?: string; who?: string | undefined; quantity?: number; off?: number }
function sell({ coupon, who, quantity = 1000, off = 0 }: Wish): Promise<SaleView> {
  const ticket = { ...ticketOf([{ good, quantity }]), ...(coupon !== undefined && { coupon }), ...(who !== undefined && { member: who }) }
  const total = totalOf(ticket) - off
  return till.run('sale.complete', { key: ticket.id, ticket, total, given: Math.max(0, total) })
}
const refused = async (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => (error as { code: string }).code)
const balances = async (): Promise<Record<string, number>> => Object.fromEntries((await till.run('ledger.balances', {})).balances.map(({ account, fen }) => [account, fen]))
const faults = async (): Promise<unknown> => (await till.run('ledger.verify', {})).faults

test('a coupon is found by its code, taken off the total, said on the receipt, and gone', async () => {
  const { coupon } = await issue()
  expect(await till.run('coupon.find', { code: ' AB12 ' })).toMatchObject({ coupon, usable: true })
  const sale = await sell({ coupon, off: 500 })
  expect(sale).toMatchObject({ gross: 3750, discount: 500, total: 3250, lines: [{ net: 3250, offs: [{ why: 'coupon', coupon, name: '满三十减五', fen: 500 }] }] })
  expect(await balances()).toMatchObject({ sales: -3750, discounts: 500, drawer: 23_250 })
  const { svg } = await till.run('sale.receipt', { sale: sale.sale })
  expect(svg.replaceAll(/<[^>]+>/g, '')).toMatch(/满三十减五.*5\.00/s)
  expect((await till.run('coupon.find', { code: 'AB12' })).usable).toBe(false)
  expect(await refused(sell({ coupon, off: 500 }))).toBe('coupon.used')
  till = await till.restart()
  expect(await refused(sell({ coupon, off: 500 }))).toBe('coupon.used')
  expect(await faults()).toEqual([])
})
test('a coupon is good within its terms only', async () => {
  const percent = await issue({ off: { percent: 10 }, code: 'P' })
  expect(await refused(sell({ coupon: percent.coupon }))).toBe('sale.total_changed')
  expect((await sell({ coupon: percent.coupon, off: 375 })).total).toBe(3375)
  expect(await refused(sell({ coupon: (await issue({ least: 3751 })).coupon, off: 500 }))).toBe('coupon.least')
  expect(await refused(sell({ coupon: (await issue({ from: '2026-12-01' })).coupon, off: 500 }))).toBe('coupon.not_yet')
  expect(await refused(sell({ coupon: (await issue({ until: '2026-11-22' })).coupon, off: 500 }))).toBe('coupon.expired')
  expect(await refused(sell({ coupon: randomUUID(), off: 500 }))).toBe('coupon.not_found')
  expect((await sell({ coupon: (await issue({ off: { fen: 9000 }, least: 0 })).coupon, off: 3750 })).total).toBe(0)
  expect(await refused(issue({ code: '' }))).toBe('call.invalid')
})
test('a member\'s own coupon is on their card, and nobody else\'s', async () => {
  const key = randomUUID()
  const { coupon } = await issue({ code: '', member }, key)
  expect(await issue({ code: '', member }, key)).toMatchObject({ coupon })
  expect((await till.run('member.card', { member })).coupons).toMatchObject([{ coupon, name: '满三十减五' }])
  expect(await refused(sell({ coupon, off: 500 }))).toBe('coupon.of_another')
  await sell({ coupon, who: member, off: 500 })
  expect((await till.run('member.card', { member })).coupons).toEqual([])
})
test('a cashier issues none', async () => {
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await refused(issue())).toBe('staff.not_allowed')
})
test('who hears that another till was first books a loss once, and tells its people; who was first only tells them', async () => {
  const { coupon } = await issue()
  const { sale } = await sell({ coupon, off: 500 })
  const own = { device: till.store.identity().device, till: '01', sale, fen: 500, at: 1 }
  const other = { device: randomUUID(), till: '02', sale: randomUUID(), fen: 500, at: 2 }
  const hear = (doc: object, rev: number): void => { till.store.applyChanges([{ kind: 'coupon', id: coupon, rev, doc: doc as never, clocks: `00000000000${rev}0000-cloud` }], rev) }
  hear({ used: own, again: [other] }, 1)
  expect((await till.run('alert.list', {})).alerts).toMatchObject([{ what: { kind: 'coupon.used_twice', tills: ['01', '02'], counts: true } }])
  expect(till.store.lostCoupons()).toEqual([])
  hear({ used: other, again: [own] }, 2)
  expect((await till.run('alert.list', {})).alerts).toMatchObject([{ what: { kind: 'coupon.used_twice', tills: ['02', '01'], counts: false, fen: 500 } }])
  expect(till.store.lostCoupons()).toEqual([{ coupon, use: own }])
})

test('a use of which all came back is no loss; where that was the first one, the next one counts', async () => {
  const { coupon } = await issue()
  const { sale } = await sell({ coupon, off: 500 })
  const own = { device: till.store.identity().device, till: '01', sale, fen: 500, at: 1 }
  const other = { device: randomUUID(), till: '02', sale: randomUUID(), fen: 500, at: 2 }
  const hear = (doc: object, rev: number): void => { till.store.applyChanges([{ kind: 'coupon', id: coupon, rev, doc: doc as never, clocks: `00000000000${rev}0000-cloud` }], rev) }
  const third = { ...other, till: '03', sale: randomUUID() }
  hear({ used: other, again: [own, third], back: [other.sale] }, 1)
  expect(till.store.lostCoupons()).toEqual([])
  expect((await till.run('alert.list', {})).alerts).toMatchObject([{ what: { kind: 'coupon.used_twice', tills: ['01', '03'], counts: true } }])
  hear({ back: [] }, 2)
  expect(till.store.lostCoupons()).toEqual([{ coupon, use: own }])
  // The cloud has not heard of it yet.
  await till.run('sale.refund', { sale, reason: 'no_reason', total: 3250, lines: [{ line: 0, good: good.id, quantity: 1000, stock: 'back' }] })
  expect(till.store.lostCoupons()).toEqual([])
  expect(await faults()).toEqual([])
})

test('the birthday price is given on the day, to the member, once a year', async () => {
  await till.run('shop.put', { set: { loyalty: { earn: 100, worth: 1, bonus: [], birthday: 20 } } })
  expect((await till.run('member.card', { member })).birthday).toBe(20)
  expect(await refused(sell({ who: member }))).toBe('sale.total_changed')
  expect(await sell({ who: member, off: 750 })).toMatchObject({ total: 3000, lines: [{ offs: [{ why: 'birthday', fen: 750 }] }], member: { earned: 30 } })
  expect((await till.run('member.card', { member })).birthday).toBe(0)
  expect((await sell({ who: member })).total).toBe(3750)
  till.clock.pass(365 * 86_400_000)
  expect((await till.run('member.card', { member })).birthday).toBe(20)
  till.clock.pass(86_400_000)
  expect((await till.run('member.card', { member })).birthday).toBe(0)
  expect(till.store.rows(0, 1000).some(({ text }) => text.includes('11-23"') && text.includes('1990'))).toBe(false)
  expect(await faults()).toEqual([])
})

test('who hears that another till gave the birthday price too tells its people, by name', async () => {
  await till.run('shop.put', { set: { loyalty: { earn: 100, worth: 1, bonus: [], birthday: 20 } } })
  const { sale } = await sell({ who: member, off: 750 })
  const own = { device: till.store.identity().device, till: '01', sale, fen: 750, at: 9 }
  const other = { device: randomUUID(), till: '02', sale: randomUUID(), fen: 100, at: 2 }
  const hear = (uses: object[], rev: number): void => { till.store.applyChanges([{ kind: 'purse', id: member, rev, doc: { birthday: 2026, birthdays: { 2026: uses } } as never, clocks: `00000000000${rev}0000-cloud` }], rev) }
  hear([own], 1)
  expect((await till.run('alert.list', {})).alerts).toEqual([])
  hear([other, own], 2)
  expect((await till.run('alert.list', {})).alerts).toMatchObject([{ at: 9, what: { kind: 'birthday.used_twice', who: '张* 138****5678', year: '2026', tills: ['02', '01'], fen: 750, counts: false } }])
})

test('all of its sale back, the coupon is good again, here and as the cloud tells; a part of it back, it is not', async () => {
  const { coupon } = await issue()
  const { sale } = await sell({ coupon, off: 500, quantity: 2000 })
  const refund = (quantity: number, total: number) => till.run('sale.refund', { sale, reason: 'no_reason', total, lines: [{ line: 0, good: good.id, quantity, stock: 'back' }] })
  expect((await refund(1000, 3500)).coupons).toEqual([])
  expect(await refused(sell({ coupon, off: 500 }))).toBe('coupon.used')
  const { refund: last, coupons } = await refund(1000, 3500)
  expect(coupons).toMatchObject([{ coupon, usable: true }])
  expect((await till.run('sale.receipt', { sale: last })).svg.replaceAll(/<[^>]+>|&#xa0;|\s/g, '')).toContain('优惠券可再用')
  expect(await faults()).toEqual([])
  // What the cloud heard before does not make it used again.
  const use = { device: till.store.identity().device, till: '01', sale, fen: 500, at: 1 }
  const hear = (doc: object, rev: number): void => { till.store.applyChanges([{ kind: 'coupon', id: coupon, rev, doc: doc as never, clocks: `00000000000${rev}0000-cloud` }], rev) }
  hear({ used: use }, 1)
  expect(till.store.coupon(coupon)!.isUsed).toBe(false)
  hear({ back: [sale] }, 2)
  const again = await sell({ coupon, off: 500 })
  expect(again.total).toBe(3250)
  hear({ used: { ...use, sale: again.sale } }, 3)
  expect([till.store.coupon(coupon)!.isUsed, (await till.run('alert.list', {})).alerts]).toEqual([true, []])
  till = await till.restart()
  expect(till.store.coupon(coupon)!.isUsed).toBe(true)
  expect(await faults()).toEqual([])
})
