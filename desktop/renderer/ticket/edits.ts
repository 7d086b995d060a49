/** What a cashier with the right may do to a line by hand. Pure; the host checks the rights again at the end. */
import type { Ticket, TicketLine, TicketOff } from '#shared/cart/ticket.ts'
import type { Rounding } from '#shared/catalog/promotion.ts'
import { type Fen, fen, roundHalfUp, ZERO } from '#shared/money/money.ts'
import { amountOfLine } from '#shared/pricing/price.ts'
import { formatQuantity, type Milli } from '#shared/quantity/quantity.ts'

function changeLine(ticket: Ticket, lineId: string, change: (line: TicketLine) => TicketLine): Ticket {
  return { ...ticket, lines: ticket.lines.map((line) => (line.id === lineId ? change(line) : line)) }
}

/** Charges another price than the listed one, in fen per unit. */
export function overridePrice(ticket: Ticket, lineId: string, price: Fen): Ticket {
  return changeLine(ticket, lineId, (line) => ({ ...line, price, discount: ZERO }))
}

/** Takes `off` fen (not negative) off a line; more than the line comes to is cut to that. A return's discount has its sign. */
export function discountLine(ticket: Ticket, lineId: string, off: Fen): Ticket {
  return changeLine(ticket, lineId, (line) => {
    const amount = amountOfLine(line)
    const size = Math.min(off, Math.abs(amount))
    return { ...line, discount: fen(Math.sign(amount) * size) }
  })
}

/** What `percent` of a line's amount is, in fen: 10 for nine tenths of the price. */
export function percentOff(line: TicketLine, percent: number): Fen {
  return roundHalfUp(Math.abs(amountOfLine(line)), percent, 100)
}

/** Listed price, no discount. */
export function plainLine(ticket: Ticket, lineId: string): Ticket {
  return changeLine(ticket, lineId, (line) => ({ ...line, price: line.list, discount: ZERO }))
}

/** Takes something off the whole ticket, in the place of what was off before. Nothing off is none. */
export function discountTicket({ off: _before, ...ticket }: Ticket, off: TicketOff): Ticket {
  return off.kind === 'amount' && off.fen === 0 ? ticket : { ...ticket, off }
}
/** Rounds the total down, or not, whatever the shop does. */
export function roundTicket(ticket: Ticket, round: Rounding): Ticket {
  return { ...ticket, round }
}
/** Nothing off the whole by hand, and rounded as the shop does. */
export function plainTicket({ off: _off, round: _round, ...ticket }: Ticket): Ticket {
  return ticket
}

/** A line's quantity in its own unit as people read it: `2` pieces, `1.250` of a weighed unit. */
export function quantityText(line: Pick<TicketLine, 'pricing' | 'quantity' | 'per'>): string {
  if (line.pricing === 'piece') return formatQuantity(line.quantity)
  const thousandths = roundHalfUp(line.quantity, 1000, line.per)
  return formatQuantity(thousandths, line.per >= 500 ? 3 : 0)
}

/** A weight typed in a unit of `per` grams (thousandths of that unit) in grams. */
export function gramsOf(thousandths: Milli, per: number): Milli {
  return roundHalfUp(thousandths, per, 1000) as number as Milli
}
