/** A shop's owner key: only the operator makes a new one, and the one before is worth nothing then. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

async function makeShop(name: string): Promise<{ shop: string; key: string }> {
  const { body } = await cloud.call('POST', '/api/shops', { name, kind: 'shop' })
  return { shop: String(body.id), key: String(body.ownerKey) }
}
const seen = async (shop: string, key: string): Promise<number> => (await cloud.call('GET', `/api/shops/${shop}/goods`, undefined, key)).status

test('a new owner key opens the shop, the old one no longer; another shop keeps its own', async () => {
  const [mine, other] = [await makeShop('湖畔小铺'), await makeShop('山下小铺')]
  const { status, body } = await cloud.call('POST', `/api/shops/${mine.shop}/owner-key`)
  expect(status).toBe(200)
  expect(body.ownerKey).toMatch(new RegExp(`^xpo_${mine.shop.replaceAll('-', '')}_[A-Za-z0-9_-]{43}$`))
  expect([await seen(mine.shop, mine.key), await seen(mine.shop, String(body.ownerKey)), await seen(other.shop, other.key), await seen(other.shop, String(body.ownerKey))]).toEqual([401, 200, 200, 401])
})

test('neither an owner nor a stranger makes one, and none is made for a shop that isn\'t there', async () => {
  const { shop, key } = await makeShop('湖畔小铺')
  for (const as of [key, 'stranger']) expect(await cloud.call('POST', `/api/shops/${shop}/owner-key`, undefined, as)).toMatchObject({ status: 401, body: { code: 'token.invalid' } })
  expect(await seen(shop, key)).toBe(200)
  expect(await cloud.call('POST', `/api/shops/${randomUUID()}/owner-key`)).toMatchObject({ status: 404, body: { code: 'not.found' } })
})
