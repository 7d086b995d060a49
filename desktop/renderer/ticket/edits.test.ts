import { describe, expect, it } from 'vitest'
import { addGood, emptyTicket, type Ticket } from '#shared/cart/ticket.ts'
import { GOOD_DEFAULTS, type Good } from '#shared/catalog/good.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { discountLine, gramsOf, overridePrice, percentOff, plainLine, quantityText } from './edits.ts'

const good = (over: Partial<Good>): Good => ({ ...GOOD_DEFAULTS, codes: [], id: '00000000-0000-7000-8000-000000000001', name: 'tea', price: fen(760), ...over })
const line = 'line'
const ticketOf = (over: Partial<Good>, quantity: number): Ticket => addGood(emptyTicket('ticket', 0), line, good(over), milli(quantity))
const total = (ticket: Ticket): number => priceTicket(ticket.lines).total

describe('hand edits of a line', () => {
  it('overrides a price and goes back to the listed one', () => {
    const dearer = overridePrice(ticketOf({}, 2000), line, fen(500))
    expect(total(dearer)).toBe(1000)
    expect(total(plainLine(dearer, line))).toBe(1520)
  })

  it('takes a discount off, at most the whole line, with the sign of a return', () => {
    expect(total(discountLine(ticketOf({}, 1000), line, fen(60)))).toBe(700)
    expect(total(discountLine(ticketOf({}, 1000), line, fen(9999)))).toBe(0)
    expect(total(discountLine(ticketOf({}, -1000), line, fen(60)))).toBe(-700)
  })

  it('computes a share of the line in fen', () => {
    expect(percentOff(ticketOf({ price: fen(333) }, 1000).lines[0]!, 10)).toBe(33)
    expect(percentOff(ticketOf({ price: fen(333) }, -1000).lines[0]!, 50)).toBe(167)
  })
})

describe('quantities in words', () => {
  const perHalfKilo = { pricing: 'weight', quantity: milli(1250), per: 500 } as const

  it('shows pieces plainly and weights with three decimals of their unit', () => {
    expect(quantityText({ pricing: 'piece', quantity: milli(2000), per: 1000 })).toBe('2')
    expect(quantityText({ ...perHalfKilo, per: 1000 })).toBe('1.250')
    expect(quantityText(perHalfKilo)).toBe('2.500')
    expect(quantityText({ ...perHalfKilo, per: 1 })).toBe('1250')
    expect(quantityText({ ...perHalfKilo, quantity: milli(-1250) })).toBe('-2.500')
  })

  it('reads a weight typed in another unit into grams', () => {
    expect(gramsOf(milli(2500), 500)).toBe(1250)
    expect(gramsOf(milli(1250), 1000)).toBe(1250)
    expect(gramsOf(milli(3333), 50)).toBe(167)
  })
})
