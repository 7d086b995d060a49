/** The till's paper: what a print job becomes for its printer, the picture of a receipt, and the printers' settings. */
import { topUpSlip } from '#shared/documents/member-paper.ts'
import { pickSlip } from '#shared/documents/pick-slip.ts'
import { refundReceipt } from '#shared/documents/refund-receipt.ts'
import type { Shop } from '#shared/catalog/shop.ts'
import { arranged } from '#shared/documents/arrange.ts'
import { type ReceiptDocument, cashSlip, saleReceipt, shiftReceipt, testReceipt } from '#shared/documents/receipt.ts'
import { parsePlace } from '#shared/devices/printing.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import { type PrinterSettings, beepsOf, standsFor } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { PurseAdjusted, PurseToppedUp } from '#shared/payments/purse.ts'
import { CashMoved, type Sale } from '#shared/sales/events.ts'
import { SaleRefunded } from '#shared/sales/refund-events.ts'
import type { PrintJob, PrintRequest } from '#shared/ports/ports.ts'
import { profileNamed, profileOfColumns } from '#printers/profiles.ts'
import { toEscpos, toSvg } from '#printers/receipt.ts'
import { type Context, requireRight, signedIn } from '../context.ts'
import { labelBytes, testLabelBytes } from './labels.ts'
import { reportPaperOf } from '../reports.ts'
import { stockPaper } from '../stock/papers.ts'
import { lotCertificate } from '../trace/certificates.ts'
import { recallPaper } from '../trace/recalls.ts'
import { printStatus, receiptUrl, refundBody, saleBody, shiftReport, tillOf } from '../views.ts'

type Calls = 'printer.list' | 'printer.put' | 'printer.remove' | 'printer.test' | 'printer.find' | 'print.jobs' | 'print.retry' | 'print.takeOver'

export function printingHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock, done } = context
  return {
    'printer.list': () => ({ printers: store.printers(), status: printStatus(context) }),
    'printer.put'({ printer }) {
      requireRight(context, 'till.setup')
      free(context, printer.address)
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
    async 'printer.find'({ scan }) {
      requireRight(context, 'till.setup')
      const found = await context.printing.find(scan)
      const printers = new Set(store.printers().map(({ address }) => placeOf(address)))
      return { printers: found.filter(({ address }) => !printers.has(placeOf(address)) && !otherDevice(context, address)) }
    },
    'print.jobs': ({ limit }) => ({ jobs: store.printJobs(limit) }),
    'print.retry'({ printer }) {
      signedIn(context)
      known(context, printer)
      store.retryPrints(printer)
      context.printed()
      return {}
    },
    'print.takeOver'({ key, printer, to }) {
      signedIn(context)
      if (!standsFor(known(context, printer), known(context, to))) throw new TillError('printer.other_kind')
      let papers = 0
      done.once(key, 'print.takeOver', () => { papers = context.printing.takeOver(printer, to) })
      return { papers }
    },
  }
}

function known({ store }: Context, id: Id): PrinterSettings {
  const printer = store.printers().find((each) => each.id === id)
  if (!printer) throw new TillError('printer.not_found')
  return printer
}

/** What is at an address, however its line is set. */
const placeOf = (address: string): string => address.replace(/\?.*/, '')
/** The scale or scanner whose port it is. */
function otherDevice({ desk }: Context, address: string): { name: string; port: string } | undefined {
  const place = parsePlace(address)
  return place?.kind === 'serial' ? [...desk.scales().scales, ...desk.scanners().scanners].find(({ port }) => port === place.line.port) : undefined
}
/** Throws TillError port.taken. */
function free(context: Context, address: string): void {
  const other = otherDevice(context, address)
  if (other) throw new TillError('port.taken', { port: other.port, name: other.name })
}

function receiptOf(context: Context, sale: Id, copy: boolean, shop: Shop = context.store.shop()): ReceiptDocument {
  const { store } = context
  const { body, at, seq } = saleBody(store, sale)
  const credit = store.credit()
  return arranged(saleReceipt({
    shop, sale: body, at, till: tillOf(store, { seq, no: body.no }), staffNo: store.staff(body.staff)?.no ?? '', copy,
    receiptUrl: receiptUrl(store, sale), credit: credit && credit.expiresAt > context.clock.now() ? credit : null,
  }), shop.paper)
}

function refundPaper(context: Context, refund: Id, copy: boolean): ReceiptDocument {
  const { store } = context
  const { body, at, seq } = refundBody(store, refund)
  return arranged(refundReceipt({
    shop: store.shop(), refund: body, exchange: body.exchange === null ? null : saleBody(store, body.exchange).body, at, till: tillOf(store, { seq, no: body.no }),
    staffNo: store.staff(body.staff)?.no ?? '', allowedNo: body.allowedBy === null ? '' : store.staff(body.allowedBy)?.no ?? '', copy,
    coupons: (body.coupons ?? []).flatMap((coupon) => store.coupon(coupon)?.terms.name ?? []),
  }), store.shop().paper)
}

