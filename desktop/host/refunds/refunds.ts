/** Goods that come back: finding their sale, what can be paid for them, paying it; alone, or in exchange for others. */
import { TillError } from '#shared/host/frames.ts'
import type { CallArgs, CallResult } from '#shared/host/contract.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { RefundView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { normalPhone } from '#shared/identity/person.ts'
import { type Fen, fen } from '#shared/money/money.ts'
import { mainOf } from '#shared/members/member.ts'
import { heldOf } from '#shared/payments/purse.ts'
import type { Sale } from '#shared/sales/events.ts'
import { type Customer, moved } from '#shared/sales/payment.ts'
import { readReceiptText } from '#shared/sales/find.ts'
import { decideRefund, type RefundCommand, refundNumberPrefix, type SoldFacts } from '#shared/sales/refund.ts'
import { SaleRefunded } from '#shared/sales/refund-events.ts'
import { exemptWord, whyNot } from '#shared/sales/return-rules.ts'
import { decideSale, saleNumberPrefix } from '#shared/sales/sale.ts'
import { paidInAll, waysBack } from '#shared/sales/share.ts'
import type { PrintRequest } from '#shared/ports/ports.ts'
import { type Context, isRepeat, signedIn, today } from '../context.ts'
import { couponView, customerOf, isKnown } from '../members/member-views.ts'
import { papersOf } from '../paper/paper.ts'
import { saleFacts } from '../sales.ts'
import { refundBody, saleBody, saleRowView, saleView, tillOf, viewOf } from '../views.ts'

/** What a sale names is in its text alone, and two years of texts take seconds to look through: without a day, the last hundred. */
const LOOKED_THROUGH_MS = 100 * 86_400_000

type Calls = 'sale.find' | 'sale.refundable' | 'sale.refund'

export function refundHandlers(context: Context): Pick<Handlers, Calls> {
  const { store } = context
  return {
    'sale.find': (asked) => find(context, asked),

    'sale.refundable'({ sale: id }) {
      const { body } = saleBody(store, id)
      const back = store.saleBack(id)
      const shop = store.shop()
      const customer = customerOfSale(context, body)
      const lines = body.lines.map((line, index) => {
        const category = store.listed(line.good)?.category ?? ''
        const { quantity, amount } = back.lines.get(index) ?? { quantity: 0, amount: 0 }
        return { quantity, amount: fen(amount), rule: whyNot(shop, { category, date: body.date }, today(context), 'no_reason'), word: exemptWord(shop, category) ?? null }
      })
      return {
        sale: saleView(store, id), lines, left: fen(Math.max(0, paidInAll(body) - back.here - back.elsewhere)), elsewhere: fen(back.elsewhere),
        ways: customer || body.tenders.some(({ channel }) => channel === 'static_code') ? waysBack(body.tenders, backBy(context, id)).filter(({ channel }) => customer || channel === 'cash' || channel === 'static_code') : [],
        customer: customer ? { member: customer.member, points: heldOf(customer.holdings.points), value: heldOf(customer.holdings.value) } : null,
        refunds: store.refundsOf(id).map(({ total, ...refund }) => ({ ...refund, total: fen(total) })),
      }
    },

    'sale.refund'(asked) {
      const { key, lines, total, exchange } = asked
      if (isRepeat(context, key, SaleRefunded.type)) {
        const view = refundView(context, key)
        const same = view.total === total && view.lines.length === lines.length && (view.exchange?.sale ?? null) === (exchange?.ticket.id ?? null)
          && view.lines.every(({ good, quantity }, i) => good === lines[i]!.good && quantity === lines[i]!.quantity)
        if (!same) throw new TillError('key.reused', { key })
        return view
      }
      return refund(context, asked)
    },
  }
}

function find(context: Context, { text, date, from, to, amount, good, member, before, limit }: CallArgs<'sale.find'>): CallResult<'sale.find'> {
  const { store, clock } = context
  const read = readReceiptText(text)
  const shown = (rows: ReturnType<typeof store.findSales>): CallResult<'sale.find'>['sales'] => rows.map((row) => {
    const back = store.saleBack(row.sale)
    return { ...saleRowView(store, row), back: fen(back.here + back.elsewhere) }
  })
  if (read.kind === 'code') {
    const here = store.sale(read.sale)
    const isOurs = read.shop === store.shop().id
    return { sales: here ? shown([here]) : [], elsewhere: here || !isOurs ? null : { sale: read.sale, no: null, till: null } }
  }
  const typed = text.trim()
  const phone = read.kind === 'nothing' ? normalPhone(typed) : undefined
  const byPhone = phone === undefined ? [] : store.people.find('phone', phone)
  // What is no number of any kind is a good's code or name.
  const named = read.kind === 'nothing' && typed !== '' && byPhone.length === 0 ? (store.goodByCode(typed) ?? store.searchGoods(typed, 1)[0])?.id ?? null : undefined
  const names = [good, named].filter((id) => typeof id === 'string')
  const anyOf = [...new Set([...member === undefined ? [] : [member], ...byPhone].flatMap((id) => everybodyOf(context, id)))]
  const isLookedThrough = names.length + anyOf.length > 0 && date === undefined && to === undefined
  const sales = named === null ? [] : store.findSales({
    no: read.kind === 'no' ? read.no : undefined, ending: read.kind === 'ending' ? read.ending : undefined, date, from: from ?? (isLookedThrough ? clock.now() - LOOKED_THROUGH_MS : undefined), to,
    amount: amount ?? (read.kind === 'amount' ? read.fen : undefined), names, anyOf, before, limit,
  })
  const isElsewhere = read.kind === 'no' && sales.length === 0 && read.till !== store.identity().till
  return { sales: shown(sales), elsewhere: isElsewhere ? { sale: null, no: read.no, till: read.till } : null }
}

