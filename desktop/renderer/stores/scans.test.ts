import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import type { Transport } from '#shared/host/frames.ts'
import type { GoodView, Snapshot } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'
import { press, star, EMPTY_BUFFER } from '../input/buffer.ts'
import { connectTill } from '../host/till.ts'
import { useCounter } from './counter.ts'
import { useNotice } from './notice.ts'
import { useScans } from './scans.ts'
import { useSession } from './session.ts'
import { useTicket } from './ticket.ts'

const kept = { put: () => Promise.resolve(), bulkPut: () => Promise.resolve(), delete: () => Promise.resolve() }
vi.mock('../db.ts', () => ({ db: { open_tickets: { put: () => Promise.resolve() }, get scans() { return kept } } }))
beforeEach(() => setActivePinia(createPinia()))

const goodOf = (code: string): GoodView => ({
  ...GOOD_DEFAULTS, codes: [], id: `01890000-0000-7000-8000-0000000000${code}`, name: code, code, price: fen(100), stock: null,
})

/** A till that answers `code.read` only when the test lets it. */
function slowTill() {
  const waiting: (() => void)[] = []
  let frame: (text: string) => void = () => {}
  const transport: Transport = {
    send(text) {
      const { id, name, input } = (JSON.parse(text) as { call: { id: number; name: string; input: { text: string } } }).call
      if (name !== 'code.read') return
      const known = input.text !== '99'
      const result = known ? { kind: 'good', good: goodOf(input.text), label: null } : { kind: 'unknown', code: 'code.not_found', text: input.text, detail: '', add: input.text }
      waiting.push(() => frame(JSON.stringify({ reply: { id, result } })))
    },
    onFrame: (listener) => { frame = listener },
    onState: () => {},
    close: () => {},
  }
  connectTill(transport)
  const session = useSession()
  session.up = true
  session.take({ staff: { id: goodOf('00').id, no: '01', name: 'x', role: 'owner', active: true } } as Snapshot)
  return { answerNext: () => vi.waitFor(() => { expect(waiting.length).toBeGreaterThan(0); waiting.shift()!() }) }
}

it('puts scans on the ticket in their order, one at a time', async () => {
  const till = slowTill()
  const scans = useScans()
  for (const code of ['11', '22', '33']) scans.push(code)
  expect(scans.queue).toHaveLength(3)
  for (let i = 0; i < 3; i++) await till.answerNext()
  await vi.waitFor(() => expect(scans.queue).toHaveLength(0))
  expect(useTicket().ticket.lines.map((line) => line.code)).toEqual(['11', '22', '33'])
})

it('keeps scans in line while the host is away, and goes on when it is back', async () => {
  const till = slowTill()
  const scans = useScans()
  useSession().up = false
  scans.push('11')
  expect(scans.queue).toHaveLength(1)
  useSession().up = true
  void scans.run()
  await till.answerNext()
  await vi.waitFor(() => expect(useTicket().ticket.lines).toHaveLength(1))
})

it('keeps a scan whose answer comes while money is being taken for the next ticket', async () => {
  const till = slowTill()
  const scans = useScans()
  const ticket = useTicket()
  scans.push('11')
  await till.answerNext()
  await vi.waitFor(() => expect(scans.queue).toHaveLength(0))

  scans.push('22')
  await ticket.freeze({ total: 100, given: 100 })
  await till.answerNext()
  await new Promise((resolve) => { setTimeout(resolve, 20) })
  expect(ticket.ticket.lines.map((line) => line.code)).toEqual(['11'])
  expect(scans.queue.map(({ text }) => text)).toEqual(['22'])

  ticket.begin()
  void scans.run()
  await till.answerNext()
  await vi.waitFor(() => expect(ticket.ticket.lines.map((line) => line.code)).toEqual(['22']))
  expect(scans.queue).toHaveLength(0)
})

it('uses the number said before a scan for that scan, and gives it back when the code is unknown', async () => {
  const till = slowTill()
  const counter = useCounter()
  counter.setBuffer(star(press(EMPTY_BUFFER, '3')))
  useScans().push('11')
  await till.answerNext()
  await vi.waitFor(() => expect(useTicket().ticket.lines[0]?.quantity).toBe(3000))

  counter.setBuffer(star(press(EMPTY_BUFFER, '5')))
  useScans().push('99')
  await till.answerNext()
  await vi.waitFor(() => expect(useNotice().notice?.tone).toBe('refuse'))
  expect(counter.buffer.quantity).toBe(5000)
  expect(useNotice().notice?.message).toContain('99')
  expect(useNotice().notice?.action).toBeDefined()
})
