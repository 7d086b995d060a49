/**
 * Taking goods back, as a pure decision: facts, a command and a context give a plan or a refusal. What is paid back comes
 * from what was paid, never from the screen: where the two differ the cashier is told, and nothing is paid that nobody saw.
 */
import type { Good } from '../catalog/good.ts'
import type { Id } from '../identity/ids.ts'
import type { Right, Staff } from '../identity/staff.ts'
import { postings } from '../ledger/postings.ts'
import { type Fen, fen } from '../money/money.ts'
import type { Move } from '../payments/purse.ts'
import { accountOf, ChannelSchema } from '../payments/tender.ts'
import { sumOffs } from '../pricing/offs.ts'
import { amountOf, type Milli, thousandthsPer } from '../quantity/quantity.ts'
import type { Sale } from './events.ts'
import { type Refund, type RefundLine, type RefundReason, type ReturnRule, SaleRefunded, type StockEnd } from './refund-events.ts'
import { type ReturnRules, whyNot } from './return-rules.ts'
import { may, type Refusal } from './sale.ts'
import { type Customer, after } from './payment.ts'
import { type Back, grossShareOf, NOTHING_BACK, paidInAll, partBack, pointsBack, shareOf, waysBack } from './share.ts'

/** A sale of this ledger, and what came back of it: by line here, and in all, here and as far as the cloud said elsewhere. */
export interface SoldFacts {
  readonly sale: Sale
  readonly back: ReadonlyMap<number, Back>
  readonly backInAll: Fen
  /** What was paid back here, by channel. */
  readonly backBy: ReadonlyMap<string, number>
  /** Whose sale it was; undefined where it was nobody's, or they are no member any more. */
  readonly customer?: Customer | undefined
}
export interface RefundFacts {
  readonly staff: Staff
  readonly approved: ReadonlySet<string>
  /** Who approved, where somebody did. */
  readonly approvedBy: Id | null
  readonly shift: Id
  readonly date: string
  readonly no: string
  readonly till: string
  readonly rules: ReturnRules
  /** null where this ledger doesn't have the sale, or there was no receipt. */
  readonly sold: SoldFacts | null
  /** fen that can still be paid back of a sale that only the cloud knows; null where it has not said. */
  readonly leftElsewhere: Fen | null
  /** Whose stored value it goes back to where this ledger doesn't have the sale: nobody here knows how it was paid, and the one who allows it says so. */
  readonly customer?: Customer | undefined
  good(id: Id): Good | undefined
}
export interface RefundCommand {
  readonly refund: Id
  /** What a receipt of another ledger says: the sale, its number, its till. null without a receipt. */
  readonly receipt: { readonly sale: Id | null; readonly no: string | null; readonly till: string | null } | null
  readonly lines: readonly {
    /** null: not by a line of the sale; then `good` says what, and `amount` what is paid for it */
    readonly line: number | null
    readonly good: Id
    readonly quantity: Milli
    /** fen; only looked at without a line */
    readonly amount: Fen
    readonly stock: StockEnd
  }[]
  readonly reason: RefundReason
  readonly note: string
  /** fen, as the screen showed it */
  readonly total: Fen
  readonly channel: string
  readonly exchange: Id | null
}
export interface RefundEvent { readonly id: Id; readonly type: 'sale.refunded'; readonly v: 1; readonly body: Refund }

/** The number of a refund: `YYYYMMDD-TT-T` and the count of the day. */
export const refundNumberPrefix = (salePrefix: string): string => `${salePrefix}T`

