/** A real Chromium on the till's real screen, driven as a cashier drives it. */
import { type Browser, type BrowserContext, type Page, chromium } from '@playwright/test'
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
  await page.goto(url)
  return { page, errors }
}

export const at = (page: Page, testid: string) => page.locator(`[data-testid="${testid}"]`)

/** A keyboard-wedge scanner: every character within a few milliseconds, then Enter. */
export async function scan(page: Page, code: string): Promise<void> {
  await page.keyboard.type(code, { delay: 1 })
  await page.keyboard.press('Enter')
}

/** Waits until an element has `attribute` as wanted. */
export async function untilAttribute(page: Page, testid: string, attribute: string, value: string): Promise<void> {
  await page.locator(`[data-testid="${testid}"][${attribute}="${value}"]`).first().waitFor()
}
