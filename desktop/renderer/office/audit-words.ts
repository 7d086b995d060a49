/** What an event of the audit trail says, for people: its amounts in yuan, its ids short, its parts one below the other. */
import type { AuditRow } from '#shared/host/schemas.ts'
import { formatYuan } from '#shared/money/money.ts'
import { i18n, type MessageKey, t } from '../i18n/index.ts'

/** Fields that hold fen, whatever event they stand in. */
const FEN = new Set(['amount', 'total', 'net', 'gross', 'discount', 'price', 'list', 'cost', 'float', 'counted', 'difference', 'expected', 'change', 'given', 'fen', 'over'])
/** In what the stock room says, `counted`, `difference` and the like are thousandths. */
const STOCK_FEN = new Set(['cost', 'average', 'value'])
/** What a row is known by at a glance. */
const KNOWN_BY = ['no', 'name', 'reason', 'code'] as const
const SUMS = ['total', 'amount', 'counted', 'float', 'price'] as const
/** Bookkeeping, which says again what the event says, and stamps for merging. */
const NOT_SHOWN = new Set(['postings', 'hlc'])
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-/
const ID_SHOWN = 8
const DEPTH_MAX = 6

export function auditSummary({ body }: AuditRow): string {
  const set = typeof body.set === 'object' && body.set !== null ? body.set as Record<string, unknown> : {}
  const said = KNOWN_BY.flatMap((key) => { const value = body[key] ?? set[key]; return typeof value === 'string' && value !== '' ? [text(FEN, key, value)] : [] })
  const sum = SUMS.map((key) => body[key] ?? set[key]).find((value) => typeof value === 'number')
  return [...said, ...typeof sum === 'number' ? [formatYuan(sum)] : []].join(' · ')
}

/** Every value of the body with the way to it, in the order it was written; `staffNo` gives the number of a staff member by id. */
export function auditFacts({ body, type }: Pick<AuditRow, 'body' | 'type'>, staffNo: (id: string) => string | undefined): { name: string; value: string }[] {
  const facts: { name: string; value: string }[] = []
  const fen = type.startsWith('stock.') ? STOCK_FEN : FEN
  const add = (path: readonly string[], key: string, value: unknown): void => {
    if (NOT_SHOWN.has(key)) return
    if (value !== null && typeof value === 'object' && path.length < DEPTH_MAX) {
      for (const [each, part] of Object.entries(value)) add([...path, Array.isArray(value) ? String(Number(each) + 1) : word('auditField', each)], each, part)
    } else facts.push({ name: path.join(' › '), value: (typeof value === 'string' ? staffNo(value) : undefined) ?? text(fen, key, value) })
  }
  add([], '', body)
  return facts
}

function text(fen: ReadonlySet<string>, key: string, value: unknown): string {
  if (typeof value === 'number') return fen.has(key) ? formatYuan(value) : String(value)
  if (typeof value === 'string' && value.startsWith('data:image/')) return t('auditField.picture')
  if (typeof value === 'string' && ID.test(value)) return `…${value.slice(-ID_SHOWN)}`
  return word('auditValue', typeof value === 'string' ? value : JSON.stringify(value) ?? '')
}

/** The word for it, where there is one. */
function word(family: 'auditField' | 'auditValue', name: string): string {
  const key = `${family}.${name}` as MessageKey
  return /^\w+$/.test(name) && i18n.global.te(key) ? t(key) : name
}
