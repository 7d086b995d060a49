/**
 * The open ticket: what the screen holds before a sale is complete. Pure values; every function returns a new
 * ticket. It knows prices only as they were when the line was added or last refreshed.
 */
import { z } from 'zod'
import type { Good } from '../catalog/good.ts'
import { RoundingSchema } from '../catalog/promotion.ts'
import { IdSchema, type Id } from '../identity/ids.ts'
import { type Fen, PriceSchema, ZERO } from '../money/money.ts'
import { MilliSchema, type Milli, PricingSchema, milli, thousandthsPer } from '../quantity/quantity.ts'

/** What was scanned, where it said more than which good it is: `amount` in fen, without a sign, is charged as it stands. */
export const LineLabelSchema = z.object({ text: z.string().min(1).max(500), amount: PriceSchema.nullable() })
export type LineLabel = z.output<typeof LineLabelSchema>

export const TicketLineSchema = z.object({
  id: IdSchema,
  good: IdSchema,
  code: z.string(),
  name: z.string(),
  unit: z.string(),
  pricing: PricingSchema,
  /** thousandths one price is for */
  per: z.int().min(1),
  /** thousandths; negative is a return */
  quantity: MilliSchema.refine((value) => value !== 0, 'zero quantity'),
  /** fen per unit, as charged */
  price: PriceSchema,
  /** fen per unit, as listed when the line was last refreshed; differs from price only by an override */
  list: PriceSchema,
  /** fen taken off this line by hand; has the line's sign */
  discount: z.int().transform((value) => value as Fen),
  /** The good's, which promotions go by; absent in tickets of before there were any. */
  category: z.string().max(40).optional(),
  label: LineLabelSchema.optional(),
})
export type TicketLine = z.output<typeof TicketLineSchema>

/** Taken off the whole ticket by hand: fen, or per cent of what it comes to. */
export const TicketOffSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('amount'), fen: PriceSchema }),
  z.object({ kind: z.literal('percent'), percent: z.int().min(1).max(100) }),
])
export type TicketOff = z.output<typeof TicketOffSchema>
/** A ticket becomes the sale of the same id, so a completion that is tried twice is one sale. */
export const TicketSchema = z.object({
  id: IdSchema, lines: z.array(TicketLineSchema).max(500), openedAt: z.int(),
  off: TicketOffSchema.optional(),
  /** Rounded down as the cashier said (抹零), and not as the shop does. */
  round: RoundingSchema.optional(),
  /** Who buys: for prices that are the members', and for their points and stored value. */
  member: IdSchema.optional(),
  /** A coupon that is to be taken off it. */
  coupon: IdSchema.optional(),
})
export type Ticket = z.output<typeof TicketSchema>

export function emptyTicket(id: Id, at: number): Ticket {
  return { id, lines: [], openedAt: at }
}

/** Adds a good; pieces of the same good at the same price join its line, a weighing or a label is always a line of its own. */
export function addGood(ticket: Ticket, lineId: Id, good: Good, quantity: Milli, label?: LineLabel): Ticket {
  const same = ticket.lines.find((line) => line.good === good.id && line.pricing === 'piece' && line.price === good.price
    && line.list === good.price && line.discount === 0 && !line.label && Math.sign(line.quantity) === Math.sign(quantity))
  if (!label && same && good.pricing === 'piece') return setQuantity(ticket, same.id, milli(same.quantity + quantity))
  const line: TicketLine = {
    id: lineId, good: good.id, code: good.code, name: good.name, unit: good.unit, pricing: good.pricing,
    per: thousandthsPer(good.pricing, good.unit), quantity, price: good.price, list: good.price, discount: ZERO, category: good.category, ...(label && { label }),
  }
  return { ...ticket, lines: [...ticket.lines, line] }
}

/** Sets a line's quantity; zero removes the line. A hand discount goes, since it was given for the old amount, and a label, which said another. */
export function setQuantity(ticket: Ticket, lineId: Id, quantity: Milli): Ticket {
  if (quantity === 0) return removeLine(ticket, lineId)
  return { ...ticket, lines: ticket.lines.map((line) => {
    if (line.id !== lineId) return line
    const { label: _label, ...plain } = line
    return { ...plain, quantity, discount: ZERO }
  }) }
}

export function removeLine(ticket: Ticket, lineId: Id): Ticket {
  return { ...ticket, lines: ticket.lines.filter((line) => line.id !== lineId) }
}

/**
 * A line of `good` as the good is now; an overridden price stays as the cashier set it. The open ticket and the sale go
 * through here alike, or a good whose unit was edited would come to one total on the screen and to another at the host.
 */
export function refreshLine(line: TicketLine, good: Good): TicketLine {
  const overridden = line.price !== line.list
  return {
    ...line, code: good.code, name: good.name, unit: good.unit, pricing: good.pricing, per: thousandthsPer(good.pricing, good.unit),
    category: good.category, list: good.price, price: overridden ? line.price : good.price,
  }
}

/** Brings the lines of an edited good up to date. */
export function refreshGood(ticket: Ticket, good: Good): Ticket {
  if (!ticket.lines.some((line) => line.good === good.id)) return ticket
  return { ...ticket, lines: ticket.lines.map((line) => (line.good === good.id ? refreshLine(line, good) : line)) }
}
