/**
 * What goes wrong with lots at a stall and is put right on the real screens: typed wrong at intake, codes made while there was no
 * label printer, labels spoiled; and suppliers that a scan knows.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { decodeEscpos } from '#printers/testing/decode-escpos.ts'
import type { TillClient } from '#shared/host/client.ts'
import { buildRenderer } from '../build.ts'
import { connectTill } from '../connect.ts'
import { makeShop } from '../demo/seed.ts'
import { type Stack, startStack } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { at, openBrowser, openLots, openPage, PHONE_SIZE, scan, scanText, TILL_SIZE } from '../testing/screen.ts'

const SOON = { timeout: 60_000, interval: 100 }
const MILK = '6901234567892'
const COMPANY = '91330106MA2G1XXX0L'
const CERTIFICATE = '品名：本地青菜；重量：30 公斤；产地：杭州余杭；开具日期：2026-11-28；承诺主体：余杭蔬菜合作社；联系方式：0571-00000000'
let folder: string
let stack: Stack
let till: TillClient
let browser: Browser
let page: Page
let errors: string[]
let paper: Server
const labels: Buffer[] = []
const [greens, milk] = [randomUUID() as string, randomUUID() as string]

const shot = async (of: Page, name: string): Promise<void> => {
  if (process.env['XIAOPU_PICTURES']) await of.screenshot({ path: join(process.env['XIAOPU_PICTURES'], `lots-${name}.png`) })
}
const lots = async (of: string) => (await till.call('lot.list', { good: of })).lots
const value = (id: string) => at(page, id).inputValue()
const day = (days: number): string => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-lots-'))
  paper = createServer((socket: Socket) => { socket.on('data', (bytes) => labels.push(bytes)) })
  await new Promise<void>((resolve) => { paper.listen(0, '127.0.0.1', resolve) })
  stack = await startStack({ data: folder })
  const cloud = { url: stack.cloudUrl!, operatorKey: stack.operatorKey! }
  const made = await makeShop(cloud, { name: '老王蔬菜摊', kind: 'stall', address: '杭州市余杭区农贸市场 12 号摊', phone: '0571-88888888' })
  till = await connectTill(stack.tillUrl)
  await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1357' })
  await till.call('till.pair', { key: randomUUID(), cloud: cloud.url, code: made.code })
  await till.call('goods.put', { key: randomUUID(), good: greens, set: { name: '本地青菜', code: '2000017', unit: '公斤', pricing: 'weight', price: 600, on: true } })
  await till.call('goods.put', { key: randomUUID(), good: milk, set: { name: '鲜牛奶', code: MILK, unit: '瓶', pricing: 'piece', price: 700, on: true } })
  await till.call('shift.open', { key: randomUUID(), float: 0 })
  browser = await openBrowser()
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce' })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
  await page.locator('[data-panel="quick"]').waitFor()
})
afterAll(async () => {
  till?.close()
  await browser?.close()
  await stack?.stop()
  paper?.close()
  rmSync(folder, { recursive: true, force: true })
})

it('a scan chooses the good and the supplier and fills in what a certificate says; what it does not know is refused, and nothing typed is lost', async () => {
  await openLots(page, 'intake')
  await at(page, 'stock-find').waitFor()
  await scanText(page, CERTIFICATE)
  await at(page, 'intake-good').waitFor()
  await expect.poll(() => value('cert-promisor'), SOON).toBe('余杭蔬菜合作社')
  expect([await at(page, 'intake-good').innerText(), await value('intake-quantity'), await value('intake-supplier'), await value('intake-producer'), await value('intake-origin')]).toEqual(['本地青菜', '30', '余杭蔬菜合作社', '余杭蔬菜合作社', '杭州余杭'])
  await at(page, 'intake-quantity').fill('29.5')
  await at(page, 'intake-supplier').fill('老李')
  await scanText(page, COMPANY)
  await at(page, 'intake-code').filter({ hasText: COMPANY }).waitFor()
  expect([await value('intake-supplier'), await value('intake-quantity')]).toEqual(['老李', '29.5'])
  await scanText(page, 'ABCDEFG-1234567')
  await page.getByText('ABCDEFG-1234567').first().waitFor()
  expect([await value('intake-supplier'), await value('intake-quantity'), await value('cert-promisor')]).toEqual(['老李', '29.5', '余杭蔬菜合作社'])
  await at(page, 'intake-expiry').fill('+9')
  await page.getByText(day(9)).first().waitFor()
  expect(await faults(page)).toEqual([])
  await shot(page, 'intake')
  await at(page, 'intake-go').click()
  await at(page, 'intake-good').waitFor({ state: 'detached' })
  expect(await lots(greens)).toMatchObject([{ left: 29_500, supplier: '老李', supplierCode: COMPANY, expiry: day(9), certificate: { quantity: '30 公斤' } }])
  // From now on the code is enough, also typed; and the code of another shop's lot says which goods and which lot.
  await scan(page, '2000017')
  await at(page, 'intake-supplier').fill(COMPANY)
  await at(page, 'intake-supplier').press('Tab')
  await expect.poll(() => value('intake-supplier'), SOON).toBe('老李')
  await at(page, 'intake-other').click()
  await scanText(page, `https://another.example/s/x/01/0${MILK}/10/M7?17=270131`)
  await expect.poll(() => value('intake-no'), SOON).toBe('M7')
  expect([await at(page, 'intake-good').innerText(), await value('intake-expiry')]).toEqual(['鲜牛奶', '2027-01-31'])
  await at(page, 'intake-quantity').fill('24')
  await at(page, 'intake-go').click()
  await at(page, 'intake-good').waitFor({ state: 'detached' })
  expect(await lots(milk)).toMatchObject([{ no: 'M7', expiry: '2027-01-31', left: 24_000 }])
})

it('what was typed wrong is put right where one looks: the stock follows, what was sold stays, and it is written down who did it', async () => {
  const [lot] = await lots(milk)
  const ticket = randomUUID()
  await till.call('sale.complete', { key: ticket, ticket: { id: ticket, openedAt: Date.now(), lines: [{ id: randomUUID(), good: milk, code: MILK, name: '鲜牛奶', unit: '瓶', pricing: 'piece', per: 1000, quantity: 3000, price: 700, list: 700, discount: 0 }] } as never, total: 2100, given: 2100 })
  await at(page, 'lots-lots').click()
  await page.locator('[data-testid="lot"][data-no="M7"]').click()
  await page.locator('[data-testid="lot-details"][data-no="M7"]').waitFor()
  await at(page, 'lot-edit').click()
  await at(page, 'edit-quantity').fill('2')
  await at(page, 'edit-cost').fill('4.5')
  await at(page, 'lot-save').click()
  await page.getByText('已经出去了 3 瓶').first().waitFor()
  expect([await value('edit-quantity'), await value('edit-cost')]).toEqual(['2', '4.5'])
  await at(page, 'edit-quantity').fill('20')
  await at(page, 'edit-expiry').fill('20270115')
  await at(page, 'edit-supplier').fill('湖畔乳业')
  expect(await faults(page)).toEqual([])
  await shot(page, 'edit')
  await at(page, 'lot-save').click()
  await at(page, 'lot-corrections').filter({ hasText: '24 瓶 → 20 瓶' }).filter({ hasText: '2027-01-31 → 2027-01-15' }).filter({ hasText: '01 号' }).waitFor()
  expect(await faults(page)).toEqual([])
  await at(page, 'lot-corrections').scrollIntoViewIfNeeded()
  await shot(page, 'corrected')
  expect(await lots(milk)).toMatchObject([{ lot: lot!.lot, no: 'M7', quantity: 20_000, left: 17_000, expiry: '2027-01-15', cost: 450, supplier: '湖畔乳业' }])
  expect((await till.call('goods.get', { good: milk })).stock).toBe(17_000)
  expect(await till.call('recall.effect', { what: { good: milk, no: 'M7', supplier: '', from: '', to: '' }, limit: 10 })).toMatchObject({ total: 1, quantity: 3000, lots: [{ left: 17_000, expiry: '2027-01-15' }] })
  expect((await till.call('audit.list', { types: ['lot.corrected'], text: '', limit: 10 })).rows).toMatchObject([{ staffNo: '01', body: { to: { quantity: 20_000 } } }])
  // The cloud and its page have it too.
  await expect.poll(async () => (await till.call('sync.status', {})).unsent, SOON).toBe(0)
  const seen = await (await browser.newContext({ viewport: PHONE_SIZE, locale: 'zh-CN' })).newPage()
  await seen.goto((await lots(milk))[0]!.link!)
  await seen.getByText('2027-01-15').first().waitFor()
  await shot(seen, 'page')
  expect(errors).toEqual([])
})

it('codes that were made without a label printer are printed once there is one; a spoiled label is printed again by who means it', async () => {
  await at(page, 'lot-codes').fill('12')
  await at(page, 'lot-make').click()
  const run = page.locator('[data-testid="lot-run"]')
  await run.filter({ hasText: '打了 0 / 12 个' }).waitFor()
  await page.getByText('还没有标签机').first().waitFor()
  await shot(page, 'codes-none')
  await till.call('printer.put', { key: randomUUID(), printer: { id: randomUUID(), name: '标签机', profile: 'generic-58', address: `tcp://127.0.0.1:${(paper.address() as { port: number }).port}`, receipts: false, drawer: false, label: { language: 'tspl', density: 8, size: { width: 40, height: 30 }, gap: 2, speed: 0, darkness: -1 } } })
  await page.locator('[data-testid="lot"]').filter({ hasText: '本地青菜' }).click()
  await page.locator('[data-testid="lot-details"]').filter({ hasText: '本地青菜' }).waitFor()
  await page.locator('[data-testid="lot"][data-no="M7"]').click()
  await at(page, 'run-print').click()
  await page.locator('[data-testid="lot-run"][data-printed="12"]').waitFor()
  await expect.poll(() => labels.length, SOON).toBeGreaterThan(0)
  await at(page, 'run-again').click()
  await at(page, 'again-from').fill('3')
  await at(page, 'again-to').fill('3')
  await at(page, 'again-go').click()
  await at(page, 'again-warning').waitFor()
  expect(await faults(page)).toEqual([])
  await at(page, 'again-warning').scrollIntoViewIfNeeded()
  await at(page, 'again-go').scrollIntoViewIfNeeded()
  await shot(page, 'again')
  await at(page, 'again-go').click()
  await page.locator('[data-testid="lot-run"]').filter({ hasText: '3–3 号' }).waitFor()
  expect((await till.call('audit.list', { types: ['lot.codes_printed'], text: '', limit: 10 })).rows.map(({ body }) => [body['from'], body['to'], body['again']])).toEqual([[3, 3, true], [1, 12, false]])
  expect((await till.call('lot.get', { lot: (await lots(milk))[0]!.lot })).runs).toMatchObject([{ codes: 12, printed: 12, next: null }])
  const jobs = (await till.call('print.jobs', {})).jobs.filter(({ kind }) => kind === 'labels')
  expect(jobs).toHaveLength(2)
  await shot(page, 'codes')
  await page.setViewportSize(PHONE_SIZE)
  await at(page, 'lot-runs').scrollIntoViewIfNeeded()
  await shot(page, 'codes-phone')
  await page.setViewportSize(TILL_SIZE)
  expect(errors).toEqual([])
})

it('goods that came from somebody else lose the code that was scanned for the one before, and it names nobody any more', async () => {
  const [lot] = await lots(greens)
  await page.locator(`[data-testid="lot"][data-no="${lot!.no}"]`).click()
  await page.locator(`[data-testid="lot-details"][data-no="${lot!.no}"]`).waitFor()
  await at(page, 'lot-edit').click()
  await at(page, 'edit-supplier').fill('老张')
  await at(page, 'edit-code').filter({ hasText: COMPANY }).waitFor()
  expect(await faults(page)).toEqual([])
  await at(page, 'edit-code').scrollIntoViewIfNeeded()
  await shot(page, 'edit-code')
  await at(page, 'edit-code-off').click()
  await at(page, 'lot-save').click()
  await at(page, 'lot-edit').waitFor()
  expect(await lots(greens)).toMatchObject([{ supplier: '老张', supplierCode: '' }])
  expect(await till.call('code.read', { text: COMPANY, ask: 'intake' })).toMatchObject({ kind: 'supply', form: 'company', known: false, supplier: '' })
})

it('what is split off a certified lot has a certificate of the shop\'s own, printed where a receipt printer is, and promised nowhere else', async () => {
  const receipts = await startPrinterSimulator()
  onTestFinished(() => receipts.close())
  await at(page, 'lot-split').click()
  await at(page, 'split-parts').fill('10')
  await at(page, 'reissue-go').click()
  await at(page, 'lot-certificate').click()
  await at(page, 'notice').filter({ hasText: '没接打印机' }).waitFor()
  expect((await till.call('print.jobs', {})).jobs.filter(({ kind }) => kind === 'stock')).toEqual([])
  await till.call('printer.put', { key: randomUUID(), printer: { id: randomUUID(), name: '小票机', profile: 'generic-80', address: receipts.address, receipts: true, drawer: false } })
  // Until the screen has heard of the printer, it says that there is none.
  await expect.poll(async () => {
    await at(page, 'lot-certificate').click()
    return at(page, 'notice').innerText()
  }, SOON).toContain('合格证在打了')
  await receipts.over(1)
  const { lines, codes } = await decodeEscpos(receipts.received.find((bytes) => bytes.length > 0)!, 48)
  const text = lines.map((line) => line.text).join('\n')
  const [made, whole] = await lots(greens)
  for (const said of ['承诺达标合格证', '10 公斤', '杭州余杭', '老王蔬菜摊', '0571-88888888', made!.no, whole!.no, '未使用禁用农药']) expect(text).toContain(said)
  expect(codes).toEqual([made!.link])
  await at(page, 'lot-certificate').scrollIntoViewIfNeeded()
  expect(await faults(page)).toEqual([])
  await shot(page, 'certificate')
  // The one that came is the grower's, and only kept.
  await page.locator(`[data-testid="lot"][data-no="${whole!.no}"]`).click()
  await page.locator(`[data-testid="lot-details"][data-no="${whole!.no}"]`).waitFor()
  expect(await at(page, 'lot-certificate').count()).toBe(0)
  expect(errors).toEqual([])
})
