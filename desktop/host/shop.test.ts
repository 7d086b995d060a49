/** What the shop says of itself, changed at the till. */
import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { type TestTill, openTill } from '#desktop/testing/till.ts'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
})

const set = { name: '湖边小铺', address: '衣裳街 18 号', phone: '0572-1234567', footer: '谢谢惠顾', hours: [{ day: 1, open: 420, close: 1320 }] }

test('the fields given change, the others stay; every screen hears of it, and it outlives a restart', async () => {
  const before = till.store.shop()
  const heard = till.events.length
  expect(await till.run('shop.put', { set })).toEqual({ ...before, ...set })
  expect(till.events.slice(heard)).toContainEqual(expect.objectContaining({ name: 'snapshot.changed', payload: expect.objectContaining({ shop: { ...before, ...set } }) as unknown }))
  expect(await till.run('shop.put', { set: { footer: '' } })).toEqual({ ...before, ...set, footer: '' })
  till = await till.restart()
  expect((await till.run('till.snapshot', {})).shop).toEqual({ ...before, ...set, footer: '' })
  expect(till.store.verify()).toMatchObject({ ok: true })
})

test('with one key it happens once', async () => {
  const call = { key: randomUUID(), set }
  const first = await till.run('shop.put', call)
  const head = till.store.head()
  expect(await till.run('shop.put', call)).toEqual(first)
  expect(till.store.head()).toEqual(head)
  expect(await till.refusal('shop.put', { ...call, set: { name: '另一家' } })).toMatchObject({ code: 'key.reused' })
})

test('no shop without a name, or with pages of its own choosing', async () => {
  for (const wrong of [{ name: ' ' }, { hours: [{ day: 7, open: 0, close: 60 }] }, { site: 'https://example.cn' }]) {
    expect(await till.refusal('shop.put', { set: wrong as Partial<typeof set> })).toMatchObject({ code: 'call.invalid' })
  }
})

test('a logo has as many dots as it says, so that no paper can be stopped by one', async () => {
  const paper = (logo: { width: number; height: number; dots: string }) => ({ set: { paper: { logo, header: '', hide: [], large: false } } })
  for (const logo of [{ width: 8, height: 2, dots: 'AA==' }, { width: 12, height: 1, dots: 'AAA=' }, { width: 392, height: 1, dots: '' }, { width: 8, height: 2, dots: 'no base64' }]) {
    expect(await till.refusal('shop.put', paper(logo))).toMatchObject({ code: 'call.invalid' })
  }
  expect(await till.run('shop.put', paper({ width: 8, height: 2, dots: 'AAA=' }))).toMatchObject({ paper: { logo: { width: 8 } } })
  expect((await till.run('receipt.preview', { set: till.store.shop(), columns: 32 })).svg).toContain('<image')
})
