/** Recalls at the till: begun and lifted here, heard of from elsewhere, what they come to, and their notice on paper. */
import type { ReceiptDocument } from '#shared/documents/receipt.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { RecallEffect, RecallShown } from '#shared/host/trace-schemas.ts'
import type { SoldGood } from '#shared/host/trace-store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { maskName, maskPhone } from '#shared/identity/person.ts'
import { SaleCompleted } from '#shared/sales/events.ts'
import { recallNotice } from '#shared/trace/notice.ts'
import { cameSince, LotRecallHeard, LotRecallLifted, LotRecalled, type Recall, type RecallWhat, stopsGood, underOneName } from '#shared/trace/recall.ts'
import { type Context, commit, isRepeat, requireRight, signedIn } from '../context.ts'
import { namedGood } from '../stock/papers.ts'
import { leftOf } from './describe.ts'
import { quantityShown } from './lots.ts'

type Calls = 'recall.begin' | 'recall.lift' | 'recall.list' | 'recall.effect' | 'recall.print'
/** Goods that an alert names. */
const NAMED_MAX = 5

export function recallHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, ids, clock, done } = context
  return {
    'recall.begin'({ key, what, reason, note }) {
      if (!isRepeat(context, key, LotRecalled.type, { what, reason, note })) {
        requireRight(context, 'stock.waste', key)
        const hlc = store.nextHlc(clock.now())
        commit(context, [{ id: key, type: LotRecalled.type, v: 1, body: { recall: key, what, reason, note, hlc } }, heardEvent(context, ids.next(), key)])
        context.emit('goods.reloaded', {})
      }
      return shown(context, known(context, key))
    },
    'recall.lift'({ key, recall, note }) {
      if (!isRepeat(context, key, LotRecallLifted.type, { recall, note })) {
        requireRight(context, 'stock.waste', key)
        if (known(context, recall).lifted) throw new TillError('recall.lifted')
        commit(context, [{ id: key, type: LotRecallLifted.type, v: 1, body: { recall, note, hlc: store.nextHlc(clock.now()) } }])
        context.emit('goods.reloaded', {})
      }
      return shown(context, known(context, recall))
    },
    'recall.list'() {
      signedIn(context)
      return { recalls: store.trace.recalls().map((recall) => shown(context, recall)) }
    },
    'recall.effect'({ what, limit }) {
      signedIn(context)
      return effectOf(context, what, limit)
    },
    'recall.print'({ key, recall }) {
      signedIn(context)
      known(context, recall)
      done.once(key, 'recall.print', () => { store.commit({ events: [], prints: [{ kind: 'stock', ref: recall, copy: false, drawer: false }] }, clock.now(), store.signedIn()) })
      context.printed()
      return {}
    },
  }
}

/** Throws TillError recall.not_found. */
function known({ store }: Pick<Context, 'store'>, id: Id): Recall {
  const recall = store.trace.recall(id)
  if (!recall) throw new TillError('recall.not_found')
  return recall
}

function shown({ store }: Pick<Context, 'store'>, { heard, ...recall }: Recall): RecallShown {
  return { ...recall, what: { ...recall.what }, goodName: recall.what.good === null ? '' : store.listed(recall.what.good)?.name ?? '', heardAt: heard.get(store.identity().device) ?? null }
}

const heardEvent = ({ store, clock }: Pick<Context, 'store' | 'clock'>, id: Id, recall: Id) => ({ id, type: LotRecallHeard.type, v: 1, body: { recall, hlc: store.nextHlc(clock.now()) } })

/** Says of recalls that came down that this till has stopped, and tells whoever is at it. What can't be written now is said with the next change or connection; it is stopped all the same. */
export function hearRecalls(context: Context): void {
  const { store, ids, clock, cloud } = context
  const { device } = store.identity()
  const news = store.trace.recalls().filter(({ lifted, heard }) => lifted === null && !heard.has(device))
  if (news.length === 0) return
  try {
    store.commit({ events: news.map(({ recall }) => heardEvent(context, ids.next(), recall)), prints: [] }, clock.now(), null)
  } catch (error) {
    if (!(error instanceof TillError)) throw error
    return
  }
  for (const recall of news) store.trace.tell(recall, goodsOf(context, recall.what).slice(0, NAMED_MAX))
  context.emit('alerts.changed', {})
  context.emit('goods.reloaded', {})
  cloud.kick()
}

