/**
 * Completing a ticket, as a pure decision: facts, a command and a context give a plan or a refusal. Prices come from the
 * facts, never from the screen: where the two differ the cashier is told, and nothing is sold at a total nobody saw.
 */
import { refreshLine, type Ticket, type TicketLine } from '../cart/ticket.ts'
import type { Good } from '../catalog/good.ts'
import type { Id } from '../identity/ids.ts'
import { RIGHTS, type Right, type Staff } from '../identity/staff.ts'
import { postings } from '../ledger/postings.ts'
import { FEN_MAX, type Fen, fen } from '../money/money.ts'
import { accountOf } from '../payments/tender.ts'
import { handNeeds } from '../pricing/by-hand.ts'
import { type CouponAtTicket, type Off, sumOffs } from '../pricing/offs.ts'
import { goodsTotal, NO_RULES, type PricingRules, priceTicket } from '../pricing/price.ts'
import { MILLI_MAX, type Milli } from '../quantity/quantity.ts'
import { isExpired, isSameLot, type Lot, lotTaker, type LotPart } from '../stock/lot.ts'
import { SaleCompleted, type Sale, type SaleLine } from './events.ts'
import { type Customer, type Payment, after, takePayment } from './payment.ts'

export interface SaleFacts {
  readonly staff: Staff
  /** What somebody else allowed for this sale, besides what `staff` may do. */
  readonly approved: ReadonlySet<string>
  readonly shift: Id
  /** Business date in the shop's zone. */
  readonly date: string
  /** The sale's number, unique for the till. */
  readonly no: string
  /** fen that may be paid back at once for goods that come back without their receipt */
  readonly returnCap: Fen
  good(id: Id): Good | undefined
  /** Whose ticket it is. */
  readonly customer?: Customer | undefined
  readonly coupon?: CouponAtTicket | undefined
  /** What prices go by at this moment, besides the list; nothing where not given. */
  readonly rules?: PricingRules
  /** The good's stock in thousandths, and which lots of it are there; absent where no lots are kept. */
  lots?(id: Id): { readonly stock: number; readonly left: readonly LotPart[] }
  /** What recalls stop of the good: all of it, or lots; absent or undefined where nothing is. */
  stopped?(id: Id): { readonly whole: boolean; readonly lots: readonly Lot[] } | undefined
  /** The lot of this good that a label names; undefined where it names none that is kept. */
  lotSaid?(text: string, good: Good): Lot | undefined
  /** Categories of which nothing expired is sold. */
  readonly expiredStops?: readonly string[]
  /** What a label says that this good costs, in fen; null where it says no amount, undefined where it is no label of this good. */
  labelled(text: string, good: Good): Fen | null | undefined
}
/** What the screen took off by each promotion, in fen. */
export type ShownOffs = readonly { readonly promotion: Id; readonly fen: number }[]
export interface SaleCommand {
  readonly ticket: Ticket
  /** fen, as the screen showed it */
  readonly total: Fen
  /** fen of cash handed over */
  readonly given: Fen
  /** What the member pays with: fen of stored value, and points. */
  readonly value?: number
  readonly points?: number
  /** What came by one of the shop's own codes. */
  readonly code?: Payment['code']
  /** Where the screen says what it went by, that is checked too. */
  readonly promotions?: ShownOffs | undefined
}
export interface Refusal {
  readonly code: string
  readonly detail?: Record<string, unknown>
}
export interface SaleEvent {
  readonly id: Id
  readonly type: 'sale.completed'
  readonly v: 1
  readonly body: Sale
}

/** Ten million yuan: more in one ticket is a slip, and the sums of all tickets must stay in the range of fen. */
const TICKET_MAX = FEN_MAX / 1000

/** Lots named by one line; a line that would need more leaves the last of them unnamed. */
const LOTS_MAX = 100
const NO_LOTS = { stock: 0, left: [] }

export function may(staff: Pick<Staff, 'role'>, right: Right): boolean {
  return RIGHTS[staff.role].includes(right)
}

