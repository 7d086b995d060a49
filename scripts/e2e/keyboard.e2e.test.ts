/** A whole shift with no mouse and no touch: sign in, open, sell, take back, count and close, by keys alone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildRenderer } from '../build.ts'
import { seedDemo } from '../demo/seed.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from '../testing/screen.ts'

let folder: string
let stack: Stack
let browser: Browser
let page: Page
let errors: string[]
const piece = LAKESIDE.goods.find(({ fields }) => fields.pricing === 'piece')!.fields
const price = piece.price as number
const FLOAT = 20_000

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-keyboard-'))
  stack = await startStack({ data: folder, cloud: false, demo: true })
  await seedDemo({ tillUrl: stack.tillUrl, cloud: undefined })
  browser = await openBrowser()
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  await context.addInitScript(() => addEventListener('pointerdown', () => document.documentElement.setAttribute('data-pointer', 'used'), true))
  ;({ page, errors } = await openPage(context, stack.tillUrl))
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const press = async (...keys: string[]): Promise<void> => { for (const key of keys) await page.keyboard.press(key) }

it('sells, takes one of three back, and closes the shift to the fen', async () => {
  await at(page, 'signin-no').waitFor()
  await page.keyboard.type('01')
  await press('Enter')
  await page.keyboard.type('1234')
  await press('Enter')
  await at(page, 'shift-float').waitFor()
  await page.keyboard.type(String(FLOAT / 100))
  await press('Enter')
  await page.locator('[data-panel="quick"]').waitFor()

  await press('3')
  await at(page, 'typed').filter({ hasText: '3' }).waitFor()
  await press('NumpadMultiply')
  await at(page, 'typed').filter({ hasText: /3\s*[×*]/ }).waitFor()
  await scan(page, piece.code!)
  await untilAttribute(page, 'total', 'data-fen', String(3 * price))
  await press('Enter')
  await at(page, 'cash-exact').waitFor()
  await press('Enter')
  await at(page, 'change').waitFor()
  const { sales: [sale] } = await withTill(stack.tillUrl, (till) => till.call('sale.list', {}))

  await press('F7')
  await at(page, 'refund-text').waitFor()
  await page.keyboard.type(sale!.no.slice(-4))
  await press('Enter')
  await at(page, 'refund-more').first().waitFor()
  await press('NumpadAdd')
  await untilAttribute(page, 'refund-total', 'data-fen', String(price))
  await press('Enter')
  await untilAttribute(page, 'refund-paid', 'data-fen', String(price))
  await press('Enter')
  await page.locator('[data-panel="quick"]').waitFor()

  await press('F10')
  await at(page, 'shift-counted').waitFor()
  // As fast as fingers: six keys in six milliseconds and Enter are a scanner.
  await page.keyboard.type(((FLOAT + 2 * price) / 100).toFixed(2), { delay: 80 })
  await press('Enter')
  await at(page, 'shift-close-sure').waitFor()
  await press('Enter')
  await at(page, 'shift-difference').waitFor()
  expect(await at(page, 'shift-difference').innerText()).toMatch(/0\.00/)

  const { shifts: [shift] } = await withTill(stack.tillUrl, (till) => till.call('shift.list', {}))
  expect(shift).toMatchObject({ sales: 1, net: 2 * price, counted: FLOAT + 2 * price, difference: 0, z: 1 })
  expect(await page.locator('html').getAttribute('data-pointer')).toBeNull()
  expect(errors).toEqual([])
})
