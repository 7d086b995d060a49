/** What a scan means at a till with goods, labels and sales of its own; and that what a label says is what is charged and recorded. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { type TestTill, openTill, ticketOf } from '#desktop/testing/till.ts'
import type { Ticket } from '#shared/cart/ticket.ts'
import { SCALE_PRESETS, type ScalePattern, writeScaleLabel } from '#shared/codes/scale-label.ts'
import type { CallInput } from '#shared/host/contract.ts'
import type { GoodView } from '#shared/host/schemas.ts'

const pattern = (name: string, preset: Omit<ScalePattern, 'name' | 'parts'> & { parts: readonly ScalePattern['parts'][number][] }): ScalePattern => ({ name, ...preset, parts: [...preset.parts] })
const weight = pattern('重量', SCALE_PRESETS.weight13)
const price = pattern('金额', { ...SCALE_PRESETS.price13, prefix: '22' })
const both = pattern('两样', SCALE_PRESETS.both18)

let till: TestTill
let pears: GoodView
let tea: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  await till.run('shift.open', { float: 0 })
  pears = await till.addGood({ name: '鸭梨', code: '88', pricing: 'weight', unit: '斤', price: 499 })
  tea = await till.addGood({ name: '茶', code: '6901234567892', price: 1200 })
})
const label = (layout: ScalePattern, item: string, amount: number, grams: number) => writeScaleLabel(layout, { item, amount, grams })!
const read = (text: string, ask?: CallInput<'code.read'>['ask']) => till.run('code.read', { text, ...(ask && { ask }) })

/** Rings the scan up as the screen does. */
async function ticketFor(text: string): Promise<Ticket> {
  const answer = await read(text)
  if (answer.kind !== 'good' || !answer.label) throw new Error(`no label: ${JSON.stringify(answer)}`)
  const ticket = ticketOf([{ good: answer.good, quantity: answer.label.quantity! }])
  return { ...ticket, lines: ticket.lines.map((line) => ({ ...line, label: { text: answer.label!.text, amount: answer.label!.amount } })) }
}
const complete = (ticket: Ticket, total: number) => ({ key: ticket.id, ticket, total, given: Math.max(0, total) }) as never

