/**
 * Goods that come back, on the real screen: one of two sold at a discount, then the rest; fruit only with a manager's PIN; without a
 * receipt only with one; and in exchange. What the screen shows, what is paid and what the ledger holds agree to the fen.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import type { SaleView } from '#shared/host/schemas.ts'
import { buildRenderer } from '../build.ts'
import { seedDemo } from '../demo/seed.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from '../testing/screen.ts'

let folder: string
let stack: Stack
let browser: Browser
let page: Page
let errors: string[]
const named = (category: RegExp) => LAKESIDE.goods.filter(({ fields }) => fields.pricing === 'piece' && category.test(fields.category!)).map(({ fields }) => fields)
const drinks = named(/饮料/)
const fresh = named(/蛋奶/)[0]!

async function shot(name: string): Promise<void> {
  if (process.env['XIAOPU_PICTURES']) await page.screenshot({ path: join(process.env['XIAOPU_PICTURES'], `${name}.png`) })
}
/** Sold by the owner: pieces of goods by code, fen off the first. */
function sell(lines: readonly [code: string, pieces: number][], off = 0): Promise<SaleView> {
  return withTill(stack.tillUrl, async (till) => {
    let ticket = emptyTicket(randomUUID(), 1)
    for (const [code, pieces] of lines) {
      const read = await till.call('code.read', { text: code })
      if (read.kind === 'good') ticket = addGood(ticket, randomUUID(), read.good, milli(pieces * 1000))
    }
    ticket = { ...ticket, lines: ticket.lines.map((line, i) => (i === 0 ? { ...line, discount: fen(off) } : line)) }
    const { total } = priceTicket(ticket.lines)
    return till.call('sale.complete', { key: ticket.id, ticket, total, given: total })
  })
}
const balances = () => withTill(stack.tillUrl, async (till) => {
  const report = await till.call('shift.report', {})
  return { returns: report.returns, verify: (await till.call('ledger.verify', {})).ok }
})
const refundsOf = (sale: SaleView) => withTill(stack.tillUrl, (till) => till.call('sale.refundable', { sale: sale.sale }))
async function signIn(no: string, pin: string): Promise<void> {
  await page.keyboard.press('F12')
  await at(page, 'signin-no').fill(no)
  await at(page, 'signin-pin').fill(pin)
  await at(page, 'signin-go').click()
  await page.locator('[data-panel="quick"]').waitFor()
}
async function approve(): Promise<void> {
  await page.locator('[data-panel="approve"]').waitFor()
  await page.locator('[data-panel="approve"] [data-testid="signin-no"]').fill('01')
  await page.locator('[data-panel="approve"] [data-testid="signin-pin"]').fill('1234')
  await page.locator('[data-panel="approve"] [data-testid="signin-go"]').click()
}

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-refunds-'))
  stack = await startStack({ data: folder, demo: true, cloud: false })
  await seedDemo({ tillUrl: stack.tillUrl, cloud: undefined })
  browser = await openBrowser()
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
  await at(page, 'signin-no').fill('01')
  await at(page, 'signin-pin').fill('1234')
  await at(page, 'signin-go').click()
  await at(page, 'shift-float').fill('200')
  await at(page, 'shift-open').click()
  await page.locator('[data-panel="quick"]').waitFor()
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

it('one of two sold at a discount comes back, then the rest: the sums agree', async () => {
  const sale = await sell([[drinks[0]!.code!, 2], [drinks[1]!.code!, 1]], 35)
  const [line] = sale.lines
  const half = Math.round(line!.net / 2)
  await signIn('02', '2345')
  await page.keyboard.press('F7')
  await page.locator(`[data-testid="refund-sale"][data-no="${sale.no}"]`).waitFor()
  expect(await faults(page)).toEqual([])
  await shot('refund-find')
  await page.locator(`[data-testid="refund-sale"][data-no="${sale.no}"]`).click()
  await at(page, 'refund-more').first().click()
  await untilAttribute(page, 'refund-total', 'data-fen', String(half))
  expect(await faults(page)).toEqual([])
  await shot('refund-lines')
  await at(page, 'refund-go').click()
  await untilAttribute(page, 'refund-paid', 'data-fen', String(half))
  await page.locator('[data-testid="receipt"], .paper img, .paper svg').first().waitFor()
  expect(await faults(page)).toEqual([])
  await shot('refund-done')
  await at(page, 'refund-next').click()

  // The rest by keyboard alone: the number's end, all of it, Enter.
  await page.keyboard.press('F7')
  await page.locator('[data-panel="refund"]').waitFor()
  await at(page, 'refund-text').fill(sale.no.slice(-4))
  await page.keyboard.press('Enter')
  await at(page, 'refund-before').waitFor()
  await page.keyboard.press('NumpadMultiply')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('NumpadAdd')
  await page.keyboard.press('NumpadDivide')
  await untilAttribute(page, 'refund-total', 'data-fen', String(sale.total - half))
  await shot('refund-rest')
  await page.keyboard.press('Enter')
  await untilAttribute(page, 'refund-paid', 'data-fen', String(sale.total - half))
  await page.keyboard.press('Enter')
  await page.locator('[data-panel="quick"]').waitFor()
  const { left, refunds } = await refundsOf(sale)
  expect([left, refunds.reduce((sum, { total }) => sum + total, 0)]).toEqual([0, sale.total])
  expect(await balances()).toEqual({ returns: 2, verify: true })
})