function goodsOf({ store }: Pick<Context, 'store'>, what: RecallWhat): string[] {
  const goods = new Set([...what.good === null ? [] : [what.good], ...store.trace.recalled({ what }).map(({ good }) => good)])
  return [...goods].flatMap((good) => store.listed(good)?.name ?? [])
}

/** The lots and the latest of their sales here; of a whole good all of its sales. */
export function effectOf(context: Pick<Context, 'store'>, what: RecallWhat, limit: number): RecallEffect {
  const { store } = context
  const hit = store.trace.recalled({ what })
  const good = what.good !== null && stopsGood({ what }, what.good) ? what.good : null
  const { sales, total, quantity, isPartial } = good === null ? { ...store.trace.sold(hit, limit), isPartial: false } : store.trace.soldGood(good, limit)
  const unnamed = good === null ? store.trace.soldUnnamed(cameSince(what, hit), hit, limit) : { sales: [], total: 0, isPartial }
  const shownSale = ({ sale, saleNo, at, good: of, quantity: sold, no = '' }: SoldGood & { readonly no?: string }): RecallEffect['sales'][number] => (
    { sale, saleNo, at, name: namedGood(context, of).name, no, quantity: sold, member: memberOf(context, sale) }
  )
  return {
    lots: underOneName(hit).map((lot) => {
      const { name, unit, pricing } = namedGood(context, lot.good)
      return { good: lot.good, name, unit, pricing, no: lot.no, expiry: lot.expiry, supplier: lot.supplier, date: lot.date, left: leftOf(context, lot) }
    }).toSorted((a, b) => (a.name === b.name ? (a.date < b.date ? 1 : -1) : a.name < b.name ? -1 : 1)),
    sales: sales.map(shownSale), total, quantity,
    whole: good === null ? null : wholeOf(context, good),
    unnamed: { sales: unnamed.sales.map(shownSale), total: unnamed.total }, isPartial: unnamed.isPartial,
  }
}

function wholeOf(context: Pick<Context, 'store'>, good: Id): RecallEffect['whole'] {
  const { name, unit, pricing } = namedGood(context, good)
  return { name, unit, pricing, left: Math.max(context.store.good(good)?.stock ?? 0, 0) }
}

/** Masked: whoever is to call them reads the record, which is written down. */
function memberOf({ store }: Pick<Context, 'store'>, sale: Id): RecallEffect['sales'][number]['member'] {
  const event = store.event(sale)
  const id = event && SaleCompleted.body.safeParse(event.body).data?.member?.member
  const fields = id === undefined ? undefined : store.people.fields(id)
  return id === undefined || !fields ? null : { member: id, name: maskName(fields.name ?? ''), phone: maskPhone(fields.phone ?? '') }
}

/** Undefined where there is no such recall. */
export function recallPaper(context: Pick<Context, 'store' | 'clock'>, id: Id, copy: boolean): ReceiptDocument | undefined {
  const { store } = context
  const recall = store.trace.recall(id)
  if (!recall) return undefined
  const { lots, total, whole, unnamed, isPartial } = effectOf(context, recall.what, 1)
  return recallNotice({
    shop: store.shop(), till: store.identity().till, printedAt: context.clock.now(), copy, recall, sales: total, unnamed: unnamed.total, isPartial, isWhole: whole !== null,
    goodName: recall.what.good === null ? '' : store.listed(recall.what.good)?.name ?? '',
    lots: whole ? [{ name: whole.name, no: '', expiry: '', left: quantityShown(context, recall.what.good ?? undefined, whole.left) }] : lots.map((lot) => ({ name: lot.name, no: lot.no, expiry: lot.expiry, left: quantityShown(context, lot.good, lot.left) })),
  })
}