export function decideRefund(facts: RefundFacts, command: RefundCommand): { event: RefundEvent } | { refused: Refusal } {
  if (command.lines.length === 0) return { refused: { code: 'refund.empty' } }
  const allows = (right: Right): boolean => may(facts.staff, right) || facts.approved.has(right)
  const taken = facts.sold ? ofSale(facts, facts.sold, command, allows) : freely(facts, command, allows)
  if ('refused' in taken) return taken
  const { lines, needed } = taken
  const total = fen(lines.reduce((sum, { amount }) => sum + amount, 0))
  if (total !== command.total) return { refused: { code: 'refund.total_changed', detail: { total, shown: command.total } } }
  const { sold } = facts
  const channels = sold?.sale.tenders.map(({ channel }) => channel as string) ?? (facts.customer ? ['stored_value'] : [])
  if (command.channel !== 'cash' && !channels.includes(command.channel)) return { refused: { code: 'refund.channel', detail: { channel: command.channel } } }
  const customer = sold ? sold.customer : command.channel === 'stored_value' ? facts.customer : undefined
  // Of a member who is none any more nobody keeps points or value: it is paid out.
  const ways = sold ? waysBack(sold.sale.tenders, sold.backBy).filter((way) => customer || !isPurse(way.channel)) : []
  const parts = sold && (customer || command.channel !== 'cash') ? partBack(total, command.channel, ways) : [{ channel: command.channel, amount: total }]
  // By the shop's own code somebody pays it back by hand, there and then.
  const tenders = parts.map(({ channel, amount }) => ({ channel, amount, due: channel !== 'cash' && channel !== 'static_code' && !isPurse(channel), ...viaOf(sold?.sale, channel) }))
  const moves = !customer ? [] : sold ? movesBack(sold, customer, total, parts) : [{ member: customer.member, purse: 'value' as const, delta: total, why: 'refunded' as const }]
  const coupons = sold ? couponsBack(sold, lines) : []
  const body: Refund = {
    refund: command.refund, no: facts.no, shift: facts.shift, staff: facts.staff.id, date: facts.date,
    sale: sold?.sale.sale ?? command.receipt?.sale ?? null, saleNo: sold?.sale.no ?? command.receipt?.no ?? null, saleTill: sold ? facts.till : command.receipt?.till ?? null,
    known: sold !== null, reason: command.reason, note: command.note, lines, total,
    tenders,
    allowedBy: [...needed].some((right) => !may(facts.staff, right)) ? facts.approvedBy : null, exchange: command.exchange,
    postings: postings([['returns', total], ...tenders.map(({ channel, amount, due }) => [due ? `refund_due:${channel}` : accountOf({ channel: ChannelSchema.parse(channel) }), fen(-amount)] as const)]),
    ...customer && { member: { member: customer.member, points: after(customer.balance, moves, 'points'), value: after(customer.balance, moves, 'value') } },
    ...moves.length > 0 && { moves },
    ...coupons.length > 0 && { coupons },
  }
  return { event: { id: command.refund, type: SaleRefunded.type, v: 1, body } }
}

/** By the shop's own code that the sale was paid by, its money goes back. */
function viaOf(sale: Pick<Sale, 'tenders'> | undefined, channel: string): { via?: string } {
  const via = channel === 'static_code' ? sale?.tenders.find((tender) => tender.channel === channel)?.via : undefined
  return via === undefined ? {} : { via }
}

/** A coupon was for the ticket as a whole: its use is undone once all of that is back, and not before. */
function couponsBack({ sale, back }: SoldFacts, lines: readonly RefundLine[]): Id[] {
  const left = sale.lines.map(({ quantity }, index) => quantity - (back.get(index)?.quantity ?? 0))
  for (const { line, quantity } of lines) if (line !== null) left[line]! -= quantity
  if (left.some((quantity) => quantity > 0)) return []
  return sumOffs(sale.lines).flatMap(({ why, coupon }) => (why === 'coupon' && coupon !== undefined ? [coupon] : []))
}

const isPurse = (channel: string): boolean => channel === 'points' || channel === 'stored_value'

/** What a refund does to its member's purses. */
function movesBack({ sale, back, backBy }: SoldFacts, { member }: Customer, total: number, parts: readonly { channel: string; amount: Fen }[]): Move[] {
  const points = (why: Move['why']): number => Math.abs((sale.moves ?? []).reduce((sum, move) => sum + (move.purse === 'points' && move.why === why ? move.delta : 0), 0))
  const by = (channel: string): number => parts.reduce((sum, part) => sum + (part.channel === channel ? part.amount : 0), 0)
  const byPoints = sale.tenders.reduce((sum, { channel, amount }) => sum + (channel === 'points' ? amount : 0), 0)
  const { returned, refunded } = pointsBack(
    { earned: points('earned'), spent: points('spent'), paid: paidInAll(sale), byPoints },
    { paid: [...back.values()].reduce((sum, { amount }) => sum + amount, 0), points: backBy.get('points') ?? 0 }, { paid: total, points: by('points') },
  )
  const moves: Move[] = [
    { member, purse: 'points', delta: -returned, why: 'returned' },
    { member, purse: 'points', delta: refunded, why: 'refunded' },
    { member, purse: 'value', delta: by('stored_value'), why: 'refunded' },
  ]
  return moves.filter(({ delta }) => delta !== 0)
}

