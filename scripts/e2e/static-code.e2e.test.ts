/**
 * The shop's own payment code (收款码): set by the owner, shown with the amount to the customer, taken for paid when the cashier
 * says so; in the books, on paper and in reports by itself. A code that customers show can't be charged, and is never goods.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { decodeEscpos } from '#printers/testing/decode-escpos.ts'
import { buildRenderer } from '../build.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from '../testing/screen.ts'

const CODE = '6901234000016'
const WECHAT_TEXT = 'wxp://f2f0example-of-a-shop'
/** As a customer's phone shows it: 18 digits that begin with 13. */
const PAYMENT_CODE = '134567890123456789'
const PICTURES = process.env['XIAOPU_PICTURES']

let folder: string
let stack: Stack
let browser: Browser
let till: Page
let display: Page
const errors: string[][] = []
let printer: Awaited<ReturnType<typeof startPrinterSimulator>>

const shot = async (page: Page, name: string): Promise<void> => {
  await page.waitForFunction(() => [...document.images].every((image) => image.complete))
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}
const papers = async (): Promise<string> => (await decodeEscpos(Buffer.concat(printer.received), 48)).lines.map(({ text }) => text).join('\n')
const balances = (): Promise<Record<string, number>> => withTill(stack.tillUrl, async (host) => Object.fromEntries((await host.call('ledger.balances', {})).balances.filter(({ fen }) => fen !== 0).map(({ account, fen }) => [account, fen])))

