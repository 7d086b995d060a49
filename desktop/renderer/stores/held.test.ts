import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import { TillError } from '#shared/host/frames.ts'
import type { GoodView, HeldView } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'
import { PIECE } from '#shared/quantity/quantity.ts'
import type { HeldTicket, OpenTicket, Taking } from '../db.ts'
import { useHeld } from './held.ts'
import { useNotice } from './notice.ts'
import { useSeat } from './seat.ts'
import { useTicket } from './ticket.ts'

/** The screen's storage in memory; a transaction waits until the test lets it, and may fail. */
const disk = vi.hoisted(() => {
  interface Keyed { id: string; heldAt?: number }
  const table = <Row extends Keyed>() => {
    const rows = new Map<string, Row>()
    const toArray = async (): Promise<Row[]> => [...rows.values()]
    return {
      rows, toArray, orderBy: () => ({ toArray }),
      get: async (id: string) => rows.get(id),
      put: async (row: Row) => { rows.set(row.id, row) },
      delete: async (id: string) => { rows.delete(id) },
    }
  }
  return { held: table<HeldTicket>(), takings: table<Taking>(), open: undefined as unknown, gate: Promise.resolve() }
})
vi.mock('../db.ts', () => ({
  db: {
    held: disk.held, takings: disk.takings,
    open_tickets: { put: async (entry: OpenTicket) => { disk.open = entry } },
    transaction: async (_mode: string, ...rest: unknown[]) => {
      await disk.gate
      await (rest.at(-1) as () => Promise<void>)()
    },
  },
}))
/** The host in memory: what is held there, and every key it has done. `away`: no call reaches it; `mute`: it does, and no answer comes back. */
const host = vi.hoisted(() => ({ state: 'here' as 'here' | 'away' | 'mute', held: new Map<string, HeldView>(), done: new Map<string, unknown>(), asked: [] as string[] }))
vi.mock('../host/till.ts', () => ({
  newId: () => crypto.randomUUID(),
  till: () => ({
    call: async (name: string, input: { key: string; held: string; ticket: HeldView['ticket']; heldAt: number; open?: boolean }) => {
      if (host.state === 'away') throw new TillError('host.gone')
      host.asked.push(`${name}${input.open ? ' open' : ''}`)
      const answer = answerTo(name, input)
      if (host.state === 'mute') throw new TillError('host.gone')
      return answer
    },
  }),
}))
function answerTo(name: string, input: { key: string; held: string; ticket: HeldView['ticket']; heldAt: number }): unknown {
  if (name === 'ticket.held') return { held: [...host.held.values()] }
  if (name === 'goods.get') throw new TillError('good.not_found')
  if (host.done.has(input.key)) return host.done.get(input.key)
  const found = host.held.get(input.held)
  if (name === 'ticket.take' && !found) throw new TillError('ticket.gone')
  if (name === 'ticket.hold') host.held.set(input.key, { held: input.key, heldAt: input.heldAt, ticket: input.ticket, till: '01', here: true, by: null })
  else host.held.delete(input.held)
  const answer = { ticket: found?.ticket }
  host.done.set(input.key, answer)
  return answer
}
const settled = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 5) })
const kept = (): OpenTicket => disk.open as OpenTicket
const names = (entry: Pick<OpenTicket, 'ticket'>): string[] => entry.ticket.lines.map(({ name }) => name)
const goodOf = (name: string, n: number): GoodView => ({ ...GOOD_DEFAULTS, codes: [], id: `01890000-0000-7000-8000-00000000000${n}`, name, price: fen(300), stock: null })
const tea = goodOf('tea', 1)
const rice = goodOf('rice', 2)

beforeEach(() => {
  setActivePinia(createPinia())
  disk.held.rows.clear()
  disk.takings.rows.clear()
  host.state = 'here'
  host.held.clear()
  host.done.clear()
  host.asked.length = 0
  vi.restoreAllMocks()
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
  expect(useHeld().held.map((entry) => [entry.ticket.id, names(entry)])).toEqual([[id, ['tea']]])
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

describe('on the way to the host and back', () => {
  async function holdTea(): Promise<string> {
    useTicket().add(tea, PIECE)
    const { id } = useTicket().ticket
    await useHeld().hold()
    await settled()
    return id
  }

  it('a ticket leaves the screen when the host has it, and comes back from there', async () => {
    const id = await holdTea()
    expect([disk.held.rows.size, [...host.held.values()].map(({ ticket }) => ticket.id), useHeld().held.length]).toEqual([0, [id], 1])
    await useHeld().recall(useHeld().held[0]!)
    expect([useTicket().ticket.id, kept().ticket.id, host.held.size, disk.takings.rows.size, useHeld().held]).toEqual([id, id, 0, 0, []])
  })

  it('held while the host is away it waits here, can be taken back at once, and the host hears of both', async () => {
    host.state = 'away'
    const id = await holdTea()
    expect([disk.held.rows.size, useHeld().held.map(names), names(useTicket())]).toEqual([1, [['tea']], []])
    await useHeld().recall(useHeld().held[0]!)
    await settled()
    expect([useTicket().ticket.id, useHeld().held]).toEqual([id, []])
    host.state = 'here'
    await useHeld().catchUp()
    expect([host.asked.filter((name) => name !== 'ticket.held'), host.held.size, disk.held.rows.size, useHeld().held]).toEqual([['ticket.hold', 'ticket.take open'], 0, 0, []])
  })

  it('without an answer it is said again, and is held once', async () => {
    host.state = 'mute'
    await holdTea()
    expect([host.held.size, disk.held.rows.size, useHeld().held.length]).toEqual([1, 1, 1])
    host.state = 'here'
    await useHeld().catchUp()
    expect([host.held.size, disk.held.rows.size, useHeld().held.length]).toEqual([1, 0, 1])
  })

  it('taken back while its holding is on the way, it is held nowhere', async () => {
    const gone = vi.spyOn(host.held, 'set')
    useTicket().add(tea, PIECE)
    await useHeld().hold()
    await useHeld().recall(useHeld().held[0]!)
    await settled()
    expect(gone).toHaveBeenCalledTimes(1)
    expect([names(useTicket()), host.held.size, disk.held.rows.size, useHeld().held]).toEqual([['tea'], 0, 0, []])
  })

  it.each([['opens it', false], ['sets it aside again when something else is open', true]])('a taking whose answer was lost is asked again, and %s', async (_what, busy) => {
    const id = await holdTea()
    host.state = 'mute'
    await useHeld().recall(useHeld().held[0]!)
    expect([names(useTicket()), disk.takings.rows.size, useNotice().notice?.tone]).toEqual([[], 1, 'attention'])
    if (busy) useTicket().add(rice, PIECE)
    host.state = 'here'
    await useHeld().catchUp()
    await settled()
    expect(disk.takings.rows.size).toBe(0)
    if (busy) expect([names(useTicket()), useHeld().held.map((entry) => entry.ticket.id)]).toEqual([['rice'], [id]])
    else expect([useTicket().ticket.id, kept().ticket.id, useHeld().held]).toEqual([id, id, []])
  })

  it('one that another till has taken meanwhile is refused, and what is open stays', async () => {
    await holdTea()
    useTicket().add(rice, PIECE)
    const [entry] = useHeld().held
    host.held.clear()
    await useHeld().recall(entry!)
    expect([names(useTicket()), disk.takings.rows.size, useNotice().notice?.tone, useHeld().held]).toEqual([['rice'], 0, 'refuse', []])
  })
})
