/**
 * Whether a sale's body is as the till writes it: nothing odd, nothing more, nothing that its schema would change. Of ten
 * thousand rows that a cloud takes in nearly all are such sales, and the schema takes six times as long to say so. It
 * never refuses: what it does not know at sight, the schema judges.
 */
import { DATE } from '../ledger/business-date.ts'
import { FEN_MAX } from '../money/money.ts'
import { isPlainId, isPlainInteger, isPlainList, isPlainText, plainFields } from '../identity/plain.ts'
import { MoveSchema, PURSES } from '../payments/purse.ts'
import { ChannelSchema, accountOf } from '../payments/tender.ts'
import { OFF_WHYS } from '../pricing/offs.ts'
import { MILLI_MAX } from '../quantity/quantity.ts'

const PURSE_NAMES: ReadonlySet<unknown> = new Set(PURSES)
const MOVE_WHYS: ReadonlySet<unknown> = new Set(MoveSchema.shape.why.options)
const CHANNELS: ReadonlySet<unknown> = new Set(ChannelSchema.options)
const ACCOUNTS: ReadonlySet<unknown> = new Set(['drawer', 'sales', 'discounts', ...ChannelSchema.options.map((channel) => accountOf({ channel }))])
const WHYS: ReadonlySet<unknown> = new Set(OFF_WHYS)
const isPlainNumber = (value: unknown): boolean => isPlainInteger(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
const isFen = (value: unknown): boolean => isPlainInteger(value, -FEN_MAX, FEN_MAX)

const PLAIN_NO = /^[0-9A-Za-z-]{0,40}$/
/** Days that every month has; the others are the schema's to judge. */
const PLAIN_EXPIRY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/

/** True only where `SaleCompleted.body` takes the value, which JSON.parse made, and gives it back equal. */
export function isPlainSale(body: unknown): boolean {
  const extras = extrasOf(body, SALE_EXTRAS)
  const sale = plainFields(body, 11 + extras.length)
  return sale !== undefined && extras.every(([name, is]) => is(sale[name])) && isPlainId(sale.sale) && isPlainText(sale.no, 0, 24) && isPlainId(sale.shift) && isPlainId(sale.staff)
    && typeof sale.date === 'string' && DATE.test(sale.date)
    && isFen(sale.gross) && isFen(sale.discount) && isFen(sale.total)
    && isPlainList(sale.lines, 1, 500, isLine) && isPlainList(sale.tenders, 1, 10, isTender)
    && isPlainList(sale.postings, 0, 50, isPosting) && (sale.postings as { fen: number }[]).reduce((sum, { fen }) => sum + fen, 0) === 0
}

type Extras = readonly (readonly [name: string, is: (value: unknown) => boolean])[]
const extrasOf = (value: unknown, extras: Extras): Extras => (value === null || typeof value !== 'object' ? [] : extras.filter(([name]) => Object.hasOwn(value, name)))

/** What a sale may have besides what every sale has: a member's. */
const SALE_EXTRAS: Extras = [['member', isMember], ['moves', (value) => isPlainList(value, 0, 50, isMove)]]
/** What a line may have besides what every line has. */
const EXTRAS: Extras = [
  ['offs', (value) => isPlainList(value, 0, 300, isOff)], ['cost', (value) => isPlainInteger(value, 0, FEN_MAX)],
  ['lots', (value) => isPlainList(value, 1, 100, isLotPart)], ['label', (value) => isPlainText(value, 0, 500)],
]

function isLine(value: unknown): boolean {
  const extras = extrasOf(value, EXTRAS)
  const line = plainFields(value, 12 + extras.length)
  return line !== undefined && extras.every(([name, is]) => is(line[name])) && isPlainId(line.good) && isPlainText(line.code, 0, 48) && isPlainText(line.name, 0, 120) && isPlainText(line.unit, 0, 10)
    && (line.pricing === 'piece' || line.pricing === 'weight') && isPlainInteger(line.per, 1, Number.MAX_SAFE_INTEGER)
    && isPlainInteger(line.quantity, -MILLI_MAX, MILLI_MAX) && isPlainInteger(line.price, 0, FEN_MAX) && isPlainInteger(line.list, 0, FEN_MAX)
    && isFen(line.gross) && isFen(line.discount) && isFen(line.net)
}

function isOff(value: unknown): boolean {
  const bare = plainFields(value, 2)
  const off = bare ?? plainFields(value, 4)
  return off !== undefined && WHYS.has(off.why) && isFen(off.fen) && (bare !== undefined || (isPlainId(off.promotion ?? off.coupon) && isPlainText(off.name, 0, 40)))
}

/** The printed number as it stands: what its schema would trim, or has more than letters and digits, is left to it. */
function isLotPart(value: unknown): boolean {
  const part = plainFields(value, 3)
  return part !== undefined && typeof part.no === 'string' && PLAIN_NO.test(part.no) && typeof part.expiry === 'string' && (part.expiry === '' ? part.no !== '' : PLAIN_EXPIRY.test(part.expiry))
    && isPlainInteger(part.quantity, -MILLI_MAX, MILLI_MAX)
}

/** What a tender may have besides: the name of the shop's own code. */
const TENDER_EXTRAS: Extras = [['via', (value) => isPlainText(value, 1, 10)]]

function isTender(value: unknown): boolean {
  const extras = extrasOf(value, TENDER_EXTRAS)
  const tender = plainFields(value, 4 + extras.length)
  return tender !== undefined && extras.every(([name, is]) => is(tender[name])) && CHANNELS.has(tender.channel) && isFen(tender.amount) && isFen(tender.given) && isFen(tender.change)
}

function isPosting(value: unknown): boolean {
  const posting = plainFields(value, 2)
  return posting !== undefined && ACCOUNTS.has(posting.account) && isFen(posting.fen)
}

function isMember(value: unknown): boolean {
  const member = plainFields(value, 3)
  return member !== undefined && isPlainId(member.member) && isPlainNumber(member.points) && isPlainNumber(member.value)
}

function isMove(value: unknown): boolean {
  const move = plainFields(value, 4)
  return move !== undefined && isPlainId(move.member) && PURSE_NAMES.has(move.purse) && isPlainNumber(move.delta) && MOVE_WHYS.has(move.why)
}
