/** What an event of the audit trail says, for people: its amounts in yuan, its ids short, its parts one below the other. */
import type { AuditRow } from '#shared/host/schemas.ts'
import { formatYuan } from '#shared/money/money.ts'
import { formatQuantity } from '#shared/quantity/quantity.ts'
import { i18n, type MessageKey, t } from '../i18n/index.ts'

/** Fields that hold fen, whatever event they stand in. */
const FEN = new Set(['amount', 'total', 'net', 'gross', 'discount', 'price', 'list', 'cost', 'float', 'counted', 'difference', 'expected', 'change', 'given', 'fen', 'over', 'off', 'returnCap', 'value', 'bonus', 'least', 'earn', 'worth', 'limit', 'named', 'unnamed'])
/** Fields that hold points or fen, as the purse is. */
const OF_PURSE = new Set(['delta', 'amount', 'balance'])
/** Fields that hold thousandths. */
const MILLI = new Set(['quantity', 'delta', 'came', 'sent', 'books', 'left', 'minStock'])
/** In what the stock room says, `counted`, `difference` and the like are thousandths. */
const STOCK_FEN = new Set(['cost', 'average', 'value'])
const STOCK_MILLI = new Set([...MILLI, 'counted', 'difference'])
/** What a row is known by at a glance. */
const KNOWN_BY = ['no', 'name', 'reason', 'code'] as const
const SUMS = ['total', 'amount', 'counted', 'float', 'price'] as const
/** Bookkeeping, which says again what the event says, and stamps for merging. */
const NOT_SHOWN = new Set(['postings', 'hlc'])
/** Of what somebody allowed. */
const RIGHT = /^approve\.[a-z]+_[a-z_]+$/
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-/
const ID_SHOWN = 8
const DEPTH_MAX = 6

export function auditSummary({ body, type }: Pick<AuditRow, 'body' | 'type'>): string {
  const set = typeof body.set === 'object' && body.set !== null ? body.set as Record<string, unknown> : {}
  const said = KNOWN_BY.flatMap((key) => { const value = body[key] ?? set[key]; return typeof value === 'string' && value !== '' ? [text(type, key, value)] : [] })
  const sum = type.startsWith('stock.') ? undefined : SUMS.map((key) => body[key] ?? set[key]).find((value) => typeof value === 'number')
  return [...said, ...typeof sum === 'number' ? [formatYuan(sum)] : []].join(' · ')
}

/** Every value of the body with the way to it, in the order it was written; `staffNo` gives the number of a staff member by id. */
export function auditFacts({ body, type }: Pick<AuditRow, 'body' | 'type'>, staffNo: (id: string) => string | undefined): { name: string; value: string }[] {
  const facts: { name: string; value: string }[] = []
  const add = (path: readonly string[], key: string, value: unknown, purse?: unknown): void => {
    if (NOT_SHOWN.has(key)) return
    if (value !== null && typeof value === 'object' && path.length < DEPTH_MAX) {
      for (const [each, part] of Object.entries(value)) add([...path, Array.isArray(value) ? String(Number(each) + 1) : word('auditField', each)], each, part, purseOf(type, value))
    } else facts.push({ name: path.join(' › '), value: (typeof value === 'string' ? staffNo(value) : undefined) ?? text(type, key, value, purse) })
  }
  add([], '', body)
  return facts
}

/** Which of a member's purses an object speaks of: it says so itself, or what it moved does. */
function purseOf(type: string, of: object): unknown {
  const { purse, moves } = of as { purse?: unknown; moves?: unknown }
  return purse ?? (type.startsWith('purse.') && Array.isArray(moves) ? (moves[0] as { purse?: unknown } | undefined)?.purse : undefined)
}

function text(type: string, key: string, value: unknown, purse?: unknown): string {
  if (typeof value === 'number' && typeof purse === 'string' && OF_PURSE.has(key)) return purse === 'value' ? formatYuan(value) : String(value)
  const [fen, thousandths] = type.startsWith('stock.') ? [STOCK_FEN, STOCK_MILLI] : [FEN, MILLI]
  if (typeof value === 'number') return fen.has(key) ? formatYuan(value) : thousandths.has(key) ? formatQuantity(value) : String(value)
  if (typeof value === 'string' && value.startsWith('data:image/')) return t('auditField.picture')
  if (typeof value === 'string' && ID.test(value)) return `…${value.slice(-ID_SHOWN)}`
  const right = typeof value === 'string' ? `approve.${value.replaceAll('.', '_')}` as MessageKey : undefined
  if (right && RIGHT.test(right) && i18n.global.te(right)) return t(right)
  return word('auditValue', typeof value === 'string' ? value : JSON.stringify(value) ?? '')
}

/** The word for it, where there is one. */
function word(family: 'auditField' | 'auditValue', name: string): string {
  const key = `${family}.${name}` as MessageKey
  return /^\w+$/.test(name) && i18n.global.te(key) ? t(key) : name
}