describe('scale labels', () => {
  beforeEach(() => till.run('shop.put', { set: { labels: [weight, price, both] } }))

  test('a weight, an amount, both; the label\'s amount is charged to the fen, and recorded with what was scanned', async () => {
    expect(await read(label(weight, '88', 0, 1250))).toMatchObject({ kind: 'good', good: { id: pears.id }, label: { quantity: 1250, amount: null, listed: null } })
    // 4.99 for 500 g: 9.51 yuan is 952.9 g, of which 953 g would be 9.51 again.
    expect(await read(label(price, '88', 951, 0))).toMatchObject({ label: { quantity: 953, amount: 951, listed: null } })
    expect(await read(label(both, '88', 1248, 1250))).toMatchObject({ label: { quantity: 1250, amount: 1248, listed: null } })
    const text = label(both, '88', 1150, 1250)
    expect(await read(text)).toMatchObject({ label: { quantity: 1250, amount: 1150, listed: 1248 } })

    const ticket = await ticketFor(text)
    const sale = await till.run('sale.complete', complete(ticket, 1150))
    expect(sale).toMatchObject({ gross: 1150, discount: 0, total: 1150, lines: [{ quantity: 1250, price: 499, gross: 1150, net: 1150, label: text }] })
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('a return by label gives the label\'s amount back', async () => {
    const ticket = await ticketFor(label(price, '88', 951, 0))
    const back = { ...ticket, lines: ticket.lines.map((line) => ({ ...line, quantity: -line.quantity })) } as unknown as Ticket
    expect(await till.run('sale.complete', complete(back, -951))).toMatchObject({ gross: -951, total: -951 })
  })

  test('a cashier can\'t make an amount up: it must be what the label says of this good', async () => {
    await till.addStaff('02', 'cashier')
    await till.run('staff.signIn', { no: '02', pin: '0000' })
    const ticket = await ticketFor(label(both, '88', 1248, 1250))
    const with_ = (over: Record<string, unknown>): Ticket => ({ ...ticket, id: randomUUID(), lines: ticket.lines.map((line) => ({ ...line, ...over })) } as Ticket)
    for (const odd of [{ label: { text: ticket.lines[0]!.label!.text, amount: 100 } }, { label: { text: 'no label', amount: 100 } }, { label: { text: label(both, '77', 100, 100), amount: 100 } }]) {
      expect(await till.refusal('sale.complete', complete(with_(odd), 100))).toMatchObject({ code: 'sale.label_changed' })
    }
    // The wrong total is still the wrong total.
    expect(await till.refusal('sale.complete', complete(with_({}), 1247))).toMatchObject({ code: 'sale.total_changed' })
  })

  test('why a label can\'t be sold: no such item, nothing on it, no price to tell its weight by, a weight of pieces, misread', async () => {
    await till.addGood({ name: '赠品', code: '90', pricing: 'weight', unit: '公斤', price: 0 })
    await till.addGood({ name: '馒头', code: '91', price: 100 })
    const off = await till.addGood({ name: '旧梨', code: '92', pricing: 'weight', unit: '斤', price: 100 })
    await till.run('goods.put', { good: off.id, set: { on: false } })
    const code = async (text: string) => { const { kind, ...rest } = await read(text); return kind === 'unknown' ? [(rest as { code: string }).code, (rest as { detail: string }).detail, (rest as { add: string | null }).add] : kind }
    expect(await code(label(weight, '77', 0, 500))).toEqual(['code.label_item', '00077', '00077'])
    expect(await code(label(weight, '88', 0, 0))).toEqual(['code.label_nothing', '鸭梨', null])
    expect(await code(label(price, '90', 500, 0))).toEqual(['code.label_no_price', '赠品', null])
    expect(await code(label(weight, '91', 0, 500))).toEqual(['code.label_not_weighed', '馒头', null])
    expect(await code(label(weight, '92', 0, 500))).toEqual(['code.off_sale', '旧梨', null])
    expect(await code('2100088005001')).toEqual(['code.label_check', '重量', null])
    expect(await code('2400088005003')).toEqual(['code.label_unset', '24', null])
    expect(await read(label(price, '91', 300, 0))).toMatchObject({ label: { quantity: 1000, amount: 300, listed: 100 } })
  })

  test('a good under the very digits of a label is that good', async () => {
    await till.addGood({ name: '自编码', code: '2100088012507', price: 5 })
    expect(await read('2100088012507')).toMatchObject({ kind: 'good', good: { name: '自编码' }, label: null })
  })
})

test('without a pattern a label is refused with what to do', async () => {
  expect(await read(label(weight, '88', 0, 1250))).toMatchObject({ kind: 'unknown', code: 'code.label_unset', detail: '21' })
  expect(await till.refusal('shop.put', { set: { labels: [{ ...weight, prefix: 'x' }] } })).toMatchObject({ code: 'call.invalid' })
})

describe('GS1', () => {
  test('a good by its GTIN, weighed and priced by the code, expired or not by the shop\'s day', async () => {
    const meat = await till.addGood({ name: '牛腩', code: '6909999999996', pricing: 'weight', unit: '公斤', price: 7600 })
    expect(await read('(01)06909999999996(3103)001250(3922)9500(17)261122(10)L7')).toMatchObject({ kind: 'good', good: { id: meat.id }, label: { quantity: 1250, amount: 9500, listed: null, expires: '2026-11-22', expired: true, lot: 'L7' } })
    expect(await read(']C10106901234567892\u001d17991231')).toMatchObject({ good: { id: tea.id }, label: { quantity: 1000, amount: null, expires: '1999-12-31', expired: true } })
    expect(await read('https://id.gs1.org/01/06901234567892?17=301231')).toMatchObject({ label: { expires: '2030-12-31', expired: false } })
    expect(await read('(01)06901234567892')).toMatchObject({ good: { id: tea.id }, label: null })
    expect(await read('(01)06901234567892(30)6')).toMatchObject({ label: { quantity: 6000 } })
    expect(await read('(01)06900000000008')).toMatchObject({ code: 'code.gs1_bad', detail: '01' })
    expect(await read('(01)06900000000007(10)A')).toMatchObject({ code: 'code.gs1_item', add: '6900000000007' })
    expect(await read('(10)A')).toMatchObject({ code: 'code.gs1_no_good' })
    const ticket = await ticketFor('(01)06901234567892(10)L9(21)7')
    expect(await till.run('sale.complete', complete(ticket, 1200))).toMatchObject({ lines: [{ label: '(01)06901234567892(10)L9(21)7' }] })
  })
})

describe('what is no good', () => {
  test('receipts of this till, by number and by link; of another, said so', async () => {
    const sold = await till.sell([{ good: tea }])
    expect(await read(sold.no)).toEqual({ kind: 'receipt', sale: sold.sale })
    expect(await read('20200101-01-0001')).toMatchObject({ kind: 'unknown', code: 'code.receipt' })
  })
  test('members, payment codes, a drug nobody filed, people and companies; a good that has such a number is that good', async () => {
    expect(await read('13812345678')).toEqual({ kind: 'member', phone: '13812345678' })
    expect(await read('134567890123456789')).toEqual({ kind: 'payment', channel: 'wechat' })
    expect(await read('287654321012345678', 'pay')).toEqual({ kind: 'payment', channel: 'alipay' })
    expect(await read('81234567890123456789')).toMatchObject({ code: 'code.drug', add: '8123456' })
    expect(await read('11010519491231002X')).toEqual({ kind: 'unknown', code: 'code.person', text: '', detail: '', add: null })
    expect(await read('91350100M000100Y43')).toMatchObject({ code: 'code.company' })
    const drug = await till.addGood({ name: '感冒灵', code: '8123456', price: 1580 })
    expect(await read('81234567890123456789')).toMatchObject({ kind: 'good', good: { id: drug.id }, label: { text: '81234567890123456789', quantity: 1000, amount: null } })
    await till.addGood({ name: '电话卡', code: '13812345678', price: 1 })
    expect(await read('13812345678')).toMatchObject({ kind: 'good', good: { name: '电话卡' } })
  })
  test('in the pay panel a payment code comes before a label that looks like one', async () => {
    await till.run('shop.put', { set: { labels: [both] } })
    const text = label(both, '88', 1248, 1250)
    expect(await read(text)).toMatchObject({ kind: 'good', label: { amount: 1248 } })
    expect(await read(text, 'pay')).toEqual({ kind: 'payment', channel: 'alipay' })
  })
})

test('a cashier may add the good once a manager has allowed it', async () => {
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: '0000' })
  const put = { key: randomUUID(), good: randomUUID(), set: { name: '新货', price: 500, code: '777' } }
  expect(await till.refusal('goods.put', put)).toMatchObject({ code: 'staff.not_allowed' })
  await till.run('staff.approve', { no: '01', pin: '1234', rights: ['goods.edit'], for: put.key })
  expect(await till.run('goods.put', put)).toMatchObject({ name: '新货' })
  expect(await till.refusal('goods.put', { ...put, key: randomUUID() })).toMatchObject({ code: 'staff.not_allowed' })
})
