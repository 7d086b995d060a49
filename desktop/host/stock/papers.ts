/** The stock room's numbered papers: their numbers, their list, and what is printed of them. */
import type { ReceiptDocument } from '#shared/documents/receipt.ts'
import { type StockSlipInput, type StockSlipLine, stockSlip } from '#shared/documents/stock-slip.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Paper } from '#shared/host/stock-schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Envelope } from '#shared/ledger/envelope.ts'
import { thousandthsPer } from '#shared/quantity/quantity.ts'
import { StockCountBegun, StockOrdered, StockReceived, StockSent, StockTaken, StockWasted } from '#shared/stock/events.ts'
import { readEvent } from '#shared/sync/events.ts'
import { type Context, signedIn, today } from '../context.ts'

const PREFIXES: Readonly<Record<string, string>> = {
  [StockOrdered.type]: 'CG', [StockReceived.type]: 'SH', [StockWasted.type]: 'BS', [StockSent.type]: 'DC', [StockTaken.type]: 'DR', [StockCountBegun.type]: 'PD',
}

/** `SH20261123-01-001`: what it is, the date, the till, the count of the day. */
export function paperNo(context: Context, type: string): string {
  const { store } = context
  const prefix = `${PREFIXES[type] ?? 'KC'}${today(context).replaceAll('-', '')}-${store.identity().till}-`
  const last = store.stock.lastPaper(prefix)
  return prefix + String((last === undefined ? 0 : Number(last.slice(prefix.length))) + 1).padStart(3, '0')
}

/** The paper of an event that is in the journal. */
export function paperOf({ store }: Pick<Context, 'store'>, id: Id): Paper {
  const event = store.event(id)!
  return { id, seq: event.seq, kind: event.type, no: String(event.body.no), at: event.at, staffNo: staffNo({ store }, event.actor) }
}
const staffNo = ({ store }: Pick<Context, 'store'>, actor: Id | null): string => (actor === null ? '' : store.staff(actor)?.no ?? '')

export function paperHandlers(context: Context): Pick<Handlers, 'stock.papers' | 'stock.print'> {
  const { store, clock, done } = context
  return {
    'stock.papers'({ before, limit }) {
      signedIn(context)
      return { papers: store.stock.papers(before, limit).map(({ actor, ...paper }) => ({ ...paper, staffNo: staffNo(context, actor) })) }
    },
    'stock.print'({ key, paper }) {
      signedIn(context)
      const event = store.event(paper)
      if (!event || !stockPaper(context, event, true)) throw new TillError('paper.not_found')
      done.once(key, 'stock.print', () => { store.commit({ events: [], prints: [{ kind: 'stock', ref: paper, copy: true, drawer: false }] }, clock.now(), store.signedIn()) })
      context.printed()
      return {}
    },
  }
}

type PrintedLine = Pick<StockSlipLine, 'quantity'> & Partial<StockSlipLine>

/** Undefined where the event is no paper. */
export function stockPaper(context: Pick<Context, 'store'>, envelope: Envelope, copy: boolean): ReceiptDocument | undefined {
  const { store } = context
  const read = readEvent(envelope)
  if (!('event' in read)) return undefined
  const { event } = read
  const line = (good: Id, { quantity, ...rest }: PrintedLine): StockSlipLine => {
    const { name = good, unit = '', pricing = 'piece' } = store.listed(good) ?? {}
    return { name, unit, pricing, quantity, cost: null, lots: [], expected: null, fault: null, ...rest }
  }
  const slip = (no: string, rest: Pick<StockSlipInput, 'lines'> & Partial<StockSlipInput>): ReceiptDocument => stockSlip({
    shop: store.shop(), kind: event.type, no, at: event.at, till: store.identity().till, staffNo: staffNo(context, event.actor), copy,
    party: '', reason: '', document: '', note: '', counted: null, ...rest,
  })
  switch (event.type) {
    case 'stock.ordered': {
      const { no, supplier: party, note, lines } = event.body
      return slip(no, { party, note, lines: lines.map(({ good, quantity, cost }) => line(good, { quantity, cost })) })
    }
    case 'stock.received': {
      const { no, supplier: party, note, order, lines } = event.body
      const document = order === null ? '' : store.stock.order(order)?.no ?? ''
      return slip(no, { party, note, document, lines: lines.map(({ good, quantity, cost, lot }) => line(good, { quantity, cost, lots: lot === null ? [] : [{ ...lot, quantity }] })) })
    }
    case 'stock.wasted': {
      const { no, reason, note, lines } = event.body
      return slip(no, { reason, note, lines: lines.map(({ good, quantity, lots }) => line(good, { quantity, lots })) })
    }
    case 'stock.sent': {
      const { no, to: party, note, lines } = event.body
      return slip(no, { party, note, lines: lines.map(({ good, quantity, lots }) => line(good, { quantity, lots })) })
    }
    case 'stock.taken': {
      const { no, from: party, document, note, lines } = event.body
      return slip(no, {
        party, note, document,
        lines: lines.map(({ good, sent, came, fault, lot }) => line(good, { quantity: came, lots: lot === null ? [] : [{ ...lot, quantity: came }], expected: sent === came ? null : sent, fault })),
      })
    }
    case 'stock.counted': {
      const { no, goods, lines } = event.body
      return slip(no, { counted: goods, lines: lines.filter(({ difference }) => difference !== 0).map(({ good, counted, difference }) => line(good, { quantity: counted, expected: counted - difference })) })
    }
    default: return undefined
  }
}

/** What a good is called on the stock room's screens. */
export function namedGood({ store }: Pick<Context, 'store'>, good: Id): { good: Id; name: string; code: string; unit: string; pricing: 'piece' | 'weight' } {
  const { name = '', code = '', unit = '', pricing = 'piece' } = store.listed(good) ?? {}
  return { good, name, code, unit, pricing }
}
export const perOf = ({ pricing, unit }: { pricing: 'piece' | 'weight'; unit: string }): number => thousandthsPer(pricing, unit)
