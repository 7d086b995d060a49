/**
 * The main job through the front door: a till is joined by its code, goods come in from a file, sales are rung up by
 * scan and by search, paper comes out, the cloud goes and comes, the host is killed in the middle, and at the end every
 * sum agrees. The real renderer in a real Chromium, the real processes, SQLite and PostgreSQL; the printer is a
 * simulator on a socket, and what it got is read by decoders that are not ours.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { decodeEscpos } from '#printers/testing/decode-escpos.ts'
import { gtinCheckDigit } from '#shared/codes/gtin.ts'
import { shortId } from '#shared/identity/ids.ts'
import { buildRenderer } from '../build.ts'
import { makeShop, operate, type CloudAccess } from '../demo/seed.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { at, openBrowser, openPage, scan, TILL_SIZE, untilAttribute } from '../testing/screen.ts'

const gtin = (n: number): string => { const body = `6901234${String(n).padStart(5, '0')}`; return body + gtinCheckDigit(body) }
const COLA = { code: gtin(1), name: '可口可乐 330ml', price: 300 }
const WATER = { code: gtin(2), name: '农夫山泉 550ml', price: 200 }
const FILE = [
  '商品名称,条码,售价,进价,分类,单位,库存',
  `${COLA.name},${COLA.code},3.00,1.9,饮料,罐,96`,
  `${WATER.name},${WATER.code},2.00,1.1,饮料,瓶,120`,
  `本地青菜,,4.50,2.8,蔬菜,斤,30`,
  `坏条码,${COLA.code.slice(0, -1)}${(Number(COLA.code.at(-1)) + 1) % 10},5.00,,杂货,个,1`,
  `没价钱,${gtin(9)},,,杂货,个,1`,
].join('\n')

interface Summary { sales: number; totalFen: number; flagCount: number; byDevice: { ack: number }[] }

let folder: string
let stack: Stack
let cloud: CloudAccess
let shop: string
let code: string
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]
let printer: Awaited<ReturnType<typeof startPrinterSimulator>>
const rung: number[] = []

const total = async (): Promise<string> => (await at(page, 'total').innerText()).replace(/[^\d.-]/g, '')
/** Takes exact cash and gives the receipt's picture once the screen says done. */
async function payExact(fen: number): Promise<void> {
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').click()
  await at(page, 'change').waitFor()
  rung.push(fen)
}
const summary = (): Promise<Summary> => operate<Summary>(cloud, 'GET', `/api/shops/${shop}/summary`)

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-main-job-'))
  stack = await startStack({ data: folder })
  cloud = { url: stack.cloudUrl!, operatorKey: stack.operatorKey! }
  const made = await makeShop(cloud, { name: '湖畔便利店', kind: 'shop', address: '示例街1号' })
  shop = made.shop
  code = made.code
  printer = await startPrinterSimulator()
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

