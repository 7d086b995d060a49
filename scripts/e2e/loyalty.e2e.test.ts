/** What members are given, on the real screen: a birthday joined with, changed and given once; limits of stored value; coupons in per cent. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildRenderer } from '../build.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from '../testing/screen.ts'

const CODE = '6901234000016'
const OTHER = '6901234000023'
const PHONE = '13812345678'
const PICTURES = process.env['XIAOPU_PICTURES']

let folder: string
let stack: Stack
let browser: Browser
let page: Page
let errors: string[]

const shot = async (name: string): Promise<void> => { if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) }) }
const today = (): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(Date.now())
const balances = (): Promise<Record<string, number>> => withTill(stack.tillUrl, async (till) => Object.fromEntries((await till.call('ledger.balances', {})).balances.filter(({ fen }) => fen !== 0).map(({ account, fen }) => [account, fen])))

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  if (PICTURES) mkdirSync(PICTURES, { recursive: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-loyalty-'))
  stack = await startStack({ data: folder, cloud: false })
  await withTill(stack.tillUrl, async (till) => {
    const key = randomUUID
    await till.call('till.setup', { key: key(), shop: { name: '湖畔便利店', loyalty: { earn: 100, worth: 1, bonus: [], birthday: 10 }, payCodes: [{ name: '微信', text: 'wxp://f2f0example-of-a-shop' }] }, owner: { no: '01', name: '店主' }, pin: '2580' })
    await till.call('goods.put', { key: key(), good: randomUUID(), set: { name: '五常大米 5kg', code: CODE, price: 3750, unit: '袋', quick: 1 } })
    await till.call('goods.put', { key: key(), good: randomUUID(), set: { name: '东北木耳', code: OTHER, price: 2000, unit: '包' } })
    await till.call('shift.open', { key: key(), float: 20_000 })
  })
  browser = await openBrowser()
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
  await page.locator('[data-panel="quick"]').waitFor()
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function openMember(): Promise<void> {
  await page.keyboard.press('F2')
  await at(page, 'member-phone').fill(PHONE)
  await page.keyboard.press('Enter')
  await at(page, 'member-card').waitFor()
}

test('a member joins with a birthday, by keyboard alone; what is no day is said at once', async () => {
  await page.keyboard.press('F2')
  await at(page, 'member-phone').fill(PHONE)
  await page.keyboard.press('Enter')
  await at(page, 'member-name').waitFor()
  await page.keyboard.type('李四')
  await page.keyboard.press('Tab')
  await page.keyboard.type('2-30')
  await at(page, 'member-birthday-bad').waitFor()
  expect(await at(page, 'member-join').isDisabled()).toBe(true)
  await shot('birthday-bad')
  await at(page, 'member-birthday').fill('2-29')
  await at(page, 'member-birthday-read').waitFor()
  await shot('birthday-join')
  await page.keyboard.press('Enter')
  await at(page, 'member-born').waitFor()
  expect(await at(page, 'member-born').innerText()).toContain('2 月')
  await shot('birthday-card')
  const member = await withTill(stack.tillUrl, async (till) => (await till.call('member.find', { text: PHONE })).members[0]!)
  expect(member.born).toBe('02-**')
  expect(await withTill(stack.tillUrl, async (till) => (await till.call('member.get', { key: randomUUID(), member: member.member })).birthday)).toBe('02-29')
})

test('a birthday put right to today takes ten per cent off the ticket, once', async () => {
  await at(page, 'member-edit').click()
  await at(page, 'member-birthday').fill(today().slice(5).replace('-', ''))
  await shot('birthday-edit')
  await page.keyboard.press('Enter')
  await at(page, 'member-birthday-today').waitFor()
  await shot('birthday-today')
  await at(page, 'member-sell').click()
  await scan(page, CODE)
  await untilAttribute(page, 'total', 'data-fen', '3375')
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await shot('birthday-pay')
  await at(page, 'cash-exact').click()
  await at(page, 'change').waitFor()
  expect(await balances()).toMatchObject({ discounts: 375, drawer: 23_375, sales: -3750 })
  await page.keyboard.press('Enter')
  await openMember()
  await at(page, 'member-sell').click()
  await scan(page, CODE)
  await untilAttribute(page, 'total', 'data-fen', '3750')
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').click()
  await at(page, 'change').waitFor()
})

test('a top-up beyond the limit is stopped before it is asked for, and says how much can come', async () => {
  await page.keyboard.press('Enter')
  await openMember()
  await at(page, 'top-up-50000').click()
  await at(page, 'top-up-room').waitFor()
  await shot('limit-room')
  await at(page, 'top-up-done').click()
  await untilAttribute(page, 'member-value', 'data-fen', '50000')
  await at(page, 'top-up-other').click()
  for (const digit of '4500.01') await page.getByRole('button', { name: digit, exact: true }).click()
  await at(page, 'top-up-beyond').waitFor()
  expect(await at(page, 'top-up-beyond').innerText()).toContain('4500.00')
  expect(await at(page, 'top-up-done').isDisabled()).toBe(true)
  await shot('limit-beyond')
  await at(page, 'member-back').click()
})

test('the owner sets the limit', async () => {
  await page.keyboard.press('Escape')
  await at(page, 'fn-more').click()
  await at(page, 'open-settings').click()
  await at(page, 'settings-members').click()
  await at(page, 'limit-named').fill('600')
  await shot('limit-settings')
  await at(page, 'loyalty-save').click()
  await expect.poll(() => withTill(stack.tillUrl, async (till) => (await till.call('till.snapshot', {})).shop.valueLimits)).toEqual({ named: 60_000, unnamed: 100_000 })
})

test('goods paid with stored value are exchanged for cheaper ones: value pays, value comes back, no cash moves', async () => {
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await scan(page, CODE)
  await untilAttribute(page, 'total', 'data-fen', '3750')
  await at(page, 'pay').click()
  await at(page, 'pay-value').click()
  await untilAttribute(page, 'pay-rest', 'data-fen', '0')
  await shot('pay-all-ways')
  await at(page, 'cash-exact').click()
  await at(page, 'member-left').waitFor()
  const { drawer } = await balances()
  await page.keyboard.press('Enter')
  await scan(page, OTHER)
  await untilAttribute(page, 'total', 'data-fen', '2000')
  await page.keyboard.press('F7')
  await at(page, 'refund-text').fill('0003')
  await page.keyboard.press('Enter')
  await at(page, 'refund-everything').click()
  await untilAttribute(page, 'refund-total', 'data-fen', '3750')
  await at(page, 'refund-exchange').click()
  await untilAttribute(page, 'refund-total', 'data-fen', '0')
  expect(await at(page, 'refund-carried').innerText()).toContain('20.00')
  expect(await at(page, 'refund-parts').innerText()).toContain('37.50')
  await shot('exchange')
  await at(page, 'refund-go').click()
  await untilAttribute(page, 'refund-paid', 'data-fen', '0')
  expect(await at(page, 'refund-left').innerText()).toContain('480.00')
  await page.waitForFunction(() => [...document.images].every((image) => image.complete))
  await shot('exchanged')
  expect(await balances()).toMatchObject({ drawer, 'value:redeemed': 2000, returns: 3750 })
  expect(await withTill(stack.tillUrl, async (till) => (await till.call('ledger.verify', {})).faults)).toEqual([])
})

test('the owner issues a coupon in per cent with a least sum and days; all of its sale back, it is good again', async () => {
  await page.keyboard.press('Enter')
  await at(page, 'fn-more').click()
  await at(page, 'open-settings').click()
  await at(page, 'settings-members').click()
  await at(page, 'issue-name').fill('木耳八折')
  await at(page, 'issue-code').fill('ME8')
  await at(page, 'issue-percent').click()
  await at(page, 'issue-off').fill('120')
  expect(await at(page, 'issue-go').isDisabled()).toBe(true)
  await at(page, 'issue-off').fill('20')
  await at(page, 'issue-least').fill('15')
  await at(page, 'issue-until').fill(today())
  await at(page, 'issue-go').scrollIntoViewIfNeeded()
  await shot('coupon-issue')
  await at(page, 'issue-go').click()
  await expect.poll(() => withTill(stack.tillUrl, (till) => till.call('coupon.find', { code: 'ME8' }).catch(() => undefined))).toMatchObject({ off: { percent: 20 }, least: 1500, from: today(), until: today(), usable: true })
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await scan(page, OTHER)
  await untilAttribute(page, 'total', 'data-fen', '2000')
  await at(page, 'pay').click()
  await at(page, 'coupon-code').fill('ME8')
  await at(page, 'coupon-find').click()
  await untilAttribute(page, 'total', 'data-fen', '1600')
  await shot('coupon-percent')
  await at(page, 'cash-exact').first().click()
  await at(page, 'change').waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.press('F7')
  await at(page, 'refund-text').fill('0005')
  await page.keyboard.press('Enter')
  await at(page, 'refund-everything').click()
  await untilAttribute(page, 'refund-total', 'data-fen', '1600')
  await at(page, 'refund-go').click()
  await at(page, 'refund-coupon').waitFor()
  await page.waitForFunction(() => [...document.images].every((image) => image.complete))
  await shot('coupon-back')
  expect(await withTill(stack.tillUrl, (till) => till.call('coupon.find', { code: 'ME8' }))).toMatchObject({ usable: true })
})

test('by the receipt of another till, it goes back to the member\'s stored value', async () => {
  await page.keyboard.press('Enter')
  await openMember()
  await page.keyboard.press('F7')
  await at(page, 'refund-text').fill('20261128-09-0007')
  await page.keyboard.press('Enter')
  await at(page, 'refund-to-value').click()
  await scan(page, OTHER)
  await untilAttribute(page, 'refund-total', 'data-fen', '2000')
  expect(await at(page, 'refund-parts').innerText()).toContain('20.00')
  await shot('refund-elsewhere')
  await at(page, 'refund-go').click()
  await untilAttribute(page, 'refund-to-member', 'data-fen', '2000')
  expect(await at(page, 'refund-left').innerText()).toContain('500.00')
  expect(errors).toEqual([])
})
