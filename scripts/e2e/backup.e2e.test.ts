/**
 * A backup as a shopkeeper has one: a passphrase chosen on the till's screen, a backup a day by itself with the shift open and
 * the stick pulled out and put back, and a till out of it on a new machine, through that machine's first screen.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { composeTill, type Till } from '#desktop/loopback/compose.ts'
import { serveLoopback } from '#desktop/loopback/server.ts'
import { systemTimer } from '#desktop/loopback/system.ts'
import { CHECK_MS, START_MS } from '#desktop/storage/backup/daily.ts'
import { verifyLedger } from '#desktop/storage/ledger/verify.ts'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { sha256 } from '#desktop/storage/till-store.ts'
import type { Timer } from '#shared/ports/ports.ts'
import { manualTimer } from '#shared/testing/timer.ts'
import { buildRenderer } from '../build.ts'
import { connectTill } from '../connect.ts'
import { ROOT } from '../run-command.ts'
import { type Stack, startStack } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan } from '../testing/screen.ts'

const OWNER = { no: '01', pin: '1357' }
const PASSPHRASE = '巷子口的小铺第三家'
const CODE = '6901234567892'
const DAY = 24 * 3_600_000
const pictures = process.env['XIAOPU_PICTURES']
/** The day's look at the clock is the test's to give; everything else waits as it does. */
const looks = manualTimer()
const timer: Timer = { after: (ms, run) => (ms === CHECK_MS || ms === START_MS ? looks : systemTimer).after(ms, run) }
let ahead = 0

let folder: string
let stick: string
let till: Till
let server: { url: string; close(): Promise<void> }
let fresh: Stack | undefined
let browser: Browser
let page: Page
let errors: string[]

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-backup-'))
  stick = join(folder, 'U盘')
  mkdirSync(stick)
  till = composeTill({ folder: join(folder, 'old', 'till'), version: '0.0.0-test', world: { timer, clock: { now: () => Date.now() + ahead } }, log: () => undefined })
  server = await serveLoopback({ dispatcher: till.dispatcher, pages: join(ROOT, 'dist/renderer'), token: 'token', port: 0 })
  const client = await connectTill(`${server.url}/?token=token`)
  await client.call('till.setup', { key: randomUUID(), shop: { name: '湖畔便利店' }, owner: { no: OWNER.no, name: '店主' }, pin: OWNER.pin })
  await client.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '鲜牛奶', code: CODE, price: 1200 } })
  await client.call('shift.open', { key: randomUUID(), float: 20_000 })
  client.close()
  browser = await openBrowser()
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, `${server.url}/?token=token`))
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  await till?.close()
  await fresh?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function look(name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) })
  expect(await faults(page)).toEqual([])
}
async function sell(): Promise<void> {
  await scan(page, CODE)
  await at(page, 'line').first().waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').click()
  await at(page, 'change').waitFor()
}
const sealedIn = (place: string): string[] => readdirSync(place).filter((name) => name.endsWith('.xpbackup'))

it('the owner is reminded, and sets a passphrase; the next backup is sealed', async () => {
  await at(page, 'backup-state').waitFor()
  await look('backup-reminder')
  await at(page, 'backup-state').click()
  await look('backup-none')
  await at(page, 'passphrase').fill('13812345678')
  await at(page, 'passphrase-again').fill('13812345678')
  await at(page, 'passphrase-save').click()
  await page.getByText('这个口令太好猜了').waitFor()
  await at(page, 'passphrase').fill(PASSPHRASE)
  expect(await at(page, 'passphrase-save').isDisabled()).toBe(true)
  await at(page, 'passphrase-again').fill(PASSPHRASE)
  await at(page, 'passphrase-save').click()
  await at(page, 'passphrase-change').waitFor()
  await at(page, 'backup-state').waitFor({ state: 'detached' })
  await at(page, 'backup-folder').fill(stick)
  await at(page, 'backup-save').click()
  await expect.poll(() => sealedIn(stick).length, { timeout: 20_000 }).toBe(1)
  await page.locator('[data-testid="backup-now"]:enabled').waitFor()
  await look('backup-sealed')
})