async function open(url: string, size: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  const opened = await openPage(context, url)
  errors.push(opened.errors)
  return opened.page
}
beforeAll(async () => {
  await buildRenderer({ quiet: true })
  if (PICTURES) mkdirSync(PICTURES, { recursive: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-static-'))
  stack = await startStack({ data: folder, cloud: false })
  printer = await startPrinterSimulator()
  await withTill(stack.tillUrl, async (host) => {
    const key = randomUUID
    await host.call('till.setup', { key: key(), shop: { name: '湖畔便利店' }, owner: { no: '01', name: '店主' }, pin: '2580' })
    await host.call('goods.put', { key: key(), good: randomUUID(), set: { name: '五常大米 5kg', code: CODE, price: 3750, unit: '袋', quick: 1 } })
    await host.call('printer.put', { key: key(), printer: { id: randomUUID(), name: '前台', profile: 'generic-80', address: printer.address, receipts: true, drawer: true } })
    await host.call('shift.open', { key: key(), float: 20_000 })
  })
  browser = await openBrowser()
  till = await open(stack.tillUrl, TILL_SIZE)
  await till.locator('[data-panel="quick"]').waitFor()
  display = await open(stack.tillUrl.replace('/?', '/display.html?'), { width: 1024, height: 600 })
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  await printer?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function ring(): Promise<void> {
  await scan(till, CODE)
  await untilAttribute(till, 'total', 'data-fen', '3750')
}

test('a customer\'s payment code is no goods, and on the pay screen it says why it can\'t be charged', async () => {
  await ring()
  await scan(till, PAYMENT_CODE)
  await till.getByText('这是微信付款码').waitFor()
  await untilAttribute(till, 'total', 'data-fen', '3750')
  expect(await at(till, 'line').count()).toBe(1)
  await at(till, 'pay').click()
  await at(till, 'cash-exact').waitFor()
  expect(await at(till, 'pay-code').count()).toBe(0)
  await scan(till, PAYMENT_CODE)
  await till.getByText('要先开通支付通道').waitFor()
  await shot(till, 'static-none')
  expect(await balances()).toMatchObject({ drawer: 20_000 })
})

test('the owner puts the shop\'s code in', async () => {
  await at(till, 'fn-more').click()
  await at(till, 'open-settings').click()
  await at(till, 'settings-pay').click()
  await at(till, 'pay-code-add').click()
  await at(till, 'pay-code-set-text').fill(WECHAT_TEXT)
  await at(till, 'pay-code-save').click()
  await till.getByText('每个码都要有名字').waitFor()
  await at(till, 'pay-code-set-name').fill('微信')
  // What is scanned here is a code to keep.
  await scan(till, '20880012345678901234')
  await at(till, 'pay-code-set-name').nth(1).fill('支付宝')
  expect(await at(till, 'pay-code-set-text').nth(1).inputValue()).toBe('20880012345678901234')
  expect(await faults(till)).toEqual([])
  await shot(till, 'static-settings')
  await at(till, 'pay-code-save').click()
  await expect.poll(() => withTill(stack.tillUrl, async (host) => (await host.call('till.snapshot', {})).shop.payCodes)).toEqual([{ name: '微信', text: WECHAT_TEXT }, { name: '支付宝', text: '20880012345678901234' }])
  await till.keyboard.press('Escape')
  await till.keyboard.press('Escape')
  await till.keyboard.press('Escape')
})

test('by the number pad alone: the display shows code and amount, and the sale is done when the cashier says that it came', async () => {
  await at(till, 'pay').click()
  await at(till, 'pay-code').waitFor()
  await shot(till, 'static-pay')
  await till.keyboard.press('NumpadMultiply')
  await untilAttribute(till, 'pay-code-due', 'data-fen', '3750')
  await untilAttribute(display, 'display-code', 'data-text', WECHAT_TEXT)
  expect(await at(display, 'display-code-due').innerText()).toContain('37.50')
  expect([await faults(till), await faults(display)]).toEqual([[], []])
  await shot(till, 'static-asked')
  await shot(display, 'static-display')
  await at(till, 'pay-code-name').nth(1).click()
  await untilAttribute(display, 'display-code', 'data-text', '20880012345678901234')
  expect((await balances())['sales'] ?? 0).toBe(0)
  // One step back, and again: nothing was taken.
  await till.keyboard.press('Escape')
  await at(till, 'cash-exact').waitFor()
  await display.locator('[data-mode="paying"]').waitFor()
  await at(display, 'display-code').waitFor({ state: 'detached' })
  await till.keyboard.press('NumpadMultiply')
  await at(till, 'pay-code-due').waitFor()
  await till.keyboard.press('Enter')
  await untilAttribute(till, 'change', 'data-fen', '0')
  await shot(till, 'static-done')
  expect(await balances()).toMatchObject({ 'drawer': 20_000, 'channel:static_code': 3750, 'sales': -3750 })
  await expect.poll(papers).toMatch(/收款码\s+￥37\.50/)
  const { sales } = await withTill(stack.tillUrl, (host) => host.call('sale.list', { limit: 1 }))
  expect(sales[0]!.tenders).toEqual([{ channel: 'static_code', amount: 3750, given: 0, change: 0, via: '微信' }])
})

test('a part in cash, the rest by code; a change of the ticket takes the code away', async () => {
  await till.keyboard.press('Enter')
  await ring()
  await at(till, 'pay').click()
  await at(till, 'pay-code').waitFor()
  for (const digit of '10') await till.keyboard.press(digit)
  await till.keyboard.press('NumpadMultiply')
  await untilAttribute(till, 'pay-code-due', 'data-fen', '2750')
  await at(display, 'display-code-due').getByText('27.50').waitFor()
  await scan(till, CODE)
  await at(till, 'pay-code-due').waitFor({ state: 'detached' })
  await untilAttribute(till, 'total', 'data-fen', '7500')
  if (await at(till, 'pay-code').count() === 0) await at(till, 'pay').click()
  await at(till, 'pay-code').waitFor()
  await scan(till, PAYMENT_CODE)
  await till.getByText('请顾客反过来扫店里的收款码').waitFor()
  await shot(till, 'static-refused')
  await at(till, 'notice').getByRole('button').click()
  await untilAttribute(till, 'pay-code-due', 'data-fen', '7500')
  await at(till, 'pay-code-received').click()
  await untilAttribute(till, 'change', 'data-fen', '0')
  expect(await balances()).toMatchObject({ 'drawer': 20_000, 'channel:static_code': 11_250, 'sales': -11_250 })
})

test('what was paid by the code goes back on the owner\'s phone, and no more than came by it', async () => {
  await till.keyboard.press('Enter')
  await till.keyboard.press('F7')
  await at(till, 'refund-text').fill('0001')
  await till.keyboard.press('Enter')
  await at(till, 'refund-everything').click()
  await untilAttribute(till, 'refund-total', 'data-fen', '3750')
  await at(till, 'refund-by-code').click()
  await shot(till, 'static-refund')
  expect(await at(till, 'refund-parts').innerText()).toContain('37.50')
  await at(till, 'refund-go').click()
  await untilAttribute(till, 'refund-to-member', 'data-fen', '3750')
  await untilAttribute(till, 'refund-paid', 'data-fen', '0')
  await at(till, 'receipt').waitFor()
  await shot(till, 'static-refunded')
  expect(await balances()).toMatchObject({ 'drawer': 20_000, 'channel:static_code': 7500, 'returns': 3750 })
})

test('X report and the day\'s report have it by itself, marked as seen and not reconciled; the books verify', async () => {
  await till.keyboard.press('F10')
  await at(till, 'shift-value').first().waitFor()
  expect(await at(till, 'shift-report').innerText()).toMatch(/其中微信收款码（未对账）\s*￥?\s*75\.00/)
  await shot(till, 'static-shift')
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(Date.now())
  const report = await withTill(stack.tillUrl, (host) => host.call('report.sales', { from: date, to: date }))
  expect(report.tenders).toMatchObject([{ channel: 'static_code:微信', fen: 7500 }])
  await at(till, 'shift-x').click()
  await expect.poll(papers).toMatch(/收款码 微信\s+￥75\.00/)
  await at(till, 'fn-more').click()
  await at(till, 'open-report').click()
  await at(till, 'report-page-tenders').click()
  await at(till, 'report-tenders').getByText('收款码 微信').waitFor()
  await shot(till, 'static-report')
  expect(await withTill(stack.tillUrl, async (host) => (await host.call('ledger.verify', {})).faults)).toEqual([])
  expect(errors.flat()).toEqual([])
})