/** `YYYYMMDD-TT-NNNN`: the date, the till's number, the count of the day. */
export function saleNumber(date: string, till: string, last: string | undefined): string {
  const prefix = saleNumberPrefix(date, till)
  const count = last === undefined ? 0 : Number(last.slice(prefix.length))
  return prefix + String(count + 1).padStart(4, '0')
}
export function saleNumberPrefix(date: string, till: string): string {
  return `${date.replaceAll('-', '')}-${till}-`
}

export function decideSale(facts: SaleFacts, command: SaleCommand): { event: SaleEvent; drawer: boolean } | { refused: Refusal } {
  const { ticket } = command
  if (ticket.lines.length === 0) return { refused: { code: 'sale.empty' } }
  const allows = (right: Right): boolean => may(facts.staff, right) || facts.approved.has(right)
  const lines: TicketLine[] = []
  for (const line of ticket.lines) {
    const good = facts.good(line.good)
    if (!good) return { refused: { code: 'good.not_found', detail: { name: line.name } } }
    if (!good.on) return { refused: { code: 'good.off_sale', detail: { name: good.name } } }
    const current = refreshLine(line, good)
    if (current.label && facts.labelled(current.label.text, good) !== current.label.amount) return { refused: { code: 'sale.label_changed', detail: { name: good.name } } }
    const refused = refuseLine(allows, current)
    if (refused) return { refused }
    lines.push(current)
  }
  const { customer, coupon } = facts
  const rules: PricingRules = { ...facts.rules ?? NO_RULES, gifts: { birthday: customer?.birthday ?? 0, coupon } }
  const takeLots = lotTaker((id) => facts.lots?.(id) ?? NO_LOTS)
  const said = lines.map((line) => (line.label && facts.lotSaid?.(line.label.text, facts.good(line.good)!)) ?? null)
  const lots = lines.map((line, i) => (line.quantity > 0 ? takeLots(line.good, line.quantity, said[i]) : []))
  for (const [i, line] of lines.entries()) {
    const lot = line.quantity > 0 ? stoppedLot(facts, line.good, said[i]!) : undefined
    if (lot !== undefined) return { refused: lot === '' ? { code: 'sale.recalled_whole', detail: { name: line.name } } : { code: 'sale.recalled', detail: { name: line.name, lot } } }
  }
  const expired = lines.find((line, i) => facts.expiredStops?.includes(facts.good(line.good)?.category ?? '') && lots[i]!.some((lot) => isExpired(lot, facts.date)))
  if (expired) return { refused: { code: 'sale.expired', detail: { name: expired.name } } }
  const priced = priceTicket(lines, ticket, rules)
  if (coupon && goodsTotal(priced) < coupon.least) return { refused: { code: 'coupon.least', detail: { least: coupon.least } } }
  if (Math.abs(priced.gross) > TICKET_MAX || Math.abs(priced.total) > TICKET_MAX) return { refused: { code: 'sale.too_large', detail: { name: lines[0]!.name } } }
  const need = handNeeds(lines, ticket, priced, rules).find(({ right }) => !allows(right))
  if (need) return { refused: { code: 'staff.not_allowed', detail: { right: need.right } } }
  const changed = command.promotions ? changedPromotions(command.promotions, sumOffs(priced.lines), rules) : []
  if (changed.length > 0) return { refused: { code: 'sale.promotions_changed', detail: { total: priced.total, shown: command.total, names: changed.join(' / ') } } }
  const back = priced.lines.reduce((sum, { net }, i) => sum - (lines[i]!.quantity < 0 ? net : 0), 0)
  if (back > facts.returnCap) return { refused: { code: 'refund.over_cap', detail: { cap: facts.returnCap / 100 } } }
  if (priced.total !== command.total) {
    const prices = lines.map((line) => ({ good: line.good, list: line.list, price: line.price }))
    return { refused: { code: 'sale.total_changed', detail: { total: priced.total, shown: command.total, prices } } }
  }
  const paid = takePayment(priced.total, { given: command.given, value: command.value ?? 0, points: command.points ?? 0, code: command.code ?? null }, customer)
  if ('refused' in paid) return paid
  const { tenders, moves } = paid
  const body: Sale = {
    sale: ticket.id, no: facts.no, shift: facts.shift, staff: facts.staff.id, date: facts.date,
    lines: lines.map((line, i): SaleLine => {
      const { gross, discount, net, offs } = priced.lines[i]!
      const cost = facts.good(line.good)?.cost ?? undefined
      return { good: line.good, code: line.code, name: line.name, unit: line.unit, pricing: line.pricing, per: line.per, quantity: line.quantity as Milli, price: line.price, list: line.list, gross, discount, net, ...offs.length > 0 && { offs: [...offs] }, ...(cost === undefined ? {} : { cost }), ...(lots[i]!.length > 0 && { lots: lots[i]!.slice(0, LOTS_MAX) as SaleLine['lots'] }), ...(line.label && { label: line.label.text }) }
    }),
    gross: priced.gross, discount: priced.discount, total: priced.total,
    tenders,
    postings: postings([...tenders.map((tender) => [accountOf(tender), tender.amount] as const), ['discounts', priced.discount], ['sales', fen(-priced.gross)]]),
    ...(customer && { member: { member: customer.member, points: after(customer.balance, moves, 'points'), value: after(customer.balance, moves, 'value') } }),
    ...(moves.length > 0 && { moves }),
  }
  return { event: { id: ticket.id, type: SaleCompleted.type, v: 1, body }, drawer: tenders.some(({ channel }) => channel === 'cash') }
}

