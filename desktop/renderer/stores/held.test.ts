import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'
import { PIECE } from '#shared/quantity/quantity.ts'
import type { HeldTicket, OpenTicket } from '../db.ts'
import { useHeld } from './held.ts'
import { useNotice } from './notice.ts'
import { useSeat } from './seat.ts'
import { useTicket } from './ticket.ts'

/** The screen's storage in memory; a transaction waits until the test lets it, and may fail. */
const disk = vi.hoisted(() => ({ held: new Map<string, unknown>(), open: undefined as unknown, gate: Promise.resolve() }))
vi.mock('../db.ts', () => ({
  db: {
    held: {
      put: async (entry: HeldTicket) => { disk.held.set(entry.id, entry) },
      delete: async (id: string) => { disk.held.delete(id) },
      orderBy: () => ({ toArray: async () => [...disk.held.values()] }),
    },
    open_tickets: { put: async (entry: OpenTicket) => { disk.open = entry } },
    transaction: async (_mode: string, _held: unknown, _open: unknown, work: () => Promise<void>) => {
      await disk.gate
      await work()
    },
  },
}))
const kept = (): OpenTicket => disk.open as OpenTicket
const names = (entry: Pick<OpenTicket, 'ticket'>): string[] => entry.ticket.lines.map(({ name }) => name)
const goodOf = (name: string, n: number): GoodView => ({ ...GOOD_DEFAULTS, codes: [], id: `01890000-0000-7000-8000-00000000000${n}`, name, price: fen(300), stock: null })
const tea = goodOf('tea', 1)
const rice = goodOf('rice', 2)

beforeEach(() => {
  setActivePinia(createPinia())
  disk.held.clear()
  disk.open = undefined
  disk.gate = Promise.resolve()
})

it('keeps what is rung up while a ticket is being set aside', async () => {
  const gate = Promise.withResolvers<void>()
  disk.gate = gate.promise
  const ticket = useTicket()
  ticket.add(tea, PIECE)
  const { id } = ticket.ticket
  const holding = useHeld().hold()
  ticket.add(rice, PIECE)
  gate.resolve()
  await holding
  expect(names(ticket)).toEqual(['rice'])
  expect(names(kept())).toEqual(['rice'])
  expect(kept().ticket.id).not.toBe(id)
  expect(useHeld().held.map((entry) => [entry.id, names(entry)])).toEqual([[id, ['tea']]])
})

it('leaves everything on the ticket when it can\'t be set aside, and says so', async () => {
  const gate = Promise.withResolvers<void>()
  disk.gate = gate.promise
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const ticket = useTicket()
  ticket.add(tea, PIECE)
  const { id } = ticket.ticket
  const holding = useHeld().hold()
  ticket.add(rice, PIECE)
  gate.reject(new Error('the disk is full'))
  await holding
  expect(ticket.ticket.id).toBe(id)
  expect(names(ticket)).toEqual(['tea', 'rice'])
  expect(useNotice().notice?.tone).toBe('attention')
})

it('swaps no ticket whose payment waits for its answer', async () => {
  const ticket = useTicket()
  ticket.add(tea, PIECE)
  useHeld().clear()
  ticket.add(rice, PIECE)
  const { id } = ticket.ticket
  await ticket.freeze({ total: 300, given: 300 })
  useNotice().notice?.action?.run()
  await new Promise((resolve) => { setTimeout(resolve, 10) })
  expect(ticket.ticket.id).toBe(id)
  expect(kept().completing).not.toBeNull()
})

it('writes no ticket once another window is the till', async () => {
  const ticket = useTicket()
  ticket.add(tea, PIECE)
  useSeat().state = 'elsewhere'
  ticket.follow({ ...tea, price: fen(400) })
  await Promise.resolve()
  expect(kept().ticket.lines[0]?.price).toBe(300)
})
