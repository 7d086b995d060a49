import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Good, GOOD_DEFAULTS, GoodSchema } from '../catalog/good.ts'
import { fen } from '../money/money.ts'
import { milli, PIECE } from '../quantity/quantity.ts'
import { priceTicket } from '../pricing/price.ts'
import { decideSale } from '../sales/sale.ts'
import { addGood, emptyTicket, refreshGood, removeLine, setQuantity, type Ticket, TicketSchema } from './ticket.ts'

const id = (n: number): string => `0190a5b0-0000-7000-8000-${String(n).padStart(12, '0')}`
const goodOf = (n: number, extra: Partial<Good> = {}): Good => ({ ...GoodSchema.parse({ ...GOOD_DEFAULTS, id: id(n), name: `商品${n}`, price: 100 * n }), ...extra })
const start = emptyTicket(id(900), 0)
const tea = goodOf(1)
const leaf = goodOf(2, { pricing: 'weight', unit: '斤' })
const brief = (ticket: Ticket): string[] => ticket.lines.map((line) => `${line.name} ${line.quantity} @${line.price}${line.discount ? ` -${line.discount}` : ''}`)

describe('adding', () => {
  test('pieces join their line; weighings, returns, other prices and discounts stay apart', () => {
    let ticket = addGood(addGood(start, id(10), tea, PIECE), id(11), tea, milli(2000))
    expect(brief(ticket)).toEqual(['商品1 3000 @100'])
    ticket = addGood(addGood(ticket, id(12), leaf, milli(350)), id(13), leaf, milli(350))
    expect(ticket.lines.slice(1).map(({ quantity, per }) => [quantity, per])).toEqual([[350, 500], [350, 500]])
    ticket = addGood(ticket, id(14), tea, milli(-1000))
    ticket = addGood(ticket, id(15), { ...tea, price: fen(90) }, PIECE)
    expect(brief(ticket)).toEqual(['商品1 3000 @100', '商品2 350 @200', '商品2 350 @200', '商品1 -1000 @100', '商品1 1000 @90'])
    const discounted = { ...ticket, lines: ticket.lines.map((line) => (line.id === id(10) ? { ...line, discount: fen(5) } : line)) }
    expect(addGood(discounted, id(16), tea, PIECE).lines).toHaveLength(6)
  })
})
test('a new quantity takes the hand discount with it; zero takes the line', () => {
  const ticket = addGood(start, id(10), tea, PIECE)
  const discounted = { ...ticket, lines: [{ ...ticket.lines[0]!, discount: fen(5) }] }
  expect(brief(setQuantity(discounted, id(10), milli(2000)))).toEqual(['商品1 2000 @100'])
  expect(setQuantity(ticket, id(10), milli(0)).lines).toEqual([])
  expect(removeLine(ticket, id(99))).toEqual(ticket)
})
test('an edited good reaches its lines; a price set by hand stays', () => {
  const ticket = addGood(start, id(10), tea, PIECE)
  const overridden = { ...ticket, lines: [...ticket.lines, { ...ticket.lines[0]!, id: id(11), price: fen(80) }] }
  const dearer = { ...tea, name: '新茶', price: fen(120) }
  expect(refreshGood(overridden, dearer).lines.map(({ name, price, list }) => [name, price, list])).toEqual([['新茶', 120, 120], ['新茶', 80, 120]])
  expect(refreshGood(ticket, leaf)).toBe(ticket)
})
test('a good sold by another unit than before comes to the same on the open ticket as at the host', () => {
  const staff = { id: id(800), no: '01', name: '店主', role: 'owner', active: true } as const
  const ticket = addGood(start, id(10), leaf, milli(500))
  for (const edited of [{ ...leaf, unit: '公斤', price: fen(380) }, { ...leaf, unit: '把', pricing: 'piece' as const, code: '77' }]) {
    const followed = refreshGood(ticket, edited)
    const { total } = priceTicket(followed.lines)
    const decided = decideSale({ staff, approved: new Set(), shift: id(801), date: '2026-11-23', no: '1', returnCap: fen(0), good: () => edited, labelled: () => undefined }, { ticket: followed, total, given: total })
    expect(decided).toMatchObject({ event: { body: { total, lines: [{ unit: edited.unit, code: edited.code }] } } })
  }
})

test('any run of commands gives a ticket the contract takes, and changes no ticket before it', () => {
  const command = fc.record({ kind: fc.constantFrom('add', 'set', 'remove', 'refresh'), which: fc.nat({ max: 4 }), quantity: fc.integer({ min: -5000, max: 5000 }), price: fc.nat({ max: 9999 }) })
  fc.assert(fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
    let ticket = start
    commands.forEach(({ kind, which, quantity, price }, step) => {
      const before = JSON.stringify(ticket)
      const good = goodOf(which + 1, { pricing: which % 2 ? 'weight' : 'piece', price: fen(price) })
      const line = ticket.lines[which]?.id ?? id(999)
      const next = kind === 'add' ? addGood(ticket, id(1000 + step), good, milli(quantity || 1)) : kind === 'set' ? setQuantity(ticket, line, milli(quantity)) : kind === 'remove' ? removeLine(ticket, line) : refreshGood(ticket, good)
      expect(JSON.stringify(ticket)).toBe(before)
      ticket = next
      expect(TicketSchema.parse(ticket)).toEqual(ticket)
      expect(new Set(ticket.lines.map((each) => each.id)).size).toBe(ticket.lines.length)
    })
  }))
})