describe('a shop, from its first code to its last sale', () => {
  it('joins the shop of the cloud by a one-time code, and gets its owner', async () => {
    await at(page, 'pair-cloud').fill(cloud.url)
    await at(page, 'pair-code').fill(code)
    await at(page, 'pair-join').click()
    await expect.poll(() => withTill(stack.tillUrl, (till) => till.call('sync.status', {})).then(({ state }) => state)).toBe('online')
    // The shop has its name already: only its owner is asked for.
    await at(page, 'first-shop').waitFor({ state: 'detached' })
    await at(page, 'first-owner').fill('店主')
    await at(page, 'first-pin').fill('2580')
    await at(page, 'first-again').fill('2580')
    await at(page, 'first-go').click()
    await at(page, 'shift-float').waitFor()
  })

  it('opens a shift with a float', async () => {
    await at(page, 'shift-float').fill('100')
    await at(page, 'shift-open').click()
    await page.locator('[data-panel="quick"]').waitFor()
  })

  it('brings goods in from a file and says what is wrong with the others', async () => {
    await page.getByRole('button', { name: '更多' }).click()
    await at(page, 'open-import').click()
    await at(page, 'import-file').setInputFiles({ name: '商品.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
    await at(page, 'import-go').click()
    await at(page, 'import-report').waitFor()
    expect(await at(page, 'import-report').getAttribute('data-added')).toBe('3')
    expect(await at(page, 'import-report').getAttribute('data-refused')).toBe('2')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  })

  it('rings up by scan and by pinyin, takes cash, gives change, prints', async () => {
    await withTill(stack.tillUrl, (till) => till.call('printer.put', { key: randomUUID(), printer: { id: randomUUID(), name: '前台', profile: 'generic-80', address: printer.address, receipts: true, drawer: true } }))
    await scan(page, COLA.code)
    await scan(page, COLA.code)
    await expect.poll(total).toBe('6.00')
    await page.keyboard.press('F3')
    await page.keyboard.type('nfsq')
    await at(page, 'result').filter({ hasText: WATER.name }).first().click()
    await expect.poll(total).toBe('8.00')
    await page.keyboard.press('Enter')
    await at(page, 'cash-1000').click()
    await at(page, 'change').waitFor()
    expect((await at(page, 'change').innerText()).replace(/[^\d.]/g, '')).toBe('2.00')
    await at(page, 'receipt').waitFor()
    rung.push(800)

    await printer.over(1)
    const paper = await decodeEscpos(Buffer.concat(printer.received), 48)
    const { sales: [sale] } = await withTill(stack.tillUrl, (till) => till.call('sale.list', {}))
    const text = paper.lines.map((line) => line.text).join('\n')
    expect(paper.faults).toEqual([])
    expect(text).toContain('湖畔便利店')
    expect(text).toContain(COLA.name)
    expect(text).toContain(sale!.no)
    expect(text).toMatch(/8\.00/)
    expect(Math.max(...paper.lines.map((line) => line.width))).toBeLessThanOrEqual(48)
    expect(paper.codes).toContain(`${cloud.url}/r/${shortId(shop)}/${shortId(sale!.sale)}`)
    expect(paper.codes.some((each) => each.startsWith(`${cloud.url}/c/`))).toBe(true)
  })

  it('shows the sale on its public page as soon as it is sent', async () => {
    await untilAttribute(page, 'unsent', 'data-count', '0')
    const { sales: [sale] } = await withTill(stack.tillUrl, (till) => till.call('sale.list', {}))
    const answer = await fetch(sale!.url!)
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(html).toContain(COLA.name)
    expect(html).toContain('8.00')
  })

  it('follows a price that is changed in the cloud while the good is on the ticket', async () => {
    await scan(page, COLA.code)
    await expect.poll(total).toBe('3.00')
    const { goods } = await operate<{ goods: { id: string; code: string }[] }>(cloud, 'GET', `/api/shops/${shop}/goods`)
    await operate(cloud, 'PATCH', `/api/shops/${shop}/goods/${goods.find((good) => good.code === COLA.code)!.id}`, { price: 350 })
    await expect.poll(total).toBe('3.50')
    await payExact(350)
  })

  it('goes on selling with the cloud gone, and says how much is unsent', async () => {
    await stack.stopCloud()
    await untilAttribute(page, 'sync-state', 'data-state', 'offline')
    await scan(page, WATER.code)
    await expect.poll(total).toBe('2.00')
    await payExact(200)
    await expect.poll(async () => Number(await at(page, 'unsent').getAttribute('data-count'))).toBeGreaterThan(0)
  })

  it('keeps the open ticket when the host is killed, and completes it once', async () => {
    await scan(page, WATER.code)
    await scan(page, WATER.code)
    await scan(page, COLA.code)
    await expect.poll(total).toBe('7.50')
    stack.till().child.kill('SIGKILL')
    await untilAttribute(page, 'sync-state', 'data-state', 'offline')
    expect(await total()).toBe('7.50')
    await payExact(750)
  })

  it('completes a sale exactly once when the host dies between the question and the answer', async () => {
    await scan(page, WATER.code)
    await expect.poll(total).toBe('2.00')
    await page.keyboard.press('Enter')
    stack.till().child.kill('SIGKILL')
    await at(page, 'cash-exact').click()
    await at(page, 'change').waitFor()
    rung.push(200)
    const { sales } = await withTill(stack.tillUrl, (till) => till.call('sale.list', {}))
    expect(sales).toHaveLength(rung.length)
  })

  it('survives a reload of the screen with a ticket open', async () => {
    await scan(page, COLA.code)
    await expect.poll(total).toBe('3.50')
    await page.reload()
    await expect.poll(total).toBe('3.50')
    await payExact(350)
  })

  it('sends everything when the cloud is back: sums agree, stock is on the shop page, the ledger verifies', async () => {
    await stack.startCloud()
    await untilAttribute(page, 'sync-state', 'data-state', 'online')
    await untilAttribute(page, 'unsent', 'data-count', '0')
    const fen = rung.reduce((sum, each) => sum + each, 0)
    const { balances, verification } = await withTill(stack.tillUrl, async (till) => ({
      balances: new Map((await till.call('ledger.balances', {})).balances.map((each) => [each.account, each.fen as number])), verification: await till.call('ledger.verify', {}),
    }))
    expect(verification.faults).toEqual([])
    expect(verification.salesFen).toBe(fen)
    expect(balances.get('drawer')).toBe(10_000 + fen)
    expect(-(balances.get('sales') ?? 0) - (balances.get('discounts') ?? 0)).toBe(fen)
    expect(await summary()).toMatchObject({ sales: rung.length, totalFen: fen, flagCount: 0 })

    const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false, locale: 'zh-CN' })
    const { page: shopPage } = await openPage(phone, `${cloud.url}/s/${shortId(shop)}`)
    const text = await shopPage.locator('body').innerText()
    expect(text).toContain(COLA.name)
    expect(text).toContain('3.50')
    // 120 came in, 1 + 1 + 2 + 1 went.
    expect(text).toContain('115')
    await phone.close()
    expect(errors.filter((error) => !/WebSocket|ERR_CONNECTION_REFUSED/.test(error))).toEqual([])
  })
})
