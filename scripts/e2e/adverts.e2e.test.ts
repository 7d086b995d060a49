/** The customer display while nobody buys: the shop's own pictures in turn beside its code, until something is rung up. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildRenderer } from '../build.ts'
import { ROOT } from '../run-command.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { at, openBrowser, openPage, scan, TILL_SIZE, untilAttribute } from '../testing/screen.ts'

const MILK = '6901234567892'
const TURN_MS = 8000
let folder: string
let stack: Stack
let browser: Browser
let till: Page
let display: Page
const errors: string[][] = []

async function open(url: string, size: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  const opened = await openPage(context, url)
  errors.push(opened.errors)
  return opened.page
}
beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-adverts-'))
  stack = await startStack({ data: folder, cloud: false })
  await withTill(stack.tillUrl, async (host) => {
    await host.call('till.setup', { key: randomUUID(), shop: { name: '湖畔便利店', about: '早上六点开门' }, owner: { no: '01', name: '店主' }, pin: '1357' })
    const good = randomUUID()
    await host.call('goods.put', { key: randomUUID(), good, set: { name: '鲜牛奶 950ml', code: MILK, price: 1200 } })
    await host.call('promotion.put', { key: randomUUID(), promotion: randomUUID(), set: { name: '牛奶第二件半价', rule: { kind: 'nth', n: 2, percent: 50 }, goods: [good], on: true } })
    await host.call('shift.open', { key: randomUUID(), float: 0 })
  })
  browser = await openBrowser()
  till = await open(stack.tillUrl, TILL_SIZE)
  await till.locator('[data-panel="quick"]').waitFor()
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

it('takes pictures chosen in the settings, makes them small, and no more than three', async () => {
  await at(till, 'fn-more').click()
  await at(till, 'open-settings').click()
  for (const name of ['till', 'pay', 'change']) {
    const before = await at(till, 'advert-kept').count()
    await at(till, 'advert-file').setInputFiles(join(ROOT, `docs/pictures/${name}.png`))
    await at(till, 'advert-kept').nth(before).waitFor()
  }
  expect(await at(till, 'advert-file').count()).toBe(0)
  await at(till, 'advert-remove').last().click()
  await at(till, 'advert-kept').nth(2).waitFor({ state: 'detached' })
  const { shop } = await withTill(stack.tillUrl, (host) => host.call('till.snapshot', {}))
  expect(shop.adverts.map((url) => url.startsWith('data:image/webp') && url.length <= 32_768)).toEqual([true, true])
  expect(await faults(till)).toEqual([])
})

it('shows them in turn while nobody buys, and makes room for what is rung up and saved', async () => {
  const context = await browser.newContext({ viewport: { width: 1024, height: 600 }, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  display = await context.newPage()
  await display.clock.install()
  await display.goto(stack.tillUrl.replace('/?', '/display.html?'))
  await display.getByText('早上六点开门').waitFor()
  const sources: (string | null)[] = []
  for (let n = 0; n < 2; n++) {
    await display.clock.runFor(TURN_MS)
    await display.waitForFunction((last) => (document.querySelector('[data-testid="display-advert"]')?.getAttribute('src') ?? last) !== last, sources.at(-1) ?? null)
    sources.push(await at(display, 'display-advert').getAttribute('src'))
  }
  const { shop } = await withTill(stack.tillUrl, (host) => host.call('till.snapshot', {}))
  expect(sources).toEqual(shop.adverts)
  const { box, height } = await display.evaluate(() => ({ box: document.querySelector('[data-testid="display-advert"]')!.getBoundingClientRect().toJSON() as DOMRect, height: innerHeight }))
  expect(box.bottom).toBeLessThanOrEqual(height)
  expect(box.width).toBeGreaterThan(400)
  expect(await faults(display)).toEqual([])
  await display.clock.runFor(TURN_MS)
  await display.getByText('早上六点开门').waitFor()

  await display.clock.resume()
  for (let n = 0; n < 2; n++) await scan(till, MILK)
  await untilAttribute(till, 'total', 'data-fen', '1800')
  await at(display, 'display-saved').filter({ hasText: '6.00' }).waitFor()
  expect(await at(display, 'display-advert').count()).toBe(0)
  expect(errors.flat()).toEqual([])
})
