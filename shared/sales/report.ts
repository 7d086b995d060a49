/** What a report of sales is made of: days in the shop's zone, hours of any zone, and sums that add up. Money in fen. */
import type { Id } from '../identity/ids.ts'
import { type Fen, fen, roundHalfUp } from '../money/money.ts'
import { type Pricing, thousandthsPer } from '../quantity/quantity.ts'

/** Sums of sales; `back` is the net of the lines that came back, zero or less. */
export interface Figures { sales: number; returns: number; gross: number; discount: number; net: number; back: number }
/** A day or an hour, and what was sold on the same one a week before. */
export interface Moment { sales: number; net: number; before: number }
/** A good's sums. `cost` is what was known, `unknown` the net of what was sold at a cost that nobody knows. */
export interface GoodFigures {
  good: Id; name: string; category: string; unit: string; pricing: Pricing
  /** thousandths */
  quantity: number
  gross: number; net: number; before: number; cost: number; unknown: number
  /** False for what was sold only in the week before. */
  isSold: boolean
}
/** All that a report says, in no order. */
export interface SalesFigures {
  total: Figures
  before: Figures
  /** By date, every day from the first to the last; `imported` is the net of history. */
  days: Map<string, Moment & { imported: number }>
  /** 24 of them, in the shop's zone. */
  hours: Moment[]
  /** By id; empty is whoever it was at another till. */
  staff: Map<Id, Figures & { before: number }>
  tenders: Map<string, { tenders: number; fen: number; before: number }>
  goods: GoodFigures[]
  /** What of all this is another till's, from files. */
  imported: { sales: number; net: number; before: number }
}
export interface DateRange { readonly from: string; readonly to: string }

export const DAYS_COMPARED = 7
const DAY_MS = 86_400_000

export const noFigures = (): Figures => ({ sales: 0, returns: 0, gross: 0, discount: 0, net: 0, back: 0 })

/** `YYYY-MM-DD` so many days later, or earlier. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10)
}
/** How many days a range has, both ends included; zero or less where it ends before it begins. */
export const daysOf = ({ from, to }: DateRange): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1
export const isDate = (text: string): boolean => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)
/** The same days a week before: weekends against weekends. */
export const weekBefore = ({ from, to }: DateRange): DateRange => ({ from: addDays(from, -DAYS_COMPARED), to: addDays(to, -DAYS_COMPARED) })

/** A part of the days that have to be read, whole within the report or outside, and whole within the week before or outside. */
export interface Piece extends DateRange { readonly isNow: boolean; readonly isBefore: boolean }

/** Cuts a range and the same a week before into pieces of so many days at most, in their order, none read twice. */
export function piecesOf(range: DateRange, daysMax: number): Piece[] {
  const before = weekBefore(range)
  const edges = new Set([before.from, range.from, addDays(before.to, 1), addDays(range.to, 1)])
  const cuts = [...edges].sort()
  return cuts.slice(0, -1).flatMap((first, i) => {
    const end = addDays(cuts[i + 1]!, -1)
    const isNow = first >= range.from && first <= range.to
    const isBefore = first >= before.from && first <= before.to
    const pieces: Piece[] = []
    for (let from = first; (isNow || isBefore) && from <= end; from = addDays(from, daysMax)) {
      const to = addDays(from, daysMax - 1)
      pieces.push({ from, to: to < end ? to : end, isNow, isBefore })
    }
    return pieces
  })
}

const QUARTERS_A_DAY = 96
const QUARTER_MINUTES = 15
const DAY_MINUTES = 1440

/** Tells the hour of a quarter of an hour since 1970 (UTC) in a zone; one that is unknown is read as Asia/Shanghai. */
export function hoursIn(zone: string): (quarter: number) => number {
  const format = clockOf(zone)
  const minutes = (at: number): number => {
    const [hour, minute] = format.format(at).split(':').map(Number)
    return hour! * 60 + minute!
  }
  /** Minutes that the zone's clock is ahead, by day of UTC; undefined on the days when it is put forward or back. */
  const offsets = new Map<number, number | undefined>()
  const ahead = (quarter: number): number => {
    const utc = (quarter % QUARTERS_A_DAY) * QUARTER_MINUTES
    return (minutes(quarter * QUARTER_MINUTES * 60_000) - utc + DAY_MINUTES) % DAY_MINUTES
  }
  return (quarter) => {
    const day = Math.floor(quarter / QUARTERS_A_DAY)
    if (!offsets.has(day)) {
      const [first, next] = [ahead(day * QUARTERS_A_DAY), ahead((day + 1) * QUARTERS_A_DAY)]
      offsets.set(day, first === next ? first : undefined)
    }
    const offset = offsets.get(day) ?? ahead(quarter)
    return Math.floor(((quarter % QUARTERS_A_DAY) * QUARTER_MINUTES + offset) % DAY_MINUTES / 60)
  }
}
function clockOf(zone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'Asia/Shanghai' })
  }
}

/**
 * What goods cost the shop, in fen: what the sales said, and for those that said nothing (`costless`, in thousandths) the
 * good's cost of today. Where that is not known either, their net is `unknown` and they cost nothing here.
 */
export function costOf(said: { cost: number; costless: number; costlessNet: number }, today: { cost: number | null; pricing: Pricing; unit: string }): { cost: Fen; unknown: Fen } {
  if (said.costless === 0 && said.costlessNet === 0) return { cost: fen(said.cost), unknown: fen(0) }
  if (today.cost === null) return { cost: fen(said.cost), unknown: fen(said.costlessNet) }
  return { cost: fen(said.cost + roundHalfUp(today.cost, said.costless, thousandthsPer(today.pricing, today.unit))), unknown: fen(0) }
}
