/**
 * Several tills of one shop and their cloud as real processes, each with a cable of its own: what they did while they could
 * not hear one another comes to the same stock, the same held tickets and the same goods at all of them.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { addGood, emptyTicket, type Ticket } from '#shared/cart/ticket.ts'
import type { TillClient } from '#shared/host/client.ts'
import type { CallResult } from '#shared/host/contract.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { connectTill } from '../connect.ts'
import { type CloudAccess, makeShop, operate } from '../demo/seed.ts'
import { type Part, startPart } from '../part.ts'
import { startStack, type Stack } from '../stack.ts'
import { buildRenderer } from '../build.ts'
import { type Cable, layCable } from '../testing/cable.ts'
import { faults } from '../testing/axe.ts'
import { at, openBrowser, openPage, TILL_SIZE, untilAttribute } from '../testing/screen.ts'

const TILLS = 3
/** A reconnection is tried after ten seconds at the latest; a busy machine is slower. */
const SOON = { timeout: 60_000, interval: 100 }

interface OpenTill { readonly stack: Stack; readonly till: TillClient; readonly cable: Cable }
let folder: string
let cloudPart: Part
let cloud: CloudAccess
let shop: string
const tills: OpenTill[] = []

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-several-'))
  cloudPart = await startPart({ script: 'cloud/main.ts', args: ['--data', join(folder, 'cloud'), '--port', '0'], log: () => undefined })
  cloud = { url: cloudPart.ready['url']!, operatorKey: readFileSync(cloudPart.ready['operatorKeyFile']!, 'utf8').trim() }
  const made = await makeShop(cloud, { name: '三台小铺', kind: 'shop' })
  shop = made.shop
  for (let i = 0; i < TILLS; i++) {
    const cable = await layCable(() => cloud.url)
    const stack = await startStack({ data: join(folder, `till-${i}`), cloud: false })
    const till = await connectTill(stack.tillUrl)
    tills.push({ stack, till, cable })
    const code = i === 0 ? made.code : (await operate<{ code: string }>(cloud, 'POST', `/api/shops/${shop}/pairing-codes`)).code
    await till.call('till.pair', { key: randomUUID(), cloud: cable.url, code })
    if (i === 0) await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '2580' })
    else await signIn(till)
    await till.call('sync.now', {})
    await till.call('shift.open', { key: randomUUID(), float: 0 })
  }
})
afterAll(async () => {
  for (const { till, stack, cable } of tills) {
    till.close()
    await stack.stop()
    await cable.pull()
  }
  await cloudPart?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function signIn(till: TillClient): Promise<void> {
  const { staff } = await till.call('staff.list', {})
  await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: staff[0]!.no, name: staff[0]!.name }, pin: '2580' })
}
const good = (till: TillClient, id: string) => till.call('goods.get', { good: id })
async function ticketWith(till: TillClient, id: string, quantity = 1000): Promise<Ticket> {
  return addGood(emptyTicket(randomUUID(), 0), randomUUID(), await good(till, id), milli(quantity))
}
async function sell(till: TillClient, ticket: Ticket): Promise<CallResult<'sale.complete'>> {
  const { total } = priceTicket(ticket.lines)
  return till.call('sale.complete', { key: ticket.id, ticket, total, given: fen(Math.max(0, total)) })
}
const hold = async (till: TillClient, ticket: Ticket): Promise<string> => {
  const key = randomUUID()
  await till.call('ticket.hold', { key, ticket, heldAt: Date.now() })
  return key
}
const take = async (till: TillClient, held: string): Promise<Ticket> => (await till.call('ticket.take', { key: randomUUID(), held })).ticket
const heldAt = async (till: TillClient): Promise<string[]> => (await till.call('ticket.held', {})).held.map(({ held }) => held)
async function pullCables(): Promise<void> {
  await Promise.all(tills.map(({ cable }) => cable.pull()))
  for (const { till } of tills) await expect.poll(async () => (await till.call('sync.status', {})).state, SOON).toBe('offline')
}
const plugCables = (): Promise<void[]> => Promise.all(tills.map(({ cable }) => cable.plug()))
/** What `read` says at every till, once they all say `wanted`. */
async function untilAll(read: (till: TillClient) => Promise<unknown>, wanted: unknown): Promise<void> {
  await expect.poll(() => Promise.all(tills.map(({ till }) => read(till))), SOON).toEqual(tills.map(() => wanted))
}
const cloudGood = async (id: string): Promise<{ stock: number; price: number; unit: string }> =>
  (await operate<{ goods: { id: string; stock: number; price: number; unit: string }[] }>(cloud, 'GET', `/api/shops/${shop}/goods`)).goods.find((each) => each.id === id)!

