/**
 * What a ticket comes to. The screen and the till's host call the same function with the same rules, so they can't disagree.
 * First what was priced by hand, then promotions, then what is off the whole ticket by hand, then what a birthday and a coupon
 * give, and last the total is rounded.
 */
import type { Ticket, TicketLine } from '../cart/ticket.ts'
import type { Promotion, Rounding } from '../catalog/promotion.ts'
import type { Id } from '../identity/ids.ts'
import { type Fen, fen, roundHalfUp, sum } from '../money/money.ts'
import { amountOf, type Milli } from '../quantity/quantity.ts'
import { type Gifts, type Off, type OffWhy, offOf, sumOffs } from './offs.ts'
import { type OpenLine, applyPromotions, shareOut } from './promotions.ts'

export interface PricedLine {
  readonly id: string
  /** fen at the listed price */
  readonly gross: Fen
  /** fen off the listed price, the sum of `offs`; negative where an override is dearer */
  readonly discount: Fen
  /** fen to pay for the line: gross − discount */
  readonly net: Fen
  /** What was taken off, in the order in which it was. */
  readonly offs: readonly Off[]
}
export interface PricedTicket {
  readonly lines: readonly PricedLine[]
  readonly gross: Fen
  readonly discount: Fen
  readonly total: Fen
  /** Pieces, a weighing counting as one. */
  readonly pieces: number
}

/** What the shop's prices go by, besides the list. */
export interface PricingRules {
  readonly promotions: readonly Promotion[]
  /** UTC ms that decides which promotions hold, and the shop's zone. */
  readonly at: number
  readonly zone: string
  /** How every total is rounded unless the cashier says otherwise. */
  readonly rounding: Rounding
  /** Per cent that a cashier may take off by hand without leave. */
  readonly handLimit: number
  /** What this ticket's customer gets. */
  readonly gifts?: Gifts | undefined
}
export const NO_RULES: PricingRules = { promotions: [], at: 0, zone: 'Asia/Shanghai', rounding: 'none', handLimit: 0 }

type Priceable = Pick<TicketLine, 'id' | 'quantity' | 'price' | 'list' | 'per' | 'discount' | 'pricing' | 'label'> & Partial<Pick<TicketLine, 'good' | 'category'>>
/** What is said of the whole ticket. */
export type Terms = Pick<Ticket, 'off' | 'round' | 'member'>

const STEPS: Readonly<Record<Rounding, number>> = { none: 1, jiao: 10, yuan: 100 }

/** Priced by hand: no promotion touches it. */
export const isByHand = ({ price, list, discount }: Pick<TicketLine, 'price' | 'list' | 'discount'>): boolean => price !== list || discount !== 0

export function priceTicket(lines: readonly Priceable[], terms: Terms = {}, rules: PricingRules = NO_RULES): PricedTicket {
  const open = lines.map(opened)
  applyPromotions(open.filter((line, i) => line.left > 0 && line.quantity > 0 && !isByHand(lines[i]!)), rules.promotions, { ...rules, isMember: terms.member !== undefined })
  if (terms.off) takeOffAll(open, 'ticket', offAsked(terms.off, sum(open.map(({ left }) => Math.max(0, left)))))
  if (rules.gifts) takeGifts(open, rules.gifts)
  const total = sum(open.map(({ left }) => left))
  if (total > 0) takeOffAll(open, 'rounding', total % STEPS[terms.round ?? rules.rounding])
  const priced = open.map(({ id, gross, left, offs }): PricedLine => ({ id, gross, discount: fen(gross - left), net: fen(left), offs }))
  return {
    lines: priced,
    gross: sum(priced.map((line) => line.gross)),
    discount: sum(priced.map((line) => line.discount)),
    total: sum(priced.map((line) => line.net)),
    pieces: lines.reduce((count, line) => count + (line.pricing === 'weight' ? Math.sign(line.quantity) : line.quantity / 1000), 0),
  }
}

/** What a line comes to before a hand discount, in fen: at its price, or as its label says where nobody set another price. */
export function amountOfLine(line: Pick<Priceable, 'list' | 'price' | 'quantity' | 'per' | 'label'>, price: Fen = line.price): Fen {
  const said = line.label?.amount ?? null
  if (said !== null && price === line.list) return fen(Math.sign(line.quantity) * said)
  return amountOf(price, line.quantity as Milli, line.per)
}

type Opened = OpenLine & { readonly gross: Fen; readonly price: Fen; readonly discount: Fen }
function opened(line: Priceable): Opened {
  const gross = amountOfLine(line, line.list)
  const charged = amountOfLine(line)
  const offs: Off[] = []
  if (charged !== gross) offs.push(offOf('price', fen(gross - charged)))
  if (line.discount !== 0) offs.push(offOf('discount', line.discount))
  const { id, good = '', category, pricing, per, quantity, list, price, discount } = line
  return { id, good, category, pricing, per, quantity, list, price, discount, gross, left: charged - discount, offs }
}

function offAsked(off: NonNullable<Terms['off']>, most: Fen): number {
  return Math.min(most, off.kind === 'percent' ? roundHalfUp(most, off.percent, 100) : off.fen)
}

/** The birthday's is of what the goods come to, the coupon's of what that leaves; what a coupon asks for at least is asked of the goods. Nothing off what comes back. */
function takeGifts(lines: readonly Opened[], { birthday, coupon }: Gifts): void {
  const goods = sum(lines.map(({ left }) => left))
  if (goods <= 0) return
  const ofBirthday = Math.floor(goods * birthday / 100)
  const left = goods - ofBirthday
  takeOffAll(lines, 'birthday', ofBirthday)
  if (!coupon || goods < coupon.least) return
  const ofCoupon = 'fen' in coupon.off ? coupon.off.fen : Math.floor(left * coupon.off.percent / 100)
  takeOffAll(lines, 'coupon', Math.min(left, ofCoupon), { id: coupon.coupon, name: coupon.name })
}

/** fen that the goods come to for a coupon: before it, the birthday and rounding. */
export function goodsTotal({ total, lines }: Pick<PricedTicket, 'total' | 'lines'>): Fen {
  return fen(sumOffs(lines).reduce<number>((all, off) => all + (off.why === 'birthday' || off.why === 'coupon' || off.why === 'rounding' ? off.fen : 0), total))
}

/** Shares an amount out to what is to be paid for; ties go by what a line is and not by where it stands. */
function takeOffAll(lines: readonly Opened[], why: OffWhy, amount: number, of?: { readonly id: Id; readonly name: string }): void {
  if (amount <= 0) return
  const paid = lines.filter(({ left }) => left > 0).sort((a, b) => b.left - a.left || order(a.good, b.good) || b.quantity - a.quantity || b.price - a.price || b.discount - a.discount || order(a.id, b.id))
  const parts = shareOut(amount, paid.map(({ left }) => left))
  paid.forEach((line, i) => {
    const part = parts[i]!
    if (part === 0) return
    line.left -= part
    line.offs.push(offOf(why, fen(part), of))
  })
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
