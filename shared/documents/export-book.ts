/**
 * Everything a till has, as the rows of a workbook's sheets: parts come in one after the other and rows go out as they come, so
 * that nobody need hold them, nor the counter wait. Real numbers and dates. Money in fen and quantities in thousandths come in; yuan, and
 * pieces or what a weighed good is priced by, come out; stock is pieces or kilograms, as our own import reads it.
 */
import type { z } from 'zod'
import type { Good } from '../catalog/good.ts'
import type { Promotion, Rule } from '../catalog/promotion.ts'
import { formatYuan } from '../money/money.ts'
import { thousandthsPer } from '../quantity/quantity.ts'
import type { CarriedShift, CashMoved, Sale, ShiftClosed, ShiftOpened } from '../sales/events.ts'
import type { HistoryChunk } from '../sales/history.ts'
import type { Refund } from '../sales/refund-events.ts'
import type { LotPart } from '../stock/lot.ts'
import { dateTimeText } from './date-text.ts'
import { EXPORT_WORDS } from './export-words.ts'
import type { SheetCell } from './report-sheets.ts'
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
export interface ExportSetting {
  readonly zone: string
  readonly language: Language
  /** Numbers of the staff by id. */
  readonly staff: Readonly<Record<string, string>>
  /** Batches of imported history that count. */
  readonly batches: readonly string[]
}

export type SheetName = keyof typeof EXPORT_WORDS.zh.sheets
/** In the order in which they stand. */
export const SHEETS: readonly SheetName[] = ['goods', 'lots', 'members', 'sales', 'refunds', 'history', 'shifts', 'cash', 'promotions']

const text = (value: string): SheetCell => (value === '' ? null : { kind: 'text', text: value })
const yuan = (fen: number | null | undefined): SheetCell => (fen === null || fen === undefined ? null : { kind: 'yuan', fen })
const count = (value: number): SheetCell => ({ kind: 'count', count: value })
const quantity = (thousandths: number | null, per = 1000): SheetCell => (thousandths === null ? null : { kind: 'quantity', quantity: thousandths / per })
const date = (value: string | null): SheetCell => (value === null || value === '' ? null : { kind: 'date', date: value })

export class ExportBook {
  readonly #setting
  readonly #words
  readonly #write
  readonly #batches
  /** Some a day: of each the end comes long after the beginning. */
  readonly #shifts = new Map<string, SheetCell[]>()

  /** `write` hears of each row, those of one sheet in their order. */
  constructor(setting: ExportSetting, write: (sheet: SheetName, row: readonly SheetCell[]) => void) {
    this.#setting = setting
    this.#words = EXPORT_WORDS[setting.language]
    this.#write = write
    this.#batches = new Set(setting.batches)
  }