test('stock: sold at all of them, off-line and on-line, counted at one, it is the same everywhere', async () => {
  const [a, b, c] = tills.map(({ till }) => till) as [TillClient, TillClient, TillClient]
  const { id } = await a.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '可乐', price: 350 } })
  await a.call('stock.move', { key: randomUUID(), reason: 'received', lines: [{ good: id, delta: milli(100_000) }] })
  const stock = async (till: TillClient): Promise<number | null | undefined> => (await good(till, id).catch(() => undefined))?.stock
  await untilAll(stock, 100_000)
  await sell(b, await ticketWith(b, id, 4000))
  await untilAll(stock, 96_000)

  await pullCables()
  for (const [i, till] of [a, b, c].entries()) for (let n = 0; n <= i; n++) await sell(till, await ticketWith(till, id))
  expect(await Promise.all([a, b, c].map(stock))).toEqual([95_000, 94_000, 93_000])
  // Counted at one while the others sell on: what is counted is what this till knows of.
  await c.call('stock.move', { key: randomUUID(), reason: 'counted', lines: [{ good: id, delta: milli(-10_000) }] })
  await plugCables()
  await untilAll(stock, 80_000)
  expect((await cloudGood(id)).stock).toBe(80_000)
  for (const till of [a, b, c]) expect((await till.call('ledger.verify', {})).faults).toEqual([])
})

test('held tickets: held at one and taken at another; two that take the same one off-line both sell it, and all say so', async () => {
  const [a, b, c] = tills.map(({ till }) => till) as [TillClient, TillClient, TillClient]
  const { id } = await a.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '面包', price: 600 } })
  await untilAll((till) => good(till, id).then(({ price }) => price, () => undefined), 600)
  const first = await ticketWith(a, id)
  const [one, two] = [await hold(a, first), await hold(a, await ticketWith(a, id, 2000))]
  await untilAll(async (till) => (await heldAt(till)).toSorted(), [one, two].toSorted())
  const atB = await take(b, one)
  expect([atB.lines, atB.id === first.id]).toEqual([first.lines, false])
  await sell(b, atB)
  await untilAll(heldAt, [two])
  await expect(take(a, one)).rejects.toMatchObject({ code: 'ticket.gone' })

  await pullCables()
  const taken = await Promise.all([take(a, two), take(c, two)])
  const sales = [await sell(a, taken[0]), await sell(c, taken[1])]
  expect(new Set(sales.map(({ sale }) => sale)).size).toBe(2)
  const three = await hold(b, await ticketWith(b, id))
  await plugCables()
  await untilAll(heldAt, [three])
  const alerts = async (till: TillClient): Promise<string[]> => (await till.call('alert.list', {})).alerts.filter(({ what }) => what.kind === 'ticket.taken_twice').map((alert) => alert.id)
  await expect.poll(() => Promise.all([a, b, c].map(alerts)), SOON).toEqual([[two], [], [two]])
  const { flags } = await operate<{ flags: { code: string }[] }>(cloud, 'GET', `/api/shops/${shop}/summary`)
  expect(flags.map(({ code }) => code)).toEqual(['ticket.taken_twice'])
  for (const till of [a, b, c]) expect((await till.call('ledger.verify', {})).faults).toEqual([])
})

test('goods: edits of one good at two tills and in the cloud merge by field, and who lost is told', async () => {
  const [a, b] = tills.map(({ till }) => till) as [TillClient, TillClient]
  const { id } = await a.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '豆腐', price: 300, unit: '块' } })
  const shown = async (till: TillClient): Promise<unknown> => {
    const { name, price, unit, category } = await good(till, id)
    return { name, price, unit, category }
  }
  await untilAll((till) => shown(till).catch(() => undefined), { name: '豆腐', price: 300, unit: '块', category: '' })
  await pullCables()
  await a.call('goods.put', { key: randomUUID(), good: id, set: { price: 350, category: '豆制品' } })
  await b.call('goods.put', { key: randomUUID(), good: id, set: { price: 380 } })
  await operate(cloud, 'PATCH', `/api/shops/${shop}/goods/${id}`, { unit: '盒' })
  await plugCables()
  const merged = { name: '豆腐', price: 380, unit: '盒', category: '豆制品' }
  await untilAll(shown, merged)
  expect(await cloudGood(id)).toMatchObject(merged)
  const lost = async (till: TillClient): Promise<unknown[]> => (await till.call('alert.list', {})).alerts.flatMap(({ what }) => (what.kind === 'edit.lost' ? [[what.name, what.field, what.value, what.won, what.till]] : []))
  await expect.poll(() => Promise.all(tills.map(({ till }) => lost(till))), SOON).toEqual([[['豆腐', 'price', 350, 380, '02']], [], []])
})

