import { expect, it } from 'vitest'
import type { z } from 'zod'
import { FenSchema, PriceSchema } from '#shared/money/money.ts'
import { MilliSchema } from '#shared/quantity/quantity.ts'
import { EVENTS } from '#shared/sync/events.ts'
import { en } from '../i18n/en.ts'
import { zh } from '../i18n/zh.ts'
import { auditFacts, auditSummary } from './audit-words.ts'

interface Field { readonly type: string; readonly name: string; readonly holds: 'fen' | 'milli' | 'other'; readonly values: readonly string[] }
type Def = { type: string; innerType?: z.ZodType; element?: z.ZodType; in?: z.ZodType; options?: z.ZodType[]; shape?: Record<string, z.ZodType>; entries?: Record<string, string>; values?: unknown[] }
/** Every field of a schema, at whatever depth. */
function fieldsOf(schema: z.ZodType, type: string, name: string): Field[] {
  const field = (holds: Field['holds'], values: readonly string[] = []): Field[] => [{ type, name, holds, values }]
  if (schema === FenSchema as z.ZodType || schema === PriceSchema as z.ZodType) return field('fen')
  if (schema === MilliSchema as z.ZodType) return field('milli')
  const def = schema.def as unknown as Def
  const inner = def.innerType ?? def.element ?? def.in
  if (inner) return fieldsOf(inner, type, name)
  if (def.options) return def.options.flatMap((each) => fieldsOf(each, type, name))
  if (def.shape) return [...name === '' ? [] : field('other'), ...Object.entries(def.shape).flatMap(([key, each]) => fieldsOf(each, type, key))]
  return field('other', def.entries ? Object.values(def.entries) : def.type === 'literal' ? def.values!.map(String) : [])
}
/** Bookkeeping and stamps are not shown. */
const shown = EVENTS.flatMap(({ type, body }) => fieldsOf(body, type, '')).filter(({ name }) => name !== 'postings' && name !== 'account' && name !== 'hlc')

it('names every field of every event, and what it may be', () => {
  for (const words of [zh, en]) {
    expect(shown.map(({ name }) => name).filter((name) => !(name in words.auditField))).toEqual([])
    const names = shown.flatMap(({ values }) => values).filter((value) => /^\w+$/.test(value))
    expect(names.filter((name) => !(name in words.auditValue))).toEqual([])
  }
})
it('says amounts in yuan and quantities in units, whatever event they stand in', () => {
  expect(shown.filter(({ holds }) => holds === 'fen').length).toBeGreaterThan(20)
  for (const { type, name, holds } of shown) {
    if (holds === 'other') continue
    const [fact] = auditFacts({ type, body: { [name]: 12_345 } } as never, () => undefined)
    expect([type, name, fact!.value]).toEqual([type, name, holds === 'fen' ? '123.45' : '12.345'])
  }
})
it('knows a count\'s quantities from a shift\'s money, and rights by their names', () => {
  const count = { type: 'stock.counted', body: { lines: [{ counted: 2000, books: 3000, difference: -1000, value: -190 }] } }
  expect(auditFacts(count as never, () => undefined).map(({ value }) => value)).toEqual(['2', '3', '-1', '-1.90'])
  expect(auditFacts({ type: 'shift.closed', body: { counted: 2000 } } as never, () => undefined)[0]!.value).toBe('20.00')
  expect(auditSummary({ type: 'sale.refunded', body: { no: 'T1', reason: 'quality', total: 350 } } as never)).toBe(`T1 · ${zh.auditValue.quality} · 3.50`)
  expect(auditFacts({ type: 'staff.approved', body: { rights: ['stock.waste'] } } as never, () => undefined)[0]!.value).toBe(zh.approve.stock_waste)
})
it('says points as points and stored value in yuan', () => {
  const values = (type: string, body: object): string[] => auditFacts({ type, body } as never, () => undefined).map(({ value }) => value)
  const move = (purse: string) => ({ purse, delta: -1250 })
  expect(values('sale.completed', { total: 100, moves: [move('points'), move('value')] })).toEqual(['1.00', zh.auditValue.points, '-1250', zh.auditValue.value, '-12.50'])
  expect(values('purse.adjusted', { balance: 300, moves: [move('points')] })[0]).toBe('300')
  expect(values('purse.topped_up', { amount: 5000, balance: 5000, moves: [move('value')] }).slice(0, 2)).toEqual(['50.00', '50.00'])
  expect(values('purse.released', { parts: [{ purse: 'points', amount: 40 }] })[1]).toBe('40')
})