it('a day later there is another, with the shift still open and sales rung meanwhile', async () => {
  for (const panel of ['more', 'quick']) {
    await page.keyboard.press('Escape')
    await page.locator(`[data-panel="${panel}"]`).waitFor()
  }
  await sell()
  ahead += DAY
  await looks.fire(START_MS)
  await sell()
  await expect.poll(() => sealedIn(stick).length, { timeout: 20_000 }).toBe(2)
  expect(till.store.openShift()).toBeDefined()
})

it('a stick that was pulled out is told, the backup is on this machine meanwhile, and goes there again when it is back', async () => {
  renameSync(stick, `${stick} away`)
  ahead += DAY
  await looks.fire(CHECK_MS)
  await page.locator('[data-testid="backup-state"][data-code="backup.folder_missing"]').waitFor()
  expect(sealedIn(join(folder, 'old', 'till', 'backups'))).toHaveLength(2)
  await at(page, 'backup-state').click()
  await at(page, 'backup-failed').waitFor()
  await look('backup-elsewhere')
  renameSync(`${stick} away`, stick)
  await at(page, 'backup-now').click()
  await at(page, 'backup-state').waitFor({ state: 'detached' })
  expect(sealedIn(stick)).toHaveLength(3)
  expect(errors).toEqual([])
  await page.context().close()
})

it('a new machine asks for file and passphrase on its first screen, says what is wrong with either, and goes on as the old till', async () => {
  const file = join(stick, sealedIn(stick).toSorted().at(-1)!)
  const rows = till.store.head()
  const sales = till.store.countSales()
  const hurt = join(folder, 'hurt.xpbackup')
  const bytes = readFileSync(file)
  bytes[5000]! ^= 1
  writeFileSync(hurt, bytes)

  fresh = await startStack({ data: join(folder, 'new'), cloud: false })
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, fresh.tillUrl))
  await at(page, 'first-restore').waitFor()
  await look('first')
  await at(page, 'first-restore').click()
  await at(page, 'restore-passphrase').waitFor()
  await look('restore-first')
  const attempt = async (from: string, passphrase: string, says: string): Promise<void> => {
    await at(page, 'restore-file').setInputFiles(from)
    await at(page, 'restore-passphrase').fill(passphrase)
    await at(page, 'restore-go').click()
    await at(page, 'restore-problem').filter({ hasText: says }).waitFor()
  }
  await attempt(file, '巷子口的小铺第二家', '口令不对')
  await look('restore-wrong')
  await attempt(hurt, PASSPHRASE, '备份文件坏了（第 184 字节起）')
  await attempt(join(ROOT, 'package.json'), PASSPHRASE, '这不是小铺的加密备份')

  await at(page, 'restore-file').setInputFiles(file)
  await at(page, 'restore-passphrase').fill(PASSPHRASE)
  await at(page, 'restore-go').click()
  await page.getByText('「湖畔便利店」恢复好了').waitFor()
  await look('restore-done')
  const client = await connectTill(fresh.tillUrl)
  // Whoever sat at the old till is not who sits here: a PIN first, and then the open shift goes on.
  await at(page, 'signin-no').fill(OWNER.no)
  await look('restore-sign-in')
  expect((await client.call('till.snapshot', {}))).toMatchObject({ staff: null, shift: { closedAt: null } })
  await at(page, 'signin-pin').fill(OWNER.pin)
  await at(page, 'signin-go').click()
  await at(page, 'sync-state').waitFor()
  expect(await client.call('ledger.verify', {})).toMatchObject({ faults: [], rows: rows.seq + 1 })
  expect((await client.call('ledger.balances', {})).sales).toBe(sales)
  await sell()
  expect((await client.call('ledger.balances', {})).sales).toBe(sales + 1)
  client.close()
  expect(errors).toEqual([])
  await context.close()
  await fresh.stop()
  const db = openForReading(join(folder, 'new', 'till', LEDGER_FILE))
  expect(verifyLedger(db, sha256)).toMatchObject({ ok: true })
  expect(db.prepare('SELECT hash FROM journal WHERE seq = ?').pluck().get(rows.seq)).toBe(rows.hash)
  db.close()
})
