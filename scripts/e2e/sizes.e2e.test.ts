/**
 * Every panel at both ends of the sizes of type, in both languages, opened with no mouse: whatever can be pressed can be brought into
 * sight and is not cut off or covered, the total, the pay button and the function keys never leave it, and axe finds nothing serious.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildRenderer } from '../build.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { at, openBrowser, openPage, scan, TILL_SIZE, untilAttribute } from '../testing/screen.ts'
import { misplaced } from '../testing/geometry.ts'

const [MILK, CABBAGE] = [{ id: randomUUID(), code: '6901234567892' }, { id: randomUUID(), code: '6923450657713' }]
const pictures = process.env['XIAOPU_PICTURES']
let folder: string
let stack: Stack
let browser: Browser
let page: Page
let errors: string[]

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-sizes-'))
  stack = await startStack({ data: folder, cloud: false })
  await withTill(stack.tillUrl, async (till) => {
    await till.call('till.setup', { key: randomUUID(), shop: { name: '湖畔便利店' }, owner: { no: '01', name: '店主' }, pin: '1357' })
    await till.call('staff.put', { key: randomUUID(), staff: randomUUID(), set: { no: '02', name: '店员', role: 'cashier' }, pin: '2468' })
    await till.call('goods.put', { key: randomUUID(), good: MILK.id, set: { name: '鲜牛奶 950ml 屋顶盒', code: MILK.code, price: 1200, minStock: 30_000, category: '乳品', quick: 1 } })
    await till.call('goods.put', { key: randomUUID(), good: CABBAGE.id, set: { name: '本地青菜', code: CABBAGE.code, price: 760, unit: '公斤', pricing: 'weight', category: '蔬菜', quick: 2 } })
    await till.call('promotion.put', { key: randomUUID(), promotion: randomUUID(), set: { name: '牛奶第二件半价', rule: { kind: 'nth', n: 2, percent: 50 }, goods: [MILK.id], on: true } })
    await till.call('shift.open', { key: randomUUID(), float: 20_000 })
    const label = { language: 'tspl', density: 8, size: { width: 60, height: 40 }, gap: 2, speed: 0, darkness: -1 } as const
    for (const name of ['标签机', '仓库标签机']) await till.call('printer.put', { key: randomUUID(), printer: { id: randomUUID(), name, profile: 'generic-80', address: 'tcp://127.0.0.1:9', receipts: false, drawer: false, label } })
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
  await page.keyboard.type(no)
  await page.keyboard.press('Enter')
  await page.keyboard.type(pin)
  await page.keyboard.press('Enter')
  await open('quick')
}
const open = (panel: string): Promise<void> => page.locator(`[data-panel="${panel}"]`).waitFor()
/** Presses a button as the keyboard does: the cursor on it, then Enter. */
async function press(testid: string): Promise<void> {
  await at(page, testid).first().focus()
  await page.keyboard.press('Enter')
}
/** Walks with Tab until the cursor is on it; every stop on the way shows where the cursor is. */
async function tabTo(testid: string): Promise<void> {
  for (let n = 0; n < 80; n++) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null
      if (!element || element === document.body) return null
      const seen = element.matches('.hidden-label') ? element.parentElement! : element
      return { testid: element.dataset['testid'] ?? '', ringed: parseFloat(getComputedStyle(seen).outlineWidth) >= 2 && getComputedStyle(seen).outlineStyle !== 'none', where: element.outerHTML.slice(0, 120) }
    })
    if (stop && !stop.ringed) throw new Error(`no ring around ${stop.where}`)
    if (stop?.testid === testid) return
  }
  throw new Error(`Tab never came to ${testid}`)
}
async function home(): Promise<void> {
  for (let n = 0; n < 8 && !(await page.locator('[data-panel="quick"]').count()); n++) await page.keyboard.press('Escape')
  await open('quick')
}