  add(part: ExportPart): void {
    switch (part.kind) {
      case 'goods': return part.goods.forEach((good) => this.#good(good))
      case 'members': return part.members.forEach(({ name, phone, birthday, note, joined }) => { this.#write('members', [text(name), text(phone), text(birthday), text(note), this.#time(joined)]) })
      case 'promotions': return part.promotions.forEach((promotion) => this.#promotion(promotion))
      case 'journal': return part.rows.forEach((row) => this.#row(JSON.parse(row) as ExportedRow))
    }
  }

  /** What could only be said when all was heard. */
  end(): void {
    for (const row of this.#shifts.values()) this.#write('shifts', row)
  }

  #good(good: ExportedGood): void {
    const { code, name, price, cost, category, unit, pricing, spec, origin, stock, codes, minStock, on, quick } = good
    this.#write('goods', [
      text(code), text(name), yuan(price), yuan(cost), text(category), text(unit), text(this.#words[pricing]), text(spec), text(origin), quantity(stock),
      text(codes.join(' ')), quantity(minStock), this.#is(on), quick === 0 ? null : count(quick),
    ])
    for (const lot of good.lots) this.#write('lots', [text(code), text(name), text(lot.no), date(lot.expiry), quantity(lot.quantity)])
  }

  #promotion({ name, on, rule, goods, categories, members, from, to }: Promotion): void {
    this.#write('promotions', [text(name), this.#is(on), text(this.#rule(rule)), count(goods.length), text(categories.join(' ')), this.#is(members), date(from), date(to)])
  }
  #rule(rule: Rule): string {
    const money = new Set(['fen', 'price', 'over', 'off'])
    return Object.entries(rule).reduce((says, [key, value]) => says.replace(`{${key}}`, money.has(key) ? formatYuan(Number(value)) : String(value)), this.#words.rules[rule.kind] ?? rule.kind)
  }

  #row({ type, at, actor, body }: ExportedRow): void {
    switch (type) {
      case 'sale.completed': return this.#sale(body as Sale, at)
      case 'sale.refunded': return this.#refund(body as Refund, at)
      case 'history.sold': return this.#history(body as HistoryChunk)
      case 'shift.opened': return this.#opened({ ...body as z.output<typeof ShiftOpened.body>, openedAt: at })
      case 'device.renewed': {
        const { shift } = body as { shift: CarriedShift | null }
        return shift === null ? undefined : this.#opened(shift)
      }
      case 'shift.closed': return this.#closed(body as z.output<typeof ShiftClosed.body>, at)
      case 'cash.moved': {
        const { amount, reason, note } = body as z.output<typeof CashMoved.body>
        this.#write('cash', [this.#time(at), text(this.#staff(actor)), text(amount < 0 ? this.#words.out : this.#words.in), yuan(amount), text(this.#reason(reason)), text(note)])
      }
    }
  }

  #sale({ no, date: day, staff, lines, total, tenders }: Sale, at: number): void {
    const head = [text(no), this.#time(at), date(day), text(this.#staff(staff))]
    const paid = text(tenders.map(({ channel }) => this.#channel(channel)).join(' '))
    lines.forEach((line, index) => {
      this.#write('sales', [
        ...head, count(index + 1), text(line.code), text(line.name), text(line.unit), quantity(line.quantity, thousandthsPer(line.pricing, line.unit)),
        yuan(line.price), yuan(line.gross), yuan(line.discount), yuan(line.net), yuan(line.cost), yuan(total), paid,
      ])
    })
  }
  #refund({ no, date: day, staff, saleNo, lines, reason, tenders }: Refund, at: number): void {
    const head = [text(no), this.#time(at), date(day), text(this.#staff(staff)), text(saleNo ?? '')]
    const paid = text(tenders.map(({ channel }) => this.#channel(channel)).join(' '))
    lines.forEach((line, index) => {
      this.#write('refunds', [
        ...head, count(index + 1), text(line.code), text(line.name), text(line.unit), quantity(line.quantity, thousandthsPer(line.pricing, line.unit)),
        yuan(line.amount), text(this.#words[line.stock]), text(this.#reason(reason)), paid,
      ])
    })
  }
  /** What files brought in, as far as it was not taken back. */
  #history({ batch, items, sales }: HistoryChunk): void {
    if (!this.#batches.has(batch)) return
    for (const { no, at, date: day, staff, lines, tenders } of sales) {
      const head = [text(no), at === null ? null : this.#time(at), date(day), text(this.#staff(staff))]
      const paid = text(tenders.map(({ channel }) => this.#channel(channel)).join(' '))
      lines.forEach((line, index) => {
        const { code, name, unit, pricing, category } = items[line.item]!
        this.#write('history', [...head, count(index + 1), text(code), text(name), text(category), text(unit), quantity(line.quantity, thousandthsPer(pricing, unit)), yuan(line.gross), yuan(line.net), yuan(line.cost), paid])
      })
    }
  }
  #opened({ shift, date: day, staff, float, openedAt }: Pick<CarriedShift, 'shift' | 'date' | 'staff' | 'float' | 'openedAt'>): void {
    const row = [date(day), this.#time(openedAt), text(this.#words.open), text(this.#staff(staff)), yuan(float), null, null, null, null]
    this.#shifts.set(shift, row)
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
