/**
 * What a cashier may not do alone, allowed by a manager's PIN beside the ticket; cash out of the drawer; the X and Z reports of
 * shifts that were; and the audit trail, where all of it stands: on the real screens.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildRenderer } from '../build.ts'
import { seedDemo } from '../demo/seed.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from '../testing/screen.ts'

const [OWNER, CASHIER, MANAGER] = [{ no: '01', pin: LAKESIDE.staff[0]!.pin }, { no: '02', pin: LAKESIDE.staff[1]!.pin }, { no: '03', pin: '8642' }]
/** Where pictures of the panels go, for whoever wants to look at them. */
const pictures = process.env['XIAOPU_PICTURES']
let folder: string
let stack: Stack
let browser: Browser
let page: Page
let errors: string[]
const piece = LAKESIDE.goods.find(({ fields }) => fields.pricing === 'piece')!.fields
const listed = piece.price as number

async function signIn({ no, pin }: { no: string; pin: string }): Promise<void> {
  await at(page, 'signin-no').fill(no)
  await at(page, 'signin-pin').fill(pin)
  await at(page, 'signin-go').click()
  await at(page, 'signin-no').waitFor({ state: 'detached' })
}
/** A panel that is finished: no serious fault by axe, and its picture where one is wanted. */
async function look(name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) })
  expect(await faults(page)).toEqual([])
}

beforeAll(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true })
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-office-'))
  stack = await startStack({ data: folder, cloud: false, demo: true })
  await seedDemo({ tillUrl: stack.tillUrl, cloud: undefined })
  await withTill(stack.tillUrl, async (client) => {
    await client.call('staff.signIn', { key: randomUUID(), ...OWNER })
    await client.call('staff.put', { key: randomUUID(), staff: randomUUID(), set: { no: MANAGER.no, name: '值班经理', role: 'manager' }, pin: MANAGER.pin })
    await client.call('staff.signOut', { key: randomUUID() })
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

describe('the office', () => {
  it('a price a cashier may not give is asked of a manager beside the ticket, and then the sale goes on', async () => {
    await signIn(CASHIER)
    await at(page, 'shift-float').fill('200')
    await at(page, 'shift-open').click()
    await page.locator('[data-panel="quick"]').waitFor()
    await scan(page, piece.code!)
    await untilAttribute(page, 'total', 'data-fen', String(listed))
    await page.keyboard.press('F6')
    await page.locator('[data-panel="approve"]').waitFor()
    await look('approve')
    await at(page, 'signin-no').fill(MANAGER.no)
    await at(page, 'signin-pin').fill('0001')
    await at(page, 'signin-go').click()
    await page.getByRole('alert').filter({ hasText: /./ }).first().waitFor()
    await page.keyboard.type(MANAGER.pin)
    await page.keyboard.press('Enter')
    await page.locator('[data-panel="adjust"]').waitFor()
    // The PIN was no number for the counter.
    await untilAttribute(page, 'total', 'data-fen', String(listed))
    await page.keyboard.type('1')
    await page.keyboard.press('Enter')
    await untilAttribute(page, 'total', 'data-fen', '100')
    await page.keyboard.press('Enter')
    await at(page, 'cash-exact').click()
    await at(page, 'change').waitFor()
    const { sales } = await withTill(stack.tillUrl, (client) => client.call('sale.list', {}))
    expect(sales.map(({ total }) => total)).toEqual([100])
  })

  it('cash out of the drawer by a manager\'s PIN, into it by the same way', async () => {
    await page.keyboard.press('Escape')
    await page.keyboard.press('F10')
    await at(page, 'open-cash').click()
    await at(page, 'cash-reason-supplier').click()
    await at(page, 'cash-note').fill('青菜三箱')
    await at(page, 'cash-amount').fill('50')
    await look('cash')
    await at(page, 'cash-done').click()
    await page.locator('[data-panel="approve"]').waitFor()
    await at(page, 'signin-no').fill(MANAGER.no)
    await at(page, 'signin-pin').fill(MANAGER.pin)
    await at(page, 'signin-go').click()
    await page.locator('[data-panel="approve"]').waitFor({ state: 'detached' })
    await withTill(stack.tillUrl, async (client) => {
      await client.call('staff.signIn', { key: randomUUID(), ...OWNER })
      expect((await client.call('shift.report', {})).expected).toBe(20_000 + 100 - 5_000)
    })
  })

  it('the shift\'s reports are kept, and the audit trail says who did what', async () => {
    await withTill(stack.tillUrl, (client) => client.call('shift.close', { key: randomUUID(), counted: 15_000 }))
    await page.keyboard.press('F10')
    await at(page, 'shift-float').waitFor()
    await at(page, 'shift-float').fill('100')
    await at(page, 'shift-open').click()
    await page.locator('[data-panel="quick"]').waitFor()
    await page.keyboard.press('F10')
    await at(page, 'open-shifts').click()
    await at(page, 'shift').nth(1).click()
    await look('shifts')
    expect(await at(page, 'shift').nth(1).textContent()).toContain('1')

    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await at(page, 'fn-more').click()
    await at(page, 'open-audit').click()
    await at(page, 'audit-row').first().waitFor()
    await at(page, 'audit-kind').selectOption('approvals')
    await at(page, 'audit-look').click()
    await expect.poll(() => at(page, 'audit-row').count()).toBe(2)
    await at(page, 'audit-kind').selectOption('')
    await at(page, 'audit-text').fill('青菜三箱')
    await at(page, 'audit-look').click()
    await expect.poll(() => at(page, 'audit-row').count()).toBe(1)
    await expect.poll(() => at(page, 'audit-detail').textContent()).toContain('金额-50.00')
    await look('audit')
    await at(page, 'audit-text').fill('没有这样的字')
    await at(page, 'audit-look').click()
    await page.getByText('没有这样的记录').waitFor()
    expect(errors).toEqual([])
  })
})
