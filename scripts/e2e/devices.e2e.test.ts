/**
 * A counter with a scale and a scanner on serial lines, from the port to the ticket: the real host opens a pseudo-terminal,
 * the real screen shows what lies on the scale, and what is not at rest is not sold. And scanners that type, with a Chinese
 * input method on, into whatever has the focus.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, CDPSession, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ScaleSimulator, simulateScale } from '#desktop/devices/testing/scale-simulator.ts'
import { hasCables, type SerialCable, serialCable } from '#desktop/devices/testing/serial-cable.ts'
import { gtinCheckDigit } from '#shared/codes/gtin.ts'
import { ascii } from '#shared/devices/scale.ts'
import { buildRenderer } from '../build.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { at, openBrowser, openPage, scan, TILL_SIZE, untilAttribute } from '../testing/screen.ts'

const gtin = (n: number): string => { const body = `6901234${String(n).padStart(5, '0')}`; return body + gtinCheckDigit(body) }
const COLA = { name: '可口可乐 330ml', code: gtin(1), price: 300, unit: '罐', pricing: 'piece' as const }
/** A shop's own code, with letters that an input method makes words of. */
const SPINACH = { name: '本地菠菜', code: 'BC2026A', price: 500, unit: '把', pricing: 'piece' as const }
const GREENS = { name: '本地青菜', code: '200010', price: 450, unit: '斤', pricing: 'weight' as const }

let folder: string
let stack: Stack
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]
let scale: ScaleSimulator
let line: SerialCable

/** A picture of the screen, where somebody asked for pictures. */
async function picture(name: string): Promise<void> {
  const into = process.env['XIAOPU_PICTURES']
  if (into) await page.screenshot({ path: join(into, `${name}.png`) })
}
const shows = (state: string, grams: number): Promise<void> => page.locator(`[data-testid="weight"][data-state="${state}"][data-grams="${grams}"]`).waitFor()
const total = (fen: number): Promise<void> => untilAttribute(page, 'total', 'data-fen', String(fen))
async function pay(): Promise<void> {
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'change').waitFor()
}
async function settings(): Promise<void> {
  await at(page, 'fn-more').click()
  await at(page, 'open-settings').click()
  await at(page, 'settings-device').click()
}
async function home(): Promise<void> {
  for (let i = 0; i < 4 && await page.locator('[data-panel="quick"]').count() === 0; i++) await page.keyboard.press('Escape')
  await page.locator('[data-panel="quick"]').waitFor()
}
async function lastLine() {
  return withTill(stack.tillUrl, async (till) => {
    const { sales: [sale] } = await till.call('sale.list', { limit: 1 })
    return (await till.call('sale.get', { sale: sale!.sale })).lines[0]!
  })
}

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-devices-'))
  stack = await startStack({ data: folder, cloud: false })
  await withTill(stack.tillUrl, async (till) => {
    await till.call('till.setup', { key: randomUUID(), shop: { name: '湖畔菜摊' }, owner: { no: '01', name: '店主' }, pin: '1234' })
    await till.call('shift.open', { key: randomUUID(), float: 10_000 })
    for (const good of [COLA, GREENS, SPINACH]) await till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: good })
  })
  browser = await openBrowser()
  context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
  await page.locator('[data-panel="quick"]').waitFor()
  if (hasCables) {
    scale = simulateScale('os2', await serialCable())
    line = await serialCable()
  }
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  await scale?.close()
  await line?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!hasCables)('a scale on a serial line', () => {
  it('is set up at the settings, where what lies on it shows at once', async () => {
    await settings()
    await at(page, 'scale-add').click()
    await at(page, 'scale-port').fill(scale.cable.port)
    await at(page, 'scale-protocol').selectOption('os2')
    expect(await faults(page)).toEqual([])
    await picture('devices-form')
    await at(page, 'scale-save').click()
    await untilAttribute(page, 'scale', 'data-state', 'stable')
    scale.put({ grams: 1250 })
    await at(page, 'scale-weight').filter({ hasText: '1.250' }).waitFor()
    await untilAttribute(page, 'scale-state', 'data-state', 'stable')
    await page.getByText('「收银秤」已保存').waitFor()
    expect(await faults(page)).toEqual([])
    await picture('devices-settings')
    scale.put({ grams: 0 })
    await home()
  })

  it('shows a weight that moves and sells none, and sells the one at rest to the fen', async () => {
    await scan(page, GREENS.code)
    await shows('stable', 0)
    await picture('weigh-empty')
    scale.put({ state: 'unstable', grams: 480 })
    await shows('unstable', 480)
    expect(await at(page, 'weigh-done').isDisabled()).toBe(true)
    expect(await faults(page)).toEqual([])
    await picture('weigh-unstable')
    await page.keyboard.press('Enter')
    await page.getByText('秤还在晃。').waitFor()
    await total(0)
    // A screen that asked all the same, or with a number of its own, would get nothing either.
    await withTill(stack.tillUrl, async (till) => {
      const { status: [status] } = await till.call('scale.list', {})
      await expect(till.call('scale.take', { scale: status!.scale, grams: 480 })).rejects.toMatchObject({ code: 'scale.unstable' })
    })
    scale.put({ state: 'overload' })
    await shows('overload', 0)
    await picture('weigh-overload')
    scale.put({ state: 'stable', grams: 505 })
    await shows('stable', 505)
    await page.getByText('秤还在晃。').waitFor({ state: 'detached' })
    expect(await faults(page)).toEqual([])
    await picture('weigh-stable')
    await page.keyboard.press('Enter')
    // 505 g at 4.50 for 500 g is 4.545: half a fen up.
    await total(455)
    await pay()
    expect(await lastLine()).toMatchObject({ quantity: 505, per: 500, net: 455 })
  })

  it('is tared from the number pad, and the net weight is sold', async () => {
    scale.put({ state: 'stable', grams: 20 })
    await scan(page, GREENS.code)
    await shows('stable', 20)
    await page.keyboard.press('NumpadDivide')
    await shows('stable', 0)
    scale.put({ grams: 1000 })
    await shows('stable', 1000)
    await untilAttribute(page, 'scale-net', 'data-net', 'true')
    await picture('weigh-net')
    await page.keyboard.press('Enter')
    await total(900)
    await pay()
    expect(await lastLine()).toMatchObject({ quantity: 1000, net: 900 })
    scale.put({ grams: 0, tare: 0 })
  })

  it('sells nothing where the container weighs more than what lies on it, by no key', async () => {
    await withTill(stack.tillUrl, (till) => till.call('shop.put', { key: randomUUID(), set: { tares: [{ name: '周转筐', grams: 500 }] } }))
    scale.put({ state: 'stable', grams: 300 })
    await scan(page, GREENS.code)
    await shows('stable', 300)
    await at(page, 'tare-preset').click()
    await shows('stable', 0)
    expect(await at(page, 'weigh-done').isDisabled()).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByText('秤上没有东西').first().waitFor()
    await total(0)
    scale.put({ grams: 1500 })
    await shows('stable', 1000)
    await page.keyboard.press('Enter')
    await total(900)
    await pay()
    expect(await lastLine()).toMatchObject({ quantity: 1000, net: 900 })
    scale.put({ grams: 0 })
  })

  it('that is unplugged is said to be away, a typed weight sells on, and it comes back by itself', async () => {
    await scan(page, GREENS.code)
    await shows('stable', 0)
    scale.put({ grams: 300 })
    await shows('stable', 300)
    await scale.cable.unplug()
    await shows('away', 0)
    await untilAttribute(page, 'scale-state', 'data-state', 'away')
    await page.getByText('「收银秤」断开了').waitFor()
    await picture('weigh-away')
    for (const key of ['0', '.', '5']) await page.keyboard.press(key)
    await shows('typed', 250)
    await picture('weigh-typed')
    await page.keyboard.press('Enter')
    await total(225)
    await scale.cable.plug()
    await untilAttribute(page, 'scale-state', 'data-state', 'stable')
    await page.getByText('「收银秤」又连上了').waitFor()
    await pay()
    expect(await lastLine()).toMatchObject({ quantity: 250, net: 225 })
  })
})

