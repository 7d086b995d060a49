/** A cloud's backup and the way back: sold, backed up, sold on, damaged, restored to the moment before, met by its till. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectEmbedded } from '#cloud/storage/base-backup.ts'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import type { TillClient } from '#shared/host/client.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { connectTill } from '../connect.ts'
import { makeShop, operate } from '../demo/seed.ts'
import { type Part, startPart } from '../part.ts'
import { ROOT } from '../run-command.ts'
import { startStack, type Stack } from '../stack.ts'

const SOON = { timeout: 60_000, interval: 50 }
let folder: string
let cloud: Part
let stack: Stack
let till: TillClient
let shop: string
let good: GoodView
/** A moment when so much had arrived, and nothing else after it for a while. */
let moment: { at: number; sales: number; totalFen: number; rows: number }

interface Summary { sales: number; totalFen: number; flagCount: number; byDevice: { ack: number }[]; rev: number }
const access = () => ({ url: cloud.ready['url']!, operatorKey: readFileSync(cloud.ready['operatorKeyFile']!, 'utf8').trim() })
const summary = (): Promise<Summary> => operate<Summary>(access(), 'GET', `/api/shops/${shop}/summary`)

async function startCloud(name: string, port = '0'): Promise<void> {
  const { DATABASE_URL: _theirs, ...env } = process.env
  cloud = await startPart({ script: 'cloud/main.ts', args: ['--data', join(folder, name), '--port', port], env: { ...env, DATABASE_URL: '' } as Record<string, string>, log: () => undefined })
}
/** The operator's command; gives its answer, or rejects with what it said. */
async function command(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/cloud.ts', ...args], { cwd: ROOT })
  return JSON.parse(stdout) as Record<string, unknown>
}
async function sell(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const ticket = addGood(emptyTicket(randomUUID(), 0), randomUUID(), good, milli(1000))
    const { total } = priceTicket(ticket.lines)
    await till.call('sale.complete', { key: ticket.id, ticket, total, given: total })
  }
}
async function untilSent(): Promise<void> {
  await expect.poll(async () => { const { state, unsent } = await till.call('sync.status', {}); return { state, unsent } }, SOON).toEqual({ state: 'online', unsent: 0 })
}
async function expectAgreement(): Promise<void> {
  const { sales } = await till.call('ledger.balances', {})
  const verified = await till.call('ledger.verify', {})
  expect(verified.faults).toEqual([])
  expect(await summary()).toMatchObject({ sales, totalFen: verified.salesFen, flagCount: 0, byDevice: [{ ack: verified.rows }] })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-restore-'))
  await startCloud('cloud')
  const made = await makeShop(access(), { name: '回到从前小铺', kind: 'shop' })
  shop = made.shop
  stack = await startStack({ data: join(folder, 'till'), cloud: false })
  till = await connectTill(stack.tillUrl)
  await till.call('till.pair', { key: randomUUID(), cloud: cloud.ready['url']!, code: made.code })
  await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '2580' })
  await till.call('shift.open', { key: randomUUID(), float: fen(0) })
  good = await till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '可乐', price: fen(350) } })
})
afterAll(async () => {
  till?.close()
  await stack?.stop()
  await cloud?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a running cloud is backed up while it is sold on', async () => {
  await sell(20)
  await untilSent()
  const selling = sell(40)
  const made = await command('backup', join(folder, 'backup'), '--data', join(folder, 'cloud'))
  await selling
  expect(made).toMatchObject({ format: 1 })
  expect(readdirSync(join(folder, 'backup', 'base'))).toHaveLength(1)
  expect(readdirSync(join(folder, 'backup', 'wal')).length).toBeGreaterThan(0)
  await untilSent()
  await sell(10)
  await untilSent()
  const { sales, totalFen, byDevice } = await summary()
  moment = { at: Date.now(), sales, totalFen, rows: byDevice[0]!.ack }
  expect(sales).toBe(70)
})

test('damage after that moment is not in what is restored to it: exactly the sales up to then', async () => {
  while (Date.now() <= moment.at) await new Promise(setImmediate)
  await sell(15)
  await untilSent()
  const client = await connectEmbedded(join(folder, 'cloud'))
  await client.query('delete from sale')
  await client.query("update reference set doc = '{}'")
  await client.query('delete from journal where seq > 30')
  await client.end()
  const { url } = cloud.ready as { url: string }
  await cloud.stop()

  const restored = await command('restore', join(folder, 'backup'), '--data', join(folder, 'restored'), '--until', new Date(moment.at).toISOString())
  expect(restored).toMatchObject({ shops: 1, rows: moment.rows })
  expect(Number(restored['lastChangeAt'])).toBeLessThanOrEqual(moment.at)
  // At another address first, where no till finds it.
  await startCloud('restored')
  expect(await summary()).toMatchObject({ sales: moment.sales, totalFen: moment.totalFen, flagCount: 0, byDevice: [{ ack: moment.rows }] })
  expect((await (await fetch(`${cloud.ready['url']}/s/${shop}`)).text())).toContain('可乐')
  await cloud.stop()
  await startCloud('restored', new URL(url).port)
})

test('its till meets it where it is, and everything is there once', async () => {
  await untilSent()
  await sell(5)
  await untilSent()
  await expectAgreement()
  expect((await summary()).sales).toBe(90)
  // A change made now reaches the till, though it had seen higher numbers than the backup knew.
  const heard = new Promise<number>((resolve) => { till.on('good.changed', ({ price }) => resolve(price)) })
  await operate(access(), 'PATCH', `/api/shops/${shop}/goods/${good.id}`, { price: 400 })
  expect(await heard).toBe(400)
  good = await till.call('goods.get', { good: good.id })
})

test('the restored cloud is backed up and restored in its turn, to as late as there is', async () => {
  await command('backup', join(folder, 'second'), '--data', join(folder, 'restored'))
  await sell(3)
  await untilSent()
  const before = await summary()
  await cloud.stop()
  await command('restore', join(folder, 'second'), '--data', join(folder, 'third'))
  await startCloud('third')
  expect(await summary()).toMatchObject({ sales: before.sales, totalFen: before.totalFen, byDevice: before.byDevice })
  expect(before.sales).toBe(93)
})

test('what can\'t be done is refused in words, and leaves nothing behind', async () => {
  const said = (...args: string[]): Promise<string> => command(...args).then(() => 'done', (error: { stderr: string }) => error.stderr)
  const later = new Date(Date.now() + 86_400_000).toISOString()
  expect(await said('restore', join(folder, 'backup'), '--data', join(folder, 'late'), '--until', later)).toContain('restore.too_late')
  expect(existsSync(join(folder, 'late'))).toBe(false)
  expect(await said('restore', join(folder, 'backup'), '--data', join(folder, 'early'), '--until', '2020-01-01T00:00:00Z')).toContain('restore.no_backup')
  expect(await said('restore', join(folder, 'nothing'), '--data', join(folder, 'x'))).toContain('restore.no_backup')
  expect(await said('restore', join(folder, 'backup'), '--data', join(folder, 'third'))).toContain('restore.not_empty')
  expect(await said('backup', join(folder, 'z'), '--data', join(folder, 'cloud'))).toContain('backup.not_running')
  expect(await said('restore', join(folder, 'backup'), '--data', join(folder, 'x'), '--until', 'yesterday')).toContain('is no time')
})
