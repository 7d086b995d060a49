/**
 * Moves the projections by one event. The only writer of what is made from the journal, live and when rebuilding, so
 * that the two can be compared. Money in fen, quantities in thousandths.
 */
import type { Database } from 'better-sqlite3'
import type { Posting } from '#shared/ledger/postings.ts'
import type { Move } from '#shared/payments/purse.ts'
import { sumOffs } from '#shared/pricing/offs.ts'
import type { DomainEvent } from '#shared/sync/events.ts'
import { stockMoves } from '#shared/sync/stock-moves.ts'
import { correctedFields } from '#shared/trace/correct.ts'
import { labelledFields, printedFields } from '#shared/trace/item-codes.ts'
import { heardFields, liftedFields, recalledFields } from '#shared/trace/recall.ts'
import { Documents } from './documents.ts'
import { Eraser } from './people/people.ts'
import { HISTORY, HistorySums } from './reads/history-sums.ts'
import { SalesSums, SUMMED } from './reads/sales-sums.ts'
import { StockRoom } from './stock-room.ts'

/** The tables made from the journal alone, with their keys: what verify compares. */
export const PROJECTED = {
  sale: 'seq', refund: 'seq', refund_line: 'sale, line', shift: 'id', balance: 'shift, account', stock: 'good', session: 'key', held: 'id', taken: 'id', purse: 'member, purse', coupon_use: 'coupon, sale', birthday_use: 'member, year',
  ...SUMMED, ...HISTORY,
  lot: 'good, no, expiry', sold_lot: 'good, no, expiry, seq', stock_paper: 'seq', count_line: 'good',
} as const

/** Of the ledgers before this one, what stays in reports, receipts, recalls, and in what is counted on: numbers of shifts, and how often goods were sold. */
export const EARLIER = ['sale.completed', 'sale.refunded', 'shift.closed', 'history.sold', 'history.imported', 'history.import_undone'] as const

export class Projector {
  readonly documents: Documents
  readonly #people
  readonly #sums
  readonly #history
  readonly #sale
  readonly #shiftSale
  readonly #refund
  readonly #refundLine
  readonly #shiftRefund
  readonly #openShift
  readonly #carryShift
  readonly #closeShift
  readonly #post
  readonly #stock
  readonly #room
  readonly #hold
  readonly #unhold
  readonly #take
  readonly #purse
  readonly #useCoupon
  readonly #couponBack
  readonly #birthday
  readonly #setSession
  readonly #endSession

