/** Goods that come back, as the cloud sums them up over a shop's tills: what goes beyond what was paid is never kept quiet. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, refundBody as bodyOf, saleBody, TestTill } from '#cloud/testing/till.ts'
import { inShop } from '#cloud/storage/database.ts'
import { rebuild } from './rebuild.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

const good = randomUUID()
const refundBody = (sale: string | null, pieces: number, more: Record<string, unknown> = {}): Record<string, unknown> & { refund: string } => {
  const refund = randomUUID()
  return { ...bodyOf({ good, sale, refund, pieces }), ...more, refund }
}
async function openTwo(): Promise<{ shop: string; one: TestTill; two: TestTill }> {
  const { shop, till: one } = await openShop(cloud)
  const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
  const two = new TestTill(cloud)
  await two.pair(String(body.code))
  return { shop, one, two }
}
function sell(till: TestTill, pieces: number): string {
  const sale = randomUUID()
  till.record('sale.completed', saleBody({ good, quantity: pieces * 1000, sale }), { id: sale })
  return sale
}
function giveBack(till: TestTill, body: ReturnType<typeof refundBody>): string {
  till.record('sale.refunded', body, { id: body.refund })
  return body.refund
}
const refunding = async (till: TestTill, sale: string): Promise<Record<string, unknown> | undefined> =>
  (await till.changes()).changes.find((change) => change.kind === 'refund' && change.id === sale)?.doc
/** Stock by good and sums by account, as they are in the database. */
const sums = (shop: string) => inShop(cloud.db, shop, async (trx) => ({
  stock: (await trx.selectFrom('stock').select('quantity').where('shop_id', '=', shop).execute()).reduce((sum, row) => sum + Number(row.quantity), 0),
  balances: Object.fromEntries((await trx.selectFrom('balance').select(['account', 'fen']).where('shop_id', '=', shop).execute()).map(({ account, fen }) => [account, Number(fen)])),
}))

test('stock comes back, wasted goods do not; money and what is known of the sale, and a rebuild says the same', async () => {
  const { shop, one, two } = await openTwo()
  const sale = sell(one, 3)
  const first = giveBack(one, refundBody(sale, 1))
  const wasted = refundBody(sale, 1)
  const second = giveBack(one, { ...wasted, lines: [{ ...(wasted['lines'] as object[])[0]!, stock: 'wasted' }] })
  expect((await one.push()).body.flags).toEqual([])
  const told = { no: '20261123-01-0001', paid: 1050, over: [], back: [first, second].map((refund) => ({ refund, device: one.device, till: '01', fen: 350 })) }
  expect(await refunding(two, sale)).toEqual(told)
  const summed = await sums(shop)
  expect(summed).toEqual({ stock: -2000, balances: { drawer: 350, sales: -1050, returns: 700 } })
  await rebuild(cloud.db, shop)
  expect([await refunding(two, sale), await sums(shop)]).toEqual([told, summed])
})

test('two tills that could not hear one another: the one that arrives later is flagged, and both are told', async () => {
  const { shop, one, two } = await openTwo()
  const sale = sell(one, 2)
  await one.push()
  giveBack(one, refundBody(sale, 2))
  const late = giveBack(two, refundBody(sale, 1, { known: false }))
  expect((await one.push()).body.flags).toEqual([])
  expect((await two.push()).body.flags).toMatchObject([{ seq: 1, code: 'sale.refunded_beyond' }])
  for (const till of [one, two]) expect(await refunding(till, sale)).toMatchObject({ paid: 700, over: [late] })
  await rebuild(cloud.db, shop)
  expect(await refunding(one, sale)).toMatchObject({ paid: 700, over: [late] })
  expect((await cloud.call('GET', `/api/shops/${shop}/summary`)).body).toMatchObject({ flagCount: 1, flags: [{ device: two.device, seq: 1, code: 'sale.refunded_beyond' }] })
})

test('a refund that arrives before its sale waits for it, and is judged when it is there', async () => {
  const { shop, one, two } = await openTwo()
  const sale = sell(one, 1)
  const [within, beyond] = [giveBack(two, refundBody(sale, 1, { known: false })), giveBack(two, refundBody(sale, 1, { known: false }))]
  expect((await two.push()).body.flags).toEqual([])
  expect(await refunding(two, sale)).toMatchObject({ paid: null, over: [] })
  expect((await one.push()).body.flags).toMatchObject([{ seq: 1, code: 'sale.refunded_beyond' }])
  expect(await refunding(one, sale)).toMatchObject({ paid: 350, over: [beyond], back: [{ refund: within }, { refund: beyond }] })
  await rebuild(cloud.db, shop)
  expect(await refunding(two, sale)).toMatchObject({ paid: 350, over: [beyond] })
})

test('without a receipt there is nothing to sum up; what does not add up is flagged', async () => {
  const { shop, one } = await openTwo()
  giveBack(one, refundBody(null, 1))
  giveBack(one, { ...refundBody(null, 1), tenders: [{ channel: 'cash', amount: 1, due: false }] })
  expect((await one.push()).body.flags).toMatchObject([{ seq: 2, code: 'refund.unbalanced' }])
  expect((await one.changes()).changes.filter(({ kind }) => kind === 'refund')).toEqual([])
  expect((await sums(shop)).stock).toBe(2000)
})
