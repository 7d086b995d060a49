/**
 * What a run of journal rows means, computed in memory: flags for what is wrong with them, and the changes they make
 * to sales, stock, balances and reference data. The live path and the rebuild both go through here, so they can't
 * come to differ. Reads and writes nothing.
 */
import { isSame, mergeEdit, nodeOf, tick, type Clocks, type Fields } from '#shared/catalog/hlc.ts'
import type { Id } from '#shared/identity/ids.ts'
import { checkRow, type Envelope, type Head, type JournalRow } from '#shared/ledger/envelope.ts'
import { balance } from '#shared/ledger/postings.ts'
import type { Fen } from '#shared/money/money.ts'
import type { Sale } from '#shared/sales/events.ts'
import type { Holding } from '#shared/sales/held.ts'
import { closedFields, orderedFields, receivedFields } from '#shared/stock/order.ts'
import { readEvent, type DomainEvent } from '#shared/sync/events.ts'
import { paidInAll } from '#shared/sales/share.ts'
import type { Refund } from '#shared/sales/refund-events.ts'
import { beyond, type Refunding } from '#shared/sales/refunding.ts'
import { lotKey } from '#shared/stock/lot.ts'
import { stockMoves } from '#shared/sync/stock-moves.ts'
import { correctedFields } from '#shared/trace/correct.ts'
import { labelledFields, printedFields } from '#shared/trace/item-codes.ts'
import { heardFields, liftedFields, recalledFields } from '#shared/trace/recall.ts'
import { sha256 } from '#cloud/identity/secrets.ts'
import { storable } from '#cloud/storage/database.ts'
import { foldCouponsBack, foldOffs } from './coupons.ts'
import { foldMoves, foldReleased, foldTill, foldTopUp, foldWanted, type PurseDesk } from './purses.ts'

export interface Flag { readonly seq: number; readonly code: string; readonly reason: string }
export interface OpenedRow { readonly row: JournalRow; readonly envelope: Envelope | undefined }
export interface ReferenceDocument { doc: Fields; clocks: Clocks }
/** An edit of a field that lost to another that says something else, whichever came first. */
export interface LostEdit { arrival: number; kind: string; id: Id; field: string; value: unknown; hlc: string; editor: string; won: unknown; wonHlc: string }
export interface SaleRow { sale: Sale; seq: number; at: number }

/** What the fold must know of the past; it adds to these sets and documents as it goes. */
export interface Known {
  /** Ids of events already in the shop's journal. */
  readonly events: Set<Id>
  readonly sales: Set<Id>
  /** fen that were paid for sales, of those that somebody took something of back. */
  readonly paid: Map<Id, Fen>
  /** Reference documents by `kind id`. */
  readonly references: Map<string, ReferenceDocument>
}
/** What adds up, over as many runs of rows as go into one transaction. */
export interface Totals {
  readonly stock: Map<Id, { delta: number; counted: boolean; at: number }>
  /** Moves that name a lot, by good and lot. */
  readonly lots: Map<string, { good: Id; no: string; expiry: string; delta: number }>
  /** fen by account */
  readonly balances: Map<string, number>
}
export interface Folded extends Totals {
  readonly flags: Flag[]
  /** Numbers of the rows that are this device's own events, seen for the first time. */
  readonly accepted: Set<number>
  readonly sales: SaleRow[]
  /** Keys of `Known.references` that changed, in order. */
  readonly changed: Set<string>
  readonly lost: LostEdit[]
}

export const noTotals = (): Totals => ({ stock: new Map(), lots: new Map(), balances: new Map() })

export const referenceKey = (kind: string, id: Id): string => `${kind} ${id}`

