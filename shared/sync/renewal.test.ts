import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Envelope, NewEvent } from '../ledger/envelope.ts'
import { fen } from '../money/money.ts'
import { closeShift, openShift } from '../sales/shift.ts'
import { MORNING, countingIds } from '../testing/clock-and-ids.ts'
import { notKnown, shiftBefore, shiftWithout } from './renewal.ts'

const ids = countingIds(0x7e)
const [shop, device, staff, good] = [ids.next(), ids.next(), ids.next(), ids.next()]
const DATE = '2026-11-23'
const envelope = ({ id, type, v, body }: NewEvent, i = 0): Envelope => ({ shop, device, seq: i + 1, id, type, v, at: MORNING + i, actor: staff, body: body as Record<string, unknown>, prev: '0'.repeat(64) })
function sale(shift: string, quantity: number): NewEvent {
  const [id, net] = [ids.next(), fen(quantity * 350)]
  const line = { good, code: '', name: '可乐', unit: '罐', pricing: 'piece', per: 1000, quantity: quantity * 1000, price: 350, list: 350, gross: net, discount: 0, net }
  return {
    id, type: 'sale.completed', v: 1, body: {
      sale: id, no: '1', shift, staff, date: DATE, lines: [line], gross: net, discount: 0, total: net,
      tenders: [{ channel: 'cash', amount: net, given: fen(Math.max(0, net)), change: fen(Math.max(0, net) - net) }], postings: [{ account: 'drawer', fen: net }, { account: 'sales', fen: fen(-net) }],
    },
  }
}
const quantities = fc.array(fc.integer({ min: -3, max: 5 }).filter((n) => n !== 0), { maxLength: 12 })

test('a shift less what was added to it is what it was before, whatever was added', () => {
  fc.assert(fc.property(quantities, quantities, fc.boolean(), (before, after, isClosed) => {
    const shift = ids.next()
    const sums = (all: readonly number[]) => {
      const total = fen(all.reduce((sum, n) => sum + n * 350, 0))
      return { sales: all.length, returns: all.filter((n) => n < 0).length, gross: total, discount: fen(0), net: total }
    }
    const drawer = 1000 + sums([...before, ...after]).net
    const closing = closeShift(ids.next(), { shift, date: DATE }, staff, fen(drawer), fen(Math.max(0, drawer)), 0)
    const added = [...after.map((n) => sale(shift, n)), sale(ids.next(), 4), ...(isClosed ? [closing] : [])].map(envelope)
    const balances = new Map<string, number>()
    const post = (rows: readonly { account: string; fen: number }[]): void => { for (const { account, fen: amount } of rows) balances.set(account, (balances.get(account) ?? 0) + amount) }
    const own = added.filter(({ body }) => body['shift'] === shift)
    for (const { body } of [openShift(shift, staff, DATE, fen(1000)), ...before.map((n) => sale(shift, n)), ...own]) post((body as unknown as { postings: { account: string; fen: number }[] }).postings)
    const carried = shiftWithout({ shift, staff, date: DATE, openedAt: MORNING, float: fen(1000), ...sums([...before, ...after]), balances }, added)
    expect(carried).toMatchObject({ shift, float: 1000, ...sums(before) })
    expect(carried.postings.find(({ account }) => account === 'drawer')?.fen ?? 0).toBe(1000 + sums(before).net)
    expect(carried.postings.reduce((sum, { fen: amount }) => sum + amount, 0)).toBe(0)
  }))
})

test('goods that came back since are taken out of a shift too', () => {
  const shift = ids.next()
  const body = {
    refund: ids.next(), no: 'T1', shift, staff, date: DATE, sale: null, saleNo: null, saleTill: null, known: false, reason: 'other', note: '',
    lines: [{ line: null, good, code: '', name: '可乐', unit: '罐', pricing: 'piece', per: 1000, quantity: 2000, price: 350, amount: 700, stock: 'back', over: null }],
    total: 700, tenders: [{ channel: 'cash', amount: 700, due: false }], allowedBy: null, exchange: null, postings: [{ account: 'returns', fen: 700 }, { account: 'drawer', fen: -700 }],
  }
  const state = { shift, staff, date: DATE, openedAt: MORNING, float: fen(1000), sales: 2, returns: 1, gross: fen(1400), discount: fen(0), net: fen(700), balances: new Map([['drawer', 1700], ['safe', -1000], ['sales', -1400], ['returns', 700]]) }
  const carried = shiftWithout(state, [envelope({ id: body.refund, type: 'sale.refunded', v: 1, body })])
  expect(carried).toMatchObject({ sales: 2, returns: 0, gross: 1400, net: 1400, postings: [{ account: 'drawer', fen: 2400 }, { account: 'safe', fen: -1000 }, { account: 'sales', fen: -1400 }] })
})

test('the shift that was open before is the one closed without being opened, else the one open now', () => {
  const [one, two, three] = [ids.next(), ids.next(), ids.next()]
  const opened = (shift: string): Envelope => envelope(openShift(shift, staff, DATE, fen(0)))
  const closed = (shift: string): Envelope => envelope(closeShift(ids.next(), { shift, date: DATE }, staff, fen(0), fen(0), 0))
  expect(shiftBefore([], undefined)).toBeUndefined()
  expect(shiftBefore([], one)).toBe(one)
  expect(shiftBefore([closed(one)], undefined)).toBe(one)
  expect(shiftBefore([closed(one), opened(two), closed(two), opened(three)], three)).toBe(one)
  expect(shiftBefore([opened(two), closed(two), opened(three)], three)).toBeUndefined()
})

test('what the shop has is left out, and what is of the old ledger alone', () => {
  const events = ['device.begun', 'sale.completed', 'device.paired', 'drawer.opened', 'device.renewed'].map((type, i) => envelope({ id: ids.next(), type, v: 1, body: {} }, i))
  expect(notKnown(events, new Set([events[1]!.id])).map(({ type }) => type)).toEqual(['drawer.opened'])
})
