import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOYALTY_DEFAULTS, bonusFor, limitOf, payablePoints, pointsFor, roomFor } from '../catalog/loyalty.ts'
import { fen } from '../money/money.ts'
import { type Customer, takePayment } from './payment.ts'

const customer = (points: number, value: number, worth = 1): Customer => ({
  member: 'm', loyalty: { ...LOYALTY_DEFAULTS, worth }, holdings: { points: [{ member: 'm', held: points }], value: [{ member: 'm', held: value - 5 }, { member: 'merged', held: 5 }] }, balance: { points, value }, birthday: 0,
})

test('tenders pay the total exactly, purses by what they were paid with, and never below nothing', () => {
  fc.assert(fc.property(fc.integer({ min: -5000, max: 5000 }).map(fen), fc.nat({ max: 6000 }).map(fen), fc.integer({ min: -6000, max: 6000 }), fc.nat({ max: 600 }), fc.nat({ max: 500 }), fc.integer({ min: 5, max: 4000 }), fc.option(fc.integer({ min: 1, max: 5000 }).map(fen)), (total, given, value, points, heldPoints, heldValue, byCode) => {
    const paid = takePayment(total, { given, value, points, code: byCode === null ? null : { via: '微信', fen: byCode } }, customer(heldPoints, heldValue))
    if ('refused' in paid) return
    expect(paid.tenders.reduce((sum, { amount }) => sum + amount, 0)).toBe(total)
    expect(paid.tenders.length).toBeGreaterThan(0)
    expect(paid.tenders.find(({ channel }) => channel === 'static_code')?.amount ?? null).toBe(byCode)
    const moved = (purse: string, isSpent: boolean): number => paid.moves.reduce((sum, move) => sum + (move.purse === purse && (move.why === 'spent') === isSpent ? move.delta : 0), 0)
    expect(moved('value', true) + moved('value', false)).toBe(value === 0 ? 0 : -value)
    expect(moved('points', true)).toBe(points === 0 ? 0 : -points)
    expect(heldPoints + moved('points', true)).toBeGreaterThanOrEqual(0)
    expect(heldValue + moved('value', true)).toBeGreaterThanOrEqual(0)
    expect(moved('points', false)).toBe(pointsFor(total - points, LOYALTY_DEFAULTS))
  }))
})
test.each([
  [1000, 0, 1000, [['static_code', 1000, 0]]], [1000, 500, 700, [['static_code', 700, 0], ['cash', 300, 200]]], [1000, 299, 700, 'sale.too_little_cash'], [1000, 0, 1001, 'sale.paid_too_much'], [-1000, 0, 1, 'sale.paid_too_much'], [0, 0, 1, 'sale.paid_too_much'],
] as const)('of %i fen with %i of cash, %i come by the shop\'s code', (total, given, byCode, expected) => {
  const paid = takePayment(fen(total), { given: fen(given), value: 0, points: 0, code: { via: '微信', fen: fen(byCode) } }, undefined)
  expect('refused' in paid ? paid.refused.code : paid.tenders.map(({ channel, amount, change }) => [channel, amount, change])).toEqual(expected)
})
test('what is merged into the member is spent after their own', () => {
  const paid = takePayment(fen(1000), { given: fen(0), value: 1000, points: 0 }, customer(0, 1000))
  expect(paid).toMatchObject({ tenders: [{ channel: 'stored_value', amount: 1000 }], moves: [{ member: 'm', delta: -995 }, { member: 'merged', delta: -5 }, { purse: 'points', delta: 10, why: 'earned' }] })
})
test.each([
  ['nobody to pay with', { total: 500, given: 500, value: 100, points: 0 }, undefined, 'member.none'],
  ['more than is due', { total: 500, given: 0, value: 501, points: 0 }, customer(0, 1000), 'sale.paid_too_much'],
  ['value given back for a sale', { total: 500, given: 600, value: -1, points: 0 }, customer(0, 1000), 'sale.paid_too_much'],
  ['points that pay nothing', { total: 500, given: 500, value: 0, points: 1 }, customer(10, 1000, 0), 'sale.paid_too_much'],
  ['points for what comes back', { total: -500, given: 0, value: 0, points: 1 }, customer(10, 1000), 'sale.paid_too_much'],
  ['more than there is', { total: 2000, given: 0, value: 2000, points: 0 }, customer(0, 1000), 'member.too_little'],
  ['more than is here', { total: 2000, given: 0, value: 1500, points: 0 }, { ...customer(0, 1000), balance: { points: 0, value: 5000 } }, 'member.elsewhere'],
  ['too little cash for the rest', { total: 2000, given: 999, value: 1000, points: 0 }, customer(0, 1000), 'sale.too_little_cash'],
] as const)('%s is refused', (_what, { total, given, value, points }, who, code) => {
  expect(takePayment(fen(total), { given: fen(given), value, points }, who)).toMatchObject({ refused: { code } })
})
test('points are whole, what comes back takes as many as it gave, and the largest bonus that is reached is given', () => {
  fc.assert(fc.property(fc.nat({ max: 1e6 }), fc.nat({ max: 1000 }), (paid, earn) => { expect(pointsFor(-paid, { earn }) + pointsFor(paid, { earn })).toBe(0) }))
  expect([pointsFor(3799, { earn: 100 }), payablePoints(1050, 99, { worth: 10 }), payablePoints(1050, 200, { worth: 10 }), payablePoints(-5, 9, { worth: 1 })]).toEqual([37, 99, 105, 0])
  const bonus = [{ from: 10_000, bonus: 500 }, { from: 50_000, bonus: 5000 }]
  expect([9_999, 10_000, 60_000].map((amount) => bonusFor(amount, { bonus }))).toEqual([0, 500, 5000])
})

const steps = fc.array(fc.record({ from: fc.integer({ min: 1, max: 400 }), bonus: fc.integer({ min: 1, max: 200 }) }), { maxLength: 4 })
test('what can be topped up is the most with which the limit is kept, whatever is given on top', () => {
  fc.assert(fc.property(fc.integer({ min: -50, max: 600 }), fc.integer({ min: 1, max: 500 }), steps, (balance, limit, bonus) => {
    const room = roomFor(balance, limit, { bonus })!
    const fits = (amount: number): boolean => balance + amount + bonusFor(amount, { bonus }) <= limit
    expect(room === 0 || fits(room)).toBe(true)
    for (let amount = room + 1; amount <= 600; amount++) expect(fits(amount)).toBe(false)
  }))
})
test('no limit is none, and a member without a name has their own', () => {
  expect([limitOf({ named: 500, unnamed: 100 }, true), limitOf({ named: 500, unnamed: 100 }, false), limitOf({ named: 0, unnamed: 100 }, true), roomFor(7, null, { bonus: [] })]).toEqual([500, 100, null, null])
})