/** Opens rows behind `head`, flagging every break of the chain and every line that is no envelope. */
export function openRows(head: Head, rows: readonly JournalRow[]): { opened: OpenedRow[]; flags: Flag[]; head: Head } {
  const flags: Flag[] = []
  let at = head
  const opened = rows.map((row) => {
    const checked = checkRow(at, row, sha256)
    at = checked.head
    for (const fault of checked.faults) {
      const reason = fault.code === 'chain.malformed' ? fault.reason : `expected ${fault.expected}, found ${fault.found}`
      flags.push({ seq: row.seq, code: fault.code, reason })
    }
    // A text that is not what was hashed, or stands in another's place, proves nothing; a broken link behind it does not make it untrue.
    const isTrue = checked.faults.every(({ code }) => code === 'chain.prev')
    return { row, envelope: isTrue ? checked.envelope : undefined }
  })
  return { opened, flags, head: at }
}

/** Whose rows they are; `till` is the device's number as people say it. */
interface Place { readonly shop: Id; readonly ledgerShops: readonly Id[]; readonly device: Id; readonly till: string }

/** The meaning of rows of one device, the first of which is arrival number `arrival`; adds to `totals`. */
export function foldRows(place: Place, opened: readonly OpenedRow[], arrival: number, known: Known, totals = noTotals()): Folded {
  const folded: Folded = { ...totals, flags: [], accepted: new Set(), sales: [], changed: new Set(), lost: [] }
  opened.forEach(({ row, envelope }, index) => {
    if (!envelope) return
    const flag = (code: string, reason: string): void => { folded.flags.push({ seq: row.seq, code, reason }) }
    if (envelope.device !== place.device) return flag('device.foreign', envelope.device)
    if (envelope.shop !== place.shop && !place.ledgerShops.includes(envelope.shop)) return flag('shop.foreign', envelope.shop)
    if (known.events.has(envelope.id)) return flag('event.repeated', envelope.id)
    known.events.add(envelope.id)
    folded.accepted.add(row.seq)
    const read = readEvent(envelope)
    if ('fault' in read) return flag(read.fault.code, read.fault.reason)
    foldEvent({ place, event: read.event, arrival: arrival + index, known, folded, flag })
  })
  return folded
}

interface Step {
  readonly place: Place
  readonly event: DomainEvent
  readonly arrival: number
  readonly known: Known
  readonly folded: Folded
  readonly flag: (code: string, reason: string) => void
}

