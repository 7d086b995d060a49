/** The stock room on its screen: a lot is received, a shelf is counted while selling goes on, goods are written off and sent away. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildRenderer } from '../build.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { at, openBrowser, openPage, scan, scanLate, TILL_SIZE, untilAttribute } from '../testing/screen.ts'

const [MILK, BREAD] = [{ id: randomUUID(), code: '6901234567892', name: '鲜牛奶 950ml' }, { id: randomUUID(), code: '6923450657713', name: '切片面包' }]
let folder: string
let stack: Stack
let browser: Browser
let page: Page
let errors: string[]

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-stock-'))
  stack = await startStack({ data: folder, cloud: false })
  await withTill(stack.tillUrl, async (till) => {
    await till.call('till.setup', { key: randomUUID(), shop: { name: '湖畔便利店' }, owner: { no: '01', name: '店主' }, pin: '1357' })
    await till.call('staff.put', { key: randomUUID(), staff: randomUUID(), set: { no: '02', name: '店员', role: 'cashier' }, pin: '2468' })
    for (const { id, code, name } of [MILK, BREAD]) await till.call('goods.put', { key: randomUUID(), good: id, set: { name, code, price: 1200, minStock: 30_000, category: '乳品' } })
    await till.call('shift.open', { key: randomUUID(), float: 0 })
    await till.call('staff.signOut', { key: randomUUID() })
  })
  browser = await openBrowser()
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function signIn(no: string, pin: string): Promise<void> {
  await at(page, 'signin-no').waitFor()
  await at(page, 'signin-no').fill(no)
  await at(page, 'signin-pin').fill(pin)
  await at(page, 'signin-go').click()
  await page.locator('[data-panel="quick"]').waitFor()
}
async function openStock(tab: string): Promise<void> {
  await at(page, 'fn-more').click()
  await at(page, 'open-stock').click()
  await at(page, `stock-${tab}`).click()
}
const good = (id: string) => withTill(stack.tillUrl, (till) => till.call('goods.get', { good: id }))
const lots = (id: string) => withTill(stack.tillUrl, async (till) => (await till.call('stock.lots', { good: id })).lots.map(({ no, expiry, quantity }) => [no, expiry, quantity]))

it('receives a lot: what is scanned goes onto the paper, not onto the ticket', async () => {
  await signIn('01', '1357')
  await openStock('receive')
  await at(page, 'stock-find').waitFor()
  for (const code of [MILK.code, MILK.code]) await scan(page, code)
  await page.locator('[data-testid="draft-line"]').waitFor()
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[data-testid="line-quantity"]')?.value === '2')
  await at(page, 'line-quantity').fill('20')
  await at(page, 'line-lot').fill('B1205')
  await at(page, 'line-expiry').fill('20251301')
  await page.locator('[data-testid="line-expiry"][aria-invalid="true"]').waitFor()
  expect(await at(page, 'draft-done').isDisabled()).toBe(true)
  await at(page, 'line-expiry').fill('20200105')
  await at(page, 'line-cost').fill('8.50')
  await scan(page, BREAD.code)
  await page.locator('[data-testid="draft-line"]').nth(1).waitFor()
  await page.locator('[data-testid="line-quantity"]').first().fill('12')
  await at(page, 'draft-party').fill('湖畔乳业')
  expect(await at(page, 'total').getAttribute('data-fen')).toBe('0')
  expect(await faults(page)).toEqual([])
  await at(page, 'draft-done').click()
  await page.locator('[data-testid="draft-line"]').first().waitFor({ state: 'detached' })
  expect(await good(MILK.id)).toMatchObject({ stock: 20_000, cost: 850, expiry: '2020-01-05' })
  expect(await lots(MILK.id)).toEqual([['B1205', '2020-01-05', 20_000]])
})

it('a scan whose keys come late from a busy machine is one scan, and none of its digits picks another page', async () => {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await scanLate(page, MILK.code)
  await page.locator('[data-testid="draft-line"]').waitFor()
  await untilAttribute(page, 'stock-receive', 'aria-pressed', 'true')
  await at(page, 'draft-drop').first().click()
  await page.locator('[data-testid="draft-line"]').waitFor({ state: 'detached' })
})

it('warns of a lot that has expired when it is rung up, and sells it', async () => {
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await at(page, 'fn-more').click()
  await at(page, 'fn-more').click()
  await page.locator('[data-panel="quick"]').waitFor()
  await scan(page, MILK.code)
  await untilAttribute(page, 'total', 'data-fen', '1200')
  await page.getByText('2020-01-05').first().waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'change').waitFor()
  expect(await lots(MILK.id)).toEqual([['B1205', '2020-01-05', 19_000]])
})

it('counts by scanning while a sale comes in between: it is not missing, and what is missing is booked', async () => {
  await openStock('count')
  await at(page, 'count-begin').click()
  await at(page, 'stock-find').waitFor()
  for (let n = 0; n < 3; n++) await scan(page, BREAD.code)
  await page.locator(`[data-testid="count-line"][data-good="${BREAD.id}"][data-counted="3000"]`).waitFor()
  await at(page, 'count-again').click()
  await at(page, 'count-quantity').fill('10')
  await page.keyboard.press('Enter')
  await page.locator(`[data-testid="count-line"][data-good="${BREAD.id}"][data-counted="10000"][data-difference="-2000"]`).waitFor()
  // A customer comes: the count waits as it is.
  await at(page, 'fn-more').click()
  await at(page, 'fn-more').click()
  await page.locator('[data-panel="quick"]').waitFor()
  await scan(page, BREAD.code)
  await untilAttribute(page, 'total', 'data-fen', '1200')
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'change').waitFor()
  await openStock('count')
  await page.locator(`[data-testid="count-line"][data-good="${BREAD.id}"][data-difference="-2000"]`).waitFor()
  expect(await faults(page)).toEqual([])
  await at(page, 'count-end').click()
  await at(page, 'count-end').click()
  await at(page, 'count-begin').waitFor()
  expect((await good(BREAD.id)).stock).toBe(9000)
})

it('lists what has expired and what is low; a cashier writes off by a manager\'s PIN; goods are sent to another shop', async () => {
  await page.keyboard.press('Escape')
  await page.keyboard.press('5')
  await page.locator('[data-testid="near"][data-expired="true"]').waitFor()
  await page.locator('[data-testid="low"]').nth(1).waitFor()
  expect(await faults(page)).toEqual([])
  await page.keyboard.press('F12')
  await signIn('02', '2468')
  await openStock('lists')
  await page.locator('[data-testid="near"] button').click()
  await page.locator('[data-testid="draft-line"]').waitFor()
  await at(page, 'line-quantity').fill('4')
  await at(page, 'draft-done').click()
  await page.locator('[data-panel="approve"]').waitFor()
  await at(page, 'signin-no').fill('01')
  await at(page, 'signin-pin').fill('1357')
  await page.keyboard.press('Enter')
  await page.locator('[data-panel="stock"] [data-testid="draft-line"]').waitFor({ state: 'detached' })
  await at(page, 'stock-panel').waitFor()
  await expect.poll(() => lots(MILK.id)).toEqual([['B1205', '2020-01-05', 15_000]])
  // A count that a manager lets a cashier begin, and give up, is on the page that comes back.
  for (const [button, then] of [['count-begin', 'stock-find'], ['count-drop', 'count-begin']] as const) {
    await at(page, 'stock-count').click()
    await at(page, button).click()
    await at(page, 'signin-no').fill('01')
    await at(page, 'signin-pin').fill('1357')
    await page.keyboard.press('Enter')
    await at(page, then).waitFor()
  }
  await page.keyboard.press('F12')
  await signIn('01', '1357')
  await openStock('transfer')
  await at(page, 'draft-party').fill('桥头店')
  await scan(page, MILK.code)
  await at(page, 'draft-line').waitFor()
  expect(await faults(page)).toEqual([])
  await at(page, 'draft-done').click()
  await at(page, 'draft-line').waitFor({ state: 'detached' })
  await at(page, 'kind-take').click()
  await at(page, 'draft-document').fill('DC20261123-07-001')
  await scan(page, BREAD.code)
  await at(page, 'line-sent').fill('3')
  await at(page, 'line-fault').selectOption('damaged')
  expect(await faults(page)).toEqual([])
  await at(page, 'draft-done').click()
  await at(page, 'draft-line').waitFor({ state: 'detached' })
  expect([(await good(MILK.id)).stock, (await good(BREAD.id)).stock]).toEqual([14_000, 10_000])
  const { papers } = await withTill(stack.tillUrl, (till) => till.call('stock.papers', {}))
  expect(papers.map(({ kind }) => kind)).toEqual(['stock.taken', 'stock.sent', 'stock.counted', 'stock.count_begun', 'stock.wasted', 'stock.counted', 'stock.count_begun', 'stock.received'])
  expect(errors).toEqual([])
})
