/**
 * Whether a sale's body is as the till writes it: nothing odd, nothing more, nothing that its schema would change. Of ten
 * thousand rows that a cloud takes in nearly all are such sales, and the schema takes six times as long to say so. It
 * never refuses: what it does not know at sight, the schema judges.
 */
import { DATE } from '../ledger/business-date.ts'
import { FEN_MAX } from '../money/money.ts'
import { MILLI_MAX } from '../quantity/quantity.ts'

type Fields = Readonly<Record<string, unknown>>

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The fields of a value that has so many of its own and nothing behind them. */
const fieldsOf = (value: unknown, count: number): Fields | undefined => (
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length === count ? value as Fields : undefined
)
export const isPlainId = (value: unknown): boolean => typeof value === 'string' && ID.test(value)
const isText = (value: unknown, max: number): boolean => typeof value === 'string' && value.length <= max
const isInteger = (value: unknown, low: number, high: number): boolean => Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high && !Object.is(value, -0)
const isFen = (value: unknown): boolean => isInteger(value, -FEN_MAX, FEN_MAX)
const isList = (value: unknown, low: number, high: number, is: (item: unknown) => boolean): boolean => (
  Array.isArray(value) && value.length >= low && value.length <= high && value.every(is)
)

/** True only where `SaleCompleted.body` takes the value, which JSON.parse made, and gives it back equal. */
export function isPlainSale(body: unknown): boolean {
  const sale = fieldsOf(body, 11)
  return sale !== undefined && isPlainId(sale.sale) && isText(sale.no, 24) && isPlainId(sale.shift) && isPlainId(sale.staff)
    && typeof sale.date === 'string' && DATE.test(sale.date)
    && isFen(sale.gross) && isFen(sale.discount) && isFen(sale.total)
    && isList(sale.lines, 1, 500, isLine) && isList(sale.tenders, 1, 10, isTender)
    && isList(sale.postings, 0, 50, isPosting) && (sale.postings as { fen: number }[]).reduce((sum, { fen }) => sum + fen, 0) === 0
}

function isLine(value: unknown): boolean {
  const line = fieldsOf(value, 12)
  return line !== undefined && isPlainId(line.good) && isText(line.code, 48) && isText(line.name, 120) && isText(line.unit, 10)
    && (line.pricing === 'piece' || line.pricing === 'weight') && isInteger(line.per, 1, Number.MAX_SAFE_INTEGER)
    && isInteger(line.quantity, -MILLI_MAX, MILLI_MAX) && isInteger(line.price, 0, FEN_MAX) && isInteger(line.list, 0, FEN_MAX)
    && isFen(line.gross) && isFen(line.discount) && isFen(line.net)
}

function isTender(value: unknown): boolean {
  const tender = fieldsOf(value, 4)
  return tender !== undefined && tender.channel === 'cash' && isFen(tender.amount) && isFen(tender.given) && isFen(tender.change)
}

function isPosting(value: unknown): boolean {
  const posting = fieldsOf(value, 2)
  return posting !== undefined && (posting.account === 'drawer' || posting.account === 'sales' || posting.account === 'discounts') && isFen(posting.fen)
}
