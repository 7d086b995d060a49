/**
 * Promotions as people use them, on the real screens: made in the office, taken off at the counter with their reason, told to the
 * customer, printed; at the shop's other till as soon as it is connected; by hand within the shop's limit, beyond it with a
 * manager's PIN; and a promotion that ends while a ticket is open.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import type { TillClient } from '#shared/host/client.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { buildRenderer } from '../build.ts'
import { connectTill } from '../connect.ts'
import { makeShop, operate } from '../demo/seed.ts'
import { type Stack, startStack } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { at, openBrowser, openPage, scan, TILL_SIZE, untilAttribute } from '../testing/screen.ts'

const SOON = { timeout: 60_000, interval: 100 }
const [WATER, GRAPES] = ['6901234567892', '6901234567885']
let folder: string
let stack: Stack
let other: Stack
let till: TillClient
let sister: TillClient
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]
const goods = { water: randomUUID() as string, grapes: randomUUID() as string }

const shot = async (of: Page, name: string): Promise<void> => {
  if (process.env['XIAOPU_PICTURES']) await of.screenshot({ path: join(process.env['XIAOPU_PICTURES'], `${name}.png`) })
}
const totalIs = (fen: number): Promise<void> => untilAttribute(page, 'total', 'data-fen', String(fen))
const lastSale = async () => till.call('sale.get', { sale: (await till.call('sale.list', { limit: 1 })).sales[0]!.sale })

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-promotions-'))
  ;[stack, other] = await Promise.all([startStack({ data: join(folder, 'first') }), startStack({ data: join(folder, 'second'), cloud: false })])
  const cloud = { url: stack.cloudUrl!, operatorKey: stack.operatorKey! }
  const { shop, code } = await makeShop(cloud, { name: '湖畔便利店', kind: 'shop' })
  till = await connectTill(stack.tillUrl)
  await till.call('till.pair', { key: randomUUID(), cloud: cloud.url, code })
  await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1357' })
  await till.call('staff.put', { key: randomUUID(), staff: randomUUID(), set: { no: '02', name: '小王', role: 'cashier', active: true }, pin: '0000' })
  const set = { unit: '件', pricing: 'piece' as const, on: true }
  await till.call('goods.put', { key: randomUUID(), good: goods.water, set: { ...set, name: '农夫山泉 550ml', code: WATER, price: 200, category: '饮料', quick: 1 } })
  await till.call('goods.put', { key: randomUUID(), good: goods.grapes, set: { ...set, name: '阳光玫瑰葡萄', code: GRAPES, price: 3990, category: '水果', quick: 2 } })
  await till.call('shift.open', { key: randomUUID(), float: 0 })
  sister = await connectTill(other.tillUrl)
  const again = await operate<{ code: string }>(cloud, 'POST', `/api/shops/${shop}/pairing-codes`)
  await sister.call('till.pair', { key: randomUUID(), cloud: cloud.url, code: again.code })
  await sister.call('sync.now', {})
  await sister.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1357' })
  await sister.call('shift.open', { key: randomUUID(), float: 0 })
  browser = await openBrowser()
  context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
  await page.locator('[data-panel="quick"]').waitFor()
})
afterAll(async () => {
  till?.close()
  sister?.close()
  await browser?.close()
  await Promise.all([stack?.stop(), other?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

async function fill(fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await at(page, name).fill(value)
}
async function pay(): Promise<void> {
  await at(page, 'pay').click()
  await at(page, 'cash-exact').click()
  await at(page, 'receipt').waitFor()
}

describe('promotions', () => {
  it('are made in the office', async () => {
    await at(page, 'fn-more').click()
    await at(page, 'open-promotions').click()
    await at(page, 'promotion-add').click()
    await fill({ 'promotion-name': '饮料买三付二', 'rule-n': '3', 'rule-m': '2', 'promotion-categories': '饮料', 'promotion-priority': '200' })
    await at(page, 'promotion-stacks').click()
    await at(page, 'promotion-goods').fill('农夫')
    await at(page, 'promotion-found').first().click()
    await at(page, 'promotion-good').waitFor()
    expect(await at(page, 'rule-says').textContent()).toBe('买 3 件付 2 件')
    expect(await faults(page)).toEqual([])
    await at(page, 'promotion-name').scrollIntoViewIfNeeded()
    await shot(page, 'promotion-form')
    await at(page, 'promotion-save').click()
    await untilAttribute(page, 'promotion', 'data-state', 'holds')
    await at(page, 'promotion-add').click()
    await at(page, 'kind-spend').click()
    await fill({ 'promotion-name': '满三十元减三元', 'rule-over': '30', 'rule-off': '3' })
    await at(page, 'promotion-stacks').click()
    await at(page, 'promotion-save').click()
    await at(page, 'promotion-add').click()
    await at(page, 'kind-percent').click()
    await fill({ 'promotion-name': '晚市九折', 'promotion-from': '2020-01-01', 'promotion-to': '2020-12-31', 'promotion-start': '18:00', 'promotion-end': '20:00' })
    await at(page, 'promotion-members').click()
    await at(page, 'promotion-save').click()
    await untilAttribute(page, 'promotion', 'data-state', 'ended')
    expect(await at(page, 'promotion').count()).toBe(3)
    expect(await faults(page)).toEqual([])
    await shot(page, 'promotions')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  })

  it('are taken off at the counter, each with its reason, and the customer sees it', async () => {
    for (const code of [WATER, GRAPES, WATER, WATER]) await scan(page, code)
    await totalIs(600 - 200 + 3990 - 300)
    // The total is painted before its lines.
    await at(page, 'line-why').waitFor()
    expect(await at(page, 'line-why').allTextContents()).toEqual([expect.stringContaining('饮料买三付二 -2.00')])
    expect(await at(page, 'ticket-off').allTextContents()).toEqual(['满三十元减三元-3.00'])
    expect(await faults(page)).toEqual([])
    const { page: customer } = await openPage(await browser.newContext({ viewport: { width: 1024, height: 600 }, locale: 'zh-CN' }), stack.tillUrl.replace('/?', '/display.html?'))
    await at(customer, 'display-saved').waitFor()
    expect(await customer.textContent('.buying')).toMatch(/饮料买三付二 -2\.00.*满三十元减三元-3\.00.*已优惠 5\.00/s)
    await shot(customer, 'display-offs')
    await customer.close()
    await shot(page, 'ticket-offs')
    await pay()
    await shot(page, 'paid-offs')
    const { lines, total } = await lastSale()
    expect(total).toBe(4090)
    expect(lines[0]!.offs).toMatchObject([{ why: 'promotion', fen: 200, name: '饮料买三付二' }, { why: 'spend', name: '满三十元减三元' }])
  })

  it('hold at the shop\'s other till, which is told how they changed', async () => {
    await expect.poll(async () => (await sister.call('promotion.list', {})).promotions.map(({ name }) => name).sort(), SOON).toEqual(['晚市九折', '满三十元减三元', '饮料买三付二'].sort())
    const promotions = (await sister.call('promotion.list', {})).promotions
    const ticket = addGood(emptyTicket(randomUUID(), 0), randomUUID(), await sister.call('goods.get', { good: goods.water }), milli(3000))
    const { total } = priceTicket(ticket.lines, ticket, { promotions, at: Date.now(), zone: 'Asia/Shanghai', rounding: 'none', handLimit: 0 })
    expect(await sister.call('sale.complete', { key: ticket.id, ticket, total, given: 1000 as never })).toMatchObject({ total: 400, lines: [{ offs: [{ name: '饮料买三付二' }] }] })
  })

  it('that end while the money is asked for are followed at once, with the ticket as it was rung up', async () => {
    for (const code of [WATER, WATER, WATER]) await scan(page, code)
    await totalIs(400)
    await at(page, 'pay').click()
    await at(page, 'cash-exact').waitFor()
    const [buy] = (await sister.call('promotion.list', {})).promotions.filter(({ name }) => name === '饮料买三付二')
    await sister.call('promotion.put', { key: randomUUID(), promotion: buy!.id, set: { on: false } })
    await totalIs(600)
    await pay()
    expect((await lastSale()).total).toBe(600)
    await till.call('promotion.put', { key: randomUUID(), promotion: buy!.id, set: { on: true } })
  })
})

describe('a member', () => {
  it('who is named for the ticket pays the members\' price', async () => {
    await till.call('promotion.put', { key: randomUUID(), promotion: randomUUID(), set: { name: '会员价', rule: { kind: 'price', price: 150 as never }, goods: [goods.water], members: true, priority: 900 } })
    await till.call('member.join', { key: randomUUID(), set: { phone: '13812345678', name: '张三丰' } })
    await scan(page, WATER)
    await totalIs(200)
    await at(page, 'fn-members').click()
    await at(page, 'member-phone').fill('5678')
    await at(page, 'member-find').click()
    await at(page, 'member').waitFor()
    expect(await faults(page)).toEqual([])
    await shot(page, 'member-choose')
    await at(page, 'member').click()
    await totalIs(150)
    await at(page, 'ticket-member').waitFor()
    await pay()
    expect((await lastSale()).lines[0]!.offs).toMatchObject([{ why: 'promotion', fen: 50, name: '会员价' }])
  })
})

describe('by hand', () => {
  it('the owner says what is left to cashiers, and how totals are rounded', async () => {
    await at(page, 'fn-more').click()
    await at(page, 'open-settings').click()
    await at(page, 'settings-prices').click()
    await at(page, 'hand-limit-10').click()
    await page.locator('[data-testid="hand-limit-10"][aria-pressed="true"]').waitFor()
    await at(page, 'shop-round-jiao').click()
    await page.locator('[data-testid="shop-round-jiao"][aria-pressed="true"]').waitFor()
    expect(await faults(page)).toEqual([])
    await shot(page, 'price-settings')
    await at(page, 'fn-lock').click()
    await fill({ 'signin-no': '02', 'signin-pin': '0000' })
    await at(page, 'signin-go').click()
    await page.locator('[data-panel="quick"]').waitFor()
  })

  it('a cashier gives ten per cent alone, and more with a manager\'s PIN; what was typed stays', async () => {
    await scan(page, WATER)
    await totalIs(200)
    await at(page, 'fn-adjust').click()
    await at(page, 'adjust-off').click()
    await at(page, 'percent-10').click()
    await totalIs(180)
    await scan(page, GRAPES)
    await at(page, 'fn-adjust').click()
    await at(page, 'adjust-price').click()
    await page.keyboard.type('35')
    await shot(page, 'adjust')
    await at(page, 'adjust-done').click()
    await fill({ 'signin-no': '01', 'signin-pin': '1357' })
    await shot(page, 'approve')
    await at(page, 'signin-go').click()
    await totalIs(180 + 3500)
    await pay()
    expect((await lastSale()).lines.map(({ offs }) => offs!.map(({ why, fen }) => [why, fen]))).toEqual([[['discount', 20]], [['price', 490]]])
  })

  it('the whole ticket, and down to the yuan', async () => {
    for (const code of [GRAPES, WATER]) await scan(page, code)
    await totalIs(3990 + 200 - 300)
    await at(page, 'fn-adjust').click()
    await at(page, 'adjust-ticket').click()
    await at(page, 'percent-5').click()
    // 38.90 less 1.95 is 36.95, and 36.90 to the jiao.
    await totalIs(3690)
    await at(page, 'fn-adjust').click()
    await at(page, 'adjust-ticket').click()
    expect(await faults(page)).toEqual([])
    await shot(page, 'adjust-ticket')
    await at(page, 'round-yuan').click()
    await totalIs(3600)
    await pay()
    const { lines } = await lastSale()
    expect(lines.flatMap(({ offs }) => offs!).reduce((sum, { fen }) => sum + fen, 0)).toBe(4190 - 3600)
    await shot(page, 'paid-rounded')
  })

  it('and every ledger is whole, and no page ran into an error', async () => {
    for (const each of [till, sister]) expect(await each.call('ledger.verify', {})).toMatchObject({ ok: true, faults: [] })
    expect(errors).toEqual([])
  })
})
