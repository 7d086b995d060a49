/**
 * A till and its cloud as real processes, with a cable between them that is pulled, and machines that are killed: what
 * was sold arrives, once, and nothing else does.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import type { TillClient } from '#shared/host/client.ts'
import type { CallResult } from '#shared/host/contract.ts'
import type { GoodView, SyncStatus } from '#shared/host/schemas.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { fen } from '#shared/money/money.ts'
import { connectTill } from '../connect.ts'
import { type CloudAccess, makeShop, operate } from '../demo/seed.ts'
import { type Part, startPart } from '../part.ts'
import { ROOT } from '../run-command.ts'
import { startStack, type Stack } from '../stack.ts'
import { type Cable, layCable } from '../testing/cable.ts'

const FILE = '条码,品名,售价,单位,计价方式\n6901234567892,可乐,3.50,罐,\n,本地青菜,4.50,斤,计重\n,散装糖,12,,计重\n,草帽,15,,\n,没价钱,,个,\n'
/** A reconnection is tried after ten seconds at the latest; a busy machine is slower. */
const SOON = { timeout: 30_000, interval: 50 }

interface Summary { sales: number; totalFen: number; flagCount: number; balances: { account: string; fen: number }[]; byDevice: { device: string; ack: number }[] }

let folder: string
let cloudPart: Part
let cloud: CloudAccess
let cable: Cable
const stacks = new Set<Stack>()

async function startCloud(): Promise<void> {
  const port = cloud ? new URL(cloud.url).port : '0'
  cloudPart = await startPart({ script: 'cloud/main.ts', args: ['--data', join(folder, 'cloud'), '--port', port], log: () => undefined })
  cloud = { url: cloudPart.ready['url']!, operatorKey: readFileSync(cloudPart.ready['operatorKeyFile']!, 'utf8').trim() }
}
async function killCloud(): Promise<void> {
  cloudPart.child.kill('SIGKILL')
  await cloudPart.ended
}

interface OpenTill { readonly stack: Stack; readonly till: TillClient; stop(): Promise<void> }

async function openTill(name: string): Promise<OpenTill> {
  const stack = await startStack({ data: join(folder, name), cloud: false })
  stacks.add(stack)
  const till = await connectTill(stack.tillUrl)
  return {
    stack, till,
    async stop() {
      till.close()
      await stack.stop()
      stacks.delete(stack)
    },
  }
}
const bringIn = (till: TillClient, text: string): Promise<CallResult<'goods.import'>> =>
  till.call('goods.import', { key: randomUUID(), name: '商品.csv', data: Buffer.from(text).toString('base64') })
async function goodNamed(till: TillClient, name: string): Promise<GoodView> {
  return (await till.call('goods.search', { text: name })).goods.find((good) => good.name === name)!
}
/** Rings one good up for exact cash; a negative quantity is a return. */
async function sell(till: TillClient, good: GoodView, quantity = 1000): Promise<CallResult<'sale.complete'>> {
  const ticket = addGood(emptyTicket(randomUUID(), 0), randomUUID(), good, milli(quantity))
  const { total } = priceTicket(ticket.lines)
  return till.call('sale.complete', { key: ticket.id, ticket, total, given: fen(Math.max(0, total)) })
}
const status = (till: TillClient): Promise<SyncStatus> => till.call('sync.status', {})
async function untilSent(till: TillClient): Promise<void> {
  await expect.poll(async () => { const { state, unsent } = await status(till); return { state, unsent } }, SOON).toEqual({ state: 'online', unsent: 0 })
}
async function untilState(till: TillClient, state: SyncStatus['state'], code: string | null = null): Promise<void> {
  await expect.poll(async () => { const now = await status(till); return [now.state, now.code] }, SOON).toEqual([state, code])
}
const summary = (shop: string): Promise<Summary> => operate<Summary>(cloud, 'GET', `/api/shops/${shop}/summary`)

