/**
 * Printers at a counter, through the real screen: one runs out of paper and says so at the top, gets none of the next
 * receipt, and goes on by itself when it is mended; one that is switched off is stood in for by another, by a cashier's
 * touch; one of the system's spooler is found and added at a touch; a serial one is set up by hand. The printers are simulators on sockets and on a pseudo-terminal, the spooler's
 * programs a stand-in.
 */
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CablePrinter, cablePrinter } from '#desktop/devices/testing/cable-printer.ts'
import { PrinterHead } from '#desktop/devices/testing/printer-head.ts'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { hasCables } from '#desktop/devices/testing/serial-cable.ts'
import { decodeEscpos } from '#printers/testing/decode-escpos.ts'
import { gtinCheckDigit } from '#shared/codes/gtin.ts'
import { buildRenderer } from '../build.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { at, openBrowser, openPage, scan, TILL_SIZE, untilAttribute } from '../testing/screen.ts'

const gtin = (n: number): string => { const body = `6901234${String(n).padStart(5, '0')}`; return body + gtinCheckDigit(body) }
const COLA = { name: '可口可乐 330ml', code: gtin(1), price: 300, unit: '罐', pricing: 'piece' as const }

let folder: string
let stack: Stack
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]
let front: PrinterSimulator
let back: PrinterSimulator
let cable: CablePrinter | undefined
const path = process.env['PATH'] ?? ''
const spooled = (): string => join(folder, 'spooled')

/** A picture of the screen, where somebody asked for pictures. */
async function picture(name: string): Promise<void> {
  const into = process.env['XIAOPU_PICTURES']
  if (into) await page.screenshot({ path: join(into, `${name}.png`) })
}
async function home(): Promise<void> {
  for (let i = 0; i < 4 && await page.locator('[data-panel="quick"]').count() === 0; i++) await page.keyboard.press('Escape')
  await page.locator('[data-panel="quick"]').waitFor()
}
/** Rings up a can, takes exact cash and gives the receipt's number. */
async function sell(): Promise<string> {
  await scan(page, COLA.code)
  await untilAttribute(page, 'total', 'data-fen', String(COLA.price))
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').click()
  await at(page, 'change').waitFor()
  const { sales: [sale] } = await withTill(stack.tillUrl, (till) => till.call('sale.list', { limit: 1 }))
  await home()
  return sale!.no
}
async function texts(of: { readonly received: readonly Uint8Array[] }): Promise<string[]> {
  return Promise.all(of.received.map(async (bytes) => (await decodeEscpos(bytes, 48)).lines.map(({ text }) => text).join('\n')))
}
const trouble = (what: string): Promise<void> => untilAttribute(page, 'printer-state', 'data-trouble', what)
const jobs = async () => (await withTill(stack.tillUrl, (till) => till.call('print.jobs', { limit: 20 }))).jobs
async function untilPrinted(): Promise<void> {
  await expect.poll(async () => (await jobs()).filter(({ state }) => state !== 'done').length, { timeout: 15_000 }).toBe(0)
}

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-printers-'))
  front = await startPrinterSimulator(new PrinterHead({ status: true, taken: true }))
  back = await startPrinterSimulator(new PrinterHead({ status: true, taken: true }))
  front.isSingle = true
  for (const [name, does] of [['lp', `cat > "${spooled()}.part" && mv "${spooled()}.part" "${spooled()}"`], ['lpstat', 'echo XP-58']] as const) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${does}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  process.env['PATH'] = folder + delimiter + path
  stack = await startStack({ data: folder, cloud: false })
  await withTill(stack.tillUrl, async (till) => {
    await till.call('till.setup', { key: randomUUID(), shop: { name: '湖畔便利店' }, owner: { no: '01', name: '店主' }, pin: '1234' })
    await till.call('shift.open', { key: randomUUID(), float: 10_000 })
    await till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: COLA })
    await till.call('staff.put', { key: randomUUID(), staff: randomUUID(), set: { no: '02', name: '小李', role: 'cashier', active: true }, pin: '2345' })
  })
  browser = await openBrowser()
  context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
  await page.locator('[data-panel="quick"]').waitFor()
})
afterAll(async () => {
  process.env['PATH'] = path
  await browser?.close()
  await stack?.stop()
  await front?.close()
  await back?.close()
  await cable?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a printer', () => {
  it('is set up by its address, and says that it is well', async () => {
    await at(page, 'printer-state').click()
    await at(page, 'printer-address').fill(front.address)
    await at(page, 'printer-save').click()
    await page.locator('[data-testid="printer"][data-state="known"][data-troubles=""]').waitFor()
    await page.locator('[data-testid="found-printers"][data-looking="false"]').waitFor()
    expect(await faults(page)).toEqual([])
    await picture('printers-settings')
    await home()
    const no = await sell()
    await untilPrinted()
    expect((await texts(front))[0]).toContain(no)
  })

  it('out of paper says so within two seconds, gets none of the next receipt, and goes on by itself', async () => {
    front.head.troubles = ['paper_out']
    const since = Date.now()
    await trouble('paper_out')
    // Two, and one more for a busy machine.
    expect(Date.now() - since).toBeLessThan(3_000)
    await picture('printers-paper-out-idle')
    const before = front.head.content
    const no = await sell()
    await at(page, 'printer-state').filter({ hasText: '1 张在等' }).waitFor()
    await expect.poll(async () => (await jobs())[0]).toMatchObject({ state: 'queued', error: 'printer.paper_out' })
    expect(front.head.content).toBe(before)
    await picture('printers-paper-out')
    await at(page, 'printer-state').click()
    await page.locator('[data-testid="printer"][data-troubles~="paper_out"]').waitFor()
    expect(await faults(page)).toEqual([])
    await picture('printers-paper-out-settings')
    await home()
    front.head.troubles = []
    await trouble('')
    await untilPrinted()
    const papers = await texts(front)
    expect(papers).toHaveLength(2)
    expect(papers[1]).toContain(no)
    expect(papers[1]).not.toContain('补打')
  })

  it('that runs out in the middle of a receipt prints the rest of it on the new roll, once', async () => {
    front.head.paperLeft = 300
    const no = await sell()
    await trouble('paper_out')
    front.head.paperLeft = Infinity
    front.head.troubles = []
    await trouble('')
    await untilPrinted()
    const papers = await texts(front)
    expect(papers).toHaveLength(3)
    expect(papers[2]).toContain(no)
    expect(await jobs()).toMatchObject([{ copy: false, attempts: 1 }, {}, {}])
  })
})

