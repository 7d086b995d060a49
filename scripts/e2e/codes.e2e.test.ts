/**
 * Codes at the real counter: a scale's labels set up, tried and sold; a good nobody knew added beside the ticket; goods found
 * by price; quick keys dragged, by mouse and by keyboard; and what is no good led to where it belongs.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gtinCheckDigit } from '#shared/codes/gtin.ts'
import { SCALE_PRESETS, type ScalePattern, writeScaleLabel } from '#shared/codes/scale-label.ts'
import { uuidv7 } from '#shared/identity/ids.ts'
import { buildRenderer } from '../build.ts'
import { seedDemo } from '../demo/seed.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { TILL_SIZE, at, openBrowser, openPage, receiptSvg, scan, untilAttribute } from '../testing/screen.ts'

let folder: string
let stack: Stack
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]
const pears = uuidv7(Date.now(), new Uint8Array(10))
const weight: ScalePattern = { name: '', ...SCALE_PRESETS.weight13, parts: [...SCALE_PRESETS.weight13.parts] }
const both: ScalePattern = { name: '', ...SCALE_PRESETS.both18, parts: [...SCALE_PRESETS.both18.parts] }
const label = (pattern: ScalePattern, amount: number, grams: number): string => writeScaleLabel(pattern, { item: '88', amount, grams })!
/** Where to keep pictures of the screens, for whoever wants to look. */
const shots = process.env['XIAOPU_PICTURES']
const shot = async (name: string): Promise<void> => { if (shots) await page.screenshot({ path: join(shots, `${name}.png`) }) }

const clear = async (): Promise<void> => {
  await at(page, 'clear').click()
  await untilAttribute(page, 'total', 'data-fen', '0')
}

/** A scanner that types whatever a code holds; GS1's separator as Ctrl and a bracket, as they do. */
function scanText(text: string): Promise<void> {
  return page.evaluate((chars) => {
    const press = (init: KeyboardEventInit): unknown => document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }))
    for (const char of chars) {
      if (char === '\u001d') {
        press({ key: 'Control', code: 'ControlLeft', ctrlKey: true })
        press({ key: ']', code: 'BracketRight', ctrlKey: true })
      } else press({ key: char, code: '' })
    }
    press({ key: 'Enter', code: 'Enter' })
  }, [...text])
}

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-codes-'))
  stack = await startStack({ data: folder, demo: true })
  await seedDemo({ tillUrl: stack.tillUrl, cloud: { url: stack.cloudUrl!, operatorKey: stack.operatorKey! } })
  browser = await openBrowser()
  context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
  await at(page, 'signin-no').fill('01')
  await at(page, 'signin-pin').fill('1234')
  await at(page, 'signin-go').click()
  await at(page, 'shift-float').fill('200')
  await at(page, 'shift-open').click()
  await page.locator('[data-panel="quick"]').waitFor()
  await withTill(stack.tillUrl, (till) => till.call('goods.put', { key: uuidv7(Date.now(), crypto.getRandomValues(new Uint8Array(10))), good: pears, set: { name: '翠冠梨', code: '88', pricing: 'weight', unit: '斤', price: 499, category: '水果' } }))
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('scale labels', () => {
  it('an unknown label says what to do; set up and tried, it is sold', async () => {
    await scan(page, label(weight, 0, 1250))
    await at(page, 'notice').filter({ hasText: '秤标签' }).waitFor()
    await at(page, 'fn-more').click()
    await at(page, 'open-settings').click()
    await at(page, 'settings-labels').click()
    await at(page, 'label-weight13').click()
    await at(page, 'label-try').click()
    // The scanner tries it, because the field has the focus; nothing is sold.
    await scan(page, label(weight, 0, 1250))
    await at(page, 'label-read').filter({ hasText: '1.250' }).waitFor()
    await shot('labels')
    expect(await faults(page)).toEqual([])
    expect(await page.locator('[data-testid="line"]').count()).toBe(0)
    await at(page, 'label-save').click()
    await at(page, 'label').first().waitFor()
    await at(page, 'label-both18').click()
    await at(page, 'label-save').click()
    await at(page, 'label').nth(1).waitFor()
    await at(page, 'tare-name').fill('塑料盒')
    await at(page, 'tare-grams').fill('25')
    await at(page, 'tare-add').click()
    await at(page, 'weigh-in-公斤').click()
    await untilAttribute(page, 'weigh-in-公斤', 'aria-pressed', 'true')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.locator('[data-panel="quick"]').waitFor()

    // 4.99 for 500 g: 1.25 kg is 12.475, halves up.
    await scan(page, label(weight, 0, 1250))
    await untilAttribute(page, 'total', 'data-fen', '1248')
    expect(await at(page, 'line').first().innerText()).toMatch(/1\.250 公斤 × 9\.98/)
  })

  it('a label with both is charged at its own amount, and says so where the price makes another', async () => {
    await scan(page, label(both, 1150, 1250))
    await untilAttribute(page, 'total', 'data-fen', String(1248 + 1150))
    await at(page, 'notice').filter({ hasText: '11.50' }).filter({ hasText: '12.48' }).waitFor()
    await shot('label-line')
    expect(await faults(page)).toEqual([])
    await page.keyboard.press('Enter')
    await at(page, 'cash-exact').waitFor()
    await page.keyboard.press('Enter')
    await at(page, 'change').waitFor()
    const { sales: [sale] } = await withTill(stack.tillUrl, (till) => till.call('sale.list', { limit: 1 }))
    const { lines } = await withTill(stack.tillUrl, (till) => till.call('sale.get', { sale: sale!.sale }))
    expect(lines.map(({ quantity, net, label: text }) => [quantity, net, text])).toEqual([[1250, 1248, label(weight, 0, 1250)], [1250, 1150, label(both, 1150, 1250)]])
  })

  it('weighs by hand less the box it is in', async () => {
    await page.keyboard.press('Escape')
    await at(page, 'search').fill('翠冠梨')
    await at(page, 'result').first().click()
    await at(page, 'weight').waitFor()
    for (const key of ['0', '.', '5', '2', '5']) await page.keyboard.press(key)
    await at(page, 'tare-preset').click()
    await shot('tare')
    expect(await faults(page)).toEqual([])
    await page.keyboard.press('Enter')
    await untilAttribute(page, 'total', 'data-fen', '499')
    await clear()
  })
})

