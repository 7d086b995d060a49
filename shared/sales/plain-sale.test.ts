import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SaleCompleted } from './events.ts'
import { broken, change } from '../testing/broken.ts'
import { isPlainSale } from './plain-sale.ts'

const uuid = fc.uuid().map((id) => id.toLowerCase())
const amount = fc.integer({ min: -1_000_000, max: 1_000_000 })
const price = fc.nat(1_000_000)
const line = {
  good: uuid, code: fc.string({ maxLength: 48 }), name: fc.string({ unit: 'binary', maxLength: 60 }), unit: fc.string({ maxLength: 10 }), pricing: fc.constantFrom('piece', 'weight'),
  per: fc.integer({ min: 1, max: 1000 }), quantity: amount, price, list: price, gross: amount, discount: amount, net: amount,
}
const off = fc.oneof(fc.record({ why: fc.constantFrom('price', 'discount', 'ticket', 'rounding'), fen: amount }), fc.record({ why: fc.constantFrom('promotion', 'spend'), fen: amount, promotion: uuid, name: fc.string({ maxLength: 40 }) }),
  fc.record({ why: fc.constant('birthday'), fen: amount }), fc.record({ why: fc.constant('coupon'), fen: amount, coupon: uuid, name: fc.string({ maxLength: 40 }) }))
const sold = {
  sale: uuid, no: fc.string({ maxLength: 24 }), shift: uuid, staff: uuid, date: fc.constant('2026-11-24'),
  lines: fc.array(fc.record({
    ...line, offs: fc.array(off, { maxLength: 3 }), cost: price, label: fc.string({ maxLength: 60 }),
    lots: fc.array(fc.record({ no: fc.constantFrom('', 'B-0123'), expiry: fc.constantFrom('2026-12-28', '2024-02-01'), quantity: amount }), { minLength: 1, maxLength: 2 }),
  }, { requiredKeys: Object.keys(line) as (keyof typeof line)[] }), { minLength: 1, maxLength: 3 }),
  gross: amount, discount: amount, total: amount,
  tenders: fc.array(fc.record({ channel: fc.constantFrom('cash', 'stored_value', 'points'), amount, given: amount, change: amount }), { minLength: 1, maxLength: 2 }),
  postings: amount.chain((fen) => fc.constantFrom('drawer', 'value:redeemed', 'channel:points').map((account) => [{ account, fen }, { account: 'sales', fen: fen === 0 ? 0 : -fen }])),
}
const sale = fc.record({
  ...sold, member: fc.record({ member: uuid, points: amount, value: amount }),
  moves: fc.array(fc.record({ member: uuid, purse: fc.constantFrom('points', 'value'), delta: amount, why: fc.constantFrom('earned', 'spent', 'returned') }), { maxLength: 3 }),
}, { requiredKeys: Object.keys(sold) as (keyof typeof sold)[] }).map((body) => structuredClone(body)) // JSON.parse makes no object without a prototype.

test('a sale as the till writes it is known at sight', () => {
  fc.assert(fc.property(sale, (body) => { expect(isPlainSale(body)).toBe(true) }))
})
test('what is known at sight is what the schema takes, and gives back unchanged', () => {
  const refused = { count: 0 }
  fc.assert(fc.property(sale, fc.array(change, { maxLength: 2 }), (whole, changes) => {
    const body = changes.reduce(broken, structuredClone(whole) as unknown)
    if (!isPlainSale(body)) return void refused.count++
    const judged = SaleCompleted.body.safeParse(body)
    expect(judged.error).toBeUndefined()
    expect(judged.data).toStrictEqual(body)
  }), { numRuns: 3000 })
  expect(refused.count).toBeGreaterThan(100)
})
test('what the schema would change is left to the schema', () => {
  const [body] = fc.sample(sale, { numRuns: 1, seed: 1 })
  for (const changed of [{ ...body, total: -0 }, { ...body, sale: body!.sale.toUpperCase() }, { ...body, later: 1 }, { ...body, lines: body!.lines.map((line) => ({ ...line, later: 1 })) }]) {
    expect(isPlainSale(changed)).toBe(false)
    expect(SaleCompleted.body.safeParse(changed).success).toBe(true)
  }
})
