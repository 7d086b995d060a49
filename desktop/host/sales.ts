/** Sales: completing a ticket, finding it again, its paper. */
import type { Ticket, TicketLine } from '#shared/cart/ticket.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Staff } from '#shared/identity/staff.ts'
import type { Tender } from '#shared/payments/tender.ts'
import { SaleCompleted, type SaleLine } from '#shared/sales/events.ts'
import { decideSale, type SaleFacts, saleNumber, saleNumberPrefix } from '#shared/sales/sale.ts'
import { type Context, isRepeat, signedIn, today } from './context.ts'
import { labelled, lotSaid } from './codes.ts'
import { couponFor } from './members/coupons.ts'
import { customerOf } from './members/member-views.ts'
import { isRefund, papersOf, previewPicture, receiptPicture } from './paper/paper.ts'
import { rulesFor } from './promotions.ts'
import { saleBody, saleRowView, saleView, viewOf } from './views.ts'

type Calls = 'sale.complete' | 'sale.get' | 'sale.list' | 'sale.receipt' | 'receipt.preview' | 'sale.reprint'

export function salesHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock, done } = context
  return {
    'sale.complete'({ key, ticket, total, given, value, points, code, priced }) {
      if (key !== ticket.id) throw new TillError('call.invalid', { field: 'key', reason: 'the key of a sale is its ticket\'s id' })
      if (isRepeat(context, key, SaleCompleted.type)) {
        const view = saleView(store, key)
        if (view.total !== total || !samePayment(view.tenders, 'stored_value', value) || !samePayment(view.tenders, 'static_code', code?.fen ?? 0) || !sameLines(view.lines, ticket.lines)) throw new TillError('key.reused', { key })
        return view
      }
      const staff = signedIn(context)
      const shift = store.openShift()
      if (!shift) throw new TillError('shift.none')
      const decided = decideSale(saleFacts(context, ticket, staff, shift.shift, priced?.at), { ticket, total, given, value, points, code, promotions: priced?.promotions })
      if ('refused' in decided) throw new TillError(decided.refused.code, decided.refused.detail)
      const at = clock.now()
      const prints = papersOf(context, decided.event.body, decided.drawer)
      const [envelope] = store.commit({ events: [decided.event], prints }, at, staff.id)
      const view = viewOf(store, decided.event.body, at, envelope!.seq)
      context.emit('sale.completed', view)
      if (ticket.member !== undefined) context.emit('members.changed', {})
      context.cloud.kick()
      context.printed()
      return view
    },

    'sale.get'({ sale, no }) {
      const id = sale ?? (no === undefined ? undefined : store.saleByNo(no)?.sale)
      if (id === undefined) throw new TillError('sale.not_found')
      return saleView(store, id)
    },

    'sale.list'({ date, before, limit }) {
      return { sales: store.listSales({ date, before, limit }).map((row) => saleRowView(store, row)) }
    },

    'receipt.preview': ({ set, columns }) => ({ svg: previewPicture(context, set, columns) }),
    'sale.receipt': ({ sale, columns }) => ({ svg: receiptPicture(context, sale, columns) }),

    'sale.reprint'({ key, sale }) {
      signedIn(context)
      done.once(key, 'sale.reprint', () => {
        const kind = isRefund(context, sale) ? 'refund' : 'receipt'
        if (kind === 'receipt') saleBody(store, sale)
        store.commit({ events: [], prints: [{ kind, ref: sale, copy: true, drawer: false }] }, clock.now(), store.signedIn())
      })
      context.printed()
      return {}
    },
  }
}

/** What a ticket is sold by, now; `pricedAt` is when the screen priced it, in UTC ms. Throws TillError member.not_found, coupon.*. */
export function saleFacts(context: Context, ticket: Pick<Ticket, 'id' | 'member' | 'coupon'>, staff: Staff, shift: Id, pricedAt: number | undefined): SaleFacts {
  const { store } = context
  const date = today(context)
  const { till } = store.identity()
  const { returnCap, expiredStops } = store.shop()
  const customer = ticket.member === undefined ? undefined : customerOf(context, ticket.member)
  return {
    staff, approved: context.approvals.of(ticket.id), shift, date, no: saleNumber(date, till, store.lastNo(saleNumberPrefix(date, till))), returnCap, expiredStops,
    good: (id) => store.listed(id), lots: (id) => store.stock.lots(id), stopped: (id) => store.trace.stopped(id), lotSaid: (text, good) => lotSaid(context, text, good), rules: rulesFor(context, pricedAt),
    customer, coupon: ticket.coupon === undefined ? undefined : couponFor(context, ticket.coupon, customer?.member),
    labelled: (text, good) => labelled(context, text, good),
  }
}


/** Whether a ticket that comes again is the one that was completed: its goods and quantities, in their order. */
function sameLines(sold: readonly SaleLine[], asked: readonly TicketLine[]): boolean {
  return sold.length === asked.length && sold.every(({ good, quantity }, i) => good === asked[i]!.good && quantity === asked[i]!.quantity)
}

/** Whether so much was paid by this channel, or given back. */
const samePayment = (tenders: readonly Tender[], by: Tender['channel'], amount: number): boolean => (tenders.find(({ channel }) => channel === by)?.amount ?? 0) === amount
