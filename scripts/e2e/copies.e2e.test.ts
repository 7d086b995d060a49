/**
 * A ledger that exists twice, as real processes on real files: a folder that was copied and runs on two hosts, a backup
 * that sells before it meets its cloud, one that meets it first. In the end the shop has each sale that either screen
 * called done, once, and every ledger verifies.
 */
import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from '@playwright/test'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import type { TillClient } from '#shared/host/client.ts'
import type { CallResult } from '#shared/host/contract.ts'
import type { GoodView, SyncStatus } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { buildRenderer } from '../build.ts'
import { connectTill } from '../connect.ts'
import { type CloudAccess, makeShop, operate } from '../demo/seed.ts'
import { type Part, startPart } from '../part.ts'
import { run } from '../run-command.ts'
import { type Stack, startStack } from '../stack.ts'
import { type Cable, layCable } from '../testing/cable.ts'
import { TILL_SIZE, at, openBrowser, openPage } from '../testing/screen.ts'

/** A reconnection is tried after ten seconds at the latest, a refusal after a minute unless asked; a busy machine is slower. */
const SOON = { timeout: 60_000, interval: 50 }

interface Summary { sales: number; totalFen: number; balances: { account: string; fen: number }[]; flags: { code: string }[]; flagCount: number; byDevice: { till: number; sales: number }[] }
interface OpenTill { readonly name: string; readonly stack: Stack; readonly till: TillClient; stop(): Promise<void> }

let folder: string
let cloudPart: Part
let cloud: CloudAccess
let cable: Cable
let shop: string
/** What screens called done: fen by sale. */
let done: Map<string, number>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-copies-'))
  cloudPart = await startPart({ script: 'cloud/main.ts', args: ['--data', join(folder, 'cloud'), '--port', '0'], log: () => undefined })
  cloud = { url: cloudPart.ready['url']!, operatorKey: readFileSync(cloudPart.ready['operatorKeyFile']!, 'utf8').trim() }
})
afterAll(async () => {
  await cloudPart?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function open(name: string): Promise<OpenTill> {
  const stack = await startStack({ data: join(folder, name), cloud: false })
  const till = await connectTill(stack.tillUrl)
  let isOpen = true
  const stop = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    till.close()
    await stack.stop()
  }
  onTestFinished(stop)
  return { name, stack, till, stop }
}
const PIN = '2580'
/** Nobody is at a restored till; and it takes no event before it knows where its cloud stands, or that it can't know. */
async function signIn({ till }: OpenTill): Promise<void> {
  expect((await till.call('till.snapshot', {})).staff).toBeNull()
  await expect.poll(() => till.call('staff.signIn', { key: randomUUID(), no: '01', pin: PIN }).then(() => 'in', (error: { code?: string }) => error.code), SOON).toBe('in')
}
const newCode = async (): Promise<string> => (await operate<{ code: string }>(cloud, 'POST', `/api/shops/${shop}/pairing-codes`)).code
const status = ({ till }: OpenTill): Promise<SyncStatus> => till.call('sync.status', {})
async function inStep(open: OpenTill): Promise<void> {
  await expect.poll(async () => { const { state, unsent } = await status(open); return { state, unsent } }, SOON).toEqual({ state: 'online', unsent: 0 })
}
async function refused(open: OpenTill, codes: readonly string[]): Promise<void> {
  await expect.poll(async () => {
    const { state, code } = await open.till.call('sync.now', {})
    return state === 'refused' && codes.includes(code ?? '')
  }, SOON).toBe(true)
}
/** Rings one good up for exact cash, and remembers what the screen was told. */
async function sell({ till }: OpenTill, quantity = 1000): Promise<CallResult<'sale.complete'>> {
  const good: GoodView = (await till.call('goods.search', { text: '可乐' })).goods[0]!
  const ticket = addGood(emptyTicket(randomUUID(), 0), randomUUID(), good, milli(quantity))
  const { total } = priceTicket(ticket.lines)
  const sale = await till.call('sale.complete', { key: ticket.id, ticket, total, given: fen(Math.max(0, total)) })
  done.set(sale.sale, sale.total)
  return sale
}
async function renew(open: OpenTill): Promise<void> {
  await open.till.call('till.renew', { key: randomUUID(), code: await newCode() })
  await inStep(open)
}
const summary = (): Promise<Summary> => operate<Summary>(cloud, 'GET', `/api/shops/${shop}/summary`)
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

/** The shop's sums are those of the screens; no fen is anywhere but where its sale put it; every till's ledger verifies. */
async function expectEachOnce(tills: readonly OpenTill[]): Promise<void> {
  const { sales, totalFen, balances, flagCount } = await summary()
  expect({ sales, totalFen, flagCount }).toEqual({ sales: done.size, totalFen: sum(done.values()), flagCount: 0 })
  expect(balances.find(({ account }) => account === 'sales')?.fen).toBe(-sum(done.values()))
  expect(sum(balances.map((row) => row.fen))).toBe(0)
  const kept = new Set<string>()
  for (const { till } of tills) {
    const verification = await till.call('ledger.verify', {})
    expect(verification.faults).toEqual([])
    for (const { sale } of (await till.call('sale.list', { limit: 1000 })).sales) kept.add(sale)
  }
  for (const { name, stop } of tills) {
    await stop()
    const verified = await run({ file: process.execPath, args: ['scripts/till.ts', 'verify', '--data', join(folder, name)] })
    expect(verified).toMatchObject({ status: 0 })
  }
  for (const sale of kept) expect(done.has(sale)).toBe(true)
}
const PASSPHRASE = '两本账也只算一次'
const command = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { status: code, output } = await run({ file: process.execPath, args: ['scripts/till.ts', ...args] }, { env: { XIAOPU_BACKUP_PASSPHRASE: PASSPHRASE } })
  expect({ code, output }).toMatchObject({ code: 0 })
  return JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, unknown>
}

