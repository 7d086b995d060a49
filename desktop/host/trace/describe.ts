/** What is written down of lots as they come in, and what screens are shown of them. */
import { TillError } from '#shared/host/frames.ts'
import type { LotShown, RunShown } from '#shared/host/trace-schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Fen } from '#shared/money/money.ts'
import { isSameLot, type Lot, lotKey } from '#shared/stock/lot.ts'
import { gtinOf, isLotNo, traceLink } from '#shared/trace/link.ts'
import { type CodeRun, firstUnprinted, printedOf, serialOf } from '#shared/trace/item-codes.ts'
import { LotDescribed, type LotSaid, type LotView } from '#shared/trace/lot.ts'
import { type Context, today } from '../context.ts'

interface Described { readonly id: Id; readonly type: string; readonly v: number; readonly body: object }

export function describedEvent({ store, clock, ids }: Context, lot: Id, set: LotSaid, id: Id = ids.next()): Described {
  return { id, type: LotDescribed.type, v: 1, body: { lot, set, hlc: store.nextHlc(clock.now()) } }
}

/** Of lots that came in: what they are, from whom and when, where nobody described them before; and what is said of them besides. */
export function describeCame(context: Context, supplier: string, lines: readonly { readonly good: Id; readonly quantity: number; readonly lot: Lot | null; readonly cost?: Fen | null }[], said: LotSaid = {}): Described[] {
  const { store, clock, ids } = context
  const done = new Set<string>()
  return lines.flatMap(({ good, quantity, lot, cost = null }): Described[] => {
    const key = lot && lotKey({ good, ...lot })
    const listed = store.listed(good)
    if (!lot || !key || !listed || done.has(key)) return []
    done.add(key)
    const known = store.trace.lotOf(good, lot)
    if (known) return Object.keys(said).length > 0 ? [describedEvent(context, known.lot, said)] : []
    const set = { good, no: lot.no, expiry: lot.expiry, gtin: gtinOf(store.shop().id, listed), quantity, date: today(context), at: clock.now(), ...supplier !== '' && { supplier }, ...cost !== null && { cost }, ...said } as LotSaid
    return [describedEvent(context, ids.next(), set)]
  })
}

/** Where its code leads; null where there is no page yet, or no code can say its number. */
export function linkOf({ store }: Pick<Context, 'store'>, { gtin, no }: Pick<LotView, 'gtin' | 'no'>, serial = ''): string | null {
  const pairing = store.pairing()
  if (!pairing || gtin === '' || !isLotNo(no)) return null
  const { site, id } = store.shop()
  return traceLink(site || pairing.cloud, id, { gtin, lot: no, serial })
}

export const leftOf = ({ store }: Pick<Context, 'store'>, { good, ...lot }: Lot & { readonly good: Id }): number => store.stock.lots(good).left.find((each) => isSameLot(each, lot))?.quantity ?? 0

export function isStopped({ store }: Pick<Context, 'store'>, lot: Lot & { readonly good: Id }): boolean {
  const stopped = store.trace.stopped(lot.good)
  return stopped !== undefined && (stopped.whole || stopped.lots.some((each) => isSameLot(each, lot)))
}

/** Throws TillError lot.not_found. */
export function knownLot({ store }: Pick<Context, 'store'>, id: Id): LotView {
  const lot = store.trace.lot(id)
  if (!lot) throw new TillError('lot.not_found')
  return lot
}

export function shownLot(context: Pick<Context, 'store'>, lot: LotView): LotShown {
  const { name = '', unit = '', pricing = 'piece' } = context.store.listed(lot.good) ?? {}
  const { corrections: _corrections, expiries: _expiries, ...shown } = lot
  return {
    ...shown, name, unit, pricing, codes: lot.codes.reduce((sum, { codes }) => sum + codes, 0), certificate: lot.certificate, tests: [...lot.tests], parents: [...lot.parents],
    left: leftOf(context, lot), link: linkOf(context, lot), recalled: isStopped(context, lot),
    shared: lot.no === '' ? 0 : context.store.trace.lotsOf(lot.good, lot.no).filter((each) => each.lot !== lot.lot && each.expiry === lot.expiry).length,
  }
}

export const staffNoOf = ({ store }: Pick<Context, 'store'>, staff: Id | null): string => (staff === null ? '' : store.staff(staff)?.no ?? '')

export function shownRun(context: Pick<Context, 'store'>, run: CodeRun): RunShown {
  const last = run.prints.at(-1)
  return {
    run: run.run, from: serialOf(run, 1), to: serialOf(run, run.codes), codes: run.codes, at: run.at, by: staffNoOf(context, run.by), printed: printedOf(run),
    next: firstUnprinted(run) ?? null, last: last ? { from: last.from, to: last.to, at: last.at, by: staffNoOf(context, last.by) } : null,
  }
}
