/**
 * Everything a till has, as the sheets of a workbook: parts come in one after the other, so that whoever reads them need
 * not hold them, nor the counter wait. Real numbers and dates. Money in fen and quantities in thousandths come in; yuan, and
 * pieces or what a weighed good is priced by, come out; stock is pieces or kilograms, as our own import reads it.
 */
import type { z } from 'zod'
import type { Good } from '../catalog/good.ts'
import type { Promotion, Rule } from '../catalog/promotion.ts'
import { formatYuan } from '../money/money.ts'
import { thousandthsPer } from '../quantity/quantity.ts'
import type { CarriedShift, CashMoved, Sale, ShiftClosed, ShiftOpened } from '../sales/events.ts'
import type { Refund } from '../sales/refund-events.ts'
import type { LotPart } from '../stock/lot.ts'
import { dateTimeText } from './date-text.ts'
import { EXPORT_WORDS } from './export-words.ts'
import type { ReportSheet, SheetCell } from './report-sheets.ts'
import type { Language } from './words.ts'

export interface ExportedGood extends Good { readonly stock: number | null; readonly lots: readonly LotPart[] }
export interface ExportedMember { readonly name: string; readonly phone: string; readonly birthday: string; readonly note: string; /** UTC ms */ readonly joined: number }
/** What is asked of a row of the journal. */
export interface ExportedRow { readonly type: string; readonly at: number; readonly actor: string | null; readonly body: unknown }
export type ExportPart =
  | { readonly kind: 'goods'; readonly goods: readonly ExportedGood[] }
  | { readonly kind: 'members'; readonly members: readonly ExportedMember[] }
  | { readonly kind: 'promotions'; readonly promotions: readonly Promotion[] }
  /** Texts of rows, in their order. */
  | { readonly kind: 'journal'; readonly rows: readonly string[] }
export interface ExportSetting { readonly zone: string; readonly language: Language; /** Numbers of the staff by id. */ readonly staff: Readonly<Record<string, string>> }

type SheetName = keyof typeof EXPORT_WORDS.zh.sheets
const SHEETS: readonly SheetName[] = ['goods', 'lots', 'members', 'sales', 'refunds', 'shifts', 'cash', 'promotions']
/** Rows that one sheet holds; more go on another. A sheet can have a million, but is put together as one text. */
export const SHEET_ROWS_MAX = 200_000

const text = (value: string): SheetCell => (value === '' ? null : { kind: 'text', text: value })
const yuan = (fen: number | null | undefined): SheetCell => (fen === null || fen === undefined ? null : { kind: 'yuan', fen })
const count = (value: number): SheetCell => ({ kind: 'count', count: value })
const quantity = (thousandths: number | null, per = 1000): SheetCell => (thousandths === null ? null : { kind: 'quantity', quantity: thousandths / per })
const date = (value: string | null): SheetCell => (value === null || value === '' ? null : { kind: 'date', date: value })

export class ExportBook {
  readonly #setting
  readonly #words
  readonly #rows: Record<SheetName, SheetCell[][]>
  readonly #shifts = new Map<string, SheetCell[]>()
  readonly #rowsMax

  constructor(setting: ExportSetting, rowsMax = SHEET_ROWS_MAX) {
    this.#setting = setting
    this.#words = EXPORT_WORDS[setting.language]
    this.#rows = Object.fromEntries(SHEETS.map((name) => [name, []])) as unknown as Record<SheetName, SheetCell[][]>
    this.#rowsMax = rowsMax
  }