describe('a good nobody knows', () => {
  it('is added beside the ticket, and is on it: name, price, Enter', async () => {
    const piece = LAKESIDE.goods.find(({ fields }) => fields.pricing === 'piece')!.fields
    await scan(page, piece.code!)
    await untilAttribute(page, 'total', 'data-fen', String(piece.price))
    await page.keyboard.press('2')
    await at(page, 'typed').filter({ hasText: '2' }).waitFor()
    await page.keyboard.press('NumpadMultiply')
    await at(page, 'typed').filter({ hasText: '×' }).waitFor()
    const code = `692222222222${gtinCheckDigit('692222222222')}`
    await scan(page, code)
    await at(page, 'notice').getByRole('button').click()
    await page.locator('[data-testid="add-name"]:focus').fill('手工米糕')
    await at(page, 'add-price').fill('6.50')
    await at(page, 'add-unit-份').click()
    await shot('add')
    expect(await faults(page)).toEqual([])
    expect(await at(page, 'line').count()).toBe(1)
    await at(page, 'add-price').press('Enter')
    await untilAttribute(page, 'total', 'data-fen', String((piece.price as number) + 1300))
    const { goods: [good] } = await withTill(stack.tillUrl, (till) => till.call('goods.search', { text: '6.50' }))
    expect(good).toMatchObject({ name: '手工米糕', code, price: 650, unit: '份' })
  })

  it('the quantity may come after the scan, and a price finds what costs it', async () => {
    await page.keyboard.press('NumpadMultiply')
    await page.locator('[data-panel="quantity"]').waitFor()
    await page.keyboard.press('5')
    await page.keyboard.press('Enter')
    await page.locator('[data-panel="quick"]').waitFor()
    expect(await at(page, 'line').nth(1).innerText()).toContain('32.50')
    await at(page, 'search').fill('6.50')
    await at(page, 'result').filter({ hasText: '手工米糕' }).waitFor()
    await page.keyboard.press('Escape')
    await at(page, 'search').fill('没人听过的货')
    await at(page, 'search-add').waitFor()
    await shot('search-none')
    await at(page, 'search-add').click()
    await page.locator('[data-testid="add-name"]:focus').waitFor()
    expect(await at(page, 'add-name').inputValue()).toBe('没人听过的货')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.locator('[data-panel="quick"]').waitFor()
  })

  it('of many that are found all can be reached, by arrows and by scrolling', async () => {
    const { goods } = await withTill(stack.tillUrl, (till) => till.call('goods.search', { text: 'a', limit: 60 }))
    expect(goods.length).toBeGreaterThan(30)
    const seventeenth = page.locator(`[data-good="${goods[16]!.id}"]`)
    await at(page, 'search').fill('a')
    await at(page, 'result').first().waitFor()
    expect(await seventeenth.count()).toBe(0)
    for (let down = 0; down < 16; down += 1) await at(page, 'search').press('ArrowDown')
    await page.locator(`.chosen[data-good="${goods[16]!.id}"]`).waitFor()
    const last = page.locator(`[data-good="${goods.at(-1)!.id}"]`)
    await page.locator('.results').hover()
    while (await last.count() === 0) await page.mouse.wheel(0, 400)
    await last.scrollIntoViewIfNeeded()
    expect(await at(page, 'result').count()).toBe(goods.length)
    await page.keyboard.press('Escape')
    await page.locator('[data-panel="quick"]').waitFor()
  })
})

