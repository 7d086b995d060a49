/**
 * A lot's whole way on the real screens and through the real cloud: taken in with two touches and with one, described by its
 * certificate's code, labelled item by item, sold by an item's code, seen on the receipt's page and on its own, recalled by the
 * owner, stopped at a till that hears of it, told on paper.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TillClient } from '#shared/host/client.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import { fen } from '#shared/money/money.ts'
import { manualClock } from '#shared/testing/clock-and-ids.ts'
import { readTraceLink } from '#shared/trace/link.ts'
import { buildRenderer } from '../build.ts'
import { connectTill } from '../connect.ts'
import { makeShop, operate } from '../demo/seed.ts'
import { type Stack, startStack } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { type Cable, layCable } from '../testing/cable.ts'
import { readCodes } from '../testing/codes.ts'
import { at, openBrowser, openLots, openPage, PHONE_SIZE, scan, scanText, TILL_SIZE, untilAttribute } from '../testing/screen.ts'

const SOON = { timeout: 60_000, interval: 100 }
const GREENS = '2000017'
const CERTIFICATE = '食用农产品名称：本地青菜；数量（重量）：30 公斤；产地：杭州余杭；开具日期：2026-11-28；承诺主体：余杭蔬菜合作社；联系方式：0571-00000000'
let folder: string
let stack: Stack
let other: Stack
let till: TillClient
let sister: TillClient
let browser: Browser
let phone: BrowserContext
let page: Page
let errors: string[]
let shop: string
let ownerKey: string
let paper: Server
let cable: Cable
const printed: Buffer[] = []
const [good, tomato] = [randomUUID() as string, randomUUID() as string]
const DAY_MS = 86_400_000

const shot = async (of: Page, name: string, fullPage = false): Promise<void> => {
  if (process.env['XIAOPU_PICTURES']) await of.screenshot({ path: join(process.env['XIAOPU_PICTURES'], `trace-${name}.png`), fullPage })
}
const lots = async (of = good) => (await till.call('lot.list', { good: of })).lots
const sent = async (): Promise<void> => { await expect.poll(async () => (await till.call('sync.status', {})).unsent, SOON).toBe(0) }
const toCounter = async (): Promise<void> => {
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.locator('[data-panel="quick"]').waitFor()
}

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-trace-'))
  paper = createServer((socket: Socket) => { socket.on('data', (bytes) => printed.push(bytes)) })
  await new Promise<void>((resolve) => { paper.listen(0, '127.0.0.1', resolve) })
  // What came in yesterday, before the stall had a cloud.
  const yesterday = openTill({ folder: join(folder, 'first', 'till'), clock: manualClock(Date.now() - DAY_MS), outlives: true })
  await yesterday.setUp()
  await yesterday.run('goods.put', { good: tomato, set: { name: '番茄', code: '', unit: '公斤', pricing: 'weight', price: 500, on: true } })
  await yesterday.run('lot.intake', { good: tomato, quantity: 25_000, supplier: '老张', origin: '萧山' })
  await yesterday.close()
  ;[stack, other] = await Promise.all([startStack({ data: join(folder, 'first') }), startStack({ data: join(folder, 'second'), cloud: false })])
  const cloud = { url: stack.cloudUrl!, operatorKey: stack.operatorKey! }
  const made = await makeShop(cloud, { name: '老王蔬菜摊', kind: 'stall', address: '杭州市余杭区农贸市场 12 号摊', phone: '0571-88888888' })
  ;({ shop, ownerKey } = made)
  till = await connectTill(stack.tillUrl)
  await till.call('till.pair', { key: randomUUID(), cloud: cloud.url, code: made.code })
  await till.call('goods.put', { key: randomUUID(), good, set: { name: '本地青菜', code: GREENS, unit: '公斤', pricing: 'weight', price: 600, quick: 1, on: true } })
  await till.call('shift.open', { key: randomUUID(), float: 0 })
  await till.call('printer.put', { key: randomUUID(), printer: { id: randomUUID(), name: '小票机', profile: 'generic-80', address: `tcp://127.0.0.1:${(paper.address() as { port: number }).port}`, receipts: true, drawer: false } })
  sister = await connectTill(other.tillUrl)
  cable = await layCable(() => cloud.url)
  const again = await operate<{ code: string }>(cloud, 'POST', `/api/shops/${shop}/pairing-codes`)
  await sister.call('till.pair', { key: randomUUID(), cloud: cable.url, code: again.code })
  await sister.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1357' })
  browser = await openBrowser()
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  phone = await browser.newContext({ viewport: PHONE_SIZE, locale: 'zh-CN' })
  ;({ page, errors } = await openPage(context, stack.tillUrl))
  await page.locator('[data-panel="quick"]').waitFor()
})
afterAll(async () => {
  till?.close()
  sister?.close()
  await browser?.close()
  await Promise.all([stack?.stop(), other?.stop()])
  paper?.close()
  await cable?.pull()
  rmSync(folder, { recursive: true, force: true })
})

it('takes in what came yesterday with one touch', async () => {
  await openLots(page, 'intake')
  await at(page, 'usual').waitFor()
  expect(await faults(page)).toEqual([])
  await shot(page, 'usual')
  await at(page, 'again').click()
  await at(page, 'usual').waitFor({ state: 'detached' })
  const [today, before] = await lots(tomato)
  expect(today).toMatchObject({ name: '番茄', left: 25_000, supplier: '老张', origin: '萧山', date: new Date(today!.at + 8 * 3_600_000).toISOString().slice(0, 10) })
  expect(before!.at).toBeLessThan(today!.at - DAY_MS / 2)
  await toCounter()
  // Its number was made by another shop's name, and its code is known all the same.
  await scanText(page, before!.link!)
  await page.locator('[data-panel="weigh"]').waitFor()
  await page.keyboard.type('2')
  await page.keyboard.press('Enter')
  await untilAttribute(page, 'total', 'data-fen', '1000')
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'change').waitFor()
  expect((await lots(tomato)).map(({ left }) => left)).toEqual([25_000, 23_000])
})

it('takes a lot in with a scan and a quantity; the certificate\'s code fills the certificate in', async () => {
  await openLots(page, 'intake')
  await at(page, 'stock-find').waitFor()
  await scan(page, GREENS)
  await at(page, 'intake-quantity').fill('30')
  await at(page, 'intake-supplier').fill('老李')
  await scanText(page, CERTIFICATE)
  await expect.poll(() => at(page, 'cert-promisor').inputValue(), SOON).toBe('余杭蔬菜合作社')
  expect(await at(page, 'intake-origin').inputValue()).toBe('杭州余杭')
  await at(page, 'cert-photo').setInputFiles({ name: 'certificate.png', mimeType: 'image/png', buffer: await page.screenshot() })
  await page.locator('img.photo').waitFor()
  await at(page, 'test-what').fill('农药残留')
  expect(await faults(page)).toEqual([])
  await shot(page, 'intake')
  await at(page, 'intake-go').click()
  await at(page, 'intake-good').waitFor({ state: 'detached' })
  expect(await lots()).toMatchObject([{ name: '本地青菜', left: 30_000, supplier: '老李', origin: '杭州余杭', certificate: { contact: '0571-00000000' }, tests: [{ what: '农药残留', result: 'passed' }], picture: expect.stringMatching(/^data:image\/webp/) as string }])
})

it('makes a code for each item, which a phone can read; the page of the code says where it comes from, without scripts', async () => {
  await at(page, 'lots-lots').click()
  await page.locator('[data-testid="lot-details"]').filter({ hasText: '本地青菜' }).waitFor()
  await at(page, 'lot-codes').fill('12')
  await at(page, 'lot-make').click()
  await page.locator('[data-testid="lot-label"][data-link*="/21/"]').waitFor()
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('[data-testid="lot-label"]')?.naturalWidth === 480)
  expect(await faults(page)).toEqual([])
  await shot(page, 'lots')
  const png = (await at(page, 'lot-label').getAttribute('src'))!.replace('data:image/png;base64,', '')
  const [link] = await readCodes(Buffer.from(png, 'base64'))
  const [lot] = await lots()
  expect(readTraceLink(link!)).toMatchObject({ gtin: lot!.gtin, lot: lot!.no })
  await sent()
  const seen = await phone.newPage()
  await seen.goto(link!)
  for (const text of ['来源可查', '老李', '余杭蔬菜合作社', '农药残留', '老王蔬菜摊', '1 次']) await seen.getByText(text).first().waitFor()
  expect(await seen.evaluate(() => [document.documentElement.scrollWidth, document.scripts.length])).toEqual([PHONE_SIZE.width, 0])
  expect(await faults(seen)).toEqual([])
  await shot(seen, 'page', true)
  // Sold by that very code.
  await toCounter()
  await scanText(page, link!)
  await page.locator('[data-panel="weigh"]').waitFor()
  await page.keyboard.type('1.5')
  await page.keyboard.press('Enter')
  await untilAttribute(page, 'total', 'data-fen', '900')
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'change').waitFor()
  await sent()
  const { sales: [sale] } = await till.call('sale.list', { limit: 1 })
  await seen.goto(sale!.url!)
  await shot(seen, 'receipt', true)
  await seen.locator(`a[href*="/10/${lot!.no}"]`).click()
  await seen.getByText('来源可查').waitFor()
  await seen.close()
})

it('is recalled by the owner; a till that is off-line is shown as not reached, and stops as soon as it is back; the notice is printed', async () => {
  await cable.pull()
  await expect.poll(async () => (await sister.call('sync.status', {})).state, SOON).toBe('offline')
  const owner = await (await browser.newContext({ viewport: { width: 1100, height: 900 }, locale: 'zh-CN' })).newPage()
  const manage = `${stack.cloudUrl!}/manage/${shop}`
  await owner.goto(manage)
  await owner.locator('input[name="key"]').fill(ownerKey)
  await owner.locator('button.main').click()
  await owner.getByRole('link', { name: '召回' }).click()
  await owner.locator('input[name="supplier"]').fill('老李')
  await owner.locator('input[name="note"]').fill('农残超标')
  await owner.getByRole('button', { name: '先看影响' }).click()
  await owner.getByText('1 个批次，已卖 1 单').waitFor()
  expect(await faults(owner)).toEqual([])
  await owner.getByRole('button', { name: '确认召回' }).click()
  await owner.locator('.tills').waitFor()
  // The till hears of it by itself, tells whoever is there, and says so to the cloud.
  await page.getByText('召回：本地青菜').first().waitFor()
  await expect.poll(async () => { await owner.reload(); return owner.locator('.tills').innerText() }, SOON).toMatch(/还没通知到[\s\S]*已停售/)
  await shot(owner, 'manage', true)

  await scan(page, GREENS)
  await page.locator('[data-panel="weigh"]').waitFor()
  await page.keyboard.type('0.5')
  await page.keyboard.press('Enter')
  await untilAttribute(page, 'total', 'data-fen', '300')
  await page.getByText('有召回的批次').first().waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('谁授权都不行').waitFor()
  await shot(page, 'refused')
  expect((await till.call('sale.list', { limit: 10 })).sales).toHaveLength(2)
  await page.keyboard.press('Escape')

  await openLots(page, 'recalls')
  await at(page, 'recall-details').waitFor()
  await at(page, 'recall-sale').waitFor()
  expect(await faults(page)).toEqual([])
  await shot(page, 'recall')
  const before = printed.length
  await at(page, 'recall-print').click()
  await expect.poll(() => printed.length, SOON).toBeGreaterThan(before)

  const [lot] = await lots()
  const seen = await phone.newPage()
  await seen.goto(lot!.link!)
  await seen.getByText('已召回').first().waitFor()
  await shot(seen, 'page-recalled', true)

  await cable.plug()
  await sister.call('sync.now', {})
  await expect.poll(async () => { await owner.reload(); return owner.locator('.tills').innerText() }, SOON).not.toContain('还没通知到')
  expect(errors).toEqual([])
})

it('is sold again once the recall is lifted, and split', async () => {
  await at(page, 'recall-lift').click()
  await at(page, 'recall-lift').click()
  await page.locator('[data-testid="recall-details"][data-lifted="true"]').waitFor()
  await at(page, 'lots-lots').click()
  await page.locator('[data-testid="lot"]').filter({ hasText: '本地青菜' }).click()
  await page.locator('[data-testid="lot-details"]').filter({ hasText: '本地青菜' }).waitFor()
  await at(page, 'lot-split').click()
  await at(page, 'split-parts').fill('2 3')
  await at(page, 'reissue-go').click()
  await page.locator('[data-testid="lot"]').nth(4).waitFor()
  expect((await lots()).map(({ left, parents }) => [left, parents.length]).sort()).toEqual([[2000, 1], [23_500, 0], [3000, 1]])
  expect(errors).toEqual([])
})

it('a whole good is recalled: its stock and every sale of it are told, and the counter names no lot; without a printer no notice is promised', async () => {
  const bare = randomUUID() as string
  await till.call('goods.put', { key: randomUUID(), good: bare, set: { name: '豆芽', code: '2000024', unit: '包', pricing: 'piece', price: 200, quick: 2, on: true } })
  await till.call('stock.receive', { key: randomUUID(), supplier: '', lines: [{ good: bare, quantity: 9000, lot: null }] })
  await toCounter()
  await scan(page, '2000024')
  // With the greens that were refused before.
  await untilAttribute(page, 'total', 'data-fen', '500')
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'change').waitFor()
  await openLots(page, 'intake')
  await page.getByText('今天收的在「批次」里').waitFor()
  await at(page, 'lots-recalls').click()
  await at(page, 'recall-new').click()
  await scan(page, '2000024')
  await page.locator('form b').filter({ hasText: '豆芽' }).waitFor()
  await at(page, 'recall-go').click()
  await page.getByText('整个商品停售：还有 8 包，本机卖过 1 单').waitFor()
  await expect.poll(() => at(page, 'recall-go').evaluate((button) => {
    const { top, bottom } = button.getBoundingClientRect()
    const screen = button.closest('.scroll')!.getBoundingClientRect()
    return top >= screen.top && bottom <= screen.bottom
  }), SOON).toBe(true)
  expect(await faults(page)).toEqual([])
  await shot(page, 'whole-effect')
  await at(page, 'recall-go').click()
  await at(page, 'recall-details').filter({ hasText: '豆芽' }).waitFor()
  await at(page, 'recall-sale').waitFor()
  expect(await at(page, 'recall-comes-to').innerText()).toBe('整个商品停售：还有 8 包，本机卖过 1 单')
  expect(await faults(page)).toEqual([])
  await shot(page, 'whole')
  for (const { id } of (await till.call('printer.list', {})).printers) await till.call('printer.remove', { key: randomUUID(), printer: id })
  await at(page, 'recall-print').click()
  await page.getByText('没接打印机').first().waitFor()
  // The first takes the notice away.
  await page.keyboard.press('Escape')
  await toCounter()
  await scan(page, '2000024')
  await page.getByText('「豆芽」整个商品召回了').first().waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('哪一批都不能卖。请全部下架报损，从这单里去掉它').waitFor()
  await shot(page, 'whole-refused')
  expect(errors).toEqual([])
})

it('while very many sales are still to be looked through, a recall says so, and what it comes to follows as soon as the counter is quiet', async () => {
  const noodles = randomUUID() as string
  await till.call('goods.put', { key: randomUUID(), good: noodles, set: { name: '面条', code: '2000048', unit: '把', pricing: 'piece', price: 100, on: true } })
  await toCounter()
  // With what was refused before: the ticket stays open, and nothing is looked through meanwhile.
  await scan(page, '2000048')
  await page.getByText('面条').first().waitFor()
  const { goods: [sold] } = await till.call('goods.search', { text: '2000048', limit: 1 })
  for (let left = 1200; left > 0; left -= 50) {
    await Promise.all(Array.from({ length: 50 }, () => {
      const ticket = ticketOf([{ good: sold! }])
      return till.call('sale.complete', { key: ticket.id, ticket, total: totalOf(ticket), given: totalOf(ticket) })
    }))
  }
  await openLots(page, 'recalls')
  await at(page, 'recall-new').click()
  await scan(page, '2000048')
  await page.locator('form b').filter({ hasText: '面条' }).waitFor()
  await at(page, 'recall-go').click()
  await at(page, 'recall-partial').waitFor()
  expect(await faults(page)).toEqual([])
  await shot(page, 'partial')
  await at(page, 'recall-go').click()
  await at(page, 'recall-details').filter({ hasText: '面条' }).waitFor()
  await at(page, 'recall-partial').waitFor()
  await shot(page, 'partial-details')
  // As the screen says when the ticket is gone.
  await till.call('display.show', { mode: 'idle', lines: [], offs: [], saved: fen(0), total: fen(0), given: null, change: null, url: null, code: null })
  await at(page, 'recall-partial').waitFor({ state: 'detached' })
  expect(await at(page, 'recall-comes-to').innerText()).toContain('本机卖过 1200 单')
  expect(errors).toEqual([])
}, 180_000)

it('sales without lots are told of apart: at the till its own, on the owner\'s page those of every till, and a whole good\'s', async () => {
  const tofu = randomUUID() as string
  await till.call('goods.put', { key: randomUUID(), good: tofu, set: { name: '老豆腐', code: '2000031', unit: '块', pricing: 'piece', price: 300, on: true } })
  await till.call('stock.receive', { key: randomUUID(), supplier: '', lines: [{ good: tofu, quantity: 2000, lot: null }] })
  await sister.call('shift.open', { key: randomUUID(), float: 0 })
  const sell = async (at: TillClient, quantity: number): Promise<string> => {
    const ticket = ticketOf([{ good: await at.call('goods.get', { good: tofu }) as GoodView, quantity }])
    return (await at.call('sale.complete', { key: ticket.id, ticket, total: totalOf(ticket), given: totalOf(ticket) })).no
  }
  const bare = await sell(till, 1000)
  await sent()
  await expect.poll(async () => { await sister.call('sync.now', {}); return (await sister.call('goods.search', { text: '2000031', limit: 1 })).goods.length }, SOON).toBe(1)
  const elsewhere = await sell(sister, 1000)
  await expect.poll(async () => (await sister.call('sync.status', {})).unsent, SOON).toBe(0)
  await till.call('sync.now', {})
  await till.call('lot.intake', { key: randomUUID(), good: tofu, quantity: 5000, supplier: '老赵' })
  const named = await sell(till, 2000)
  await sent()

  await toCounter()
  await openLots(page, 'recalls')
  await at(page, 'recall-new').click()
  await at(page, 'recall-supplier').fill('老赵')
  await at(page, 'recall-go').click()
  await page.getByText('没记批次的销售 1 单（可能是这批）').waitFor()
  await at(page, 'recall-go').click()
  await at(page, 'recall-unnamed').filter({ hasText: bare }).waitFor()
  await at(page, 'recall-sale').filter({ hasText: named }).waitFor()
  expect(await at(page, 'recall-unnamed').count()).toBe(1)
  expect(await faults(page)).toEqual([])
  await shot(page, 'unnamed')
  await sent()

  const owner = await (await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' })).newPage()
  const recalls = `${stack.cloudUrl!}/manage/${shop}/recalls`
  await owner.goto(recalls)
  await owner.locator('input[name="key"]').fill(ownerKey)
  await owner.locator('button.main').click()
  await owner.goto(recalls)
  const card = owner.locator('section.card').filter({ has: owner.getByRole('heading', { name: '老赵', exact: true }) })
  await card.getByText('没记批次，可能是这批：2 单').waitFor()
  const [is, may] = [card.locator('h3:has-text("卖出") + ul').first(), card.locator('ul.prices').last()]
  expect([await is.innerText(), await may.innerText()]).toEqual([expect.stringContaining(named), expect.stringContaining('老豆腐 1 块')])
  const words = await may.innerText()
  for (const text of [bare, elsewhere, '01 号机', '02 号机']) expect(words).toContain(text)
  expect(words).not.toContain(named)
  const whole = owner.locator('section.card').filter({ has: owner.getByRole('heading', { name: '豆芽', exact: true }) })
  for (const text of ['整个商品停售', '8 包', '卖出 1 单，共 1 包']) await whole.getByText(text, { exact: true }).waitFor()
  expect(await faults(owner)).toEqual([])
  await shot(owner, 'manage-unnamed', true)
  await owner.locator('input[name="good"]').fill('老豆腐')
  await owner.getByRole('button', { name: '先看影响' }).click()
  await owner.getByText('整个商品停售：还有').waitFor()
  await owner.setViewportSize(PHONE_SIZE)
  expect(await owner.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE_SIZE.width)
  expect(await faults(owner)).toEqual([])
  await shot(owner, 'manage-unnamed-phone', true)
  expect(errors).toEqual([])
})
