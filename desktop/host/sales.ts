/** Sales: completing a ticket, finding it again, its paper. */
import type { TicketLine } from '#shared/cart/ticket.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { fen } from '#shared/money/money.ts'
import { SaleCompleted, type SaleLine } from '#shared/sales/events.ts'
import { decideSale, saleNumber, saleNumberPrefix } from '#shared/sales/sale.ts'
import { type Context, isRepeat, signedIn, today } from './context.ts'
import { labelled } from './codes.ts'
import { receiptPicture } from './paper.ts'
import { receiptUrl, saleBody, saleView, viewOf } from './views.ts'

type Calls = 'sale.complete' | 'sale.get' | 'sale.list' | 'sale.receipt' | 'sale.reprint'

export function salesHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock, done } = context
  return {
    'sale.complete'({ key, ticket, total, given }) {
      if (key !== ticket.id) throw new TillError('call.invalid', { field: 'key', reason: 'the key of a sale is its ticket\'s id' })
      if (isRepeat(context, key, SaleCompleted.type)) {
        const view = saleView(store, key)
        if (view.total !== total || !sameLines(view.lines, ticket.lines)) throw new TillError('key.reused', { key })
        return view
      }
      const staff = signedIn(context)
      const shift = store.openShift()
      if (!shift) throw new TillError('shift.none')
      const date = today(context)
      const { till } = store.identity()
      const no = saleNumber(date, till, store.lastNo(saleNumberPrefix(date, till)))
      const decided = decideSale({ staff, approved: context.approvals.of(key), shift: shift.shift, date, no, good: (id) => store.listed(id), labelled: (text, good) => labelled(context, text, good) }, { ticket, total, given })
      if ('refused' in decided) throw new TillError(decided.refused.code, decided.refused.detail)
      const at = clock.now()
      const [envelope] = store.commit({ events: [decided.event], prints: [{ kind: 'receipt', ref: key, copy: false, drawer: decided.drawer }] }, at, staff.id)
      const view = viewOf(store, decided.event.body, at, envelope!.seq)
      context.emit('sale.completed', view)
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
      const sales = store.listSales({ date, before, limit }).map((row) => {
        const { body } = saleBody(store, row.sale)
        return {
          sale: row.sale, seq: row.seq, no: row.no, at: row.at, date: row.date, staff: row.staff, staffNo: store.staff(row.staff)?.no ?? '',
          gross: body.gross, discount: body.discount, total: fen(row.total), tenders: body.tenders,
          url: receiptUrl(store, row.sale), sent: row.seq <= store.acknowledged(),
        }
      })
      return { sales }
    },

    'sale.receipt': ({ sale, columns }) => ({ svg: receiptPicture(context, sale, columns) }),

    'sale.reprint'({ key, sale }) {
      signedIn(context)
      done.once(key, 'sale.reprint', () => {
        saleBody(store, sale)
        store.commit({ events: [], prints: [{ kind: 'receipt', ref: sale, copy: true, drawer: false }] }, clock.now(), store.signedIn())
      })
      context.printed()
      return {}
    },
  }
}

/** Whether a ticket that comes again is the one that was completed: its goods and quantities, in their order. */
function sameLines(sold: readonly SaleLine[], asked: readonly TicketLine[]): boolean {
  return sold.length === asked.length && sold.every(({ good, quantity }, i) => good === asked[i]!.good && quantity === asked[i]!.quantity)
}