let first: OpenTill
beforeEach(async () => {
  done = new Map()
  const laid = cable = await layCable(() => cloud.url)
  onTestFinished(() => laid.pull())
  first = await open(`first-${randomUUID()}`)
  const { till } = first
  await till.call('till.setup', { key: randomUUID(), shop: { name: '两本账小铺' }, owner: { no: '01', name: '店主' }, pin: PIN })
  await till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '可乐', price: fen(350), code: '6901' } })
  await till.call('shift.open', { key: randomUUID(), float: 10_000 })
  const made = await makeShop(cloud, { name: '两本账小铺', kind: 'shop' })
  shop = made.shop
  await till.call('till.pair', { key: randomUUID(), cloud: cable.url, code: made.code })
  await sell(first)
  await inStep(first)
})
/** The first till's folder as it is now, on another machine. */
async function copyFolder(): Promise<string> {
  await first.stop()
  const name = `copy-${randomUUID()}`
  cpSync(join(folder, first.name), join(folder, name), { recursive: true })
  first = await open(first.name)
  return name
}

describe('a folder that was copied and runs on two hosts', () => {
  test.each([['the first, then the copy', false], ['the copy, then the first', true]])('both sell, both begin anew: %s', { timeout: 240_000 }, async (_order, isCopyFirst) => {
    const copy = await open(await copyFolder())
    await Promise.all([inStep(first), inStep(copy)])
    await cable.pull()
    for (let i = 0; i < 3; i++) await Promise.all([sell(first), sell(copy, 2000)])
    await copy.till.call('shift.close', { key: randomUUID(), counted: 10_000 })
    await copy.till.call('shift.open', { key: randomUUID(), float: 5_000 })
    await sell(copy, -1000)
    await cable.plug()
    // Whoever comes second stands where the other's rows are; pushing that, it stops both.
    await expect.poll(async () => (await Promise.all([first, copy].map((each) => each.till.call('sync.now', {})))).some(({ state }) => state === 'refused'), SOON).toBe(true)
    await Promise.all([sell(first), sell(copy)])
    const order = isCopyFirst ? [copy, first] : [first, copy]
    for (const each of order) await renew(each)
    await Promise.all([sell(first), sell(copy, 3000)])
    for (const each of order) {
      const { expected } = await each.till.call('shift.report', {})
      expect((await each.till.call('shift.close', { key: randomUUID(), counted: fen(expected!) })).difference).toBe(0)
      await inStep(each)
      const archive = readdirSync(join(folder, each.name, 'till', 'archive'))
      expect(archive).toHaveLength(1)
      expect(await command('verify', '--file', join(folder, each.name, 'till', 'archive', archive[0]!))).toMatchObject({ ok: true })
    }
    expect((await summary()).byDevice.map(({ till }) => till)).toEqual([1, 2, 3])
    await expectEachOnce([first, copy])
  })
})