/**
 * The number of the recalled lot that goods in somebody's hand are or may be of, empty where all of the good is recalled; undefined where they
 * are not. A lot that is still there stops what does not say its lot: nobody at the counter can tell which it is.
 */
export function stoppedLot(facts: Pick<SaleFacts, 'stopped' | 'lots'>, good: Id, said: Lot | null): string | undefined {
  const stopped = facts.stopped?.(good)
  if (!stopped) return undefined
  if (stopped.whole) return ''
  const there = said === null ? facts.lots?.(good).left ?? [] : [said]
  const hit = there.find((lot) => stopped.lots.some((each) => isSameLot(each, lot)))
  return hit && (hit.no || hit.expiry)
}

/** Names of promotions that take off something else than the screen said: edited, begun or over in between. */
function changedPromotions(shown: ShownOffs, offs: readonly Off[], { promotions }: PricingRules): string[] {
  const [before, now] = [new Map(shown.map((off) => [off.promotion, off.fen])), new Map(offs.flatMap((off) => (off.promotion === undefined ? [] : [[off.promotion, off.fen as number]])))]
  const ids = [...new Set([...before.keys(), ...now.keys()])].filter((id) => (before.get(id) ?? 0) !== (now.get(id) ?? 0))
  return ids.map((id) => promotions.find((each) => each.id === id)?.name ?? '–')
}

function refuseLine(allows: (right: Right) => boolean, line: TicketLine): Refusal | undefined {
  if (line.quantity < 0 && !allows('return.without_receipt')) return { code: 'sale.returns_not_allowed', detail: { name: line.name } }
  // Lines of a ticket are 500 at most: with each below this, no sum leaves the range of fen.
  const size = Math.max(line.price, line.list) / line.per * Math.abs(line.quantity)
  if (size > TICKET_MAX || Math.abs(line.quantity) > MILLI_MAX) return { code: 'sale.too_large', detail: { name: line.name } }
  const amount = priceTicket([{ ...line, discount: fen(0) }]).total
  if (line.discount !== 0 && (Math.sign(line.discount) !== Math.sign(amount) || Math.abs(line.discount) > Math.abs(amount))) {
    return { code: 'sale.discount_too_large', detail: { name: line.name } }
  }
  return undefined
}