function foldEvent(step: Step): void {
  const { event, place } = step
  switch (event.type) {
    case 'sale.completed': return foldSale(step, event.body, event.at)
    case 'sale.refunded': return foldRefund(step, event.body)
    case 'stock.moved':
    case 'stock.wasted':
    case 'stock.sent':
    case 'stock.taken':
    case 'stock.counted': return moveStock(step, true)
    case 'stock.ordered': return foldEdit(step, 'order', event.id, orderedFields(event.body, event.at), event.body.hlc)
    case 'stock.order_closed': return foldEdit(step, 'order', event.body.order, closedFields(event.id), event.body.hlc)
    case 'stock.received':
      moveStock(step, true)
      if (event.body.order !== null) foldEdit(step, 'order', event.body.order, receivedFields(event.id, event.body.lines), event.body.hlc)
      return
    case 'shift.opened':
    case 'shift.closed':
    case 'cash.moved': return post(step.folded, event.body.postings)
    case 'good.changed': return foldEdit(step, 'good', event.body.good, event.body.set, event.body.hlc, event.body.over)
    case 'promotion.changed': return foldEdit(step, 'promotion', event.body.promotion, event.body.set, event.body.hlc, event.body.over)
    case 'staff.changed': return foldEdit(step, 'staff', event.body.staff, event.body.set, event.body.hlc)
    case 'member.joined': return foldEdit(step, 'member', event.body.person, { joined: event.body.hlc }, event.body.hlc)
    case 'member.changed': return foldEdit(step, 'member', event.body.person, { changed: event.body.hlc }, event.body.hlc)
    case 'person.erased': return foldEdit(step, 'member', event.body.person, { erased: true }, event.body.hlc)
    // Before pairing a ledger names a shop of its own, which this shop has since become. Where its pages are served is not the till's to say.
    case 'shop.changed': {
      const { site: _site, ...set } = event.body.set
      return foldEdit(step, 'shop', place.shop, set, event.body.hlc)
    }
    case 'device.paired':
    case 'device.renewed': return foldTill(deskOf(step))
    case 'purse.topped_up':
      post(step.folded, event.body.postings)
      return foldTopUp({ ...deskOf(step), till: place.till, at: event.at }, event.body)
    case 'purse.adjusted':
      post(step.folded, event.body.postings)
      return foldMoves(deskOf(step), event.body.moves)
    case 'purse.released': return foldReleased(deskOf(step), event.body.parts)
    case 'purse.wanted': return foldWanted(deskOf(step), event.body.members)
    case 'coupon.issued': return foldEdit(step, 'coupon', event.body.coupon, { terms: event.body.terms }, event.body.hlc)
    case 'lot.reissued': return moveStock(step, true)
    case 'lot.described': return foldEdit(step, 'lot', event.body.lot, event.body.set, event.body.hlc)
    case 'lot.labelled': return foldEdit(step, 'lot', event.body.lot, labelledFields(event, event.body), event.body.hlc)
    case 'lot.codes_printed': return foldEdit(step, 'lot', event.body.lot, printedFields(event, event.body), event.body.hlc)
    case 'lot.corrected':
      moveStock(step, true)
      return foldEdit(step, 'lot', event.body.lot, correctedFields(event, event.body), event.body.hlc)
    case 'lot.recalled': return foldEdit(step, 'recall', event.body.recall, recalledFields(event.body, event.at), event.body.hlc)
    case 'lot.recall_lifted': return foldEdit(step, 'recall', event.body.recall, liftedFields(event.body.note, event.at), event.body.hlc)
    case 'lot.recall_heard': return foldEdit(step, 'recall', event.body.recall, heardFields(place.device, event.at), event.body.hlc)
    case 'coupon.lost': return post(step.folded, event.body.postings)
    case 'ticket.held': return foldHeld(step, event.body)
    case 'ticket.taken': return foldTaken(step, event.body.held)
    default: // Kept as facts; nothing is projected from them yet.
  }
}

function foldSale(step: Step, sale: Sale, at: number): void {
  const { known, folded, flag, event } = step
  if (known.sales.has(sale.sale)) return flag('sale.repeated', sale.sale)
  known.sales.add(sale.sale)
  const wrong = imbalanceOf(sale)
  if (wrong) flag('sale.unbalanced', wrong)
  folded.sales.push({ sale, seq: event.seq, at })
  moveStock(step, false)
  post(folded, sale.postings)
  if (sale.moves) foldMoves(deskOf(step), sale.moves)
  foldOffs({ ...deskOf(step), till: step.place.till, at }, sale)
  settleRefunds(step, sale)
}

/** Goods that came back: stock and money, and how much of the sale's money is back over all tills of the shop. */
function foldRefund(step: Step, refund: Refund): void {
  const { folded, flag, known, place: { device, till } } = step
  const lines = refund.lines.reduce((sum, { amount }) => sum + amount, 0)
  const tenders = refund.tenders.reduce((sum, { amount }) => sum + amount, 0)
  if (lines !== refund.total || tenders !== refund.total) flag('refund.unbalanced', `lines ${lines}, tenders ${tenders} and ${refund.total} fen`)
  moveStock(step, false)
  post(folded, refund.postings)
  if (refund.moves) foldMoves(deskOf(step), refund.moves)
  if (refund.sale === null) return
  foldCouponsBack(deskOf(step), refund.sale, refund.coupons ?? [])
  const before = refundingOf(step, refund.sale)
  const paid = before?.paid ?? known.paid.get(refund.sale) ?? null
  judgeRefunds(step, refund.sale, { ...before, ...refund.saleNo !== null && { no: refund.saleNo }, paid, back: [...before?.back ?? [], { refund: refund.refund, device, till, fen: refund.total }] })
}

