/** A report of sales as the sheets of a workbook: cells that say what they are, before any file format. Money in fen. */
import { type ReportFigures, changeRate, hourText, marginOf, marginRate } from './report.ts'
import { REPORT_WORDS } from './report-words.ts'
import { thousandthsPer } from '../quantity/quantity.ts'
import { type Language, channelText } from './words.ts'

export type SheetCell =
  | { readonly kind: 'head' | 'text'; readonly text: string }
  | { readonly kind: 'yuan'; readonly fen: number }
  | { readonly kind: 'count'; readonly count: number }
  /** In the unit beside it: pieces, or what a weighed good is priced by. */
  | { readonly kind: 'quantity'; readonly quantity: number }
  /** `YYYY-MM-DD` */
  | { readonly kind: 'date'; readonly date: string }
  /** `YYYY-MM-DD HH:mm` of the shop's own clock: a spreadsheet knows no zones. */
  | { readonly kind: 'time'; readonly text: string }
  /** Tenths of a percent. */
  | { readonly kind: 'percent'; readonly tenths: number }
  | null
export interface ReportSheet {
  readonly name: string
  readonly rows: readonly (readonly SheetCell[])[]
  /** In characters of half width. */
  readonly widths: readonly number[]
}

const text = (value: string): SheetCell => ({ kind: 'text', text: value })
const head = (...names: string[]): SheetCell[] => names.map((name) => ({ kind: 'head', text: name }))
const yuan = (fen: number): SheetCell => ({ kind: 'yuan', fen })
const count = (value: number): SheetCell => ({ kind: 'count', count: value })
const percent = (tenths: number | null): SheetCell => (tenths === null ? null : { kind: 'percent', tenths })
const date = (value: string): SheetCell => ({ kind: 'date', date: value })

export function reportSheets(report: ReportFigures, shop: string, till: string, language: Language): ReportSheet[] {
  const words = REPORT_WORDS[language]
  const { total, before } = report
  const isImported = report.imported.sales !== 0
  const compared = (sums: { net: number; before: number }): SheetCell[] => [yuan(sums.net), yuan(sums.before), percent(changeRate(sums.net, sums.before))]
  const comparedHead = [words.net, words.before, words.change]
  const costed = (sums: { net: number; cost: number; unknown: number }): SheetCell[] => [yuan(sums.cost), yuan(marginOf(sums)), percent(marginRate(sums)), yuan(sums.unknown)]
  const costedHead = [words.cost, words.margin, words.rate, words.unknown]
  const fact = (label: string, ...cells: SheetCell[]): SheetCell[] => [...head(label), ...cells]
  return [
    {
      name: words.summary, widths: [18, 14, 14],
      rows: [
        head(words.title), fact(words.shop, text(shop)), fact(words.till, text(till)), fact(words.date, date(report.from), date(report.to)),
        fact(words.sales, count(total.sales)), fact(words.returns, count(total.returns)), fact(words.gross, yuan(total.gross)), fact(words.discount, yuan(total.discount)),
        fact(words.net, yuan(total.net)), ...report.imported.sales === 0 ? [] : [fact(words.imported, yuan(report.imported.net), count(report.imported.sales))], fact(words.back, yuan(total.back)), fact(words.cost, yuan(total.cost)), fact(words.margin, yuan(marginOf(total))), fact(words.rate, percent(marginRate(total))), fact(words.unknown, yuan(total.unknown)),
        fact(words.before, date(report.beforeFrom), date(report.beforeTo)), fact(`${words.before} ${words.sales}`, count(before.sales)), fact(`${words.before} ${words.net}`, yuan(before.net)), fact(words.change, percent(changeRate(total.net, before.net))),
      ],
    },
    {
      name: words.day, widths: [12, 10, 12, 12, 10, 16],
      rows: [head(words.day, words.sales, ...comparedHead, ...isImported ? [words.imported] : []), ...report.days.map((day) => [date(day.date), count(day.sales), ...compared(day), ...isImported ? [yuan(day.imported)] : []])],
    },
    { name: words.hour, widths: [10, 10, 12, 12, 10], rows: [head(words.hour, words.sales, ...comparedHead), ...report.hours.map((hour) => [text(hourText(hour.hour)), count(hour.sales), ...compared(hour)])] },
    {
      name: words.category, widths: [16, 12, 12, 10, 12, 12, 10, 16],
      rows: [head(words.category, ...comparedHead, ...costedHead), ...report.categories.map((sums) => [text(sums.category || words.noCategory), ...compared(sums), ...costed(sums)])],
    },
    {
      name: words.good, widths: [32, 14, 8, 10, 12, 12, 12, 10, 12, 12, 10, 16],
      rows: [head(words.good, words.category, words.unit, words.quantity, words.gross, ...comparedHead, ...costedHead), ...report.goods.map((good) => [
        text(good.name), text(good.category), text(good.unit), { kind: 'quantity', quantity: good.quantity / thousandthsPer(good.pricing, good.unit) } as const, yuan(good.gross), ...compared(good), ...costed(good),
      ])],
    },
    {
      name: words.cashier, widths: [10, 14, 10, 10, 12, 12, 10],
      rows: [head(words.cashier, words.name, words.sales, words.returns, ...comparedHead), ...report.cashiers.map((each) => [text(each.staffNo), text(each.staffNo === '' ? words.before_till : each.name), count(each.sales), count(each.returns), ...compared(each)])],
    },
    {
      name: words.tender, widths: [14, 10, 12, 12, 10],
      rows: [head(words.tender, words.count, ...comparedHead), ...report.tenders.map(({ channel, tenders, fen, before: was }) => [text(channelText(words.channels, channel)), count(tenders), ...compared({ net: fen, before: was })])],
    },
  ]
}
