import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { PROMOTION_DEFAULTS } from '#shared/catalog/promotion.ts'
import { GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import type { Transport } from '#shared/host/frames.ts'
import type { GoodView, SaleView } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'
import { PIECE } from '#shared/quantity/quantity.ts'
import { connectTill } from '../host/till.ts'
import { overridePrice } from '../ticket/edits.ts'
import { useNotice } from './notice.ts'
import { usePanels } from './panels.ts'
import { usePay } from './pay.ts'
import { useTicket } from './ticket.ts'

interface Call { id: number; name: string; input: { ticket: { id: string }; total: number; given: number; key: string } }

const good: GoodView = { ...GOOD_DEFAULTS, codes: [], id: '01890000-0000-7000-8000-000000000001', name: 'tea', price: fen(300), stock: null }
const saleOf = (id: string): SaleView => ({
  sale: id, no: '1', at: 0, date: '2026-01-01', staff: good.id, staffNo: '01', lines: [], gross: fen(300), discount: fen(0), total: fen(300),
  member: null, tenders: [{ channel: 'cash', amount: fen(300), given: fen(500), change: fen(200) }], url: null, sent: false,
})

/** A host played by the test: it sees every call and answers when told, or goes away. */
function host() {
  const calls: Call[] = []
  let frame: (text: string) => void = () => {}
  let state: (up: boolean) => void = () => {}
  const transport: Transport = {
    send: (text) => { calls.push((JSON.parse(text) as { call: Call }).call) },
    onFrame: (listener) => { frame = listener },
    onState: (listener) => { state = listener },
    close: () => {},
  }
  connectTill(transport)
  return {
    completions: () => calls.filter((call) => call.name === 'sale.complete'),
    last: (name: string) => calls.findLast((call) => call.name === name),
    answer: (call: Call, reply: object) => frame(JSON.stringify({ reply: { id: call.id, ...reply } })),
    gone: () => state(false),
  }
}

// Node has no IndexedDB; what is written there is the browser's tests' business.
vi.mock('../db.ts', () => ({ db: { open_tickets: { put: () => Promise.resolve(), get: () => Promise.resolve(undefined) } } }))
beforeEach(() => setActivePinia(createPinia()))

it('repeats a completion without an answer word for word, and begins the next ticket only with the answer', async () => {
  const till = host()
  const ticket = useTicket()
  ticket.add(good, PIECE)
  const { id } = ticket.ticket
  void usePay().take(fen(500))
  await vi.waitFor(() => expect(till.completions()).toHaveLength(1))
  expect(ticket.add(good, PIECE)).toBe(false)

  till.gone()
  await vi.waitFor(() => expect(usePay().phase).toBe('waiting'))
  expect(ticket.ticket.id).toBe(id)
  expect(ticket.completing).toMatchObject({ total: 300, given: 500, value: 0, points: 0, priced: { promotions: [] } })

  await vi.waitFor(() => {
    void usePay().send()
    expect(till.completions()).toHaveLength(2)
  })
  const [first, second] = till.completions()
  expect(second!.input).toEqual(first!.input)
  expect(second!.input.key).toBe(id)

  till.answer(second!, { result: saleOf(id) })
  await vi.waitFor(() => expect(usePay().phase).toBe('done'))
  expect(ticket.empty).toBe(true)
  expect(ticket.ticket.id).not.toBe(id)
  expect(usePay().sale?.sale).toBe(id)
})

it('takes new prices over when the host says that they changed, and asks again', async () => {
  const till = host()
  const ticket = useTicket()
  ticket.add(good, PIECE)
  usePay().open()
  const taken = usePay().take(fen(300))
  await vi.waitFor(() => expect(till.completions()).toHaveLength(1))
  till.answer(till.completions()[0]!, { error: { code: 'sale.total_changed', detail: { total: 350 } } })
  await vi.waitFor(() => expect(till.last('goods.get')).toBeDefined())
  till.answer(till.last('goods.get')!, { result: { ...good, price: 350 } })
  till.answer(till.last('promotion.list')!, { result: { promotions: [] } })
  await taken
  expect(ticket.priced.total).toBe(350)
  expect(ticket.completing).toBeNull()
  expect(usePay().phase).toBe('due')
  expect(usePanels().current).toBe('pay')
})

it('takes a new promotion over, says which it was, and keeps what was rung up', async () => {
  const till = host()
  const ticket = useTicket()
  ticket.add(good, PIECE)
  const taken = usePay().take(fen(300))
  await vi.waitFor(() => expect(till.completions()).toHaveLength(1))
  expect(till.completions()[0]!.input).toMatchObject({ total: 300, priced: { promotions: [] } })
  till.answer(till.completions()[0]!, { error: { code: 'sale.promotions_changed', detail: { total: 270, shown: 300, names: '九折' } } })
  await vi.waitFor(() => expect(till.last('promotion.list')).toBeDefined())
  till.answer(till.last('goods.get')!, { result: good })
  const promotion = { ...PROMOTION_DEFAULTS, id: '01890000-0000-7000-8000-0000000000aa', name: '九折', rule: { kind: 'percent', percent: 10 } }
  till.answer(till.last('promotion.list')!, { result: { promotions: [promotion] } })
  await taken
  expect(ticket.priced.total).toBe(270)
  expect(useNotice().notice).toMatchObject({ tone: 'attention', message: expect.stringContaining('九折') as string })
  const again = usePay().take(fen(270))
  await vi.waitFor(() => expect(till.completions()).toHaveLength(2))
  expect(till.completions()[1]!.input).toMatchObject({ total: 270, priced: { promotions: [{ promotion: promotion.id, fen: 30 }] } })
  till.answer(till.completions()[1]!, { result: saleOf(ticket.ticket.id) })
  await again
})

it('leads to the shift when none is open, with the ticket as it was', async () => {
  const till = host()
  const ticket = useTicket()
  ticket.add(good, PIECE)
  const taken = usePay().take(fen(300))
  await vi.waitFor(() => expect(till.completions()).toHaveLength(1))
  till.answer(till.completions()[0]!, { error: { code: 'shift.none' } })
  await taken
  expect(usePanels().current).toBe('shift')
  expect(ticket.priced.total).toBe(300)
})

it('names the line whose price made by hand this cashier may not take money for, and chooses it', async () => {
  const till = host()
  const ticket = useTicket()
  ticket.add(good, PIECE)
  ticket.edit((now, id) => overridePrice(now, id, fen(200)))
  const changed = ticket.selected
  ticket.add({ ...good, id: '01890000-0000-7000-8000-000000000002', name: 'bread' }, PIECE)
  const taken = usePay().take(fen(500))
  await vi.waitFor(() => expect(till.completions()).toHaveLength(1))
  till.answer(till.completions()[0]!, { error: { code: 'staff.not_allowed', detail: { right: 'price.override' } } })
  await taken
  expect(useNotice().notice).toMatchObject({ tone: 'refuse', message: expect.stringContaining('tea') as string })
  expect(ticket.selected).toBe(changed)
  expect(ticket.completing).toBeNull()
})

it('what a member is to pay with stays chosen while something else is looked at, and goes with the sum it was for', () => {
  host()
  const [ticket, pay] = [useTicket(), usePay()]
  ticket.add(good, PIECE)
  pay.open()
  pay.value = 200
  usePanels().home()
  pay.open()
  expect([pay.value, pay.rest]).toEqual([200, 100])
  usePanels().home()
  ticket.add(good, PIECE)
  pay.open()
  expect([pay.value, pay.rest]).toEqual([0, 600])
})
