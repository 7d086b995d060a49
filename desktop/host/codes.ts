/** What a scan means to this till: `shared/codes` says what it can be, and here the first of that which this shop has is taken. */
import { type Measured, measured } from '#shared/cart/measure.ts'
import type { Good } from '#shared/catalog/good.ts'
import { type Ask, type Ground, type Reading, recognise } from '#shared/codes/recognise.ts'
import type { CallResult } from '#shared/host/contract.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { longId } from '#shared/identity/ids.ts'
import type { Fen } from '#shared/money/money.ts'
import { SaleCompleted } from '#shared/sales/events.ts'
import type { Lot } from '#shared/stock/lot.ts'
import { type Context, today } from './context.ts'
import { certificateSupply, companySupply, lotSupply } from './trace/supply.ts'

type Answer = CallResult<'code.read'>
type Unknown = Extract<Answer, { kind: 'unknown' }>
type GoodsReading = Extract<Reading, { kind: 'goods' }>

export function codeHandlers(context: Context): Pick<Handlers, 'code.read'> {
  return { 'code.read': ({ text, ask }) => readCode(context, text, ask) }
}

function groundOf({ store, clock }: Pick<Context, 'store' | 'clock'>, ask: Ask): Ground {
  const { labels, site } = store.shop()
  const cloud = store.pairing()?.cloud
  return { ask, labels, sites: [site, cloud ?? ''].filter((each) => each !== ''), year: new Date(clock.now()).getUTCFullYear() }
}

function readCode(context: Context, text: string, ask: Ask): Answer {
  /** The best reason so far why it is nothing: of something that was nearly found. */
  let nearly: Unknown | undefined
  for (const reading of recognise(text, groundOf(context, ask))) {
    switch (reading.kind) {
      case 'certificate': return certificateSupply(context, reading.certificate, reading.company)
      case 'company': return companySupply(context, reading)
      case 'goods': {
        const supply = ask === 'intake' ? lotSupply(context, ofGoods(context.store, reading).find(({ on }) => on), reading.measure) : undefined
        if (supply) return supply
        const answer = readGoods(context, reading, text)
        if (answer.kind === 'good') return answer
        if (answer.code !== 'code.not_found' && nearly?.code !== 'code.off_sale') nearly = answer
        break
      }
      case 'receipt': {
        const sale = reading.by === 'no' ? context.store.saleByNo(reading.text)?.sale : longId(reading.text)
        if (sale !== undefined && context.store.event(sale)?.type === SaleCompleted.type) return { kind: 'receipt', sale }
        nearly ??= unknown('code.receipt', text)
        break
      }
      case 'member': return reading.by === 'phone' ? { kind: 'member', phone: reading.text } : unknown('code.member_card', text)
      case 'payment':
        // Digits that a label or a drug's code explain better are no payment, unless it is asked for.
        if (ask !== 'pay' && nearly) return nearly
        return { kind: 'payment', channel: reading.channel }
      case 'credit': return { kind: 'credit', token: reading.token }
      case 'coupon': return { kind: 'coupon', code: reading.code }
      case 'unknown':
        // What is a person's number goes no further, not even back to the screen.
        return nearly ?? { ...unknown(`code.${reading.because}`, reading.because === 'person' ? '' : text), detail: reading.detail, add: addable(reading.because, text) }
    }
  }
  throw new Error('a code without a reading')
}

const unknown = (code: Unknown['code'], text: string): Unknown => ({ kind: 'unknown', code, text, detail: '', add: null })
const addable = (because: string, text: string): string | null => (because === 'not_found' && text.trim().length <= 48 ? text.trim() : null)

function readGoods({ store, clock }: Context, { codes, form, measure }: GoodsReading, text: string): Extract<Answer, { kind: 'good' | 'unknown' }> {
  const found = ofGoods(store, { codes, measure })
  const good = found.find(({ on }) => on)
  if (!good) {
    if (found[0]) return { ...unknown('code.off_sale', text), detail: found[0].name }
    if (form === 'code') return unknown('code.not_found', text)
    // A new good is filed under what every further label of it says.
    const code = form === 'drug' ? codes.at(-1)! : codes[0]!
    return { ...unknown(form === 'label' ? 'code.label_item' : form === 'drug' ? 'code.drug' : 'code.gs1_item', text), detail: code, add: code }
  }
  if (form === 'code' || Object.values(measure).every((value) => value === null)) return { kind: 'good', good, label: null }
  const amount = measured(good, measure)
  if (amount && 'fault' in amount) return { ...unknown(`code.label_${amount.fault}`, text), detail: good.name }
  const expired = measure.expires !== null && measure.expires < today({ store, clock })
  return { kind: 'good', good, label: { text: text.trim(), ...quantityOf(good, amount), expires: measure.expires, expired, lot: measure.lot } }
}

/** Goods of this shop that it may be of, the likeliest first. */
const ofGoods = (store: Context['store'], { codes, measure }: Pick<GoodsReading, 'codes' | 'measure'>): GoodView[] => [...codes.map((code) => store.goodByCode(code)), ownNumbered(store, codes, measure.lot)].filter((good) => good !== undefined)

/** Goods without a number of anybody's are known by their lots: see shared/trace/link.ts. */
function ownNumbered(store: Context['store'], codes: readonly string[], lot: string | null): GoodView | undefined {
  const gtin = codes.find((code) => code.length === 14)
  const found = lot === null || gtin === undefined ? undefined : store.trace.byGtin(gtin, lot)
  return found && store.good(found.good)
}

function quantityOf(good: GoodView, amount: Exclude<Measured, { fault: string }> | undefined): { quantity: number | null; amount: Fen | null; listed: Fen | null } {
  if (amount) return { quantity: amount.quantity, amount: amount.amount, listed: amount.listed }
  return { quantity: good.pricing === 'piece' ? 1000 : null, amount: null, listed: null }
}

/** What the label's text says that this good costs, in fen: see `SaleFacts.labelled`. */
export function labelled(context: Pick<Context, 'store' | 'clock'>, text: string, good: Good): Fen | null | undefined {
  const reading = labelOf(context, text, good)
  return reading && reading.measure.amount
}

/** The lot that a label names, where this shop keeps it: see `SaleFacts.lotSaid`. */
export function lotSaid(context: Pick<Context, 'store' | 'clock'>, text: string, good: Good): Lot | undefined {
  const { store } = context
  const { lot: no, expires } = labelOf(context, text, good)?.measure ?? { lot: null, expires: null }
  if (no === null) return undefined
  const known = [...store.stock.sums(good.id), ...store.trace.lotsOf(good.id, no)].filter((each) => each.no === no)
  const found = known.find(({ expiry }) => expiry === expires) ?? known[0]
  return found && { no, expiry: found.expiry }
}

function labelOf(context: Pick<Context, 'store' | 'clock'>, text: string, good: Good): GoodsReading | undefined {
  const own = new Set([good.code, ...good.codes])
  return recognise(text, groundOf(context, 'sell')).find((each): each is GoodsReading => each.kind === 'goods' && each.form !== 'code'
    && (each.codes.some((code) => own.has(code)) || ownNumbered(context.store, each.codes, each.measure.lot)?.id === good.id))
}