/** The member with everybody merged into them: their sales name whoever they were then. */
function everybodyOf({ store: { people } }: Context, member: Id): Id[] {
  const main = mainOf(people.member, member)
  return [main, ...people.mergedInto(main)]
}

function refund(context: Context, { key, sale: asked, receipt, lines, reason, note, total, channel, member, exchange }: CallArgs<'sale.refund'>): RefundView {
  const { store, clock, approvals } = context
  const staff = signedIn(context)
  // A receipt of this till is no other till's word: its lines are here, and so is what came back of them.
  const id = asked ?? (receipt?.sale ? store.sale(receipt.sale)?.sale : receipt?.no ? store.saleByNo(receipt.no)?.sale : undefined) ?? null
  const shift = store.openShift()
  if (!shift) throw new TillError('shift.none')
  if (exchange && channel !== 'cash') throw new TillError('refund.channel', { channel })
  const date = today(context)
  const { till } = store.identity()
  const prefix = saleNumberPrefix(date, till)
  const no = refundNumber(refundNumberPrefix(prefix), store.lastRefundNo(refundNumberPrefix(prefix)))
  const shop = store.shop()
  const good = (of: Id) => store.listed(of)
  const sold = id === null ? undefined : store.sale(id)
  const command: RefundCommand = { refund: key, receipt: id === null ? receipt : null, lines, reason, note, total, channel, exchange: exchange?.ticket.id ?? null }
  const decided = decideRefund({
    staff, approved: approvals.of(key), approvedBy: approvals.by(key), shift: shift.shift, date, no, till: sold === undefined ? till : tillOf(store, sold), rules: shop, sold: id === null ? null : soldFacts(context, id),
    leftElsewhere: command.receipt?.sale ? leftElsewhere(context, command.receipt.sale) : null, good,
    customer: id === null && member !== null ? customerOf(context, member) : undefined,
  }, command)
  if ('refused' in decided) throw new TillError(decided.refused.code, decided.refused.detail)
  const cash = decided.event.body.tenders.reduce((sum, tender) => sum + (tender.channel === 'cash' ? tender.amount : 0), 0)
  const prints: PrintRequest[] = [{ kind: 'refund', ref: key, copy: false, drawer: cash > 0 }]
  const events: { id: Id; type: string; v: number; body: object }[] = [decided.event]
  if (exchange) {
    const { ticket, total: due, given, value, points, priced } = exchange
    if (store.event(ticket.id)) throw new TillError('key.reused', { key: ticket.id })
    const facts = saleFacts(context, ticket, staff, shift.shift, priced?.at)
    const customer = facts.customer && moved(facts.customer, decided.event.body.moves ?? [])
    const sold = decideSale({ ...facts, customer }, { ticket, total: due, given: fen(given + cash), value, points, promotions: priced?.promotions })
    if ('refused' in sold) throw new TillError(sold.refused.code, sold.refused.detail)
    events.push(sold.event)
    prints.push(...papersOf(context, sold.event.body, sold.drawer && cash === 0))
  }
  const at = clock.now()
  store.commit({ events, prints }, at, staff.id)
  const view = refundView(context, key)
  if (view.exchange) context.emit('sale.completed', view.exchange)
  if (view.member || view.exchange?.member || view.coupons.length > 0) context.emit('members.changed', {})
  context.cloud.kick()
  context.printed()
  return view
}

/** What this till paid back for the sale, by channel in fen. */
function backBy({ store }: Context, sale: Id): ReadonlyMap<string, number> {
  const by = new Map<string, number>()
  for (const { refund } of store.refundsOf(sale)) for (const { channel, amount } of refundBody(store, refund).body.tenders) by.set(channel, (by.get(channel) ?? 0) + amount)
  return by
}

/** The member of a sale; undefined where it had none, or they are none any more. */
function customerOfSale(context: Context, { member }: Sale): Customer | undefined {
  return member && isKnown(context, mainOf(context.store.people.member, member.member)) ? customerOf(context, member.member) : undefined
}

/** fen, where the cloud has told what was paid for it. */
function leftElsewhere({ store }: Context, sale: Id): Fen | null {
  const { here, elsewhere, paid } = store.saleBack(sale)
  return paid === null ? null : fen(Math.max(0, paid - here - elsewhere))
}

function soldFacts(context: Context, id: Id): SoldFacts {
  const { store } = context
  const { body } = saleBody(store, id)
  const back = store.saleBack(id)
  return { sale: body, back: back.lines, backInAll: fen(back.here + back.elsewhere), backBy: backBy(context, id), customer: customerOfSale(context, body) }
}

const refundNumber = (prefix: string, last: string | undefined): string => prefix + String(last === undefined ? 1 : Number(last.slice(prefix.length)) + 1).padStart(4, '0')

function refundView(context: Context, id: Id): RefundView {
  const { store } = context
  const { body, at, seq } = refundBody(store, id)
  const { refund: own, no, saleNo, lines, total, tenders, known, exchange } = body
  const sold = exchange === null ? undefined : saleBody(store, exchange)
  return {
    refund: own, no, at, saleNo, lines, total, tenders, known, member: body.member ?? null, sent: seq <= store.acknowledged(),
    exchange: sold ? viewOf(store, sold.body, sold.at, sold.seq) : null,
    coupons: (body.coupons ?? []).flatMap((coupon) => store.coupon(coupon) ?? []).map((found) => couponView(found, today(context))).filter(({ usable }) => usable),
  }
}