/** Which lines of a sale a printer's slip has, by the categories of their goods; none where it prints no slips. */
function pickedLines({ store }: Pick<Context, 'store'>, lines: readonly { readonly good: Id; readonly quantity: number }[], { picks = [] }: Pick<PrinterSettings, 'picks'>): number[] {
  if (picks.length === 0) return []
  return lines.flatMap(({ good, quantity }, i) => (quantity > 0 && picks.includes(store.listed(good)?.category ?? '') ? [i] : []))
}

/** What a sale prints: its receipt, and on each printer that prepares something of it, a slip. */
export function papersOf(context: Pick<Context, 'store'>, { sale, lines }: Pick<Sale, 'sale' | 'lines'>, drawer: boolean): PrintRequest[] {
  const slips = context.store.printers().filter((printer) => pickedLines(context, lines, printer).length > 0)
  return [{ kind: 'receipt', ref: sale, copy: false, drawer }, ...slips.map(({ id }): PrintRequest => ({ kind: 'pick', ref: sale, copy: false, drawer: false, printer: id }))]
}

/** Whether an id is a refund's. */
export const isRefund = ({ store }: Pick<Context, 'store'>, id: Id): boolean => store.event(id)?.type === SaleRefunded.type

/** The picture of a sale's or a refund's receipt, as the paper of that width would be. */
export function receiptPicture(context: Context, id: Id, columns: 32 | 48): string {
  return toSvg(isRefund(context, id) ? refundPaper(context, id, false) : receiptOf(context, id, false), profileOfColumns(columns))
}

/** A receipt's picture as it would be with what the shop is about to say of itself. */
export function previewPicture(context: Context, set: Partial<Shop>, columns: 32 | 48): string {
  const { store, clock } = context
  const shop = { ...store.shop(), ...set }
  const profile = profileOfColumns(columns)
  const last = store.listSales({ limit: 1 })[0]
  if (last) return toSvg(receiptOf(context, last.sale, false, shop), profile)
  const url = shop.site || 'https://example.cn'
  const sample = testReceipt({ shop, at: clock.now(), till: store.identity().till, printer: { name: '', profile: '', columns }, url })
  return toSvg(arranged({ ...sample, kind: 'sale', footer: shop.footer, codes: sample.codes.map((code) => ({ ...code, of: 'receipt' })) }, shop.paper), profile)
}

/**
 * The paper of a job, without the drawer's pulse; undefined where what it should print is not there any more. It beeps behind its last
 * line: half a paper calls nobody, so what comes whole after that, as a copy, does. One that somebody asked for again does not.
 */
export function renderJob(context: Context, job: PrintJob, settings: PrinterSettings): Uint8Array | undefined {
  const paper = paperOf(context, job, settings)
  return paper && beepsFor(context, job, settings) ? Uint8Array.from([...paper, ...profileNamed(settings.profile).beep ?? []]) : paper
}

function beepsFor({ store }: Context, job: PrintJob, settings: PrinterSettings): boolean {
  if (settings.label) return false
  const beeps = beepsOf(settings)
  switch (job.kind) {
    case 'test':
      return beeps.length > 0
    case 'pick':
      return beeps.includes('pick') && !store.hadPaper(job)
    case 'receipt':
    case 'refund':
      return beeps.includes('receipt') && !store.hadPaper(job)
    default:
      return false
  }
}

function paperOf(context: Context, job: PrintJob, settings: PrinterSettings): Uint8Array | undefined {
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
      return moved && toEscpos(arranged(topUpSlip({
        shop: store.shop(), ...moved, at: event.at, till: store.identity().till, staffNo: event.actor === null ? '' : store.staff(event.actor)?.no ?? '', copy: job.copy,
      }), store.shop().paper), profile)
    }
    case 'report': {
      const paper = reportPaperOf(context, job.ref, job.copy)
      return paper && toEscpos(paper, profile)
    }
    case 'labels':
      return labelBytes(context, job.ref, settings)
    case 'pick': {
      const { body, at, seq } = saleBody(store, job.ref)
      const own = pickedLines(context, body.lines, settings)
      // A printer that stands in for a kitchen's has no categories of its own.
      const only = own.length > 0 ? own : pickedLines(context, body.lines, { picks: store.printers().flatMap(({ picks = [] }) => picks) })
      return toEscpos(pickSlip({ shop: store.shop(), sale: body, only, at, till: tillOf(store, { seq, no: body.no }), staffNo: store.staff(body.staff)?.no ?? '', note: '', copy: job.copy }), profile)
    }
    case 'stock': {
      const event = store.event(job.ref)
      const paper = (event && stockPaper(context, event, job.copy)) ?? recallPaper(context, job.ref, job.copy) ?? lotCertificate(context, job.ref, job.copy)
      return paper && toEscpos(paper, profile)
    }
    case 'test': {
      if (settings.label) return testLabelBytes(context, settings.label)
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