  add(part: ExportPart): void {
    switch (part.kind) {
      case 'goods': return part.goods.forEach((good) => this.#good(good))
      case 'members': return part.members.forEach(({ name, phone, birthday, note, joined }) => { this.#rows.members.push([text(name), text(phone), text(birthday), text(note), this.#time(joined)]) })
      case 'promotions': return part.promotions.forEach((promotion) => this.#promotion(promotion))
      case 'journal': return part.rows.forEach((row) => this.#row(JSON.parse(row) as ExportedRow))
    }
  }

  sheets(): ReportSheet[] {
    return SHEETS.flatMap((name) => {
      const rows = this.#rows[name]
      const head = this.#words[name].map((each): SheetCell => ({ kind: 'head', text: each }))
      const widths = this.#words[name].map(() => 14)
      const pages = Math.max(1, Math.ceil(rows.length / this.#rowsMax))
      return Array.from({ length: pages }, (_, page) => ({
        name: page === 0 ? this.#words.sheets[name] : `${this.#words.sheets[name]} ${page + 1}`, widths,
        rows: [head, ...rows.slice(page * this.#rowsMax, (page + 1) * this.#rowsMax)],
      }))
    })
  }

  #good(good: ExportedGood): void {
    const { code, name, price, cost, category, unit, pricing, spec, origin, stock, codes, minStock, on, quick } = good
    this.#rows.goods.push([
      text(code), text(name), yuan(price), yuan(cost), text(category), text(unit), text(this.#words[pricing]), text(spec), text(origin), quantity(stock),
      text(codes.join(' ')), quantity(minStock), this.#is(on), quick === 0 ? null : count(quick),
    ])
    for (const lot of good.lots) this.#rows.lots.push([text(code), text(name), text(lot.no), date(lot.expiry), quantity(lot.quantity)])
  }

  #promotion({ name, on, rule, goods, categories, members, from, to }: Promotion): void {
    this.#rows.promotions.push([text(name), this.#is(on), text(this.#rule(rule)), count(goods.length), text(categories.join(' ')), this.#is(members), date(from), date(to)])
  }
  #rule(rule: Rule): string {
    const money = new Set(['fen', 'price', 'over', 'off'])
    return Object.entries(rule).reduce((says, [key, value]) => says.replace(`{${key}}`, money.has(key) ? formatYuan(Number(value)) : String(value)), this.#words.rules[rule.kind] ?? rule.kind)
  }

  #row({ type, at, actor, body }: ExportedRow): void {
    switch (type) {
      case 'sale.completed': return this.#sale(body as Sale, at)
      case 'sale.refunded': return this.#refund(body as Refund, at)
      case 'shift.opened': return this.#opened({ ...body as z.output<typeof ShiftOpened.body>, openedAt: at })
      case 'device.renewed': {
        const { shift } = body as { shift: CarriedShift | null }
        return shift === null ? undefined : this.#opened(shift)
      }
      case 'shift.closed': return this.#closed(body as z.output<typeof ShiftClosed.body>, at)
      case 'cash.moved': {
        const { amount, reason, note } = body as z.output<typeof CashMoved.body>
        this.#rows.cash.push([this.#time(at), text(this.#staff(actor)), text(amount < 0 ? this.#words.out : this.#words.in), yuan(amount), text(this.#reason(reason)), text(note)])
      }
    }
  }

  #sale({ no, date: day, staff, lines, total, tenders }: Sale, at: number): void {
    const head = [text(no), this.#time(at), date(day), text(this.#staff(staff))]
    const paid = text(tenders.map(({ channel }) => this.#channel(channel)).join(' '))
    lines.forEach((line, index) => {
      this.#rows.sales.push([
        ...head, count(index + 1), text(line.code), text(line.name), text(line.unit), quantity(line.quantity, thousandthsPer(line.pricing, line.unit)),
        yuan(line.price), yuan(line.gross), yuan(line.discount), yuan(line.net), yuan(line.cost), yuan(total), paid,
      ])
    })
  }
  #refund({ no, date: day, staff, saleNo, lines, reason, tenders }: Refund, at: number): void {
    const head = [text(no), this.#time(at), date(day), text(this.#staff(staff)), text(saleNo ?? '')]
    const paid = text(tenders.map(({ channel }) => this.#channel(channel)).join(' '))
    lines.forEach((line, index) => {
      this.#rows.refunds.push([
        ...head, count(index + 1), text(line.code), text(line.name), text(line.unit), quantity(line.quantity, thousandthsPer(line.pricing, line.unit)),
        yuan(line.amount), text(this.#words[line.stock]), text(this.#reason(reason)), paid,
      ])
    })
  }
  #opened({ shift, date: day, staff, float, openedAt }: Pick<CarriedShift, 'shift' | 'date' | 'staff' | 'float' | 'openedAt'>): void {
    const row = [date(day), this.#time(openedAt), text(this.#words.open), text(this.#staff(staff)), yuan(float), null, null, null, null]
    this.#shifts.set(shift, row)
    this.#rows.shifts.push(row)
  }
  #closed({ shift, expected, counted, difference, sales }: z.output<typeof ShiftClosed.body>, at: number): void {
    const row = this.#shifts.get(shift)
    row?.splice(2, 1, this.#time(at))
    row?.splice(5, 4, yuan(expected), yuan(counted), yuan(difference), count(sales))
  }

  #time = (at: number): SheetCell => ({ kind: 'time', text: dateTimeText(at, this.#setting.zone) })
  #is = (value: boolean): SheetCell => text(value ? this.#words.yes : this.#words.no)
  #staff = (id: string | null): string => (id === null ? '' : this.#setting.staff[id] ?? '')
  #channel = (name: string): string => this.#words.channels[name] ?? name
  #reason = (name: string): string => this.#words.reasons[name] ?? name
}