describe.skipIf(!hasCables)('a scanner on a serial line', () => {
  it('rings up what it reads, wherever the focus is, and says when it is gone and back', async () => {
    await settings()
    await at(page, 'scanner-add').click()
    await at(page, 'scanner-port').fill(line.port)
    await at(page, 'scanner-save').click()
    await page.locator('[data-testid="scanner"][data-fault=""]').waitFor()
    // While the panel is open and a field has the focus.
    await at(page, 'wedge-prefix').focus()
    line.send(ascii(`${COLA.code}\r\n`))
    await total(COLA.price)
    await picture('devices-scanner')
    await line.unplug()
    await page.locator('[data-testid="scanner"][data-fault="missing"]').waitFor()
    await at(page, 'scanner-state').waitFor()
    await page.getByText('「扫码枪」断开了').waitFor()
    await picture('devices-unplugged')
    await line.plug()
    await at(page, 'scanner-state').waitFor({ state: 'detached' })
    await home()
    line.send(ascii(`${COLA.code}\r`))
    await total(2 * COLA.price)
    line.send(ascii('6900000000000\r'))
    await page.getByText('这个码没读对').waitFor()
    await page.keyboard.press('Escape')
    await pay()
  })
})

describe('a scanner that types', () => {
  let devtools: CDPSession
  /** What an input method makes of a key: the page hears `Process`, the field shows what is being composed. */
  async function composed(keys: readonly { code: string; shift?: boolean }[], began = Date.now() / 1000): Promise<void> {
    const sent: Promise<unknown>[] = []
    let text = ''
    for (const [i, { code, shift }] of keys.entries()) {
      const timestamp = began + i / 1000
      const key = { key: 'Process', code, windowsVirtualKeyCode: 229, modifiers: shift ? 8 : 0, timestamp }
      sent.push(devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key }))
      if (code !== 'Enter') {
        text += code.slice(-1).toLowerCase()
        sent.push(devtools.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length }))
      }
      sent.push(devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key }))
    }
    await Promise.all(sent)
  }
  const keysOf = (code: string) => [...[...code].map((digit) => ({ code: `Digit${digit}` })), { code: 'Enter' }]
  const events = (): Promise<string[]> => page.evaluate(() => (window as unknown as { heard: string[] }).heard)

  beforeAll(async () => {
    devtools = await context.newCDPSession(page)
    await page.evaluate(() => {
      const heard: string[] = []
      Object.assign(window, { heard })
      for (const name of ['compositionstart', 'compositionend']) window.addEventListener(name, () => heard.push(name), true)
      window.addEventListener('keydown', (event) => heard.push(event.key), true)
    })
  })

  it('with a Chinese input method on: the code goes to the ticket and the field keeps what it had', async () => {
    await at(page, 'fn-goods').click()
    const field = page.locator('.panel-place input').first()
    await field.fill('青')
    await field.focus()
    await composed(keysOf(COLA.code))
    await total(COLA.price)
    const heard = await events()
    expect(heard).toContain('compositionstart')
    expect(heard).toContain('compositionend')
    expect(heard).toContain('Process')
    expect(await field.inputValue()).toBe('青')
    // Again at once, in the field that has the focus still, and in the box for searching.
    await composed(keysOf(COLA.code), Date.now() / 1000 + 1)
    await total(2 * COLA.price)
    expect(await field.inputValue()).toBe('青')
    await home()
    await page.keyboard.press('F3')
    await composed(keysOf(COLA.code), Date.now() / 1000 + 2)
    await total(3 * COLA.price)
    await page.keyboard.press('F3')
    const letters = [...SPINACH.code].map((char) => (/[A-Z]/.test(char) ? { code: `Key${char}`, shift: true } : { code: `Digit${char}` }))
    await composed([...letters, { code: 'Enter' }], Date.now() / 1000 + 3)
    await total(3 * COLA.price + SPINACH.price)
    expect(await page.locator('input:focus').count() === 0 || await page.locator('input:focus').inputValue() === '').toBe(true)
    await picture('wedge-ime')
  })

  it('does not take a word that a person composes for a scan', async () => {
    await at(page, 'fn-goods').click()
    const field = page.locator('.panel-place input').first()
    await field.fill('')
    await field.focus()
    const began = Date.now() / 1000 + 10
    // Pinyin at a fast typist's 100 ms a key, then the space that chooses.
    for (const [i, letter] of [...'qingcai'].entries()) await composed([{ code: `Key${letter.toUpperCase()}` }], began + i / 10)
    await devtools.send('Input.insertText', { text: '青菜' })
    await expect.poll(() => field.inputValue()).toBe('青菜')
    await total(3 * COLA.price + SPINACH.price)
    await home()
  })

  it('set to send a prefix: only what begins with it is a scan, however short', async () => {
    await settings()
    await at(page, 'wedge-prefix').fill('/')
    await at(page, 'wedge-prefix').blur()
    await home()
    await withTill(stack.tillUrl, (till) => till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '鸡蛋', code: '88', price: 150, unit: '个', pricing: 'piece' } }))
    const began = Date.now() / 1000 + 30
    const digits = [...'88'].map((digit) => ({ key: digit, code: `Digit${digit}`, text: digit, windowsVirtualKeyCode: digit.charCodeAt(0) }))
    const keys = [{ key: '/', code: 'Slash', text: '/', windowsVirtualKeyCode: 191 }, ...digits, { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 }]
    await Promise.all(keys.map((key, i) => devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key, timestamp: began + i / 1000 })))
    await total(3 * COLA.price + SPINACH.price + 150)
    await settings()
    await at(page, 'wedge-prefix').fill('')
    await at(page, 'wedge-prefix').blur()
    await home()
  })

  it('set to end a code with nothing: the pause after it is the end, in a field too', async () => {
    await settings()
    await at(page, 'wedge-pause').click()
    await home()
    await at(page, 'fn-goods').click()
    const field = page.locator('.panel-place input').first()
    await field.fill('青')
    await field.focus()
    const began = Date.now() / 1000 + 60
    await Promise.all([...COLA.code].map((digit, i) => devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', key: digit, code: `Digit${digit}`, text: digit, windowsVirtualKeyCode: digit.charCodeAt(0), timestamp: began + i / 1000 })))
    await total(4 * COLA.price + SPINACH.price + 150)
    expect(await field.inputValue()).toBe('青')
    expect(errors).toEqual([])
  })
})
