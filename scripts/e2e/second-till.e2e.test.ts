/** A shop's second till on its screen: it joins by a code, knows the owner, and asks for nothing but a PIN. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Browser } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildRenderer } from '../build.ts'
import { makeShop, operate } from '../demo/seed.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { at, openBrowser, openPage, TILL_SIZE } from '../testing/screen.ts'

let folder: string
let first: Stack
let second: Stack
let browser: Browser
beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-second-till-'))
  ;[first, second] = await Promise.all([startStack({ data: join(folder, 'first') }), startStack({ data: join(folder, 'second'), cloud: false })])
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([first?.stop(), second?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

it('gives the owner whom the shop knows a PIN, and leaves their name alone', async () => {
  const cloud = { url: first.cloudUrl!, operatorKey: first.operatorKey! }
  const { shop, code } = await makeShop(cloud, { name: '湖畔便利店', kind: 'shop' })
  await withTill(first.tillUrl, async (till) => {
    await till.call('till.pair', { key: randomUUID(), cloud: cloud.url, code })
    await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1357' })
    await till.call('sync.now', {})
  })
  const another = await operate<{ code: string }>(cloud, 'POST', `/api/shops/${shop}/pairing-codes`)
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' })
  context.setDefaultTimeout(20_000)
  const { page, errors } = await openPage(context, second.tillUrl)
  await at(page, 'pair-cloud').fill(cloud.url)
  await at(page, 'pair-code').fill(another.code)
  await at(page, 'pair-join').click()
  await page.getByText('01 店主：给本机设一个 PIN').waitFor()
  expect(await at(page, 'first-owner').count()).toBe(0)
  await at(page, 'first-pin').fill('2468')
  await at(page, 'first-again').fill('2468')
  await at(page, 'first-go').click()
  await at(page, 'shift-float').waitFor()
  for (const till of [first, second]) {
    const { staff } = await withTill(till.tillUrl, async (client) => { await client.call('sync.now', {}); return client.call('staff.list', {}) })
    expect(staff).toMatchObject([{ no: '01', name: '店主', role: 'owner' }])
  }
  expect(errors).toEqual([])
})
