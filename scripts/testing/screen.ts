/** A real Chromium on the till's real screen, driven as a cashier drives it. */
import { type Browser, type BrowserContext, type CDPSession, type Page, chromium } from '@playwright/test'
import { browserFlags, ensureBrowser } from '../browser.ts'

export const TILL_SIZE = { width: 1366, height: 768 }
export const PHONE_SIZE = { width: 390, height: 844 }

export async function openBrowser(): Promise<Browser> {
  const { path } = await ensureBrowser()
  return chromium.launch({ executablePath: path, args: browserFlags({}) })
}

/** A page that remembers every error it ran into: a test ends by looking at them. */
export async function openPage(context: BrowserContext, url: string): Promise<{ page: Page; errors: string[] }> {
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()) })
  // A picture that has an address of its own can't be read by its address: what went into it is kept beside.
  await page.addInitScript(() => {
    const make = URL.createObjectURL.bind(URL)
    const pictures = new Map<string, Promise<string>>()
    URL.createObjectURL = (from) => {
      const address = make(from)
      if (from instanceof Blob) pictures.set(address, from.text())
      return address
    }
    Object.assign(window, { pictures })
  })
  await page.goto(url)
  return { page, errors }
}

/** The SVG of the receipt on the screen; empty where there is none. */
export async function receiptSvg(page: Page): Promise<string> {
  const address = await page.locator('[data-testid="receipt"]').getAttribute('src') ?? ''
  return page.evaluate(async (at) => await (window as unknown as { pictures: Map<string, Promise<string>> }).pictures.get(at) ?? '', address)
}

export const at = (page: Page, testid: string) => page.locator(`[data-testid="${testid}"]`)

const sessions = new WeakMap<Page, Promise<CDPSession>>()

/**
 * A keyboard-wedge scanner: the keys of a code of digits, one a millisecond, then Enter. Sent to the browser in one go and
 * stamped with their times, so that a busy machine doesn't turn a scanner into a slow typist.
 */
export async function scan(page: Page, code: string): Promise<void> {
  await type(page, [...code].map((digit) => ({ key: digit, code: `Digit${digit}`, text: digit, windowsVirtualKeyCode: digit.charCodeAt(0) })))
}
/** The same of any text: what is no key of its own comes as text alone. */
export async function scanText(page: Page, text: string): Promise<void> {
  await type(page, [...text].map((char) => ({ key: char, text: char })))
}
async function type(page: Page, keys: readonly { readonly key: string; readonly text: string }[]): Promise<void> {
  const session = sessions.get(page) ?? page.context().newCDPSession(page)
  sessions.set(page, session)
  const devtools = await session
  const began = Date.now() / 1000
  await Promise.all([...keys, { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 }].flatMap((key, i) => {
    const timestamp = began + i / 1000
    return [devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key, timestamp }), devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key, timestamp })]
  }))
}

/** The same on a machine that is busy: the keys were struck as fast as a scanner does, and come late, with pauses in between. */
export async function scanLate(page: Page, code: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const began = Date.now() / 1000 - 1
  for (const [i, digit] of [...code].entries()) {
    const key = { key: digit, code: `Digit${digit}`, text: digit, windowsVirtualKeyCode: digit.charCodeAt(0), timestamp: began + i / 1000 }
    await devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key })
    await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
    if (i < 4) await new Promise((resolve) => { setTimeout(resolve, 120) })
  }
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13, timestamp: began + code.length / 1000 })
  await devtools.detach()
}

/** From the counter to what there is of lots: `intake`, `lots`, `recalls`. */
export async function openLots(page: Page, view: string): Promise<void> {
  for (const step of ['fn-more', 'open-stock', 'stock-lots', `lots-${view}`]) await at(page, step).click()
}

/** Waits until an element has `attribute` as wanted. */
export async function untilAttribute(page: Page, testid: string, attribute: string, value: string): Promise<void> {
  await page.locator(`[data-testid="${testid}"][${attribute}="${value}"]`).first().waitFor()
}
