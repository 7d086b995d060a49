/** What an event of the audit trail says, for people: its amounts in yuan, its ids short, its parts one below the other. */
import type { AuditRow } from '#shared/host/schemas.ts'
import { formatYuan } from '#shared/money/money.ts'

/** Fields that hold fen, whatever event they stand in. */
const FEN = new Set(['amount', 'total', 'net', 'gross', 'price', 'listPrice', 'cost', 'float', 'counted', 'difference', 'expected', 'change', 'given', 'rounding', 'off', 'paid', 'due'])
/** In what the stock room says, `counted`, `difference` and the like are thousandths. */
const STOCK_FEN = new Set(['cost', 'average', 'value'])
/** What a row is known by at a glance, the first that is there. */
const KNOWN_BY = ['no', 'name', 'reason', 'code', 'what', 'role'] as const
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-/
const ID_SHOWN = 8
const DEPTH_MAX = 6

export function auditSummary({ body }: AuditRow): string {
  const set = typeof body.set === 'object' && body.set !== null ? body.set as Record<string, unknown> : {}
  const said = KNOWN_BY.flatMap((key) => { const value = body[key] ?? set[key]; return typeof value === 'string' && value !== '' ? [value] : [] })
  const sum = ['total', 'amount', 'counted', 'float', 'price'].map((key) => body[key] ?? set[key]).find((value) => typeof value === 'number')
  return [...said, ...typeof sum === 'number' ? [formatYuan(sum)] : []].join(' · ')
}

/** Every value of the body with the way to it, in the order it was written. */
export function auditFacts({ body, type }: Pick<AuditRow, 'body' | 'type'>): { name: string; value: string }[] {
  const facts: { name: string; value: string }[] = []
  const fen = type.startsWith('stock.') ? STOCK_FEN : FEN
  const add = (path: readonly string[], value: unknown): void => {
    if (value !== null && typeof value === 'object' && path.length < DEPTH_MAX) {
      for (const [key, part] of Object.entries(value)) add([...path, Array.isArray(value) ? String(Number(key) + 1) : key], part)
    } else facts.push({ name: path.join(' › '), value: text(fen, path.at(-1) ?? '', value) })
  }
  add([], body)
  return facts
}

function text(fen: ReadonlySet<string>, key: string, value: unknown): string {
  if (typeof value === 'number') return fen.has(key) ? formatYuan(value) : String(value)
  if (typeof value !== 'string') return JSON.stringify(value) ?? ''
  return ID.test(value) ? `…${value.slice(-ID_SHOWN)}` : value
}
