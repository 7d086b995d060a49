/**
 * A member at the counter, on the real screen: joins by number, tops up, pays with stored value and points, gets money back.
 * What the screen, the paper and the books say of it is the same.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { decodeEscpos } from '#printers/testing/decode-escpos.ts'
import { buildRenderer } from '../build.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from '../testing/screen.ts'

const CODE = '6901234000016'
/** Where pictures of the screens go, for whoever wants to look at them. */
const PICTURES = process.env['XIAOPU_PICTURES']

let folder: string
let stack: Stack
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]
let printer: Awaited<ReturnType<typeof startPrinterSimulator>>

const shot = async (name: string): Promise<void> => { if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) }) }
const papers = async (): Promise<string> => (await decodeEscpos(Buffer.concat(printer.received), 48)).lines.map(({ text }) => text).join('\n')
const balances = (): Promise<Record<string, number>> => withTill(stack.tillUrl, async (till) => Object.fromEntries((await till.call('ledger.balances', {})).balances.filter(({ fen }) => fen !== 0).map(({ account, fen }) => [account, fen])))

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  if (PICTURES) mkdirSync(PICTURES, { recursive: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-members-'))
  stack = await startStack({ data: folder, cloud: false })
  printer = await startPrinterSimulator()
  await withTill(stack.tillUrl, async (till) => {
    const key = randomUUID
    await till.call('till.setup', { key: key(), shop: { name: '湖畔便利店' }, owner: { no: '01', name: '店主' }, pin: '2580' })
    await till.call('goods.put', { key: key(), good: randomUUID(), set: { name: '五常大米 5kg', code: CODE, price: 3750, unit: '袋', quick: 1 } })
    await till.call('printer.put', { key: key(), printer: { id: randomUUID(), name: '前台', profile: 'generic-80', address: printer.address, receipts: true, drawer: true } })
    await till.call('shift.open', { key: key(), float: 20_000 })
  })
  browser = await openBrowser()
  context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  await printer?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('joins by number and tops up a hundred: cash in the drawer, and a slip', async () => {
  await page.locator('[data-panel="quick"]').waitFor()
  await page.keyboard.press('F2')
  await at(page, 'member-phone').fill('13812345678')
  await at(page, 'member-find').click()
  await at(page, 'member-name').fill('张三丰')
  await at(page, 'member-join').click()
  await at(page, 'member-card').waitFor()
  await shot('member-card')
  await at(page, 'top-up-10000').click()
  await shot('member-top-up')
  await at(page, 'top-up-done').click()
  await untilAttribute(page, 'member-value', 'data-fen', '10000')
  expect(await balances()).toMatchObject({ drawer: 30_000, 'value:topped_up': -10_000 })
  await expect.poll(papers).toMatch(/储值充值[\s\S]*储值余额[\s\S]*100\.00/)
})

test('pays 37.50 of it, and screen and receipt say what is left', async () => {
  await at(page, 'member-sell').click()
  await scan(page, CODE)
  await at(page, 'line').waitFor()
  expect(await at(page, 'ticket-member').innerText()).toContain('138****5678')
  await at(page, 'pay').click()
  await at(page, 'pay-value').click()
  await untilAttribute(page, 'pay-rest', 'data-fen', '0')
  await shot('member-pay')
  await at(page, 'cash-exact').click()
  await at(page, 'member-left').waitFor()
  expect(await at(page, 'member-left').innerText()).toContain('62.50')
  expect(await at(page, 'change').getAttribute('data-fen')).toBe('0')
  await at(page, 'receipt').waitFor()
  await page.waitForFunction(() => [...document.images].every((image) => image.complete))
  await shot('member-paid')
  await expect.poll(papers).toMatch(/储值\s+￥37\.50[\s\S]*本次积分\s+37[\s\S]*储值余额\s+￥62\.50/)
  expect(await balances()).toMatchObject({ drawer: 30_000, sales: -3750, 'value:redeemed': 3750 })
})

test('pays with points and the rest in cash', async () => {
  await page.keyboard.press('F2')
  await at(page, 'member-phone').fill('5678')
  await at(page, 'member-find').click()
  await at(page, 'member').click()
  await untilAttribute(page, 'member-value', 'data-fen', '6250')
  expect(await at(page, 'member-points').innerText()).toBe('37')
  await at(page, 'member-sell').click()
  await scan(page, CODE)
  await at(page, 'pay').click()
  await at(page, 'pay-points').click()
  await untilAttribute(page, 'pay-rest', 'data-fen', '3713')
  await shot('member-points')
  await at(page, 'cash-exact').click()
  await at(page, 'member-left').waitFor()
  expect(await at(page, 'member-left').innerText()).toMatch(/62\.50.*37/)
  expect(await balances()).toMatchObject({ drawer: 33_713, 'channel:points': 37 })
})

test('takes a coupon by its code off the ticket, and the receipt names it', async () => {
  const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  await withTill(stack.tillUrl, (till) => till.call('coupon.issue', { key: randomUUID(), terms: { name: '开业立减', code: 'KY5', member: null, off: { fen: 500 }, least: 3000, from: day(-2), until: day(9) } }))
  await page.keyboard.press('Enter')
  await scan(page, CODE)
  await at(page, 'pay').click()
  await at(page, 'coupon-code').fill('KY5')
  await at(page, 'coupon-find').click()
  await untilAttribute(page, 'total', 'data-fen', '3250')
  await shot('member-coupon')
  await at(page, 'cash-exact').first().click()
  await at(page, 'change').waitFor()
  await expect.poll(papers).toMatch(/开业立减\s+-￥5\.00/)
  expect(await balances()).toMatchObject({ discounts: 500, drawer: 33_713 + 3250 })
})

test('gives points back where they came from, cash where there was cash, and the screen says so before and after', async () => {
  await page.keyboard.press('Enter')
  await page.keyboard.press('F7')
  await at(page, 'refund-text').fill('0002')
  await page.keyboard.press('Enter')
  await at(page, 'refund-everything').click()
  await untilAttribute(page, 'refund-total', 'data-fen', '3750')
  expect(await at(page, 'refund-parts').innerText()).toMatch(/37\.13[\s\S]*0\.37/)
  await shot('member-refund')
  await at(page, 'refund-go').click()
  await untilAttribute(page, 'refund-paid', 'data-fen', '3713')
  await untilAttribute(page, 'refund-to-member', 'data-fen', '37')
  await page.waitForFunction(() => [...document.images].every((image) => image.complete))
  await shot('member-refunded')
  await at(page, 'refund-next').click()
  expect(await balances()).toMatchObject({ drawer: 33_250, returns: 3750 })
})

test('gets what is left paid out in cash, and the shift says so', async () => {
  await page.keyboard.press('F2')
  await at(page, 'member-phone').fill('13812345678')
  await at(page, 'member-find').click()
  await at(page, 'member-adjust').click()
  await shot('member-adjust')
  await at(page, 'adjust-go').click()
  await untilAttribute(page, 'member-value', 'data-fen', '0')
  expect(await balances()).toMatchObject({ drawer: 27_000, 'value:adjusted': 6250 })
  await page.keyboard.press('F10')
  await at(page, 'shift-value').first().waitFor()
  await shot('member-shift')
  expect(await withTill(stack.tillUrl, async (till) => (await till.call('ledger.verify', {})).faults)).toEqual([])
  expect(errors).toEqual([])
})