it('what is exempt says so, and comes back when a manager allows it, or when it is faulty', async () => {
  const sale = await sell([[fresh.code!, 2]])
  await page.keyboard.press('F7')
  await page.locator(`[data-testid="refund-sale"][data-no="${sale.no}"]`).click()
  await at(page, 'refund-rule').waitFor()
  await page.keyboard.press('NumpadAdd')
  await shot('refund-exempt')
  await page.keyboard.press('Enter')
  await approve()
  await untilAttribute(page, 'refund-paid', 'data-fen', String(fresh.price))
  await page.keyboard.press('Enter')
  await page.keyboard.press('F7')
  await page.locator(`[data-testid="refund-sale"][data-no="${sale.no}"]`).click()
  await page.keyboard.press('2')
  await page.locator('[data-testid="refund-quality"][aria-pressed="true"]').waitFor()
  await page.keyboard.press('NumpadAdd')
  await page.keyboard.press('Enter')
  await untilAttribute(page, 'refund-paid', 'data-fen', String(fresh.price))
  await page.keyboard.press('Enter')
})

it('without a receipt goods are scanned, and somebody has to allow it', async () => {
  await page.keyboard.press('F7')
  await at(page, 'refund-free').click()
  await scan(page, drinks[2]!.code!)
  await untilAttribute(page, 'refund-total', 'data-fen', String(drinks[2]!.price))
  await untilAttribute(page, 'total', 'data-fen', '0')
  expect(await faults(page)).toEqual([])
  await shot('refund-free')
  await at(page, 'refund-go').click()
  await page.locator('[data-panel="approve"]').waitFor()
  // Turned back without a PIN, nothing came back.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  expect(await balances()).toEqual({ returns: 4, verify: true })
  await page.keyboard.press('F7')
  await at(page, 'refund-free').click()
  await scan(page, drinks[2]!.code!)
  await at(page, 'refund-go').click()
  await approve()
  await untilAttribute(page, 'refund-paid', 'data-fen', String(drinks[2]!.price))
  await page.keyboard.press('Enter')
  expect(await balances()).toEqual({ returns: 5, verify: true })
})

it('in exchange: new goods on the ticket, the customer pays the difference, and both are one', async () => {
  const [cheap, dear] = [...drinks].sort((a, b) => Number(a.price) - Number(b.price)).filter((_, i, all) => i === 0 || i === all.length - 1)
  const sale = await sell([[cheap!.code!, 1]])
  await scan(page, dear!.code!)
  await untilAttribute(page, 'total', 'data-fen', String(dear!.price))
  await page.keyboard.press('F7')
  await page.locator(`[data-testid="refund-sale"][data-no="${sale.no}"]`).click()
  await page.keyboard.press('NumpadAdd')
  await page.keyboard.press('0')
  const difference = Number(dear!.price) - Number(cheap!.price)
  await untilAttribute(page, 'refund-total', 'data-fen', String(difference))
  await at(page, 'refund-given').fill('100')
  await shot('refund-exchange')
  await at(page, 'refund-go').click()
  await untilAttribute(page, 'refund-paid', 'data-fen', String(10_000 - difference))
  await untilAttribute(page, 'total', 'data-fen', '0')
  await shot('refund-exchanged')
  await at(page, 'refund-next').click()
  expect((await refundsOf(sale)).left).toBe(0)
  expect(await balances()).toEqual({ returns: 6, verify: true })
})

it('from the receipts, and by the rules that the owner sets', async () => {
  const sale = await sell([[drinks[0]!.code!, 1]])
  await at(page, 'fn-receipts').click()
  await at(page, 'sale').first().click()
  await at(page, 'receipt-refund').click()
  await at(page, 'refund-line').waitFor()
  await page.getByText(sale.no).first().waitFor()
  await signIn('01', '1234')
  await at(page, 'fn-more').click()
  await at(page, 'open-settings').click()
  await at(page, 'settings-returns').click()
  await at(page, 'return-days').fill('15')
  await at(page, 'return-cap').fill('200')
  await at(page, 'return-exempt').fill('饮料、水果')
  expect(await faults(page)).toEqual([])
  await shot('return-settings')
  await at(page, 'return-save').click()
  await expect.poll(() => withTill(stack.tillUrl, async (till) => (await till.call('till.snapshot', {})).shop)).toMatchObject({ returnDays: 15, returnCap: 20_000, returnExempt: ['饮料', '水果'] })
  await page.keyboard.press('F7')
  await page.locator(`[data-testid="refund-sale"][data-no="${sale.no}"]`).click()
  await at(page, 'refund-rule').filter({ hasText: '饮料' }).waitFor()
  expect(errors).toEqual([])
})
