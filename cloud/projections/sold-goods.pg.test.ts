import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepSold } from '#cloud/jobs/sold.ts'
import { keysInMemory } from '#cloud/identity/personal-keys.ts'
import { inShop } from '#cloud/storage/database.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, saleBody, TestTill } from '#cloud/testing/till.ts'
import { effectOf } from './recalls.ts'
import { rebuild } from './rebuild.ts'
import { settleSold } from './sold-goods.ts'

const GOODS = [randomUUID(), randomUUID()]
const DATES = ['2026-11-21', '2026-11-22', '2026-11-23']
const nothing = { good: null, no: '', supplier: '', from: '', to: '' }
let cloud: TestCloud

beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

const desk = () => ({ db: cloud.db, personalKeys: keysInMemory() })
interface Line { readonly good: string; readonly quantity: number; readonly named: number }
interface Sold { readonly sale: string; readonly date: string; readonly lines: readonly Line[] }
/** Lines at no price, of which `named` thousandths name lot L of their good. */
function bodyOf({ sale, date, lines }: Sold): Record<string, unknown> {
  const [shape] = saleBody({ good: GOODS[0]!, price: 0 })['lines'] as object[]
  return { ...saleBody({ good: GOODS[0]!, price: 0, sale }), date, lines: lines.map(({ good, quantity, named }) => ({ ...shape, good, quantity, ...named > 0 && { lots: [{ no: 'L', expiry: '', quantity: named }] } })) }
}
async function push(till: TestTill): Promise<void> {
  if (till.rows.length === 0) return
  const { status, body } = await till.push()
  if (status !== 200) throw new Error(JSON.stringify(body))
}
const rows = (shop: string) => inShop(cloud.db, shop, (trx) => trx.selectFrom('sale_good').selectAll().where('shop_id', '=', shop).orderBy('sale_id').orderBy('good_id').execute())

test('what a recall finds without lots is what the sales of all tills say, in whatever slices and by however many at once they are taken in', async () => {
  const line = fc.record({ good: fc.constantFrom(...GOODS), quantity: fc.integer({ min: -2, max: 5 }), named: fc.integer({ min: 0, max: 3 }) })
  const sold = fc.record({ sale: fc.uuid({ version: 7 }), date: fc.constantFrom(...DATES), lines: fc.array(line, { minLength: 1, maxLength: 3 }) })
  await fc.assert(fc.asyncProperty(fc.uniqueArray(sold, { maxLength: 12, selector: ({ sale }) => sale }), fc.integer({ min: 1, max: 5 }), fc.nat({ max: 12 }), fc.constantFrom('', ...DATES), async (sales, arrivals, first, from) => {
    const { shop, till } = await openShop(cloud)
    const sister = new TestTill(cloud)
    await sister.pair(String((await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)).body.code))
    for (const each of sales.slice(0, first)) till.record('sale.completed', bodyOf(each))
    await push(till)
    await Promise.all([settleSold(cloud.db, shop, 3, arrivals), settleSold(cloud.db, shop, 2, arrivals)])
    for (const each of sales.slice(first)) sister.record('sale.completed', bodyOf(each))
    await push(sister)
    expect(await Promise.all([1, 2, 3].map(() => settleSold(cloud.db, shop, 100, arrivals)))).toEqual([true, true, true])
    const out = (of: (line: Line, sale: Sold) => number) => sales.map((sale) => [sale.sale, sale.lines.filter(({ quantity }) => quantity > 0).reduce((sum, each) => sum + Math.max(0, of(each, sale)), 0)] as const).filter(([, sum]) => sum > 0)
    const [good] = GOODS as [string]
    const whole = await effectOf(desk(), shop, { what: { ...nothing, good } }, 50)
    const all = out((each) => (each.good === good ? each.quantity : 0))
    expect([whole.total, whole.whole?.quantity, new Map(whole.sales.map((each) => [each.sale, each.good?.quantity]))]).toEqual([all.length, all.reduce((sum, [, quantity]) => sum + quantity, 0), new Map(all)])
    const lot = await effectOf(desk(), shop, { what: { ...nothing, good, no: 'L', from } }, 50)
    const isNamed = from === '' ? ({ lines }: Sold) => lines.some((each) => each.good === good && each.named > 0) : () => false
    const may = out((each, sale) => (each.good !== good || sale.date < from || isNamed(sale) ? 0 : each.quantity - each.named))
    expect([lot.unnamed.total, new Map(lot.unnamed.sales.map((each) => [each.sale, each.good?.quantity]))]).toEqual([may.length, new Map(may)])
    const table = await rows(shop)
    await rebuild(cloud.db, shop)
    expect(await rows(shop)).toEqual([])
    await settleSold(cloud.db, shop, 100, arrivals)
    expect(await rows(shop)).toEqual(table)
  }), { numRuns: 25 })
})

test('a sale that is told twice is one; where more waits than one who asks waits for, it says so, and the job does the rest', async () => {
  const { shop, till } = await openShop(cloud)
  const sale = randomUUID()
  for (const quantity of [1000, 2000]) till.record('sale.completed', bodyOf({ sale, date: DATES[0]!, lines: [{ good: GOODS[0]!, quantity, named: 0 }] }))
  await push(till)
  const ask = (slices: number) => effectOf(desk(), shop, { what: { ...nothing, good: GOODS[0]! } }, 10, slices)
  expect(await ask(0)).toMatchObject({ total: 0, isPartial: true })
  expect(await keepSold(cloud.db, AbortSignal.abort())).toEqual([])
  expect(await ask(0)).toMatchObject({ total: 0, isPartial: true })
  expect(await keepSold(cloud.db, new AbortController().signal)).toEqual([])
  expect(await ask(1)).toMatchObject({ total: 1, isPartial: false, whole: { quantity: 1000 }, sales: [{ sale, till: '01' }] })
})
