/** Makes the pictures of README and docs from the demonstration shop, on the real screens: `npm run pictures`. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shortId } from '#shared/identity/ids.ts'
import { buildRenderer } from './build.ts'
import { LAKESIDE } from './demo/shops.ts'
import { seedDemo } from './demo/seed.ts'
import { ROOT } from './run-command.ts'
import { startStack, withTill } from './stack.ts'
import { PHONE_SIZE, TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from './testing/screen.ts'

const folder = process.argv[2] ?? join(ROOT, 'docs/pictures')
mkdirSync(folder, { recursive: true })
await buildRenderer()
const data = mkdtempSync(join(tmpdir(), 'xiaopu-pictures-'))
const stack = await startStack({ data, demo: true })
const browser = await openBrowser()
try {
  await seedDemo({ tillUrl: stack.tillUrl, cloud: { url: stack.cloudUrl!, operatorKey: stack.operatorKey! } })
  const till = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' })
  const { page } = await openPage(till, stack.tillUrl)
  const shot = (name: string): Promise<unknown> => page.screenshot({ path: join(folder, `${name}.png`) })
  const code = (index: number): string => LAKESIDE.goods.filter(({ fields }) => fields.pricing === 'piece')[index]!.fields.code!

  await at(page, 'signin-no').waitFor()
  await shot('sign-in')
  await at(page, 'signin-no').fill('01')
  await at(page, 'signin-pin').fill('1234')
  await at(page, 'signin-go').click()
  await at(page, 'shift-float').fill('200')
  await at(page, 'shift-open').click()
  await page.locator('[data-panel="quick"]').waitFor()
  for (const index of [0, 0, 1, 4, 7]) await scan(page, code(index))
  await page.locator('[data-testid="line"]').nth(3).waitFor()
  await untilAttribute(page, 'unsent', 'data-count', '0')
  await shot('till')

  const { page: customer } = await openPage(await browser.newContext({ viewport: { width: 1024, height: 600 }, locale: 'zh-CN' }), stack.tillUrl.replace('/?', '/display.html?'))
  await at(customer, 'display-total').waitFor()
  await customer.screenshot({ path: join(folder, 'display-ticket.png') })
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').waitFor()
  await shot('pay')
  await at(page, 'cash-exact').click()
  await at(page, 'receipt').waitFor()
  await page.waitForFunction(() => [...document.images].every((image) => image.complete))
  await shot('change')
  await untilAttribute(page, 'unsent', 'data-count', '0')

  const { shop, sale } = await withTill(stack.tillUrl, async (client) => ({ shop: (await client.call('till.snapshot', {})).shop.id, sale: (await client.call('sale.list', {})).sales[0]! }))
  const phone = await browser.newContext({ viewport: PHONE_SIZE, locale: 'zh-CN', deviceScaleFactor: 2 })
  for (const [name, url] of [['shop', `${stack.cloudUrl}/s/${shortId(shop)}`], ['receipt', sale.url!]] as const) {
    const { page: public_ } = await openPage(phone, url)
    await public_.screenshot({ path: join(folder, `${name}.png`) })
  }
  const { credit } = await withTill(stack.tillUrl, (client) => client.call('till.snapshot', {}))
  const { page: creditPage } = await openPage(phone, credit!.url)
  await creditPage.screenshot({ path: join(folder, 'credit.png') })
} finally {
  await browser.close()
  await stack.stop()
  rmSync(data, { recursive: true, force: true })
}
