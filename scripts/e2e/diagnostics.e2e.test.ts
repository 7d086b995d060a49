/** The diagnostics file as a shopkeeper saves it from the screen, and as a terminal writes it, also of a till that won't open. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import type { Browser } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../run-command.ts'
import { startStack, type Stack, withTill } from '../stack.ts'
import { at, openBrowser, openPage, TILL_SIZE } from '../testing/screen.ts'

interface Facts { versions: { app: string }; verify: { ok: boolean; rows: number }; till: { sales: number }; refused?: string; database?: { rows: object }; log: { code: string }[] }
let data: string
let stack: Stack
let browser: Browser
const read = (file: string): Facts => JSON.parse(String(gunzipSync(readFileSync(file)))) as Facts
async function command(...args: string[]): Promise<{ file: string; refused: string | null }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/till.ts', ...args, '--data', data], { cwd: ROOT })
  return JSON.parse(stdout) as { file: string; refused: string | null }
}

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'xiaopu-diagnostics-'))
  stack = await startStack({ data, cloud: false })
  browser = await openBrowser()
  await withTill(stack.tillUrl, async (till) => {
    await till.call('till.setup', { key: randomUUID(), shop: { name: '看病小铺' }, owner: { no: '01', name: '店主' }, pin: '2580' })
    await till.call('shift.open', { key: randomUUID(), float: 0 })
  })
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  rmSync(data, { recursive: true, force: true })
})

test('a button saves it', async () => {
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', acceptDownloads: true })
  const { page, errors } = await openPage(context, stack.tillUrl)
  await page.locator('[data-panel="quick"]').waitFor()
  await at(page, 'fn-more').click()
  await at(page, 'diagnose').waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), at(page, 'diagnose').click()])
  expect(download.suggestedFilename()).toMatch(/^xiaopu-00-.*\.json\.gz$/)
  const file = join(data, 'from-screen.json.gz')
  await download.saveAs(file)
  expect(read(file)).toMatchObject({ till: { sales: 0 }, verify: { ok: true } })
  await page.getByText('在「下载」里').waitFor()
  if (process.env['XIAOPU_SHOT']) await page.screenshot({ path: process.env['XIAOPU_SHOT'] })
  expect(errors).toEqual([])
  await context.close()
})

test('a command writes it, beside the running till and after it', async () => {
  const file = join(data, 'running.json.gz')
  expect(await command('diagnostics', file, '--url', stack.tillUrl)).toEqual({ file, refused: null })
  expect(read(file).log.map(({ code }) => code)).toContain('till.opened')
  await stack.stop()
  expect(await command('diagnostics', file)).toEqual({ file, refused: null })
  expect(read(file)).toMatchObject({ verify: { ok: true }, till: { sales: 0 } })
})

test('a till that won\'t open is described from outside', async () => {
  writeFileSync(join(data, 'till', 'till.db'), '这不是数据库'.repeat(1000))
  const file = join(data, 'damaged.json.gz')
  expect(await command('diagnostics', file)).toMatchObject({ refused: 'ledger.damaged' })
  const facts = read(file)
  expect(facts).toMatchObject({ refused: 'ledger.damaged', verify: { ok: false }, machine: { platform: process.platform } })
  expect(JSON.stringify(facts)).not.toContain('不是数据库')
})