/** A sale that arrives behind refunds of it: now it is known what was paid. */
function settleRefunds(step: Step, sale: Sale): void {
  const paid = paidInAll(sale)
  step.known.paid.set(sale.sale, paid)
  const before = refundingOf(step, sale.sale)
  if (before && (before.paid ?? null) === null) judgeRefunds(step, sale.sale, { ...before, no: sale.no, paid })
}

/** Tells the shop's tills; flags what has just turned out to go beyond what was paid. Never undoes it: the money is gone. */
function judgeRefunds(step: Step, sale: Id, { no, paid, back = [], over: before = [] }: Refunding): void {
  const over = paid === null || paid === undefined ? [] : beyond(paid, back).map(({ refund }) => refund)
  for (const refund of over) if (!before.includes(refund)) step.flag('sale.refunded_beyond', `${sale}: refund ${refund} goes beyond the ${paid} fen that were paid`)
  tell(step, 'refund', sale, { ...no !== undefined && { no }, paid: paid ?? null, back, over })
}

const refundingOf = ({ known }: Step, sale: Id): Refunding | undefined => known.references.get(referenceKey('refund', sale))?.doc

/** What does not add up in a sale, or undefined. The event's schema has already made its postings sum to zero. */
function imbalanceOf(sale: Sale): string | undefined {
  const sum = (of: (line: Sale['lines'][number]) => number): number => sale.lines.reduce((total, line) => total + of(line), 0)
  const checks: [string, number, number][] = [
    ['lines and total', sum((line) => line.net), sale.total],
    ['lines and gross', sum((line) => line.gross), sale.gross],
    ['lines and discount', sum((line) => line.discount), sale.discount],
    ...sale.lines.map(({ offs, discount }): [string, number, number] => ['offs and discount', offs?.reduce((total, off) => total + off.fen, 0) ?? discount, discount]),
    ['gross less discount and total', sale.gross - sale.discount, sale.total],
    ['tenders and total', sale.tenders.reduce((total, tender) => total + tender.amount, 0), sale.total],
    ['postings', balance(sale.postings), 0],
  ]
  const wrong = checks.find(([, one, other]) => one !== other)
  return wrong && `${wrong[0]}: ${wrong[1]} and ${wrong[2]} fen`
}

function moveStock({ folded, event }: Step, counted: boolean): void {
  const { at } = event
  for (const { good, delta, lots } of stockMoves(event)) {
    const entry = folded.stock.get(good) ?? { delta: 0, counted: false, at }
    folded.stock.set(good, { delta: entry.delta + delta, counted: entry.counted || counted, at: Math.max(entry.at, at) })
    for (const { quantity, ...said } of lots) {
      // As it is kept: two that no database tells apart are one.
      const lot = { good, no: storable(said.no), expiry: storable(said.expiry) }
      const key = lotKey(lot)
      folded.lots.set(key, { ...lot, delta: (folded.lots.get(key)?.delta ?? 0) + quantity })
    }
  }
}

function post(folded: Folded, postings: readonly { account: string; fen: number }[]): void {
  for (const { account, fen } of postings) folded.balances.set(account, (folded.balances.get(account) ?? 0) + fen)
}

/** A stamp from the year 6400 or later would win for ever, and leave nothing to count on beyond it. */
export const CLOCK_LIMIT = 2 ** 47

function foldEdit({ place, arrival, known, folded, flag }: Step, kind: string, id: Id, fields: Fields, hlc: string, over?: Clocks): void {
  if (Number.parseInt(hlc.slice(0, 12), 16) >= CLOCK_LIMIT) return flag('clock.absurd', hlc)
  const key = referenceKey(kind, id)
  const present = known.references.get(key)
  if (kind === 'good' && !present && !(fields.name !== undefined && fields.price !== undefined)) flag('good.incomplete', 'a new good has a name and a price')
  applyEdit(folded, known, { kind, id, fields, hlc, editor: place.device, arrival, ...(over && { over }) })
}

