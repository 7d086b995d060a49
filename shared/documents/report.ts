/** A report of sales on receipt paper, and the id of such a paper, which says the days it is of. Money in fen. */
import type { Id } from '../identity/ids.ts'
import { roundHalfUp } from '../money/money.ts'
import { type Milli, type Pricing, thousandthsPer } from '../quantity/quantity.ts'
import { type DateRange, isDate } from '../sales/report.ts'
import { dateTimeText } from './date-text.ts'
import { type PrintedShop, type ReceiptDocument, type ReceiptRow, quantityText, yuanText } from './receipt.ts'
import { REPORT_WORDS, type ReportWords } from './report-words.ts'
import { type Language, WORDS, channelText, fill } from './words.ts'

interface Compared { readonly net: number; readonly before: number }
interface Costed { readonly net: number; readonly cost: number; readonly unknown: number }
/** The figures of a report, as the till answers with them. */
export interface ReportFigures extends DateRange {
  readonly beforeFrom: string
  readonly beforeTo: string
  readonly total: Costed & { readonly sales: number; readonly returns: number; readonly gross: number; readonly discount: number; readonly back: number }
  readonly before: { readonly net: number; readonly sales: number }
  readonly imported: Compared & { readonly sales: number }
  readonly days: readonly (Compared & { readonly date: string; readonly sales: number; readonly imported: number })[]
  readonly hours: readonly (Compared & { readonly hour: number; readonly sales: number })[]
  readonly categories: readonly (Compared & Costed & { readonly category: string })[]
  readonly goods: readonly (Compared & Costed & { readonly name: string; readonly category: string; readonly unit: string; readonly pricing: Pricing; readonly quantity: number; readonly gross: number })[]
  readonly goodsTotal: number
  readonly cashiers: readonly (Compared & { readonly staffNo: string; readonly name: string; readonly sales: number; readonly returns: number })[]
  readonly tenders: readonly { readonly channel: string; readonly tenders: number; readonly fen: number; readonly before: number }[]
}

/** What was earned, of the sales whose cost is known. */
export const marginOf = ({ net, cost, unknown }: Costed): number => net - unknown - cost
/** The margin in tenths of a percent of those sales; null where there are none. */
export function marginRate(sums: Costed): number | null {
  const net = sums.net - sums.unknown
  return net <= 0 ? null : roundHalfUp(marginOf(sums), 1000, net)
}
/** How `now` differs from `before`, in tenths of a percent of it; null where there is nothing to compare with. */
export const changeRate = (now: number, before: number): number | null => (before <= 0 ? null : roundHalfUp(now - before, 1000, before))
/** 253 → `25.3%`. */
export function percentText(tenths: number): string {
  return `${tenths < 0 ? '-' : ''}${Math.floor(Math.abs(tenths) / 10)}.${Math.abs(tenths) % 10}%`
}
export const hourText = (hour: number): string => `${String(hour).padStart(2, '0')}:00`
/** `12`, or `1.250 公斤`: a good's quantity in the unit it is priced by. */
export function soldText({ pricing, unit, quantity }: { pricing: Pricing; unit: string; quantity: number }): string {
  return quantityText({ pricing, unit, quantity: quantity as Milli, per: thousandthsPer(pricing, unit) })
}

/**
 * The id of the paper of a range: a UUID of version 8 (RFC 9562, 5.8) with the dates in its digits, so that a job in the
 * print queue says by itself what to print, as a sale's does.
 */
