/** A shift's slip adds up: whoever takes a pencil to its lines comes to its sums, whatever happened in the shift. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TestTill, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import { type ReceiptDocument, shiftReceipt } from '#shared/documents/receipt.ts'
import type { ReceiptRow } from '#shared/documents/rows.ts'
import type { GoodView } from '#shared/host/schemas.ts'

const CODE = 'wxp://f2f0AbCdEf'
const deed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sell' as const), quantity: fc.integer({ min: 1, max: 5 }), discount: fc.integer({ min: 0, max: 300 }), by: fc.constantFrom('cash' as const, 'code' as const, 'value' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('refund' as const), by: fc.constantFrom('cash' as const, 'static_code' as const, 'stored_value' as const), isFree: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('topUp' as const), amount: fc.integer({ min: 1, max: 5000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('payOut' as const), amount: fc.integer({ min: 1, max: 5000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cash' as const), way: fc.constantFrom('in' as const, 'out' as const), amount: fc.integer({ min: 1, max: 500 }) }) },
)
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never

interface Shop { readonly till: TestTill; readonly good: GoodView; readonly member: string; readonly sold: Set<string> }
async function act({ till, good, member, sold }: Shop, asked: Deed): Promise<void> {
  if (asked.do === 'sell') {
    const ticket = { ...ticketOf([{ good, quantity: asked.quantity * 1000, discount: asked.discount }]), ...asked.by === 'value' && { member } }
    const total = totalOf(ticket)
    const value = asked.by === 'value' ? Math.min(total, (await till.run('member.card', { member })).value.held) : 0
    await till.run('sale.complete', { key: ticket.id, ticket, total, given: asked.by === 'code' ? 0 : total - value, ...value > 0 && { value }, ...asked.by === 'code' && { code: { via: '微信', fen: total } } } as never)
    sold.add(ticket.id)
  } else if (asked.do === 'refund') {
    const sale = [...sold].at(-1)
    if (asked.isFree || sale === undefined) {
      await till.run('sale.refund', { sale: null, reason: 'quality', total: 350, lines: [{ line: null, good: good.id, quantity: 1000, amount: 350, stock: 'back' }] })
      return
    }
    sold.delete(sale)
    const { lines, total, tenders } = await till.run('sale.get', { sale })
    const channel = tenders.some((tender) => tender.channel === asked.by) ? asked.by : 'cash'
    await till.run('sale.refund', { sale, reason: 'quality', total, channel, lines: [{ line: 0, good: good.id, quantity: lines[0]!.quantity, stock: 'wasted' }] })
  } else if (asked.do === 'topUp') await till.run('member.topUp', { member, amount: asked.amount })
  else if (asked.do === 'payOut') {
    const { held } = (await till.run('member.card', { member })).value
    if (held > 0) await till.run('member.adjust', { member, purse: 'value', delta: -Math.min(held, asked.amount), reason: 'refund', note: '' })
  } else await till.run('cash.move', { way: asked.way, amount: asked.amount, reason: 'other', note: '' })
}

const isYuan = ({ value }: ReceiptRow): boolean => /^-?￥/.test(value)
const fenOf = ({ value }: ReceiptRow): number => Math.round(Number(value.replace(/[￥,]/g, '')) * 100)
const sum = (rows: readonly ReceiptRow[]): number => rows.reduce((all, each) => all + fenOf(each), 0)
/** What stands above a line in its group, and the line. */
function above({ totals }: ReceiptDocument, label: string): { parts: ReceiptRow[]; whole: number } {
  const group = totals.find((rows) => rows.some((each) => each.label === label))!
  const at = group.findIndex((each) => each.label === label)
  return { parts: group.slice(0, at).filter(isYuan), whole: fenOf(group[at]!) }
}
function expectSums(slip: ReceiptDocument): void {
  const { parts, whole } = above(slip, '实收')
  if (parts.length > 0) expect(sum(parts)).toBe(whole)
  for (const group of slip.totals.filter((rows) => rows[0]!.value === '实收')) expect(sum(group.slice(1))).toBe(whole)
  const drawer = above(slip, '应有现金')
  expect(sum(drawer.parts)).toBe(drawer.whole)
}

test('over any sales, refunds, top-ups and cash moved, while it is open and when it is closed', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(deed, { maxLength: 12 }), fc.integer({ min: 0, max: 100_000 }), async (deeds, counted) => {
    const till = openTill({ outlives: true })
    try {
      await till.setUp()
      await till.run('shop.put', { set: { payCodes: [{ name: '微信', text: CODE }], loyalty: { earn: 0, worth: 1, bonus: [{ from: 3000, bonus: 200 }], birthday: 0 } } } as never)
      const good = await till.addGood({ price: 350 })
      await till.run('shift.open', { float: 10_000 })
      const { member } = await till.run('member.join', { set: { phone: '13812345678', name: '张三' } })
      const shop = { till, good, member, sold: new Set<string>() }
      for (const each of deeds) await act(shop, each)
      const slip = (report: Parameters<typeof shiftReceipt>[0]['report']) => shiftReceipt({ shop: till.store.shop(), report, till: '01', copy: false })
      const open = await till.run('shift.report', {})
      expectSums(slip(open))
      const closed = slip(await till.run('shift.close', { counted }))
      expectSums(closed)
      expect(above(closed, '实点现金').whole - above(closed, '应有现金').whole).toBe(above(closed, '差额').whole)
      // The figures that have no sum of their own on the paper stay what they were.
      expect(above(closed, '实收').whole).toBe(open.net)
    } finally {
      await till.close()
    }
  }), { numRuns: 40 })
})

test('refunds alone: the slip says of what its net is less', async () => {
  const till = openTill()
  await till.setUp()
  const good = await till.addGood({ price: 350 })
  await till.run('shift.open', { float: 10_000 })
  const sale = await till.sell([{ good }])
  await till.run('shift.close', { counted: 10_350 })
  await till.run('shift.open', { float: 10_000 })
  await till.run('sale.refund', { key: randomUUID(), sale: sale.sale, reason: 'quality', total: 350, lines: [{ line: 0, good: good.id, quantity: 1000, stock: 'back' }] })
  const { totals } = shiftReceipt({ shop: till.store.shop(), report: await till.run('shift.report', {}), till: '01', copy: false })
  const rows = totals.flat().map(({ label, value }) => `${label} ${value}`)
  expect(rows.slice(0, 5)).toEqual(['销售笔数 0', '退货笔数 1', '原价 ￥0.00', '退货款 -￥3.50', '实收 -￥3.50'])
  expect(rows).toContain('现金收款 -￥3.50')
})
