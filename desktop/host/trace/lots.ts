/** Lots at the till: taken in within seconds, described, split and mixed, looked at. */
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { LotShown } from '#shared/host/trace-schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Fen } from '#shared/money/money.ts'
import { formatQuantity, thousandthsPer } from '#shared/quantity/quantity.ts'
import { correctedAverage } from '#shared/stock/cost.ts'
import { StockReceived } from '#shared/stock/events.ts'
import { isSameLot } from '#shared/stock/lot.ts'
import { isLotNo } from '#shared/trace/link.ts'
import { ancestors, LotReissued, reissue } from '#shared/trace/lineage.ts'
import { correct, LotCorrected } from '#shared/trace/correct.ts'
import { LotDescribed, type LotSaid, type LotView } from '#shared/trace/lot.ts'
import { type Context, commit, isRepeat, requireRight, signedIn, today } from '../context.ts'
import { goodOf } from '../goods.ts'
import { averageEdit, receipt, tellGoods } from '../stock/moves.ts'
import { describedEvent, isStopped, knownLot, leftOf, shownLot, shownRun, staffNoOf } from './describe.ts'
import { lettersOf } from './letters.ts'

type Calls = 'lot.intake' | 'lot.again' | 'lot.describe' | 'lot.correct' | 'lot.reissue' | 'lot.list' | 'lot.usual' | 'lot.get'
const DAY_MS = 86_400_000
/** Days back in which something that came is usual. */
const USUAL_DAYS = 14
const USUAL_MAX = 60

interface Intake { readonly good: Id; readonly quantity: number; readonly cost: Fen | null; readonly no: string; readonly expiry: string }

const TAG_CHARS = 4
/** The till in a lot's number. Before it has a number of its shop's every till is `00`: then it is its device's last bits, which are random. */
const tillTag = ({ till, device }: { readonly till: string; readonly device: Id }): string => (till === '00' ? lettersOf(device, TAG_CHARS) : till)

/** `261128-01-001`: the date, the till, the count of the day: one of the shop's own, and short enough for a code. */
export function nextNos({ store, clock }: Context, count: number): string[] {
  const prefix = `${today({ store, clock }).slice(2).replaceAll('-', '')}-${tillTag(store.identity())}-`
  const last = Number(store.trace.lastNo(prefix)?.slice(prefix.length) ?? 0) || 0
  return Array.from({ length: count }, (_, i) => prefix + String(last + 1 + i).padStart(3, '0'))
}