/** The cloud's sums are the till's: number of sales, fen, every account, the last row. */
async function expectAgreement(till: TillClient, shop: string): Promise<void> {
  const { balances, sales } = await till.call('ledger.balances', {})
  const verification = await till.call('ledger.verify', {})
  const { device } = await till.call('till.snapshot', {})
  const found = await summary(shop)
  const byAccount = (rows: readonly { account: string; fen: number }[]): [string, number][] =>
    rows.map((row): [string, number] => [row.account, row.fen]).filter(([, sum]) => sum !== 0).sort(([a], [b]) => a.localeCompare(b))
  expect(verification.faults).toEqual([])
  expect(found).toMatchObject({ sales, totalFen: verification.salesFen, flagCount: 0 })
  expect(verification.sales).toBe(sales)
  expect(byAccount(found.balances)).toEqual(byAccount(balances))
  expect(found.byDevice).toMatchObject([{ device, ack: verification.rows }])
}
/** Resolves when the till says that a good has this price, with the ms it took. */
function hearsPrice(till: TillClient, good: string, price: number): Promise<number> {
  const start = performance.now()
  return new Promise((resolve) => {
    const off = till.on('good.changed', (changed) => {
      if (changed.id !== good || changed.price !== price) return
      off()
      resolve(Math.round(performance.now() - start))
    })
  })
}
async function verifyFile(name: string): Promise<{ ok: boolean; faults: unknown[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/till.ts', 'verify', '--data', join(folder, name)], { cwd: ROOT })
  return JSON.parse(stdout) as { ok: boolean; faults: unknown[] }
}

beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'xiaopu-sync-')) })
afterAll(async () => {
  for (const stack of stacks) await stack.stop()
  await cable?.pull()
  await cloudPart?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a till that was there before its cloud', () => {
  let a: OpenTill
  let shop: string
  let firstSale: CallResult<'sale.complete'>

  test('is set up, brings goods in, sells and takes a return, alone', async () => {
    a = await openTill('a')
    const { till } = a
    await till.call('till.setup', { key: randomUUID(), shop: { name: '先开张的小铺' }, owner: { no: '01', name: '店主' }, pin: '2580' })
    await till.call('shift.open', { key: randomUUID(), float: 10_000 })
    const report = await bringIn(till, FILE)
    expect(report).toMatchObject({ rows: 5, added: 4, refused: 1, notedTotal: 2 })
    expect([(await goodNamed(till, '散装糖')).unit, (await goodNamed(till, '草帽')).unit]).toEqual(['公斤', '个'])
    firstSale = await sell(till, await goodNamed(till, '可乐'), 2000)
    await sell(till, await goodNamed(till, '本地青菜'), 1250)
    await sell(till, await goodNamed(till, '可乐'), -1000)
    expect(await status(till)).toMatchObject({ state: 'none', cloud: null })
    expect(firstSale.url).toBeNull()
  })

  test('is joined by a code, and all it has sold goes up', async () => {
    const { till } = a
    await startCloud()
    cable = await layCable(() => cloud.url)
    const made = await makeShop(cloud, { name: '先开张的小铺', kind: 'shop' })
    shop = made.shop
    await till.call('till.pair', { key: randomUUID(), cloud: cable.url, code: made.code })
    await untilSent(till)
    await expectAgreement(till, shop)
    expect((await summary(shop)).sales).toBe(3)
    const { url } = await till.call('sale.get', { sale: firstSale.sale })
    const page = await fetch(url!)
    expect(page.status).toBe(200)
    const html = await page.text()
    expect(html).toContain(firstSale.no)
    expect(html).toContain('可乐')
  })

  test('hears of a price at once when it is connected', async ({ annotate }) => {
    const { till } = a
    const cola = await goodNamed(till, '可乐')
    const heard = hearsPrice(till, cola.id, 380)
    await operate(cloud, 'PATCH', `/api/shops/${shop}/goods/${cola.id}`, { price: 380 })
    await annotate(`a price reached the connected till in ${await heard} ms`)
    expect((await goodNamed(till, '可乐')).price).toBe(380)
  })

  test('hears of a price at the next connection when the cable was out', async ({ annotate }) => {
    const { till } = a
    const cola = await goodNamed(till, '可乐')
    await cable.pull()
    await untilState(till, 'offline')
    await operate(cloud, 'PATCH', `/api/shops/${shop}/goods/${cola.id}`, { price: 400 })
    expect((await sell(till, cola)).total).toBe(380)
    expect((await status(till)).unsent).toBeGreaterThan(0)
    const heard = hearsPrice(till, cola.id, 400)
    await cable.plug()
    await annotate(`a price reached the till ${await heard} ms after the cable was back`)
    await untilSent(till)
    await expectAgreement(till, shop)
    expect((await sell(till, await goodNamed(till, '可乐'))).total).toBe(400)
  })

  test('started from an old backup of its folder it gets back what it sold since, whichever of the two goes on', async () => {
    await untilSent(a.till)
    await a.stop()
    cpSync(join(folder, 'a'), join(folder, 'backup'), { recursive: true })
    a = await openTill('a')
    for (let i = 0; i < 3; i++) await sell(a.till, await goodNamed(a.till, '草帽'))
    await untilSent(a.till)
    await a.stop()
    const before = await summary(shop)

    const copy = await openTill('backup')
    await untilSent(copy.till)
    expect(await summary(shop)).toEqual(before)
    await expectAgreement(copy.till, shop)
    for (let i = 0; i < 5; i++) await sell(copy.till, await goodNamed(copy.till, '散装糖'), 500)
    await untilSent(copy.till)
    await copy.stop()

    a = await openTill('a')
    await untilSent(a.till)
    await sell(a.till, await goodNamed(a.till, '草帽'))
    await untilSent(a.till)
    await expectAgreement(a.till, shop)
    expect((await summary(shop)).sales).toBe(before.sales + 6)
  })

  test('says that its access was withdrawn, and goes on selling', async () => {
    const { device } = await a.till.call('till.snapshot', {})
    await operate(cloud, 'POST', `/api/shops/${shop}/devices/${device}/revoke`)
    await untilState(a.till, 'refused', 'device.revoked')
    const before = await summary(shop)
    expect((await sell(a.till, await goodNamed(a.till, '可乐'))).total).toBe(400)
    const after = await a.till.call('sync.now', {})
    expect(after).toMatchObject({ state: 'refused', code: 'device.revoked' })
    expect(after.unsent).toBeGreaterThan(0)
    expect(await summary(shop)).toEqual(before)
    await a.stop()
    expect(await verifyFile('a')).toMatchObject({ ok: true, faults: [] })
  })
})

