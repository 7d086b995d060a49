import { randomUUID } from 'node:crypto'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { type TestTill, openTill } from '#desktop/testing/till.ts'
import { FakeCloud } from './testing/fake-cloud.ts'

let cloud: FakeCloud
let till: TestTill
beforeEach(async () => {
  cloud = await new FakeCloud().start()
  onTestFinished(() => cloud.stop())
  till = openTill()
})
const pair = (code = cloud.newCode(), key = randomUUID() as string) => till.run('till.pair', { key, cloud: cloud.url, code })
const refused = (code: string, address = cloud.url) => till.refusal('till.pair', { cloud: address, code })

test('an empty till joins by its code, typed as people type: it takes the shop\'s name and its own number', async () => {
  const code = cloud.newCode()
  const before = till.store.identity()
  expect(await pair(` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `)).toMatchObject({ state: 'online', cloud: cloud.url })
  const identity = till.store.identity()
  expect(identity).toEqual({ ...before, shop: cloud.shop, till: '01' })
  expect(cloud.device).toMatchObject({ id: before.device, publicKey: before.publicKey })
  expect(till.store.rows(0, 10).map((row) => (JSON.parse(row.text) as { type: string; shop: string })).map(({ type, shop }) => [type, shop === cloud.shop])).toEqual([['device.begun', false], ['device.paired', false]])
})

test('what the shop was called here is its name until the cloud says another; numbers go on under the new till', async () => {
  await till.setUp()
  const good = await till.addGood()
  await till.run('shift.open', { float: 0 })
  expect((await till.sell([{ good }])).no).toBe('20261123-00-0001')
  await pair()
  expect((await till.run('till.snapshot', {})).shop).toMatchObject({ id: cloud.shop, name: '试验小铺' })
  const sale = await till.sell([{ good }])
  expect(sale.no).toBe('20261123-01-0001')
  expect(sale.url).toMatch(new RegExp(`^${cloud.url}/r/[A-Za-z0-9_-]{22}/[A-Za-z0-9_-]{22}$`))
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

test('wrong codes say so, and the till is as it was', async () => {
  const head = till.store.head()
  for (const code of ['', 'ABC', 'ABCD-EFG!', 'ABCDEFGH']) expect(await refused(code)).toMatchObject({ code: 'pairing.code_wrong' })
  cloud.next('/api/pair', 'pairing.too_many_tries')
  expect(await refused('ABCDEFGH')).toMatchObject({ code: 'pairing.too_many_tries' })
  cloud.next('/api/pair', 'not.allowed')
  expect(await refused('ABCDEFGH')).toMatchObject({ code: 'pairing.refused', detail: { code: 'not.allowed' } })
  cloud.next('/api/pair', 'failed')
  expect(await refused('ABCDEFGH')).toMatchObject({ code: 'pairing.cloud_unreachable' })
  expect(await refused(cloud.newCode(), 'http://127.0.0.1:1')).toMatchObject({ code: 'pairing.cloud_unreachable' })
  for (const address of ['example.cn', 'ftp://example.cn', 'file:///etc/passwd', '']) expect(await refused('ABCDEFGH', address)).toMatchObject({ code: 'call.invalid', detail: { field: 'cloud' } })
  expect(till.store.head()).toEqual(head)
  expect(await till.run('sync.status', {})).toMatchObject({ state: 'none', cloud: null })
})

test('an address with a path is its cloud all the same', async () => {
  await till.run('till.pair', { cloud: `${cloud.url}/console/?x=1#y`, code: cloud.newCode() })
  expect(till.store.pairing()?.cloud).toBe(cloud.url)
})

test('an answer that was lost: the code is used up, and a new one joins the same till again', async () => {
  const code = cloud.newCode()
  cloud.next('/api/pair', 'lost')
  const key = randomUUID()
  expect(await till.refusal('till.pair', { key, cloud: cloud.url, code })).toMatchObject({ code: 'pairing.cloud_unreachable' })
  expect(await till.refusal('till.pair', { key, cloud: cloud.url, code })).toMatchObject({ code: 'pairing.code_wrong' })
  await pair(cloud.newCode(), key)
  expect([cloud.devices.size, till.store.identity().till]).toEqual([1, '01'])
})

test('the same call again is the same pairing; another is refused; two at once join once', async () => {
  const [key, code] = [randomUUID(), cloud.newCode()]
  const outcomes = await Promise.allSettled([pair(code, key), pair(cloud.newCode(), randomUUID())])
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(outcomes.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'pairing.already' })
  const joined = JSON.parse(till.store.rows(1, 1)[0]!.text) as { id: string; type: string }
  expect(joined.type).toBe('device.paired')
  const head = till.store.head()
  expect(await pair('anything', joined.id)).toMatchObject({ cloud: cloud.url })
  expect(await refused(cloud.newCode())).toMatchObject({ code: 'pairing.already' })
  expect(till.store.head()).toEqual(head)
})

test('a key that did something else spends no code', async () => {
  await till.setUp()
  const good = await till.addGood()
  const key = randomUUID()
  await till.run('goods.put', { key, good: good.id, set: { price: 1 } })
  const code = cloud.newCode()
  expect(await till.refusal('till.pair', { key, cloud: cloud.url, code })).toMatchObject({ code: 'key.reused' })
  expect(cloud.asked).toEqual([])
  await pair(code)
})