describe('a backup on a new machine', () => {
  test('meets its cloud first: it gets back what it lost and goes on as the till it was', { timeout: 240_000 }, async () => {
    const file = join(folder, `${randomUUID()}.xpbackup`)
    const backup = await command('backup', file, '--data', join(folder, first.name))
    for (let i = 0; i < 5; i++) await sell(first)
    await first.till.call('shift.close', { key: randomUUID(), counted: 0 })
    await first.till.call('shift.open', { key: randomUUID(), float: 700 })
    await inStep(first)
    const before = await first.till.call('ledger.verify', {})
    // The machine dies for good.
    await first.stop()
    const name = `new-${randomUUID()}`
    expect(await command('restore', file, '--data', join(folder, name))).toMatchObject({ shop: '两本账小铺', till: '01', rows: backup['rows'], sales: 1, cloud: cable.url })
    const restored = await open(name)
    await inStep(restored)
    expect(await restored.till.call('ledger.verify', {})).toMatchObject({ ok: true, rows: before.rows, head: before.head })
    expect((await restored.till.call('till.snapshot', {})).shift).toMatchObject({ float: 700 })
    await signIn(restored)
    const sale = await sell(restored)
    expect(sale.no).toMatch(/-01-0007$/)
    await inStep(restored)
    expect((await summary()).byDevice.map(({ till }) => till)).toEqual([1])
    await expectEachOnce([restored])
  })

  test('sells before it meets its cloud: its screen leads the owner out of it, and nothing is lost or doubled', { timeout: 240_000 }, async () => {
    await buildRenderer({ quiet: true })
    const file = join(folder, `${randomUUID()}.xpbackup`)
    await command('backup', file, '--data', join(folder, first.name))
    for (let i = 0; i < 4; i++) await sell(first)
    await inStep(first)
    await first.stop()
    const name = `new-${randomUUID()}`
    await command('restore', file, '--data', join(folder, name))
    await cable.pull()
    const restored = await open(name)
    // No network, so it can't know: after a few tries it sells, because the shop is open.
    await signIn(restored)
    await sell(restored, 2000)
    await sell(restored, 2000)
    await cable.plug()
    await refused(restored, ['sync.fork'])

    const browser: Browser = await openBrowser()
    onTestFinished(() => browser.close())
    const { page, errors } = await openPage(await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' }), restored.stack.tillUrl)
    await at(page, 'sync-state').click()
    await page.getByText('这本账在两处各记了一份').waitFor()
    if (process.env['XIAOPU_PICTURES']) await page.screenshot({ path: join(process.env['XIAOPU_PICTURES'], 'renew.png') })
    await at(page, 'renew-code').fill(await newCode())
    await at(page, 'renew-go').click()
    await page.getByText('换好了，这台现在是 02 号机').waitFor()
    await page.locator('[data-testid="sync-state"][data-state="online"]').waitFor()
    // The receipts go on over it, and so do reports, and what was sold before can come back here.
    await at(page, 'fn-receipts').click()
    await expect.poll(() => at(page, 'sale').allInnerTexts().then((texts) => texts.map((text) => /-(\d\d-\d{4})/.exec(text)?.[1]))).toEqual(['01-0003', '01-0002', '01-0001'])
    if (process.env['XIAOPU_PICTURES']) await page.screenshot({ path: join(process.env['XIAOPU_PICTURES'], 'renewed-receipts.png') })
    await at(page, 'sale').last().click()
    await at(page, 'receipt-refund').click()
    await at(page, 'refund-everything').waitFor()
    expect(errors).toEqual([])
    const { date } = (await restored.till.call('sale.list', { limit: 1 })).sales[0]!
    expect((await restored.till.call('report.sales', { from: date, to: date, limit: 10 })).total).toMatchObject({ sales: 3, net: 350 + 700 + 700 })
    const { id: good } = (await restored.till.call('goods.search', { text: '可乐' })).goods[0]!
    expect(await restored.till.call('recall.effect', { what: { good, no: '', supplier: '', from: '', to: '' }, limit: 9 })).toMatchObject({ total: 3, sales: [{}, {}, {}] })

    await inStep(restored)
    expect((await sell(restored)).no).toMatch(/-02-0001$/)
    await inStep(restored)
    await expectEachOnce([restored])
  })

  test('twice, on two machines that both sell: both are told, become tills of their own, and the shop has every sale once', { timeout: 240_000 }, async () => {
    const file = join(folder, `${randomUUID()}.xpbackup`)
    await command('backup', file, '--data', join(folder, first.name))
    await sell(first)
    await inStep(first)
    // The original breaks; somebody restores its backup, and somebody else does so too.
    await first.stop()
    const [one, two] = [`one-${randomUUID()}`, `two-${randomUUID()}`]
    for (const name of [one, two]) await command('restore', file, '--data', join(folder, name))
    const tills = [await open(one), await open(two)] as const
    // Both get back what was sold after the backup.
    for (const till of tills) await inStep(till)
    await signIn(tills[0])
    for (const { till } of tills) expect((await till.call('sale.list', { limit: 10 })).sales).toHaveLength(done.size)
    await sell(tills[0], 2000)
    await inStep(tills[0])
    await signIn(tills[1])
    await sell(tills[1], 3000)
    // The one that comes second is told, and sells on meanwhile.
    await refused(tills[1], ['sync.fork'])
    await sell(tills[1])
    await expect.poll(async () => (await summary()).sales, SOON).toBe(done.size - 2)
    await renew(tills[1])
    // The device of both stands quarantined: the other is told with its next sale, which it keeps.
    await sell(tills[0])
    await refused(tills[0], ['device.quarantined', 'sync.fork'])
    await renew(tills[0])
    for (const till of tills) await sell(till)
    for (const till of tills) await inStep(till)
    await expectEachOnce(tills)
  })
})