export function reportPaper({ from, to }: DateRange): Id {
  const digits = from.replaceAll('-', '') + to.replaceAll('-', '')
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(12, 15)}-8${digits.slice(15)}00-000000000000`
}
/** undefined where it is no such paper's. */
export function rangeOfPaper(id: Id): DateRange | undefined {
  const found = /^(\d{8})-(\d{4})-8(\d{3})-8(\d)00-0{12}$/.exec(id)
  if (!found) return undefined
  const dates = [found[1]!, found[2]! + found[3]! + found[4]!].map((text) => `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`)
  return dates.every(isDate) ? { from: dates[0]!, to: dates[1]! } : undefined
}

export interface ReportReceiptInput {
  readonly shop: PrintedShop
  readonly report: ReportFigures
  /** UTC ms of the figures */
  readonly at: number
  readonly till: string
  readonly copy: boolean
  readonly language?: Language
}

/** Of so many goods a paper says what each brought in. */
export const GOODS_ON_PAPER = 20
/** Longer ranges are too long a paper day by day. */
const DAYS_ON_PAPER = 31

const row = (label: string, value: string, strong = false): ReceiptRow => ({ label, value, strong })
export const rangeText = ({ from, to }: DateRange, words: ReportWords): string => (from === to ? from : `${from} ${words.until} ${to}`)
const signed = (amount: number): string => (amount > 0 ? `+${yuanText(amount)}` : yuanText(amount))

export function reportReceipt({ shop, report, at, till, copy, language = 'zh' }: ReportReceiptInput): ReceiptDocument {
  const words = REPORT_WORDS[language]
  const { total, before } = report
  const sums = [row(words.sales, String(total.sales)), row(words.returns, String(total.returns))]
  if (total.discount !== 0) sums.push(row(words.gross, yuanText(total.gross)), row(words.discount, yuanText(-total.discount)))
  if (total.back !== 0) sums.push(row(words.back, yuanText(total.back)))
  if (report.imported.sales !== 0) sums.push(row(words.imported, `${report.imported.sales} · ${yuanText(report.imported.net)}`))
  const rate = marginRate(total)
  const margin = rate === null ? [] : [row(words.margin, yuanText(marginOf(total))), row(words.rate, percentText(rate))]
  if (total.unknown !== 0) margin.push(row(words.unknown, yuanText(total.unknown)))
  const was = rangeText({ from: report.beforeFrom, to: report.beforeTo }, words)
  const oneDay = report.from === report.to
  const times = oneDay ? report.hours.map((hour) => ({ ...hour, label: hourText(hour.hour) })) : report.days.map((day) => ({ ...day, label: day.date }))
  const list = (head: string, rows: readonly ReceiptRow[]): ReceiptRow[] => (rows.length === 0 ? [] : [row(`【${head}】`, words.net), ...rows])
  const goods = report.goods.slice(0, GOODS_ON_PAPER)
  const more = report.goodsTotal - goods.length
  return {
    kind: 'report', language, shop: { name: shop.name, address: '', phone: '' }, title: words.title, copy: copy ? { mark: WORDS[language].copy, note: '' } : null,
    facts: [row(words.date, rangeText(report, words)), row(words.till, till), row(words.printed, dateTimeText(at, shop.zone))],
    heads: { name: '', quantity: '', price: '', amount: '' }, lines: [],
    totals: [
      [...sums, row(words.net, yuanText(total.net), true)],
      [row(words.before, was), row(words.net, yuanText(before.net)), row(words.change, signed(total.net - before.net))],
      margin,
      list(words.tender, report.tenders.map(({ channel, tenders, fen }) => row(`${channelText(words.channels, channel)} × ${tenders}`, yuanText(fen)))),
      list(words.cashier, report.cashiers.filter(({ sales }) => sales > 0).map(({ staffNo, sales, net }) => row(`${staffNo || words.before_till} × ${sales}`, yuanText(net)))),
      oneDay || report.days.length <= DAYS_ON_PAPER ? list(oneDay ? words.hour : words.day, times.filter(({ sales }) => sales > 0).map(({ label, sales, net }) => row(`${label} × ${sales}`, yuanText(net)))) : [],
      list(words.category, report.categories.filter(({ net }) => net !== 0).map(({ category, net }) => row(category || words.noCategory, yuanText(net)))),
      [...list(words.good, goods.map((good) => row(`${good.name} × ${soldText(good)}`, yuanText(good.net)))), ...more > 0 ? [row(fill(words.more, { n: String(more) }), yuanText(total.net - goods.reduce((sum, { net }) => sum + net, 0)))] : []],
    ],
    codes: [], footer: '',
  }
}