type Step = readonly [name: string, go: () => Promise<void>]
const viaMore = (tile: string): Step => [tile, async () => { await press('fn-more'); await press(`open-${tile}`); await open(tile) }]
const key = (panel: string, name: string): Step => [panel, async () => { await page.keyboard.press(name); await open(panel) }]
/** Every panel, and the pages inside those that have some, each from the quick keys. */
const STEPS: readonly Step[] = [
  ['quick', async () => {}],
  key('help', 'F1'), key('members', 'F2'), key('held', 'F5'), key('adjust', 'F6'), key('shift', 'F10'), key('quantity', 'NumpadMultiply'), key('pay', 'Enter'),
  ['search', async () => { await page.keyboard.type('niunai'); await at(page, 'result').first().waitFor() }],
  ['add', async () => { await page.keyboard.type('qz'); await at(page, 'search-add').waitFor(); await press('search-add'); await open('add') }],
  ['weigh', async () => { await scan(page, CABBAGE.code); await open('weigh') }],
  ['refund', async () => { await page.keyboard.press('F7'); await at(page, 'refund-sale').waitFor() }],
  ['refund-lines', async () => { await page.keyboard.press('F7'); await at(page, 'refund-sale').waitFor(); await press('refund-sale'); await at(page, 'refund-line').waitFor() }],
  ['receipts', async () => { await press('fn-receipts'); await at(page, 'sale').waitFor() }],
  ['goods', async () => { await press('fn-goods'); await at(page, 'good').first().waitFor() }],
  ['goods-form', async () => { await press('fn-goods'); await press('good'); await at(page, 'good-save').waitFor() }],
  ['cash', async () => { await page.keyboard.press('F10'); await press('open-cash'); await open('cash') }],
  ['shifts', async () => { await page.keyboard.press('F10'); await press('open-shifts'); await open('shifts') }],
  ['arrange', async () => { await press('quick-arrange'); await open('arrange') }],
  ['more', async () => { await press('fn-more'); await open('more') }],
  ...['promotions', 'import', 'sync', 'report', 'audit'].map(viaMore),
  ['promotion-form', async () => { await viaMore('promotions')[1](); await press('promotion-add'); await at(page, 'promotion-save').waitFor() }],
  ...['screen', 'prices', 'pay', 'printer', 'paper', 'device', 'staff', 'members', 'returns', 'labels', 'backup'].map((name): Step => [`settings-${name}`, async () => { await viaMore('settings')[1](); await press(`settings-${name}`); await untilAttribute(page, `settings-${name}`, 'aria-pressed', 'true') }]),
  ['printer-of-labels', async () => { await viaMore('settings')[1](); await press('settings-printer'); await page.locator('[data-testid="found-printers"][data-looking="false"]').waitFor(); await press('printer-labels'); await at(page, 'media-50x30').waitFor() }],
  ['printer-beeper', async () => { await viaMore('settings')[1](); await press('settings-printer'); await at(page, 'printer-profile').selectOption('epson-beeper-80') }],
  ['printer-remove', async () => { await viaMore('settings')[1](); await press('settings-printer'); await press('printer-remove'); await at(page, 'printer-remove-ask').waitFor() }],
  ['labels', async () => { await viaMore('labels')[1](); await press('label-price'); await scan(page, MILK.code); await at(page, 'label-picture').waitFor() }],
  ['parcel', async () => { await press('fn-receipts'); await at(page, 'sale').waitFor(); await press('receipt-parcel'); await at(page, 'label-picture').waitFor(); await at(page, 'parcel-to').fill('收件甲') }],
  ...['receive', 'count', 'waste', 'transfer', 'lists'].map((name): Step => [`stock-${name}`, async () => { await viaMore('stock')[1](); await press(`stock-${name}`); await untilAttribute(page, `stock-${name}`, 'aria-pressed', 'true') }]),
]

async function choose(testid: string): Promise<void> {
  await viaMore('settings')[1]()
  await press('settings-screen')
  await press(testid)
  await untilAttribute(page, testid, 'aria-pressed', 'true')
  await home()
}

it('is walked with Tab, and every stop shows that the cursor is there', async () => {
  await signIn('01', '1357')
  await scan(page, MILK.code)
  await untilAttribute(page, 'total', 'data-fen', '1200')
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'change').waitFor()
  for (let n = 0; n < 2; n++) await scan(page, MILK.code)
  await untilAttribute(page, 'total', 'data-fen', '1800')
  // From a panel that was just opened Tab goes into it, not through the whole screen.
  for (const [name, last] of [['F1', 'fn-help'], ['F2', 'member-find'], ['F10', 'shift-close']] as const) {
    await page.keyboard.press(name)
    await tabTo(last)
    await home()
  }
  await tabTo('fn-more')
  await page.keyboard.press('Enter')
  await open('more')
  await tabTo('open-stock')
  await page.keyboard.press('Enter')
  await at(page, 'stock-panel').waitFor()
  await tabTo('draft-note')
  for (const [name, tab] of [['2', 'count'], ['5', 'lists']] as const) {
    await page.keyboard.press('Escape')
    await page.keyboard.press(name)
    await untilAttribute(page, `stock-${tab}`, 'aria-pressed', 'true')
    await press('stock-receive')
  }
  await home()
})

/** What axe looks for hangs on size or on language, never on both: two of the four are enough for it, being slow. */
for (const [language, size, axe] of [['zh', 200, true], ['en', 200, false], ['zh', 100, false], ['en', 100, true]] as const) {
  it(`has everything in reach at ${size} % in ${language === 'zh' ? 'Chinese' : 'English'}`, async () => {
    await choose(`text-${size}`)
    await choose(`language-${language}`)
    const found: string[] = []
    for (const [name, go] of STEPS) {
      await home()
      await go()
      const judged = [...await page.evaluate(misplaced), ...axe ? await faults(page, name === 'quick' ? undefined : '.panel-place') : []]
      if (pictures) await page.screenshot({ path: join(pictures, `sizes-${language}-${size}-${name}.png`) })
      found.push(...judged.map((fault) => `${name}: ${fault}`))
    }
    await home()
    expect(found).toEqual([])
  })
}

it('locks itself when nobody has touched it; at 200 % the next one signs in, asks a manager and takes the money', async () => {
  await choose('language-zh')
  await choose('text-200')
  await choose('lock-2')
  await page.clock.setFixedTime(Date.now() + 3 * 60_000)
  await at(page, 'signin-no').waitFor()
  for (const id of ['signin-no', 'signin-pin', 'signin-go']) {
    const box = (await at(page, id).boundingBox())!
    expect([box.x >= 0, box.y >= 0, box.x + box.width <= TILL_SIZE.width, box.y + box.height <= TILL_SIZE.height]).toEqual([true, true, true, true])
  }
  expect(await faults(page)).toEqual([])
  await signIn('02', '2468')
  expect(await at(page, 'total').getAttribute('data-fen')).toBe('1800')
  await page.keyboard.press('F6')
  await open('approve')
  expect([...await page.evaluate(misplaced), ...await faults(page)]).toEqual([])
  await home()
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'receipt').waitFor()
  expect([...await page.evaluate(misplaced), ...await faults(page)]).toEqual([])
  expect(errors).toEqual([])
})