type Taken = { readonly lines: RefundLine[]; readonly needed: ReadonlySet<Right> } | { readonly refused: Refusal }

/** Lines of a sale that this ledger has. */
function ofSale(facts: RefundFacts, { sale, back, backInAll }: SoldFacts, command: RefundCommand, allows: (right: Right) => boolean): Taken {
  const needed = new Set<Right>()
  const lines: RefundLine[] = []
  const seen = new Map(back)
  for (const { line: index, quantity, stock } of command.lines) {
    const line = index === null ? undefined : sale.lines[index]
    if (index === null || !line || line.quantity <= 0) return { refused: { code: 'refund.line_unknown' } }
    const before = seen.get(index) ?? NOTHING_BACK
    if (quantity <= 0 || before.quantity + quantity > line.quantity) return { refused: { code: 'refund.too_many', detail: { name: line.name, left: (line.quantity - before.quantity) / 1000 } } }
    const over: ReturnRule | null = whyNot(facts.rules, { category: facts.good(line.good)?.category ?? '', date: sale.date }, facts.date, command.reason)
    if (over) {
      if (!allows('return.against_rules')) return { refused: { code: over === 'late' ? 'refund.late' : 'refund.exempt', detail: { name: line.name, days: facts.rules.returnDays } } }
      needed.add('return.against_rules')
    }
    const amount = shareOf(line, before, quantity)
    seen.set(index, { quantity: before.quantity + quantity, amount: before.amount + amount })
    const { good, code, name, unit, pricing, per, price, list, cost } = line
    const gross = grossShareOf(line, before.quantity, quantity)
    lines.push({ line: index, good, code, name, unit, pricing, per, quantity, price, list, gross, amount, stock, over, ...cost !== undefined && { cost } })
  }
  const total = lines.reduce((sum, { amount }) => sum + amount, 0)
  // Goods taken back in the same ticket were paid with, and other tills may have paid back: the sum of all is what counts.
  const left = Math.max(0, paidInAll(sale) - backInAll)
  if (total > left) return { refused: { code: 'refund.beyond', detail: { left: left / 100 } } }
  return { lines, needed }
}

/** Goods by a receipt that this ledger doesn't know, or by none: somebody with the right decides, up to the shop's limit. */
function freely(facts: RefundFacts, command: RefundCommand, allows: (right: Right) => boolean): Taken {
  if (!allows('return.without_receipt')) return { refused: { code: 'staff.not_allowed', detail: { right: 'return.without_receipt' } } }
  const lines: RefundLine[] = []
  for (const { line, good: id, quantity, amount, stock } of command.lines) {
    const good = facts.good(id)
    if (line !== null || !good) return { refused: { code: 'refund.line_unknown' } }
    const per = thousandthsPer(good.pricing, good.unit)
    if (quantity <= 0) return { refused: { code: 'refund.too_many', detail: { name: good.name, left: 0 } } }
    const { code, name, unit, pricing, price, cost } = good
    lines.push({ line: null, good: id, code, name, unit, pricing, per, quantity, price, amount, stock, over: null, ...typeof cost === 'number' && { cost } })
    if (amount > amountOf(price, quantity, per)) return { refused: { code: 'refund.above_price', detail: { name } } }
  }
  const total = lines.reduce((sum, { amount }) => sum + amount, 0)
  if (facts.leftElsewhere !== null && total > facts.leftElsewhere) return { refused: { code: 'refund.beyond', detail: { left: facts.leftElsewhere / 100 } } }
  if (total > facts.rules.returnCap) return { refused: { code: 'refund.over_cap', detail: { cap: facts.rules.returnCap / 100 } } }
  return { lines, needed: new Set<Right>(['return.without_receipt']) }
}
