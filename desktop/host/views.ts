/** The shapes screens get, made from the store. */
import { shortId, type Id } from '#shared/identity/ids.ts'
import { TillError } from '#shared/host/frames.ts'
import type { PrintStatus, SaleView, ShiftReport, Snapshot } from '#shared/host/schemas.ts'
import type { SaleRow, Shift, TillStore } from '#shared/host/store.ts'
import { fen } from '#shared/money/money.ts'
import { accountOf } from '#shared/payments/tender.ts'
import { SaleCompleted, type Sale } from '#shared/sales/events.ts'
import { type Refund, SaleRefunded } from '#shared/sales/refund-events.ts'
import { type Context, atTheTill } from './context.ts'

export function printStatus({ store, printing }: Pick<Context, 'store' | 'printing'>): PrintStatus[] {
  return store.printStatus().map((standing) => {
    const { state, troubles } = printing.state(standing.printer)
    return { ...standing, state, troubles: [...troubles] }
  })
}

export function snapshot(context: Context, seq: number): Snapshot {
  const { store, clock } = context
  const identity = store.identity()
  const shift = store.openShift()
  return {
    seq, time: clock.now(), version: context.version, device: identity.device, till: identity.till, shop: store.shop(),
    demo: store.setting('demo') === '1',
    staff: atTheTill(context) ?? null,
    empty: !store.anyPin(),
    shift: shift ? shiftView(shift) : null,
    goods: store.countGoods(), sync: context.cloud.status(), backup: context.backups.status(), printers: printStatus(context), credit: store.credit() ?? null,
  }
}

const optionalFen = (value: number | null) => (value === null ? null : fen(value))
function shiftView(shift: Shift) {
  return { ...shift, float: fen(shift.float), counted: optionalFen(shift.counted), difference: optionalFen(shift.difference) }
}

const CODES = accountOf({ channel: 'static_code' })
/** The account of the shop's own codes, code by code; what no name was kept for stays in the account itself. */
function byCode(balances: ReadonlyMap<string, number>, codes: readonly { via: string; fen: number }[]): [account: string, fen: number][] {
  const unnamed = codes.reduce((left, each) => left - each.fen, balances.get(CODES) ?? 0)
  return [...balances].flatMap(([account, amount]): [string, number][] => (
    account === CODES ? [...codes.map((each): [string, number] => [`${CODES}:${each.via}`, each.fen]), ...unnamed === 0 ? [] : [[CODES, unnamed] as [string, number]]] : [[account, amount]]))
}

/** A shift's report; `blind` hides what should be in the drawer, and what it could be worked out from, until it has been counted. */
export function shiftReport(store: TillStore, shift: Shift, blind: boolean): ShiftReport {
  const totals = store.shiftTotals(shift.shift)
  const balances = store.balances(shift.shift)
  const closed = shift.closedAt !== null
  const expected = closed ? (shift.counted ?? 0) - (shift.difference ?? 0) : balances.get('drawer') ?? 0
  const hidden = blind && !closed
  const { z, cashiers, codes, openings } = store.shiftDetails(shift.shift)
  return {
    ...shiftView(shift), staffNo: store.staff(shift.staff)?.no ?? '', sales: totals.sales, returns: totals.returns,
    gross: hidden ? null : fen(totals.gross), discount: hidden ? null : fen(totals.discount), net: hidden ? null : fen(totals.net),
    balances: hidden ? [] : byCode(balances, codes).map(([account, amount]) => ({ account, fen: fen(amount) })),
    expected: hidden ? null : fen(expected),
    refunded: hidden ? null : fen(balances.get('returns') ?? 0),
    z, openings, cashiers: hidden ? [] : cashiers.map(({ staff, sales, net }) => ({ staffNo: store.staff(staff)?.no ?? '', sales, net: fen(net) })),
  }
}

/** The body of a sale in the journal. Throws TillError sale.not_found. */
export function saleBody(store: TillStore, sale: Id): { body: Sale; at: number; seq: number } {
  const event = store.event(sale)
  if (event?.type !== SaleCompleted.type) throw new TillError('sale.not_found')
  return { body: SaleCompleted.body.parse(event.body), at: event.at, seq: event.seq }
}

export function saleView(store: TillStore, sale: Id): SaleView {
  const { body, at, seq } = saleBody(store, sale)
  return viewOf(store, body, at, seq)
}

/** The number that this till had when it made a sale or a refund: before it was begun anew (rows below zero) it had another, which stands in the paper's own. */
export const tillOf = (store: TillStore, { seq, no }: { readonly seq: number; readonly no: string }): string => (seq < 0 ? no.split('-')[1] : undefined) ?? store.identity().till

/** The view of a body that is already at hand. */
export function viewOf(store: TillStore, body: Sale, at: number, seq: number): SaleView {
  return {
    sale: body.sale, no: body.no, at, date: body.date, staff: body.staff, staffNo: store.staff(body.staff)?.no ?? '',
    lines: body.lines, gross: body.gross, discount: body.discount, total: body.total, tenders: body.tenders, member: memberOf(body),
    url: receiptUrl(store, body.sale), sent: seq <= store.acknowledged(),
  }
}

/** A sale in a list. */
export function saleRowView(store: TillStore, row: SaleRow) {
  const { body } = saleBody(store, row.sale)
  return {
    sale: row.sale, seq: row.seq, no: row.no, at: row.at, date: row.date, staff: row.staff, staffNo: store.staff(row.staff)?.no ?? '',
    gross: body.gross, discount: body.discount, total: fen(row.total), tenders: body.tenders, member: memberOf(body),
    url: receiptUrl(store, row.sale), sent: row.seq <= store.acknowledged(),
  }
}

/** The body of a refund in the journal. Throws TillError sale.not_found. */
export function refundBody(store: TillStore, id: Id): { body: Refund; at: number; seq: number } {
  const event = store.event(id)
  if (event?.type !== SaleRefunded.type) throw new TillError('sale.not_found')
  return { body: SaleRefunded.body.parse(event.body), at: event.at, seq: event.seq }
}

/** The receipt's public page, once the till has a cloud; it works as soon as the sale has been sent. */
export function receiptUrl(store: TillStore, sale: Id): string | null {
  const pairing = store.pairing()
  if (!pairing) return null
  const { site, id } = store.shop()
  return `${(site || pairing.cloud).replace(/\/$/, '')}/r/${shortId(id)}/${shortId(sale)}`
}

/** What the sale did to its member's points, and what they had after it. */
export function memberOf({ member, moves = [] }: Pick<Sale, 'member' | 'moves'>): SaleView['member'] {
  if (!member) return null
  const points = (ways: readonly string[]): number => moves.reduce((sum, move) => sum + (move.purse === 'points' && ways.includes(move.why) ? move.delta : 0), 0)
  return { ...member, earned: points(['earned', 'returned']), spent: Math.abs(points(['spent'])) }
}