export function lotHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, ids, clock } = context

  /** Whether the key did this before; the lot is then what came of it. */
  function cameBefore(key: Id, good: Id, quantity?: number): LotShown | undefined {
    if (!isRepeat(context, key, StockReceived.type)) return undefined
    const line = StockReceived.body.parse(store.event(key)!.body).lines[0]
    const lot = line?.lot && line.good === good && (quantity === undefined || line.quantity === quantity) ? store.trace.lotOf(good, line.lot) : undefined
    if (!lot) throw new TillError('key.reused', { key })
    return shownLot(context, lot)
  }

  function takeIn(key: Id, { good, quantity, cost, no, expiry }: Intake, { supplier = '', ...said }: LotSaid): LotShown {
    goodOf(context, good)
    if (no !== '' && !isLotNo(no)) throw new TillError('lot.no_bad', { no })
    const lot = { no: no || nextNos(context, 1)[0]!, expiry }
    // Two dates under one number could not be told apart by its code.
    if (store.trace.lotsOf(good, lot.no).some((each) => each.expiry !== expiry)) throw new TillError('lot.no_taken', { no })
    const [type, body, , others] = receipt(context, { order: null, supplier, note: '', lines: [{ good, quantity, lot, cost }] }, said)
    commit(context, [{ id: key, type, v: 1, body }, ...others])
    tellGoods(context, [good])
    return shownLot(context, store.trace.lotOf(good, lot)!)
  }

  return {
    'lot.intake'({ key, good, quantity, cost, no, expiry, supplier, supplierCode, producer, origin, certificate, picture, tests }) {
      const before = cameBefore(key, good, quantity)
      if (before) return before
      requireRight(context, 'stock.receive', key)
      return takeIn(key, { good, quantity, cost, no, expiry }, {
        supplier, ...supplierCode !== '' && { supplierCode }, ...producer !== '' && { producer }, ...origin !== '' && { origin }, ...certificate && { certificate }, ...picture !== '' && { picture }, ...tests.length > 0 && { tests },
      })
    },

    'lot.again'({ key, lot: id }) {
      const { good, quantity, supplier, supplierCode, producer, origin } = knownLot(context, id)
      // How much that was may have been corrected since.
      const before = cameBefore(key, good)
      if (before) return before
      if (quantity <= 0) throw new TillError('lot.nothing_came')
      requireRight(context, 'stock.receive', key)
      return takeIn(key, { good, quantity, cost: null, no: '', expiry: '' }, { supplier, ...supplierCode !== '' && { supplierCode }, ...producer !== '' && { producer }, ...origin !== '' && { origin } })
    },

    'lot.describe'({ key, lot, set }) {
      if (!isRepeat(context, key, LotDescribed.type, { lot, set })) {
        requireRight(context, 'stock.receive', key)
        knownLot(context, lot)
        commit(context, [describedEvent(context, lot, set, key)])
      }
      return shownLot(context, knownLot(context, lot))
    },

    'lot.correct'({ key, lot: id, ...said }) {
      const done = isRepeat(context, key, LotCorrected.type, { lot: id }) ? LotCorrected.body.parse(store.event(key)!.body).to : undefined
      if (done && Object.entries(said).some(([name, value]) => value !== undefined && done[name as keyof typeof done] !== value)) throw new TillError('key.reused', { key })
      if (done) return shownLot(context, knownLot(context, id))
      requireRight(context, 'stock.receive', key)
      const lot = knownLot(context, id)
      const { good, no, expiry } = lot
      const all = store.trace.lotsOf(good, no)
      // Those that can't be told from it go with it: their stock is one.
      const same = all.filter((each) => each.lot !== id && each.expiry === expiry)
      const others = all.filter((each) => each.lot !== id && !same.includes(each))
      const sums = store.stock.sums(good)
      const found = correct({
        no, now: { quantity: lot.quantity, expiry, cost: lot.cost }, sum: sums.find((each) => isSameLot(each, lot))?.quantity ?? 0,
        isTaken: (date) => others.some((each) => each.expiry === date || each.expiries.includes(date)) || sums.some((each) => isSameLot(each, { no, expiry: date })),
      }, said)
      if (!found) return shownLot(context, lot)
      if ('refused' in found) throw new TillError(found.refused, { no, ...found.least !== undefined && { least: quantityShown(context, good, found.least) } })
      const event = (of: LotView, eventId: Id, { from, to }: Pick<typeof found, 'from' | 'to'>) => ({ id: eventId, type: LotCorrected.type, v: 1, body: { lot: of.lot, good, no, from, to, hlc: store.nextHlc(clock.now()) } })
      const { from, to } = found
      const average = store.listed(good)?.cost ?? null
      const next = correctedAverage({ stock: store.stock.lots(good).stock, average, left: leftOf(context, lot), delta: to.quantity - from.quantity, before: from.cost, after: to.cost })
      commit(context, [
        event(lot, key, found),
        ...(to.expiry === from.expiry ? [] : same.map((each) => {
          const state = { quantity: each.quantity, cost: each.cost }
          return event(each, ids.next(), { from: { ...state, expiry: from.expiry }, to: { ...state, expiry: to.expiry } })
        })),
        ...averageEdit(context, good, next),
      ])
      tellGoods(context, [good])
      return shownLot(context, knownLot(context, id))
    },

    'lot.reissue'({ key, from, to }) {
      if (!isRepeat(context, key, LotReissued.type)) {
        requireRight(context, 'stock.receive', key)
        const nos = nextNos(context, to.length)
        const { name: promisor, phone: contact } = store.shop()
        const made = reissue({
          lot: (id) => store.trace.lot(id), left: (lot) => leftOf(context, lot), isStopped: (lot) => isStopped(context, lot), date: today(context), at: clock.now(), promisor, contact,
          text: (quantity) => quantityShown(context, store.trace.lot(from[0]!.lot)?.good, quantity),
        }, { from, to: to.map((quantity, i) => ({ lot: ids.next(), no: nos[i]!, quantity })) })
        if ('refused' in made) throw new TillError(made.refused, { no: made.no ?? '' })
        commit(context, [
          { id: key, type: LotReissued.type, v: 1, body: { good: made.good, from: made.from, to: made.to, hlc: store.nextHlc(clock.now()) } },
          ...made.described.map(({ lot, set }) => describedEvent(context, lot, set)),
        ])
        tellGoods(context, [made.good])
      }
      const done = LotReissued.body.parse(store.event(key)!.body)
      return { lots: done.to.map(({ lot }) => shownLot(context, knownLot(context, lot))) }
    },

    'lot.list'({ good, text, before, limit }) {
      signedIn(context)
      return { lots: store.trace.lots({ good, text, before, limit }).map((lot) => shownLot(context, lot)) }
    },

    'lot.usual'() {
      signedIn(context)
      const date = today(context)
      const since = clock.now() - USUAL_DAYS * DAY_MS
      const latest = new Map<string, LotShown>()
      const came = new Set<string>()
      for (const lot of store.trace.lots({ limit: 1000 })) {
        const key = `${lot.good} ${lot.supplier}`
        if (lot.at < since) break
        if (lot.parents.length > 0 || lot.quantity <= 0) continue
        if (lot.date === date) came.add(key)
        else if (!latest.has(key) && !came.has(key) && store.listed(lot.good)?.on) latest.set(key, shownLot(context, lot))
      }
      return { lots: [...latest.values()].slice(0, USUAL_MAX) }
    },

    'lot.get'({ lot: id }) {
      signedIn(context)
      const lot = knownLot(context, id)
      return {
        lot: shownLot(context, lot), runs: lot.codes.map((run) => shownRun(context, run)), corrections: lot.corrections.map(({ at, by, from, to }) => ({ at, by: staffNoOf(context, by), from, to })), ancestors: ancestors(lot, (each) => store.trace.lot(each)).map((each) => shownLot(context, each)), children: store.trace.childrenOf(id).map((each) => shownLot(context, each)),
      }
    },
  }
}

/** `12.5 公斤`, `24 瓶`: with its unit, as people write it on a certificate. */
export function quantityShown({ store }: Pick<Context, 'store'>, good: Id | undefined, quantity: number): string {
  const { unit = '', pricing = 'piece' } = (good === undefined ? undefined : store.listed(good)) ?? {}
  return `${formatQuantity(Math.round((quantity * 1000) / thousandthsPer(pricing, unit)))} ${unit}`.trim()
}
