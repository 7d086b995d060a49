/**
 * Every screen as it is used: a sale by keyboard alone, what axe has to say of each panel and public page, the customer
 * display with its credit code read back by a decoder that is not ours, and the same token checked with no network.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shortId } from '#shared/identity/ids.ts'
import { buildRenderer } from '../build.ts'
import { seedDemo } from '../demo/seed.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { ROOT, run } from '../run-command.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { readCodes } from '../testing/codes.ts'
import { PHONE_SIZE, TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from '../testing/screen.ts'

let folder: string
let stack: Stack
let browser: Browser
let context: BrowserContext
let page: Page
const piece = LAKESIDE.goods.find(({ fields }) => fields.pricing === 'piece')!.fields
const weighed = LAKESIDE.goods.find(({ fields }) => fields.pricing === 'weight')!.fields

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-screens-'))
  stack = await startStack({ data: folder, demo: true })
  await seedDemo({ tillUrl: stack.tillUrl, cloud: { url: stack.cloudUrl!, operatorKey: stack.operatorKey! } })
  browser = await openBrowser()
  context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page } = await openPage(context, stack.tillUrl))
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('the screens', () => {
  it('sign in, open a shift, sell and close the shift with no mouse', async () => {
    await at(page, 'signin-no').waitFor()
    expect(await faults(page)).toEqual([])
    await page.keyboard.type('01')
    await page.keyboard.press('Enter')
    await page.keyboard.type('1234')
    await page.keyboard.press('Enter')
    await at(page, 'shift-float').waitFor()
    expect(await faults(page)).toEqual([])
    await page.keyboard.type('200')
    await page.keyboard.press('Enter')
    await page.locator('[data-panel="quick"]').waitFor()
    expect(await faults(page)).toEqual([])

    await page.keyboard.press('3')
    await at(page, 'typed').filter({ hasText: '3' }).waitFor()
    await page.keyboard.press('NumpadMultiply')
    await at(page, 'typed').filter({ hasText: /3\s*[×*]/ }).waitFor()
    await scan(page, piece.code!)
    await untilAttribute(page, 'total', 'data-fen', String((piece.price as number) * 3))
    await page.keyboard.press('Enter')
    await at(page, 'cash-exact').waitFor()
    expect(await faults(page)).toEqual([])
    await page.keyboard.press('Enter')
    await at(page, 'change').waitFor()
    await at(page, 'receipt').waitFor()
    expect(await faults(page)).toEqual([])
  })

  it('asks for the weight of a weighed good and prices it to the fen', async () => {
    await scan(page, weighed.code!)
    await at(page, 'weight').waitFor()
    expect(await faults(page)).toEqual([])
    for (const key of ['1', '.', '2', '5']) await page.keyboard.press(key)
    await at(page, 'weight').filter({ hasText: '1.25' }).waitFor()
    await page.keyboard.press('Enter')
    await at(page, 'line').waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await at(page, 'change').waitFor()
    const { sales: [sale] } = await withTill(stack.tillUrl, (till) => till.call('sale.list', { limit: 1 }))
    const { lines: [line] } = await withTill(stack.tillUrl, (till) => till.call('sale.get', { sale: sale!.sale }))
    expect(line).toMatchObject({ pricing: 'weight', price: weighed.price })
    expect(line!.net).toBe(Math.round(line!.price * line!.quantity / line!.per))
  })

  it('holds a ticket and recalls it', async () => {
    await scan(page, piece.code!)
    await untilAttribute(page, 'total', 'data-fen', String(piece.price))
    await page.keyboard.press('F4')
    await untilAttribute(page, 'total', 'data-fen', '0')
    await page.keyboard.press('F5')
    await at(page, 'held').first().waitFor()
    expect(await faults(page)).toEqual([])
    // Pressed while the ticket is still being taken: what was opened meanwhile stays open.
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('[data-testid="held"]')!.click()
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'F2', code: 'F2', bubbles: true, cancelable: true }))
    })
    await untilAttribute(page, 'total', 'data-fen', String(piece.price))
    // Asked of the host after the ticket's goods were: answered when nothing of the taking is left to happen.
    await page.locator('[data-testid="member-phone"]:focus').fill('0000')
    await page.keyboard.press('Enter')
    await page.locator('[data-panel="members"] .empty').waitFor()
    await page.keyboard.press('F2')
    await page.locator('[data-panel="quick"]').waitFor()
  })

  it('lets somebody join by number, masked from then on, with no mouse', async () => {
    await page.keyboard.press('F2')
    await at(page, 'member-phone').waitFor()
    expect(await faults(page)).toEqual([])
    // Filled and not typed: on a busy machine keys come in bursts, and a burst with Enter behind it is a scan.
    await page.locator('[data-testid="member-phone"]:focus').fill('138 1234 5678')
    await page.keyboard.press('Enter')
    await page.locator('[data-testid="member-name"]:focus').waitFor()
    expect(await faults(page)).toEqual([])
    await page.locator('[data-testid="member-name"]:focus').fill('Zhang San')
    await page.keyboard.press('Enter')
    // It is their ticket from now on, until they are let go.
    await at(page, 'member-card').filter({ hasText: 'Z* 138****5678' }).waitFor()
    expect(await faults(page)).toEqual([])
    await at(page, 'member-drop').press('Enter')
    await page.locator('[data-testid="member-phone"]:focus').fill('5678')
    await page.keyboard.press('Enter')
    await at(page, 'member').filter({ hasText: '138****5678' }).waitFor()
    expect(await faults(page)).toEqual([])
    await page.keyboard.press('F2')
    await page.locator('[data-panel="quick"]').waitFor()
  })

  it.each(['fn-help', 'fn-receipts', 'fn-goods', 'fn-shift', 'fn-more'])('axe finds nothing serious behind %s', async (button) => {
    await at(page, button).click()
    expect(await faults(page)).toEqual([])
    await page.keyboard.press('Escape')
  })
  it.each(['open-import', 'open-sync', 'open-settings'])('axe finds nothing serious behind %s', async (tile) => {
    await at(page, 'fn-more').click()
    await at(page, tile).click()
    expect(await faults(page)).toEqual([])
    // Where a field has the cursor the first step back only leaves the field.
    while (await page.locator('[data-panel="quick"]').count() === 0) await page.keyboard.press('Escape')
  })

  it('shows the customer the ticket, and the credit code when idle: scannable, and good with no network', async () => {
    const display = await browser.newContext({ viewport: { width: 1024, height: 600 }, locale: 'zh-CN' })
    const { page: customer } = await openPage(display, stack.tillUrl.replace('/?', '/display.html?'))
    await at(customer, 'display-total').filter({ hasText: (piece.price as number / 100).toFixed(2) }).waitFor()
    expect(await faults(customer)).toEqual([])
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await at(page, 'change').waitFor()
    await at(customer, 'display-change').waitFor()
    await page.keyboard.press('Escape')
    await withTill(stack.tillUrl, (till) => till.call('display.show', { mode: 'idle', lines: [], total: 0, given: null, change: null, url: null }))
    await at(customer, 'credit').waitFor()
    const codes = await readCodes(await customer.screenshot())
    const { credit } = await withTill(stack.tillUrl, (till) => till.call('till.snapshot', {}))
    expect(codes).toContain(credit!.url)

    const checked = await run({ file: process.execPath, args: [join(ROOT, 'scripts/credit-code.ts'), 'verify', credit!.url, '--data', folder] })
    expect(checked).toMatchObject({ status: 0 })
    const forged = `${credit!.token.slice(0, -6)}AAAAAA`
    expect((await run({ file: process.execPath, args: [join(ROOT, 'scripts/credit-code.ts'), 'verify', forged, '--data', folder] })).status).toBe(1)
    await display.close()
  })

  it('keeps the public pages readable without scripts, and clean for axe', async () => {
    await untilAttribute(page, 'unsent', 'data-count', '0')
    const { shop, sale, credit } = await withTill(stack.tillUrl, async (till) => {
      const snapshot = await till.call('till.snapshot', {})
      return { shop: snapshot.shop.id, credit: snapshot.credit!, sale: (await till.call('sale.list', { limit: 1 })).sales[0]! }
    })
    const bare = await browser.newContext({ viewport: PHONE_SIZE, locale: 'zh-CN', javaScriptEnabled: false })
    const scripted = await browser.newContext({ viewport: PHONE_SIZE, locale: 'zh-CN' })
    for (const [url, words] of [[`${stack.cloudUrl}/s/${shortId(shop)}`, [LAKESIDE.fields.name, piece.name]], [sale.url!, [LAKESIDE.fields.name, sale.no]], [credit.url, [LAKESIDE.fields.name]]] as const) {
      const { page: plain } = await openPage(bare, url)
      const text = await plain.locator('body').innerText()
      for (const word of words) expect(text).toContain(word)
      expect(await plain.evaluate(() => document.documentElement.scrollWidth <= innerWidth).catch(() => true)).toBe(true)
      const { page: again } = await openPage(scripted, url)
      expect(await faults(again)).toEqual([])
    }
    await bare.close()
    await scripted.close()
  })

  it('closes the shift with a blind count', async () => {
    await page.keyboard.press('F10')
    await at(page, 'shift-counted').waitFor()
    const { balances } = await withTill(stack.tillUrl, (till) => till.call('ledger.balances', {}))
    const drawer = balances.find(({ account }) => account === 'drawer')!.fen
    await at(page, 'shift-counted').fill((drawer / 100).toFixed(2))
    await at(page, 'shift-close').click()
    await at(page, 'shift-close-sure').click()
    await at(page, 'shift-difference').waitFor()
    expect(await at(page, 'shift-difference').innerText()).toMatch(/0\.00/)
  })
})