/** A ticket set aside comes down to the shop's tills as a document of its own: one that was taken before it came here stays taken. */
function foldHeld(step: Step, { ticket, heldAt }: { ticket: object; heldAt: number }): void {
  const { place: { device, till }, event } = step
  const isTaken = holdingOf(step, event.id)?.taken !== undefined
  tell(step, 'ticket', event.id, { held: { device, till }, heldAt, by: event.actor, ticket: isTaken ? null : ticket })
}

/** Who took it first, by arrival, has it; the others are flagged, and all of them told: it may have been sold more than once. */
function foldTaken(step: Step, held: Id): void {
  const { place: { device, till }, flag } = step
  const first = holdingOf(step, held)
  if (!first?.taken) return tell(step, 'ticket', held, { ticket: null, taken: { device, till } })
  flag('ticket.taken_twice', `${held} was taken at till ${first.taken.till} before`)
  tell(step, 'ticket', held, { again: [...first.again ?? [], { device, till }] })
}

const holdingOf = ({ known }: Step, held: Id): Holding | undefined => known.references.get(referenceKey('ticket', held))?.doc

/** What the tills must hear of one another. Fields are stamped with their arrival: facts of several tills have no other order. */
function tell({ place, arrival, known, folded }: Step, kind: string, id: Id, fields: Holding | Refunding | Fields): void {
  applyEdit(folded, known, { kind, id, fields, hlc: tick(cloudStamp(known, kind, id), arrival, 'cloud'), editor: place.device, arrival })
}

/** Where the cloud itself has edited: its stamps are of the wall, and later than any arrival. */
function cloudStamp(known: Step['known'], kind: string, id: Id): string | undefined {
  return kind === 'tills' ? Object.values(known.references.get(referenceKey(kind, id))?.clocks ?? {}).toSorted().at(-1) : undefined
}

const deskOf = (step: Step): PurseDesk => ({
  shop: step.place.shop, device: step.place.device, flag: step.flag,
  document: (kind, id) => step.known.references.get(referenceKey(kind, id))?.doc,
  tell: (kind, id, fields) => tell(step, kind, id, fields),
})

/** `over`: the stamps of the values that its editor saw, where they said. */
export interface Edit { kind: string; id: Id; fields: Fields; hlc: string; editor: string; arrival: number; over?: Clocks }

/** Merges one edit, a till's or the cloud's, into the known documents. */
export function applyEdit(folded: Pick<Folded, 'changed' | 'lost'>, known: Pick<Known, 'references'>, edit: Edit): void {
  const key = referenceKey(edit.kind, edit.id)
  const present = known.references.get(key) ?? { doc: {}, clocks: {} }
  const set = storable(edit.fields)
  const merged = mergeEdit(present.doc, present.clocks, set, edit.hlc)
  const { arrival, kind, id, hlc, editor, over } = edit
  for (const field of merged.lost) {
    if (isSame(present.doc[field], set[field])) continue
    folded.lost.push({ arrival, kind, id, field, value: set[field], hlc, editor, won: present.doc[field], wonHlc: present.clocks[field]! })
  }
  // An edit that wins over one its editor had not seen: that one lost, although it was here first.
  for (const field of over ? merged.applied : []) {
    const unseen = present.clocks[field]
    if (unseen === undefined || unseen === over![field] || isSame(present.doc[field], set[field])) continue
    folded.lost.push({ arrival, kind, id, field, value: present.doc[field], hlc: unseen, editor: nodeOf(unseen), won: set[field], wonHlc: hlc })
  }
  if (merged.applied.length === 0) return
  known.references.set(key, { doc: merged.doc, clocks: merged.clocks })
  folded.changed.delete(key)
  folded.changed.add(key)
}