describe('a second printer', () => {
  it('is set up to be there, and prints no receipts of its own', async () => {
    await at(page, 'printer-state').click()
    await at(page, 'printer-address').fill(back.address)
    await page.locator('form').getByLabel('名字').fill('后厨')
    await at(page, 'printer-receipts').click()
    await at(page, 'printer-save').click()
    await expect.poll(() => page.locator('[data-testid="printer"][data-state="known"]').count()).toBe(2)
    await at(page, 'printer-edit').first().click()
    await at(page, 'printer-stand-in').waitFor()
    await picture('printers-two')
    await home()
  })

  it('takes over the receipts of one that is switched off, by a cashier\'s touch, in their order', async () => {
    await withTill(stack.tillUrl, (till) => till.call('staff.signIn', { key: randomUUID(), no: '02', pin: '2345' }))
    await front.switchOff()
    await trouble('away')
    const numbers = [await sell(), await sell()]
    await at(page, 'printer-state').filter({ hasText: '2 张在等' }).waitFor()
    await at(page, 'printer-state').click()
    await page.locator('[data-panel="printers"]').waitFor()
    expect(await faults(page)).toEqual([])
    await picture('printers-take-over')
    await at(page, 'printer-take-over').click()
    await page.getByText('2 张改到「后厨」打').waitFor()
    await untilPrinted()
    const papers = await texts(back)
    expect(papers.map((text) => numbers.findIndex((no) => text.includes(no)))).toEqual([0, 1])
    expect(papers.some((text) => text.includes('补打'))).toBe(false)
    await home()
    await front.switchOn()
    await trouble('')
    const after = await sell()
    await untilPrinted()
    expect((await texts(front)).at(-1)).toContain(after)
    expect(await texts(back)).toHaveLength(2)
  })

  it('stands in by itself where that is set', async () => {
    const { printers } = await withTill(stack.tillUrl, (till) => till.call('printer.list', {}))
    const [own, other] = [printers.find(({ address }) => address === front.address)!, printers.find(({ address }) => address === back.address)!]
    await withTill(stack.tillUrl, async (till) => {
      await till.call('staff.signIn', { key: randomUUID(), no: '01', pin: '1234' })
      await till.call('printer.put', { key: randomUUID(), printer: { ...own, standIn: { printer: other.id, afterS: 5 } } })
    })
    front.head.troubles = ['cover_open']
    await trouble('cover_open')
    const no = await sell()
    await untilPrinted()
    expect((await texts(back)).at(-1)).toContain(no)
    front.head.troubles = []
    await trouble('')
  })
})

describe.skipIf(process.platform === 'win32')('a queue of the system\'s spooler', () => {
  it('is found, and added with a test page at one touch', async () => {
    await at(page, 'printer-state').click()
    const found = page.locator('[data-testid="found-printer"][data-address="spooler:XP-58"]')
    await found.waitFor()
    expect(await faults(page)).toEqual([])
    await picture('printers-found')
    await found.locator('[data-testid="found-add"]').click()
    await page.locator('[data-testid="printer"]').filter({ hasText: 'XP-58' }).waitFor()
    await found.waitFor({ state: 'detached' })
    await expect.poll(() => existsSync(spooled()), { timeout: 10_000 }).toBe(true)
    expect((await texts({ received: [readFileSync(spooled())] }))[0]).toContain('湖畔便利店')
    await home()
  })
})

