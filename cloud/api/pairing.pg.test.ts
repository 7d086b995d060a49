import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, TestTill } from '#cloud/testing/till.ts'

let cloud: TestCloud
let shop: string
let time = 1_795_000_000_000
const MINUTE = 60_000

beforeAll(async () => {
  cloud = await startCloud({ now: () => time })
  shop = (await openShop(cloud)).shop
})
afterAll(() => cloud.destroy())

const newCode = async (): Promise<string> => String((await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)).body.code)
/** Past the window in which wrong tries count. */
const forgetTries = (): void => { time += 11 * MINUTE }

test('a till joins with a code, typed with spaces and in small letters, and gets the next number', async () => {
  const till = new TestTill(cloud)
  const code = await newCode()
  const answer = await till.pair(code.slice(0, 4).toLowerCase() + ' ' + code.slice(4))
  expect(answer).toMatchObject({ status: 200, body: { shop, name: '湖畔便利店', till: '02', time } })
  expect(answer.body.token).toMatch(new RegExp(`^xpt_${shop.replaceAll('-', '')}_[A-Za-z0-9_-]{43}$`))
  expect(await till.state()).toMatchObject({ status: 200, body: { ack: 0, head: '0'.repeat(64), quarantined: false } })
})

test('a code works once', async () => {
  const code = await newCode()
  expect((await new TestTill(cloud).pair(code)).status).toBe(200)
  expect(await new TestTill(cloud).pair(code)).toMatchObject({ status: 404, body: { code: 'pairing.code_wrong' } })
})

test('a code dies after ten minutes', async () => {
  const code = await newCode()
  time += 10 * MINUTE + 1
  expect(await new TestTill(cloud).pair(code)).toMatchObject({ status: 404, body: { code: 'pairing.code_wrong' } })
})

test('a body that its key did not sign joins nothing, and the code stays good for its owner', async () => {
  forgetTries()
  const code = await newCode()
  const stranger = new TestTill(cloud)
  expect(await new TestTill(cloud).pair(code, { signature: stranger.sign(Buffer.from('something else')) })).toMatchObject({ status: 401, body: { code: 'signature.invalid' } })
  expect(await new TestTill(cloud).pair(code, { publicKey: stranger.publicKey })).toMatchObject({ status: 401, body: { code: 'signature.invalid' } })
  expect((await new TestTill(cloud).pair(code)).status).toBe(200)
})

test('five wrong tries from one address close it for ten minutes, also to a right code, also when they come at once', async () => {
  forgetTries()
  const code = await newCode()
  const wrong = await Promise.all(Array.from({ length: 8 }, () => new TestTill(cloud).pair('00000000')))
  expect(wrong.filter(({ status }) => status === 404)).toHaveLength(5)
  expect(wrong.filter(({ status }) => status === 429)).toHaveLength(3)
  expect(await new TestTill(cloud).pair(code)).toMatchObject({ status: 429, body: { code: 'pairing.too_many_tries' } })
  forgetTries()
  expect((await new TestTill(cloud).pair(await newCode())).status).toBe(200)
})

test('a till pairs again after it was revoked and keeps its number; another key can not take its name', async () => {
  forgetTries()
  const till = new TestTill(cloud)
  const first = await till.pair(await newCode())
  expect((await cloud.call('POST', `/api/shops/${shop}/devices/${till.device}/revoke`)).status).toBe(200)
  expect(await till.state()).toMatchObject({ status: 401, body: { code: 'device.revoked' } })
  expect(await till.push([till.record('device.begun', { publicKey: '', app: '' })])).toMatchObject({ status: 401, body: { code: 'device.revoked' } })
  const again = await till.pair(await newCode())
  expect(again.body).toMatchObject({ till: first.body.till })
  expect(again.body.token).not.toBe(first.body.token)
  expect(await new TestTill(cloud).pair(await newCode(), { device: till.device })).toMatchObject({ status: 403, body: { code: 'not.allowed' } })
})

test('malformed requests are refused with the field', async () => {
  const till = new TestTill(cloud)
  expect(await till.pair('not a code')).toMatchObject({ status: 400, body: { code: 'input.invalid', detail: { field: 'code' } } })
  expect(await till.pair('00000000', { device: 'nobody' })).toMatchObject({ status: 400, body: { detail: { field: 'device' } } })
  const broken = await fetch(`${cloud.url}/api/pair`, { method: 'POST', body: '{' })
  expect(broken.status).toBe(400)
})

test('a token that nobody issued opens nothing', async () => {
  const till = new TestTill(cloud)
  for (const token of ['', 'x', `xpt_${shop.replaceAll('-', '')}_${'A'.repeat(43)}`, `xpt_${randomUUID().replaceAll('-', '')}_${'A'.repeat(43)}`, "xpt_'; drop table shop; --"]) {
    till.token = token
    expect(await till.state()).toMatchObject({ status: 401, body: { code: 'token.invalid' } })
  }
})
