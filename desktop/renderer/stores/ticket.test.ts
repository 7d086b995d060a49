import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'
import { milli, PIECE } from '#shared/quantity/quantity.ts'
import { discountLine, overridePrice } from '../ticket/edits.ts'
import { useNotice } from './notice.ts'
import { useTicket } from './ticket.ts'

const good = (id: number, price: number): GoodView => ({ ...GOOD_DEFAULTS, codes: [], id: `01890000-0000-7000-8000-00000000000${id}`, name: `good ${id}`, price: fen(price), stock: null })

vi.mock('../db.ts', () => ({ db: { open_tickets: { put: () => Promise.resolve() } } }))

beforeEach(() => setActivePinia(createPinia()))

it('one less of the only one takes the line, and gives it back where it stood', () => {
  const ticket = useTicket()
  ticket.add(good(1, 300), PIECE)
  ticket.add(good(2, 500), PIECE)
  ticket.select(ticket.ticket.lines[0]!.id)
  const before = ticket.ticket.lines
  ticket.step(-1)
  expect(ticket.ticket.lines.map((line) => line.name)).toEqual(['good 2'])
  useNotice().notice!.action!.run()
  expect(ticket.ticket.lines).toEqual(before)
  expect(useNotice().notice).toBeNull()
})

it('refuses halves of a piece and more than a line holds, and leaves the line as it was', () => {
  const ticket = useTicket()
  expect(ticket.add(good(1, 300), milli(2500))).toBe(false)
  expect(ticket.add(good(1, 300), milli(9_999_000))).toBe(true)
  expect(ticket.add(good(1, 300), PIECE)).toBe(false)
  ticket.step(1)
  expect(ticket.setLineQuantity(milli(1500))).toBe(false)
  expect(useNotice().notice?.tone).toBe('refuse')
  expect(ticket.ticket.lines.map((line) => line.quantity)).toEqual([9_999_000])
})

it('a raised price saves nobody anything, nor takes from what another line saved', () => {
  const ticket = useTicket()
  ticket.add(good(1, 300), PIECE)
  ticket.edit((now, id) => overridePrice(now, id, fen(800)))
  expect(ticket.saved).toBe(0)
  ticket.add(good(2, 500), PIECE)
  ticket.edit((now, id) => discountLine(now, id, fen(50)))
  expect(ticket.priced.discount).toBe(-450)
  expect(ticket.saved).toBe(50)
})
