import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SaleCompleted } from './events.ts'
import { isPlainSale } from './plain-sale.ts'

const uuid = fc.uuid().map((id) => id.toLowerCase())
const amount = fc.integer({ min: -1_000_000, max: 1_000_000 })
const price = fc.nat(1_000_000)
const sale = fc.record({
  sale: uuid, no: fc.string({ maxLength: 24 }), shift: uuid, staff: uuid, date: fc.constant('2026-11-24'),
  lines: fc.array(fc.record({
    good: uuid, code: fc.string({ maxLength: 48 }), name: fc.string({ unit: 'binary', maxLength: 60 }), unit: fc.string({ maxLength: 10 }), pricing: fc.constantFrom('piece', 'weight'),
    per: fc.integer({ min: 1, max: 1000 }), quantity: amount, price, list: price, gross: amount, discount: amount, net: amount,
  }), { minLength: 1, maxLength: 3 }),
  gross: amount, discount: amount, total: amount,
  tenders: fc.array(fc.record({ channel: fc.constant('cash'), amount, given: amount, change: amount }), { minLength: 1, maxLength: 2 }),
  postings: amount.map((fen) => [{ account: 'drawer', fen }, { account: 'sales', fen: fen === 0 ? 0 : -fen }]),
}).map((body) => structuredClone(body)) // JSON.parse makes no object without a prototype.

/** What a broken, newer or hostile sender might put in a field's place. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, -0, 0, -1, 0.5, Number.NaN, Infinity, 1e12, 1e12 + 1, -1e12 - 1, 2 ** 53, '1', '', true, [], {}, 'x'.repeat(121), '2026-1-1', '2026-11-24\n', 'drawer', 'safe', 'channel:wechat', 'card', 'weight'),
  fc.uuid().map((id) => id.toUpperCase()), fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '0190a5b0-0000-0000-0000-000000000001'),
  fc.string({ unit: 'binary' }), fc.double(), fc.array(fc.nat(), { maxLength: 3 }),
)
interface Change { readonly at: number; readonly how: 'set' | 'drop' | 'add' | 'repeat'; readonly value: unknown }
const change: fc.Arbitrary<Change> = fc.record({ at: fc.nat(), how: fc.constantFrom('set', 'set', 'drop', 'add', 'repeat'), value: odd })

/** Every object and list of a body, and every field of each. */
function placesOf(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [[value as Record<string, unknown>, key] as [Record<string, unknown>, string], ...placesOf(item)])
}

function broken(body: unknown, { at, how, value }: Change): unknown {
  const places = placesOf(body)
  const [holder, key] = places[at % places.length]!
  // A list that JSON can say has no gaps and no names.
  const list = Array.isArray(holder) ? holder as unknown[] : undefined
  if (how === 'set') holder[key] = value
  else if (how === 'drop' && list) list.splice(Number(key), 1)
  else if (how === 'drop') delete holder[key]
  else if (how === 'add' && list) list.push(value)
  else if (how === 'add') holder['later'] = value
  else if (Array.isArray(holder[key])) holder[key] = Array.from({ length: 501 }, () => (holder[key] as unknown[])[0])
  else holder[key] = [holder[key]]
  return body
}

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
  for (const changed of [{ ...body, total: -0 }, { ...body, sale: body!.sale.toUpperCase() }, { ...body, later: 1 }]) {
    expect(isPlainSale(changed)).toBe(false)
    expect(SaleCompleted.body.safeParse(changed).success).toBe(true)
  }
})
