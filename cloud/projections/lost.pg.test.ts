/** Two who edit one field without knowing of each other: the later edit counts, and the other is told, whoever came first. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Change } from '#shared/sync/protocol.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, TestTill } from '#cloud/testing/till.ts'
import { listLost } from './lost.ts'
import { rebuild } from './rebuild.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

const NOON = 1_795_000_000_000
const hlc = (till: TestTill, ms: number): string => `${(NOON + ms).toString(16).padStart(12, '0')}0000-${till.device}`

/** Two tills that both know of a tofu at 3.00, unit 块; `first` is its stamp. */
async function openTwo() {
  const { shop, ownerKey, till: one } = await openShop(cloud)
  const two = new TestTill(cloud)
  await two.pair(String((await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)).body.code))
  const good = randomUUID()
  const first = hlc(one, 0)
  one.record('good.changed', { good, set: { name: '豆腐', price: 300, unit: '块' }, hlc: first })
  await one.push()
  const edit = (till: TestTill, set: Record<string, unknown>, ms: number, over = first): void => {
    till.record('good.changed', { good, set, hlc: hlc(till, ms), over: Object.fromEntries(Object.keys(set).map((field) => [field, over])) })
  }
  const send = (till: TestTill) => till.push(till.rows.slice(-1))
  return { shop, ownerKey, one, two, good, edit, send }
}
const told = async (till: TestTill): Promise<Change[]> => (await till.changes()).changes.filter(({ kind }) => kind === 'lost')

test.each([['the later arrives first', true], ['the earlier arrives first', false]])('%s: the till of the earlier is told, and nobody else', async (_what, laterFirst) => {
  const { shop, one, two, good, edit, send } = await openTwo()
  edit(one, { price: 350 }, 1000)
  edit(two, { price: 380, unit: '盒' }, 2000)
  for (const till of laterFirst ? [two, one] : [one, two]) await send(till)
  const doc = (await one.changes()).changes.find(({ kind }) => kind === 'good')?.doc
  expect(doc).toMatchObject({ price: 380, unit: '盒' })
  expect(await told(one)).toMatchObject([{ id: good, doc: { kind: 'good', field: 'price', value: 350, won: 380, till: '02' } }])
  expect(await told(two)).toEqual([])
  const shown = [{ name: '豆腐', field: 'price', lost: { value: 350, till: '01', at: NOON + 1000 }, won: { value: 380, till: '02', at: NOON + 2000 } }]
  expect(await listLost(cloud.db, shop, 9)).toMatchObject(shown)
  await rebuild(cloud.db, shop)
  expect(await listLost(cloud.db, shop, 9)).toMatchObject(shown)
  expect(await told(one)).toHaveLength(1)
})

test('whoever edits what they have seen takes nothing from anybody; the same value twice is no loss', async () => {
  const { one, two, edit, send } = await openTwo()
  edit(one, { price: 350 }, 1000)
  await send(one)
  edit(two, { price: 380 }, 2000, hlc(one, 1000))
  await send(two)
  edit(one, { price: 380 }, 3000, hlc(one, 1000))
  await send(one)
  expect([await told(one), await told(two)]).toEqual([[], []])
})

test.each([['the later arrives first', true], ['the earlier arrives first', false]])('%s: where both say the same nothing was lost, as of a shop that pairs under the name it has', async (_what, laterFirst) => {
  const { shop, one, two, edit, send } = await openTwo()
  edit(one, { price: 380 }, 1000)
  edit(two, { price: 380 }, 2000)
  for (const till of laterFirst ? [two, one] : [one, two]) await send(till)
  expect([await told(one), await told(two), await listLost(cloud.db, shop, 9)]).toEqual([[], [], []])
})

test('an edit in the cloud that a till had not seen lost to it: the owner\'s page says so, in the words of both', async () => {
  const { shop, ownerKey, one, good, edit, send } = await openTwo()
  await cloud.call('PATCH', `/api/shops/${shop}/goods/${good}`, { price: 360 })
  // Later than any clock of the cloud.
  edit(one, { price: 390 }, 10 ** 12)
  await send(one)
  expect(await told(one)).toEqual([])
  expect(await listLost(cloud.db, shop, 9)).toMatchObject([{ field: 'price', lost: { value: 360, till: null }, won: { value: 390, till: '01' } }])
  const signedIn = await fetch(`${cloud.url}/manage/${shop}/login`, { method: 'POST', body: new URLSearchParams({ key: ownerKey }), redirect: 'manual' })
  const page = await fetch(`${cloud.url}/manage/${shop}`, { headers: { cookie: signedIn.headers.get('set-cookie')!.split(';')[0]! } })
  const text = (await page.text()).replace(/<[^>]*>/g, '|')
  for (const words of ['豆腐 · 价格', '改成 3.60（网上）没有生效', '现在以 3.90 为准（01 号机，']) expect(text).toContain(words)
})
