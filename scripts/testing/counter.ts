/** A counter for an end-to-end test: the demonstration shop without a cloud, its owner signed in, a shift open, and its screen in Chromium. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { buildRenderer } from '../build.ts'
import { seedDemo } from '../demo/seed.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { TILL_SIZE, openBrowser, openPage } from './screen.ts'

export interface DemoCounter {
  readonly stack: Stack
  readonly page: Page
  /** What the page ran into: a test ends by looking at it. */
  readonly errors: string[]
  close(): Promise<void>
}

export async function openDemoCounter(): Promise<DemoCounter> {
  await buildRenderer({ quiet: true })
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-counter-'))
  const stack = await startStack({ data: folder, cloud: false, demo: true })
  await seedDemo({ tillUrl: stack.tillUrl, cloud: undefined })
  await withTill(stack.tillUrl, async (till) => {
    await till.call('staff.signIn', { key: randomUUID(), no: '01', pin: LAKESIDE.staff[0]!.pin })
    await till.call('shift.open', { key: randomUUID(), float: 0 })
  })
  const browser = await openBrowser()
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  const { page, errors } = await openPage(context, stack.tillUrl)
  return {
    stack, page, errors,
    async close() {
      await browser.close()
      await stack.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