describe('GS1', () => {
  it('weighs and prices by what the code says, and warns of what has expired', async () => {
    await clear()
    await withTill(stack.tillUrl, (till) => till.call('goods.put', { key: uuidv7(Date.now(), crypto.getRandomValues(new Uint8Array(10))), good: pears, set: { codes: ['6922222222203'] } }))
    await scanText(']C10106922222222203310300050010A1\u001d17300131')
    await untilAttribute(page, 'total', 'data-fen', '499')
    expect(await at(page, 'notice').innerText()).not.toContain('过期')
    await scanText('(01)06922222222203(3103)001000(3922)0900(17)200131')
    await untilAttribute(page, 'total', 'data-fen', String(499 + 900))
    await at(page, 'notice').filter({ hasText: '2020-01-31' }).waitFor()
    await shot('expired')
    await at(page, 'notice').getByRole('button').click()
    await untilAttribute(page, 'total', 'data-fen', '499')
  })
  it('a receipt that is scanned is opened', async () => {
    const { sales: [sale] } = await withTill(stack.tillUrl, (till) => till.call('sale.list', { limit: 1 }))
    await scanText(sale!.no)
    await page.locator('[data-panel="receipts"]').waitFor()
    await page.locator('[data-panel="receipts"] [data-testid="receipt"]').waitFor()
    await expect.poll(() => receiptSvg(page), { timeout: 20_000 }).toContain(sale!.no)
    await shot('receipt')
    await page.keyboard.press('Escape')
    await page.locator('[data-panel="quick"]').waitFor()
  })
})

describe('codes that are no goods', () => {
  it('a telephone opens the member, a payment code says what to do, in the pay panel and out of it', async () => {
    await scan(page, '13912345678')
    await page.locator('[data-panel="members"]').waitFor()
    await at(page, 'member-name').waitFor()
    expect(await at(page, 'member-phone').inputValue()).toBe('13912345678')
    await page.keyboard.press('F2')
    await page.locator('[data-panel="quick"]').waitFor()
    await scan(page, '134567890123456789')
    await at(page, 'notice').filter({ hasText: '微信' }).filter({ hasText: '没有收钱' }).waitFor()
    await page.keyboard.press('Escape')
    await at(page, 'pay').click()
    await at(page, 'cash-exact').waitFor()
    await scan(page, '287654321012345678')
    await at(page, 'notice').filter({ hasText: '支付宝' }).filter({ hasText: '支付通道' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.locator('[data-panel="quick"]').waitFor()
    await clear()
  })
})

describe('quick keys', () => {
  const order = (): Promise<string[]> => page.locator('[data-testid="arrange-cell"]').evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset['good'] ?? ''))
  const cell = (n: number) => page.locator('[data-testid="arrange-cell"]').nth(n)

  it('are dragged: the two change places, and nothing else moves', async () => {
    await at(page, 'quick-arrange').click()
    await cell(0).waitFor()
    const before = await order()
    const [from, to] = [(await cell(0).boundingBox())!, (await cell(3).boundingBox())!]
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
    await page.mouse.down()
    await page.mouse.move(from.x + from.width, from.y + from.height / 2, { steps: 3 })
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 5 })
    await shot('dragging')
    await page.mouse.up()
    await page.locator(`[data-testid="arrange-cell"][data-place="4"][data-good="${before[0]!}"]`).waitFor()
    await page.locator(`[data-testid="arrange-cell"][data-place="1"][data-good="${before[3]!}"]`).waitFor()
    const after = await order()
    expect(after.filter((good, i) => good !== before[i])).toHaveLength(2)
  })

  it('by keyboard too, onto a page with a name and a colour of its own', async () => {
    const before = await order()
    await cell(1).focus()
    await page.keyboard.press(' ')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press(' ')
    await page.locator(`[data-testid="arrange-cell"][data-place="3"][data-good="${before[1]!}"]`).waitFor()

    await at(page, 'arrange-add-page').click()
    await untilAttribute(page, 'arrange-page', 'data-page', '2')
    await at(page, 'arrange-name').fill('早市')
    await at(page, 'arrange-name').press('Tab')
    await at(page, 'arrange-page').filter({ hasText: '早市' }).waitFor()
    await at(page, 'arrange-find').fill('翠冠梨')
    await at(page, 'arrange-found').first().click()
    await page.locator(`[data-testid="arrange-cell"][data-place="101"][data-good="${pears}"]`).click()
    await at(page, 'arrange-colour-green').click()
    await page.locator('[data-testid="arrange-cell"].colour-green').waitFor()
    await shot('arrange')
    expect(await faults(page)).toEqual([])
    // One step each: what was said, the chosen key, the panel.
    for (let i = 0; i < 3; i++) await page.keyboard.press('Escape')
    await page.locator('[data-panel="quick"]').waitFor()
    await shot('quick-first')
    await at(page, 'quick-tab').filter({ hasText: '早市' }).click()
    await page.locator(`[data-testid="quick"][data-good="${pears}"].colour-green`).click()
    await at(page, 'weight').waitFor()
    await page.keyboard.press('Escape')
    await shot('quick-pages')
    expect(await faults(page)).toEqual([])
    expect((await withTill(stack.tillUrl, (till) => till.call('till.snapshot', {}))).shop.quickPages.at(1)).toBe('早市')
    expect((await withTill(stack.tillUrl, (till) => till.call('ledger.verify', {}))).ok).toBe(true)
    expect(errors).toEqual([])
  })
})