test('on the screen: a ticket held at another till is taken with the keyboard, one held here is there at the others, and what is to know is read', async () => {
  const [a, b] = tills as [OpenTill, OpenTill, OpenTill]
  const { id } = await a.till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '豆浆', price: 250, quick: 1 } })
  await untilAll((till) => good(till, id).then(({ price }) => price, () => undefined), 250)
  for (const held of await heldAt(a.till)) await take(a.till, held)
  const held = await hold(b.till, await ticketWith(b.till, id, 3000))
  await untilAll(heldAt, [held])

  const browser = await openBrowser()
  onTestFinished(() => browser.close())
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' })
  context.setDefaultTimeout(30_000)
  const { page, errors } = await openPage(context, a.stack.tillUrl)
  await page.locator('[data-testid="fn-recall"]').waitFor()
  await page.keyboard.press('F5')
  await at(page, 'held-till').filter({ hasText: '02 号机' }).waitFor()
  expect(await faults(page)).toEqual([])
  if (process.env['XIAOPU_PICTURES']) await page.screenshot({ path: join(process.env['XIAOPU_PICTURES'], 'held.png') })
  await page.keyboard.press('Enter')
  await untilAttribute(page, 'total', 'data-fen', '750')
  await untilAll(heldAt, [])
  // Set aside again here, it is there at the others.
  await page.keyboard.press('F4')
  await untilAttribute(page, 'total', 'data-fen', '0')
  await expect.poll(async () => (await heldAt(b.till)).length, SOON).toBe(1)

  await at(page, 'alerts').click()
  await at(page, 'alert').first().waitFor()
  expect(await at(page, 'alert').count()).toBe(2)
  expect(await faults(page)).toEqual([])
  if (process.env['XIAOPU_PICTURES']) await page.screenshot({ path: join(process.env['XIAOPU_PICTURES'], 'alerts.png') })
  for (let left = 1; left >= 0; left--) {
    await at(page, 'alert-read').first().click()
    await expect.poll(() => at(page, 'alert').count(), SOON).toBe(left)
  }
  expect(await at(page, 'alerts').count()).toBe(0)
  expect(errors).toEqual([])
})

test('a member topped up and given the birthday price at two tills off-line: both stand, both tills say so by name, and the owner sees it', async () => {
  const [a, b, c] = tills as [OpenTill, OpenTill, OpenTill]
  const birthday = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(Date.now()).slice(5)
  await a.till.call('shop.put', { key: randomUUID(), set: { loyalty: { earn: 100, worth: 1, bonus: [], birthday: 10 } } })
  const { id } = await a.till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '蛋糕', price: 1000 } })
  const { member } = await a.till.call('member.join', { key: randomUUID(), set: { phone: '13812345678', name: '李四', birthday } })
  await untilAll(async (till) => [(await till.call('member.find', { text: '5678' })).members[0]?.birthday, await good(till, id).then(({ price }) => price, () => undefined)], [10, 1000])
  await pullCables()
  for (const { till } of [a, b]) {
    await till.call('member.topUp', { key: randomUUID(), member, amount: 300_000 })
    const ticket = { ...await ticketWith(till, id), member }
    expect((await till.call('sale.complete', { key: ticket.id, ticket, total: fen(900), given: fen(900) })).discount).toBe(100)
  }
  await plugCables()
  const told = async ({ till }: OpenTill): Promise<unknown[]> => (await till.call('alert.list', {})).alerts.flatMap(({ what }) => ('who' in what ? [[what.kind, what.who]] : [])).toSorted()
  const both = [['birthday.used_twice', '李* 138****5678'], ['value.over_limit', '李* 138****5678']]
  await expect.poll(() => Promise.all([told(a), told(b), told(c)]), SOON).toEqual([both, both, []])
  await untilAll(async (till) => { const { value, room, birthday: percent } = await till.call('member.card', { member }); return [value.balance, room, percent] }, [600_000, 0, 0])
  for (const { till } of [a, b, c]) expect((await till.call('ledger.verify', {})).faults).toEqual([])

  const browser = await openBrowser()
  onTestFinished(() => browser.close())
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' })
  context.setDefaultTimeout(30_000)
  const { page, errors } = await openPage(context, b.stack.tillUrl)
  await at(page, 'alerts').click()
  await at(page, 'alert').filter({ hasText: '生日价' }).waitFor()
  expect(await faults(page)).toEqual([])
  if (process.env['XIAOPU_PICTURES']) await page.screenshot({ path: join(process.env['XIAOPU_PICTURES'], 'alerts-members.png') })
  expect(errors).toEqual([])
  await page.goto(`${cloud.url}/manage/${shop}`)
  await page.locator('input[name="key"]').fill(cloud.operatorKey)
  await page.keyboard.press('Enter')
  await page.getByText('储值超过上限的会员').waitFor()
  await page.getByText('一年里给了两次的生日优惠').waitFor()
  if (process.env['XIAOPU_PICTURES']) await page.screenshot({ path: join(process.env['XIAOPU_PICTURES'], 'manage-members.png'), fullPage: true })
})