  constructor(db: Database) {
    this.documents = new Documents(db)
    this.#people = new Eraser(db)
    this.#sums = new SalesSums(db)
    this.#history = new HistorySums(db)
    this.#sale = db.prepare('INSERT INTO sale (seq, no, at, date, shift, staff, total) VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#shiftSale = db.prepare('UPDATE shift SET sales = sales + 1, returns = returns + ?, gross = gross + ?, discount = discount + ?, net = net + ? WHERE id = ?')
    this.#refund = db.prepare('INSERT INTO refund (seq, no, at, date, shift, staff, total, sale) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#refundLine = db.prepare(`INSERT INTO refund_line (sale, line, quantity, amount) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity, amount = amount + excluded.amount`)
    this.#shiftRefund = db.prepare('UPDATE shift SET returns = returns + 1, net = net - ? WHERE id = ?')
    this.#openShift = db.prepare('INSERT INTO shift (id, staff, date, opened_at, float) VALUES (?, ?, ?, ?, ?)')
    this.#carryShift = db.prepare(`INSERT INTO shift (id, staff, date, opened_at, float, sales, returns, gross, discount, net)
      VALUES (@shift, @staff, @date, @openedAt, @float, @sales, @returns, @gross, @discount, @net)`)
    this.#closeShift = db.prepare('UPDATE shift SET closed_at = ?, counted = ?, difference = ? WHERE id = ?')
    this.#post = db.prepare('INSERT INTO balance (shift, account, fen) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fen = fen + excluded.fen')
    this.#stock = db.prepare('INSERT INTO stock (good, quantity, sold) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity, sold = sold + excluded.sold')
    this.#room = new StockRoom(db, this.documents)
    this.#hold = db.prepare('INSERT INTO held (id, seq) VALUES (?, ?)')
    this.#unhold = db.prepare('DELETE FROM held WHERE id = ?')
    this.#take = db.prepare('INSERT INTO taken (id, seq) VALUES (?, ?) ON CONFLICT DO NOTHING')
    this.#purse = db.prepare('INSERT INTO purse (member, purse, moved, released) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET moved = moved + excluded.moved, released = released + excluded.released')
    this.#useCoupon = db.prepare('INSERT INTO coupon_use (coupon, sale, lost) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET lost = max(lost, excluded.lost)')
    this.#couponBack = db.prepare('INSERT INTO coupon_use (coupon, sale, lost, back) VALUES (?, ?, 0, 1) ON CONFLICT DO UPDATE SET back = 1')
    this.#birthday = db.prepare('INSERT OR IGNORE INTO birthday_use (member, year) VALUES (?, ?)')
    this.#setSession = db.prepare('INSERT INTO session (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
    this.#endSession = db.prepare('DELETE FROM session WHERE key = ?')
  }

  apply(event: DomainEvent): void {
    switch (event.type) {
      case 'sale.completed': {
        const { body } = event
        this.#sold(event)
        const returns = body.lines.some((line) => line.quantity < 0) ? 1 : 0
        this.#shiftSale.run(returns, body.gross, body.discount, body.total, body.shift)
        this.#postAll(body.shift, body.postings)
        this.#moveStock(event, 1)
        this.#move(body.moves ?? [])
        for (const { why, coupon } of sumOffs(body.lines)) {
          if (why === 'coupon' && coupon !== undefined) this.#useCoupon.run(coupon, body.sale, 0)
          if (why === 'birthday' && body.member) this.#birthday.run(body.member.member, Number(body.date.slice(0, 4)))
        }
        break
      }
      case 'sale.refunded': {
        const { body } = event
        this.#cameBack(event)
        this.#shiftRefund.run(body.total, body.shift)
        this.#postAll(body.shift, body.postings)
        this.#moveStock(event, 0)
        this.#move(body.moves ?? [])
        for (const coupon of body.coupons ?? []) if (body.sale !== null) this.#couponBack.run(coupon, body.sale)
        break
      }
      case 'history.sold':
      case 'history.imported':
      case 'history.import_undone':
        this.#history.apply(event)
        break
      case 'stock.moved':
        this.#moveStock(event, 0)
        break
      case 'stock.ordered':
      case 'stock.order_closed':
      case 'stock.received':
      case 'stock.wasted':
      case 'stock.sent':
      case 'stock.taken':
      case 'stock.count_begun':
      case 'stock.count_scanned':
      case 'stock.counted':
        this.#moveStock(event, 0)
        this.#room.apply(event)
        break
      case 'good.changed':
        this.documents.merge('good', event.body.good, event.body.set, event.body.hlc)
        break
      case 'promotion.changed':
        this.documents.merge('promotion', event.body.promotion, event.body.set, event.body.hlc)
        break
      case 'shop.changed':
        this.documents.merge('shop', event.body.shop, event.body.set, event.body.hlc)
        break
      case 'staff.changed':
        this.documents.merge('staff', event.body.staff, event.body.set, event.body.hlc)
        break
      case 'staff.signed_in':
        this.#setSession.run('staff', event.body.staff)
        break
      case 'staff.signed_out':
        this.#endSession.run('staff')
        break
      case 'shift.opened':
        this.#openShift.run(event.body.shift, event.body.staff, event.body.date, event.at, event.body.float)
        this.#setSession.run('shift', event.body.shift)
        this.#postAll(event.body.shift, event.body.postings)
        break
      case 'shift.closed':
        this.#closeShift.run(event.at, event.body.counted, event.body.difference, event.body.shift)
        this.#endSession.run('shift')
        this.#postAll(event.body.shift, event.body.postings)
        break
      case 'device.renewed': {
        const { shift } = event.body
        if (!shift) break
        this.#carryShift.run(shift)
        this.#setSession.run('shift', shift.shift)
        this.#postAll(shift.shift, shift.postings)
        break
      }
      case 'ticket.held':
        this.#hold.run(event.id, event.seq)
        break
      case 'ticket.taken':
        this.#unhold.run(event.body.held)
        this.#take.run(event.body.held, event.seq)
        break
      case 'member.joined':
        this.documents.merge('member', event.body.person, { joined: event.body.hlc }, event.body.hlc)
        break
      case 'member.changed':
        this.documents.merge('member', event.body.person, { changed: event.body.hlc }, event.body.hlc)
        break
      case 'person.erased':
        this.documents.merge('member', event.body.person, { erased: true }, event.body.hlc)
        this.#people.erase(event.body.person)
        break
      case 'cash.moved':
        this.#postAll(event.body.shift, event.body.postings)
        break
      case 'purse.topped_up':
      case 'purse.adjusted':
        this.#move(event.body.moves)
        this.#postAll(event.body.shift, event.body.postings)
        break
      case 'coupon.issued':
        this.documents.merge('coupon', event.body.coupon, { terms: event.body.terms }, event.body.hlc)
        break
      case 'coupon.lost':
        this.#useCoupon.run(event.body.coupon, event.body.sale, 1)
        this.#postAll(event.body.shift, event.body.postings)
        break
      case 'purse.released':
        for (const { member, purse, amount } of event.body.parts) this.#purse.run(member, purse, 0, amount)
        break
      case 'lot.reissued':
        this.#moveStock(event, 0)
        break
      case 'lot.described':
        this.documents.merge('lot', event.body.lot, event.body.set, event.body.hlc)
        break
      case 'lot.labelled':
        this.documents.merge('lot', event.body.lot, labelledFields(event, event.body), event.body.hlc)
        break
      case 'lot.codes_printed':
        this.documents.merge('lot', event.body.lot, printedFields(event, event.body), event.body.hlc)
        break
      case 'lot.corrected':
        this.#moveStock(event, 0)
        this.documents.merge('lot', event.body.lot, correctedFields(event, event.body), event.body.hlc)
        break
      case 'lot.recalled':
        this.documents.merge('recall', event.body.recall, recalledFields(event.body, event.at), event.body.hlc)
        break
      case 'lot.recall_lifted':
        this.documents.merge('recall', event.body.recall, liftedFields(event.body.note, event.at), event.body.hlc)
        break
      case 'lot.recall_heard':
        this.documents.merge('recall', event.body.recall, heardFields(event.device, event.at), event.body.hlc)
        break
      case 'purse.wanted':
      case 'staff.approved':
      case 'person.read':
      case 'person.exported':
      case 'device.begun':
      case 'device.paired':
      case 'drawer.opened':
      case 'goods.imported':
      case 'goods.import_undone':
      case 'data.exported':
      case 'rows.imported':
        break
    }
  }

  /** An event that stands below zero, in a ledger before this one: its shift, its stock and its purses are in other sums already. */
  applyEarlier(event: DomainEvent): void {
    if (event.type === 'sale.completed') {
      this.#sold(event)
      this.#room.knew(event.body.lines)
      for (const { good } of stockMoves(event)) this.#history.soldBefore(good)
    } else if (event.type === 'sale.refunded') this.#cameBack(event)
    else if (event.type === 'history.sold' || event.type === 'history.imported' || event.type === 'history.import_undone') this.#history.apply(event)
  }

  #sold({ seq, at, body }: Extract<DomainEvent, { type: 'sale.completed' }>): void {
    this.#sale.run(seq, body.no, at, body.date, body.shift, body.staff, body.total)
    this.#sums.add(body, at)
    this.#room.sold(body.lines, seq)
  }

  #cameBack({ seq, at, body }: Extract<DomainEvent, { type: 'sale.refunded' }>): void {
    this.#refund.run(seq, body.no, at, body.date, body.shift, body.staff, body.total, body.sale)
    this.#sums.addRefund(body, at)
    for (const { line, quantity, amount } of body.lines) {
      if (body.sale !== null && line !== null) this.#refundLine.run(body.sale, line, quantity, amount)
    }
  }

  #move(moves: readonly Move[]): void {
    for (const { member, purse, delta } of moves) this.#purse.run(member, purse, delta, 0)
  }

  #moveStock(event: DomainEvent, sold: number): void {
    for (const { good, delta, lots } of stockMoves(event)) {
      this.#stock.run(good, delta, sold)
      this.#room.move(good, delta, lots)
    }
  }

  #postAll(shift: string, postings: readonly Posting[]): void {
    for (const posting of postings) this.#post.run(shift, posting.account, posting.fen)
  }
}