describe.skipIf(!hasCables)('a printer on a serial line', () => {
  it('prints, says that its lid is open, and is missed when its plug is drawn', async () => {
    cable = await cablePrinter()
    await at(page, 'printer-state').click()
    await at(page, 'printer-address').fill(`serial:${cable.cable.port}?baud=115200`)
    await page.locator('form').getByLabel('名字').fill('串口机')
    await at(page, 'printer-save').click()
    await expect.poll(() => page.locator('[data-testid="printer"][data-state="known"]').count()).toBe(3)
    const card = page.locator('[data-testid="printer"]').filter({ hasText: '串口机' })
    await card.getByRole('button', { name: '打一张试试' }).click()
    await untilPrinted()
    expect((await texts(cable))[0]).toContain('湖畔便利店')
    cable.head.troubles = ['cover_open']
    await trouble('cover_open')
    await picture('printers-serial')
    cable.head.troubles = []
    await trouble('')
    await cable.cable.unplug()
    await trouble('away')
    await cable.cable.plug()
    cable.powerUp()
    await trouble('')
  })
})

describe('a printer with a beeper', () => {
  const saved = async () => (await withTill(stack.tillUrl, (till) => till.call('printer.list', {}))).printers.find(({ name }) => name === '厨房')
  it('beeps on slips, and on what else is said; one without says that it can\'t', async () => {
    await home()
    const before = back.received.length
    await at(page, 'printer-state').click()
    await page.locator('[data-testid="printer"]').nth(1).waitFor()
    expect(await at(page, 'printer-beep-pick').isDisabled()).toBe(true)
    await at(page, 'printer-address').fill(`${back.address}`)
    await page.locator('form').getByLabel('名字').fill('厨房')
    await at(page, 'printer-profile').selectOption('beeper-80')
    expect(await at(page, 'printer-beep-pick').getAttribute('aria-pressed')).toBe('true')
    expect(await at(page, 'printer-beep-receipt').getAttribute('aria-pressed')).toBe('false')
    await at(page, 'printer-beep-receipt').click()
    await at(page, 'printer-beep-pick').click()
    await at(page, 'printer-save').scrollIntoViewIfNeeded()
    await picture('printers-beeper')
    expect(await faults(page)).toEqual([])
    await at(page, 'printer-save').click()
    const card = page.locator('[data-testid="printer"]').filter({ hasText: '厨房' })
    await card.waitFor()
    expect(await saved()).toMatchObject({ profile: 'beeper-80', beeps: ['receipt'] })
    await sellOn(before, 1)
    await at(page, 'printer-state').click()
    await card.locator('[data-testid="printer-edit"]').click()
    await at(page, 'printer-beep-receipt').click()
    await at(page, 'printer-save').click()
    await expect.poll(async () => (await saved())?.beeps).toEqual([])
    await sellOn(back.received.length, 0)
  })
  /** Sells, and looks at how often the paper that comes out of the beeper beeps. */
  async function sellOn(before: number, beeps: number): Promise<void> {
    await home()
    const no = await sell()
    await untilPrinted()
    const papers = await Promise.all(back.received.slice(before).map((bytes) => decodeEscpos(bytes, 48)))
    const own = papers.filter(({ lines }) => lines.some(({ text }) => text.includes(no)))
    expect(own.map((paper) => [paper.beeps.length, paper.faults])).toEqual([[beeps, []]])
  }

  it('is not taken away before somebody has read what becomes of its papers', async () => {
    await back.switchOff()
    await home()
    await sell()
    await at(page, 'printer-state').click()
    const card = page.locator('[data-testid="printer"][data-waiting="1"]').filter({ hasText: '厨房' })
    await card.locator('[data-testid="printer-remove"]').click()
    const ask = card.locator('[data-testid="printer-remove-ask"]')
    await ask.filter({ hasText: '还有 1 张没打' }).waitFor()
    await picture('printers-remove')
    expect(await faults(page)).toEqual([])
    await ask.locator('[data-testid="printer-keep"]').click()
    await ask.waitFor({ state: 'detached' })
    expect(await saved()).toBeDefined()
    await card.locator('[data-testid="printer-remove"]').click()
    await ask.locator('[data-testid="printer-remove-now"]').click()
    await expect.poll(saved).toBeUndefined()
    await card.waitFor({ state: 'detached' })
    expect((await jobs()).filter(({ error }) => error === 'printer.removed')).toHaveLength(1)
    await back.switchOn()
  })
})

it('nothing went wrong in the page', () => {
  expect(errors).toEqual([])
})
