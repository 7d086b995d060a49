/** The till's paper: what a print job becomes for its printer, the picture of a receipt, and the printers' settings. */
import { topUpSlip } from '#shared/documents/member-paper.ts'
import { refundReceipt } from '#shared/documents/refund-receipt.ts'
import { cashSlip, saleReceipt, shiftReceipt, testReceipt } from '#shared/documents/receipt.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { PrinterSettings } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { PurseAdjusted, PurseToppedUp } from '#shared/payments/purse.ts'
import { CashMoved } from '#shared/sales/events.ts'
import { SaleRefunded } from '#shared/sales/refund-events.ts'
import type { PrintJob } from '#shared/ports/ports.ts'
import { profileNamed, profileOfColumns } from '#printers/profiles.ts'
import { toEscpos, toSvg } from '#printers/receipt.ts'
import { type Context, requireRight, signedIn } from './context.ts'
import { reportPaperOf } from './reports.ts'
import { stockPaper } from './stock/papers.ts'
import { recallPaper } from './trace/recalls.ts'
import { receiptUrl, refundBody, saleBody, shiftReport } from './views.ts'

type Calls = 'printer.list' | 'printer.put' | 'printer.remove' | 'printer.test' | 'print.jobs' | 'print.retry'

export function printingHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock, done } = context
  return {
    'printer.list': () => ({ printers: store.printers(), status: store.printStatus() }),
    'printer.put'({ printer }) {
      requireRight(context, 'till.setup')
      profileNamed(printer.profile)
      store.putPrinter(printer)
      context.printed()
      context.changed()
      return {}
    },
    'printer.remove'({ key, printer }) {
      requireRight(context, 'till.setup')
      done.once(key, 'printer.remove', () => {
        known(context, printer)
        store.removePrinter(printer)
      })
      context.printed()
      context.changed()
      return {}
    },
    'printer.test'({ key, printer }) {
      signedIn(context)
      done.once(key, 'printer.test', () => {
        known(context, printer)
        store.commit({ events: [], prints: [{ kind: 'test', ref: printer, copy: false, drawer: false }] }, clock.now(), store.signedIn())
      })
      context.printed()
      return {}
    },
    'print.jobs': ({ limit }) => ({ jobs: store.printJobs(limit) }),
    'print.retry'({ printer }) {
      signedIn(context)
      known(context, printer)
      store.retryPrints(printer)
      context.printed()
      return {}
    },
  }
}

function known({ store }: Context, printer: Id): void {
  if (!store.printers().some((each) => each.id === printer)) throw new TillError('printer.not_found')
}

function receiptOf(context: Context, sale: Id, copy: boolean) {
  const { store } = context
  const { body, at } = saleBody(store, sale)
  const credit = store.credit()
  return saleReceipt({
    shop: store.shop(), sale: body, at, till: store.identity().till, staffNo: store.staff(body.staff)?.no ?? '', copy,
    receiptUrl: receiptUrl(store, sale), credit: credit && credit.expiresAt > context.clock.now() ? credit : null,
  })
}

function refundPaper(context: Context, refund: Id, copy: boolean) {
  const { store } = context
  const { body, at } = refundBody(store, refund)
  return refundReceipt({
    shop: store.shop(), refund: body, exchange: body.exchange === null ? null : saleBody(store, body.exchange).body, at, till: store.identity().till,
    staffNo: store.staff(body.staff)?.no ?? '', allowedNo: body.allowedBy === null ? '' : store.staff(body.allowedBy)?.no ?? '', copy,
  })
}

/** Whether an id is a refund's. */
export const isRefund = ({ store }: Pick<Context, 'store'>, id: Id): boolean => store.event(id)?.type === SaleRefunded.type

/** The picture of a sale's or a refund's receipt, as the paper of that width would be. */
export function receiptPicture(context: Context, id: Id, columns: 32 | 48): string {
  return toSvg(isRefund(context, id) ? refundPaper(context, id, false) : receiptOf(context, id, false), profileOfColumns(columns))
}

/** The paper of a job, without the drawer's pulse; undefined where what it should print is not there any more. */
export function renderJob(context: Context, job: PrintJob, settings: PrinterSettings): Uint8Array | undefined {
  const { store, clock } = context
  const profile = profileNamed(settings.profile)
  switch (job.kind) {
    case 'drawer':
      return new Uint8Array()
    case 'receipt':
      return toEscpos(receiptOf(context, job.ref, job.copy), profile)
    case 'refund':
      return toEscpos(refundPaper(context, job.ref, job.copy), profile)
    case 'shift': {
      const shift = store.shift(job.ref)
      return shift && toEscpos(shiftReceipt({ shop: store.shop(), report: shiftReport(store, shift, false), till: store.identity().till, copy: job.copy }), profile)
    }
    case 'cash': {
      const event = store.event(job.ref)
      const moved = event?.type === CashMoved.type ? CashMoved.body.safeParse(event.body).data : undefined
      return event && moved && toEscpos(cashSlip({
        shop: store.shop(), ...moved, at: event.at, till: store.identity().till, staffNo: event.actor === null ? '' : store.staff(event.actor)?.no ?? '', copy: job.copy,
      }), profile)
    }
    case 'top_up': {
      const event = store.event(job.ref)
      const moved = event && valueMoved(event)
      return moved && toEscpos(topUpSlip({
        shop: store.shop(), ...moved, at: event.at, till: store.identity().till, staffNo: event.actor === null ? '' : store.staff(event.actor)?.no ?? '', copy: job.copy,
      }), profile)
    }
    case 'report': {
      const paper = reportPaperOf(context, job.ref, job.copy)
      return paper && toEscpos(paper, profile)
    }
    case 'stock': {
      const event = store.event(job.ref)
      const paper = (event && stockPaper(context, event, job.copy)) ?? recallPaper(context, job.ref, job.copy)
      return paper && toEscpos(paper, profile)
    }
    case 'test': {
      const shop = store.shop()
      const printer = { name: settings.name, profile: settings.profile, columns: profile.columns }
      return toEscpos(testReceipt({ shop, at: clock.now(), till: store.identity().till, printer, url: shop.site || store.pairing()?.cloud || '' }), profile)
    }
  }
}

/** The cash of a top-up or of a refund, in fen, and what the member has after it. */
function valueMoved({ type, body }: { type: string; body: unknown }): { amount: number; bonus: number; balance: number } | undefined {
  if (type === PurseToppedUp.type) return PurseToppedUp.body.safeParse(body).data
  const adjusted = type === PurseAdjusted.type ? PurseAdjusted.body.safeParse(body).data : undefined
  return adjusted && { amount: adjusted.moves.reduce((sum, { delta }) => sum + delta, 0), bonus: 0, balance: adjusted.balance }
}
