/** Reports of this till's sales: read, printed, and saved as a table for a spreadsheet. */
import { GOODS_ON_PAPER, rangeOfPaper, reportPaper, reportReceipt } from '#shared/documents/report.ts'
import type { ReceiptDocument } from '#shared/documents/receipt.ts'
import { reportSheets } from '#shared/documents/report-sheets.ts'
import { REPORT_WORDS } from '#shared/documents/report-words.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { SalesReport } from '#shared/host/report-schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { fen } from '#shared/money/money.ts'
import { type DateRange, type GoodFigures, type SalesFigures, daysOf, isDate, weekBefore } from '#shared/sales/report.ts'
import { type Context, requireRight, turn } from './context.ts'
import { workbookOnThread } from './export/workbook.ts'

type Calls = 'report.sales' | 'report.print' | 'report.export'

/** Three years. */
const DAYS_MAX = 1096
/** Tries to read a ledger that doesn't grow meanwhile; after these the counter waits, for the one time. */
const TRIES = 3
/** Goods that are put to their categories in one step. */
const GOODS_A_STEP = 10_000

export function reportHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock, done } = context
  return {
    async 'report.sales'({ from, to, limit }) {
      requireRight(context, 'report.read')
      return inTurns(reportOf(context, { from, to }, await figuresOf(context, checked({ from, to })), limit))
    },

    'report.print'({ key, from, to }) {
      requireRight(context, 'report.read')
      const ref = reportPaper(checked({ from, to }))
      done.once(key, 'report.print', () => {
        store.commit({ events: [], prints: [{ kind: 'report', ref, copy: false, drawer: false }] }, clock.now(), store.signedIn())
      })
      context.printed()
      return {}
    },

    async 'report.export'({ from, to, language }) {
      requireRight(context, 'report.read')
      const report = await inTurns(reportOf(context, { from, to }, await figuresOf(context, checked({ from, to }))))
      const bytes = await workbookOnThread(reportSheets(report, store.shop().name, store.identity().till, language))
      return { name: `${REPORT_WORDS[language].title}-${from}${from === to ? '' : `-${to}`}.xlsx`, data: Buffer.from(bytes).toString('base64') }
    },
  }
}

/** Throws TillError report.range. */
function checked(range: DateRange): DateRange {
  const days = isDate(range.from) && isDate(range.to) ? daysOf(range) : 0
  if (days < 1 || days > DAYS_MAX) throw new TillError('report.range', { from: range.from, to: range.to })
  return range
}

/** Reads step by step, and lets the counter go on in between. */
async function figuresOf({ store }: Context, range: DateRange): Promise<SalesFigures> {
  for (let tries = 1; tries < TRIES; tries++) {
    const { seq } = store.head()
    const reading = store.salesFigures(range)
    let step = reading.next()
    while (!step.done && store.head().seq === seq) {
      await turn()
      step = reading.next()
    }
    if (step.done && store.head().seq === seq) return step.value
  }
  return atOnce(store.salesFigures(range))
}

/** All at once. */
function atOnce<Result>(steps: Generator<void, Result>): Result {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}
/** Step by step, and the counter in between. */
async function inTurns<Result>(steps: Generator<void, Result>): Promise<Result> {
  let step = steps.next()
  while (!step.done) {
    await turn()
    step = steps.next()
  }
  return step.value
}

/** What a print job says to print; undefined where it says nothing. Read all at once: a printer's turn is short. */
export function reportPaperOf(context: Pick<Context, 'store' | 'clock'>, ref: Id, copy: boolean): ReceiptDocument | undefined {
  const { store } = context
  const range = rangeOfPaper(ref)
  if (!range) return undefined
  const report = atOnce(reportOf(context, range, atOnce(context.store.salesFigures(range)), GOODS_ON_PAPER))
  return reportReceipt({ shop: store.shop(), report, at: report.at, till: store.identity().till, copy })
}

/** Figures in the order people read them, with names; `limit` goods, or all. */
function* reportOf({ store, clock }: Pick<Context, 'store' | 'clock'>, { from, to }: DateRange, figures: SalesFigures, limit?: number): Generator<void, SalesReport> {
  const { total, before, days, hours, staff, tenders, goods, imported } = figures
  const sold: GoodFigures[] = []
  const costs = { cost: 0, unknown: 0 }
  const categories = new Map<string, { net: number; before: number; cost: number; unknown: number }>()
  for (let i = 0; i < goods.length; i++) {
    const good = goods[i]!
    let category = categories.get(good.category)
    if (!category) categories.set(good.category, category = { net: 0, before: 0, cost: 0, unknown: 0 })
    category.net += good.net
    category.before += good.before
    category.cost += good.cost
    category.unknown += good.unknown
    if (good.isSold) {
      sold.push(good)
      costs.cost += good.cost
      costs.unknown += good.unknown
    }
    if (i % GOODS_A_STEP === GOODS_A_STEP - 1) yield
  }
  yield
  const shown = mostFirst(sold, limit ?? sold.length)
  yield
  const compared = ({ net, before: was }: { net: number; before: number }) => ({ net: fen(net), before: fen(was) })
  const money = ({ sales, returns, gross, discount, net, back }: SalesFigures['total']) => ({ sales, returns, gross: fen(gross), discount: fen(discount), net: fen(net), back: fen(back) })
  const costed = ({ cost, unknown }: { cost: number; unknown: number }) => ({ cost: fen(cost), unknown: fen(unknown) })
  const was = weekBefore({ from, to })
  return {
    from, to, beforeFrom: was.from, beforeTo: was.to, at: clock.now(),
    total: { ...money(total), ...costed(costs) }, before: money(before),
    imported: { sales: imported.sales, ...compared(imported) },
    days: [...days].map(([date, day]) => ({ date, sales: day.sales, imported: fen(day.imported), ...compared(day) })),
    hours: hours.map((hour, i) => ({ hour: i, sales: hour.sales, ...compared(hour) })),
    categories: [...categories].map(([category, sums]) => ({ category, ...compared(sums), ...costed(sums) })).sort((one, other) => other.net - one.net || other.before - one.before),
    goods: shown.map(({ good, name, category, unit, pricing, quantity, gross, ...sums }) => ({ good, name, category, unit, pricing, quantity, gross: fen(gross), ...compared(sums), ...costed(sums) })),
    goodsTotal: sold.length,
    cashiers: [...staff].map(([id, sums]) => {
      const known = id === '' ? undefined : store.staff(id)
      return { staff: id === '' ? null : id, staffNo: known?.no ?? '', name: known?.name ?? '', sales: sums.sales, returns: sums.returns, ...compared(sums) }
    }).sort((one, other) => other.net - one.net || other.before - one.before),
    tenders: [...tenders].map(([channel, sums]) => ({ channel, tenders: sums.tenders, fen: fen(sums.fen), before: fen(sums.before) })).sort((one, other) => other.fen - one.fen),
  }
}

/** The `limit` goods that brought in most; of a hundred thousand not all are put in order for it. */
function mostFirst(goods: readonly GoodFigures[], limit: number): GoodFigures[] {
  const least = goods.length > limit ? Float64Array.from(goods, ({ net }) => net).sort().at(-limit)! : -Infinity
  return goods.filter(({ net }) => net >= least).sort((one, other) => other.net - one.net || (one.good < other.good ? -1 : 1)).slice(0, limit)
}
