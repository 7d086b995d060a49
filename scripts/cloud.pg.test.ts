/** The operator's command line at a real cloud: which good a price goes to, and what is shown of goods. */
import { execPath } from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { ROOT, run } from './run-command.ts'

let cloud: TestCloud
beforeAll(async () => {
  cloud = await startCloud()
  const { body } = await cloud.call('POST', '/api/shops', { name: '湖畔小铺', kind: 'shop', slug: 'lakeside' })
  const goods = [{ name: '小青菜', code: '2001', price: 300, picture: 'data:image/svg+xml;base64,PHN2Zy8+' }, { name: '大白菜', code: '2002', price: 200 }]
  await cloud.call('POST', `/api/shops/${String(body.id)}/goods`, { goods })
})
afterAll(() => cloud.destroy())

const command = (...args: string[]) => run({ file: execPath, args: [`${ROOT}scripts/cloud.ts`, ...args, '--url', cloud.url, '--key', cloud.operatorKey] })
const prices = async (): Promise<Record<string, number>> => {
  const goods = JSON.parse((await command('goods')).output) as { name: string; price: number }[]
  return Object.fromEntries(goods.map(({ name, price }) => [name, price]))
}

test('a price goes to the good that is named exactly, to another only where part of a name is said to do', async () => {
  const refused = await command('price', '--good', '青菜', '--yuan', '5')
  expect([refused.status, refused.output]).toEqual([1, 'No good is named exactly 青菜. There is: 小青菜. Say one of them, or add --partial.\n'])
  expect((await command('price', '--good', '菜', '--yuan', '5', '--partial')).output).toMatch(/^2 goods match 菜: .*Say the id\.\n$/)
  expect(await prices()).toEqual({ 小青菜: 300, 大白菜: 200 })
  expect(JSON.parse((await command('price', '--good', '青菜', '--yuan', '5', '--partial')).output)).toMatchObject({ code: '2001', name: '小青菜', before: 300, price: 500 })
  expect(JSON.parse((await command('price', '--good', '2002', '--yuan', '2.50')).output)).toMatchObject({ name: '大白菜', before: 200, price: 250 })
  expect((await command('price', '--good', '2002', '--yuan=-3')).output).toContain('a price is never below zero')
  expect(await prices()).toEqual({ 小青菜: 500, 大白菜: 250 })
})

test('goods are listed without their pictures', async () => {
  const { output } = await command('goods', '--find', '青菜')
  expect(JSON.parse(output)).toMatchObject([{ name: '小青菜', code: '2001' }])
  expect(output).not.toContain('picture')
})

test('a new owner key opens the manage page it is printed with', async () => {
  const { manage, ownerKey } = JSON.parse((await command('owner-key', '--shop', 'lakeside')).output) as { manage: string; ownerKey: string }
  const login = await fetch(`${manage}/login`, { method: 'POST', redirect: 'manual', headers: { origin: cloud.url }, body: new URLSearchParams({ key: ownerKey }) })
  expect(login.status).toBe(303)
})