describe('a cloud that is killed while a till sends', () => {
  const SALES = 400
  let b: OpenTill
  let shop: string

  test('has everything once when it is back, whatever was lost on the way', async () => {
    b = await openTill('b')
    const { till } = b
    const made = await makeShop(cloud, { name: '断电小铺', kind: 'shop' })
    shop = made.shop
    await till.call('till.pair', { key: randomUUID(), cloud: cable.url, code: made.code })
    await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '2580' })
    await untilSent(till)
    await cable.pull()
    await untilState(till, 'offline')
    await till.call('shift.open', { key: randomUUID(), float: 0 })
    await bringIn(till, ['名称,售价,单位', ...Array.from({ length: 800 }, (_, i) => `商品${i + 1},${(i % 97) + 1}.50,个`)].join('\n'))
    const { goods } = await till.call('goods.list', { limit: 20 })
    for (let i = 0; i < SALES; i++) await sell(till, goods[i % goods.length]!, ((i % 3) + 1) * 1000)

    // The first push breaks off in the middle of its body.
    let upBytes = 0
    const brokenOff = new Promise<void>((resolve) => {
      cable.tap = (way, chunk) => {
        if (way === 'up') upBytes += chunk.length
        if (upBytes > 20_000) resolve()
        return upBytes <= 20_000
      }
    })
    await cable.plug()
    await brokenOff
    await killCloud()
    expect((await status(till)).unsent).toBeGreaterThan(1000)

    // The next is stored, and its answer is lost.
    const answerLost = new Promise<void>((resolve) => {
      cable.tap = (way, chunk) => {
        const isAnswer = way === 'down' && chunk.includes('"flags"')
        if (isAnswer) resolve()
        return !isAnswer
      }
    })
    await startCloud()
    await answerLost
    await killCloud()
    expect((await status(till)).unsent).toBeGreaterThan(1000)

    cable.tap = undefined
    await startCloud()
    await untilSent(till)
    await expectAgreement(till, shop)
    expect((await summary(shop)).sales).toBe(SALES)
  })

  test('leaves a ledger that verifies', async () => {
    await b.stop()
    expect(await verifyFile('b')).toMatchObject({ ok: true, faults: [] })
  })
})
