/** What a ticket comes to. The screen and the till's host call the same function, so they can't disagree. */
import type { TicketLine } from '../cart/ticket.ts'
import { type Fen, fen, sum } from '../money/money.ts'
import { amountOf, type Milli } from '../quantity/quantity.ts'

export interface PricedLine {
  readonly id: string
  /** fen at the listed price */
  readonly gross: Fen
  /** fen off the listed price: override and hand discount together; negative where the override is dearer */
  readonly discount: Fen
  /** fen to pay for the line: gross − discount */
  readonly net: Fen
}
export interface PricedTicket {
  readonly lines: readonly PricedLine[]
  readonly gross: Fen
  readonly discount: Fen
  readonly total: Fen
  /** Pieces, a weighing counting as one. */
  readonly pieces: number
}

type Priceable = Pick<TicketLine, 'id' | 'quantity' | 'price' | 'list' | 'per' | 'discount' | 'pricing' | 'label'>

/** What a line comes to before a hand discount, in fen: at its price, or as its label says where nobody set another price. */
export function amountOfLine(line: Omit<Priceable, 'id'>, price: Fen = line.price): Fen {
  const said = line.label?.amount ?? null
  if (said !== null && price === line.list) return fen(Math.sign(line.quantity) * said)
  return amountOf(price, line.quantity as Milli, line.per)
}

export function priceTicket(lines: readonly Priceable[]): PricedTicket {
  const priced = lines.map((line): PricedLine => {
    const gross = amountOfLine(line, line.list)
    const net = fen(amountOfLine(line) - line.discount)
    return { id: line.id, gross, discount: fen(gross - net), net }
  })
  return {
    lines: priced,
    gross: sum(priced.map((line) => line.gross)),
    discount: sum(priced.map((line) => line.discount)),
    total: sum(priced.map((line) => line.net)),
    pieces: lines.reduce((count, line) => count + (line.pricing === 'weight' ? Math.sign(line.quantity) : line.quantity / 1000), 0),
  }
}
