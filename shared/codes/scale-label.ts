/**
 * Labels that a scale prints: the item's number, and what it weighs or costs. How a scale lays them out is data, one
 * pattern for each kind of label in the shop. Amounts in fen, weights in grams.
 */
import { z } from 'zod'
import { type Fen, fen } from '../money/money.ts'
import { type Milli, milli } from '../quantity/quantity.ts'
import { gtinCheckDigit } from './gtin.ts'

/** A number within a label: `decimals` of its digits stand behind the point, of yuan or of kilograms. */
export const ScalePartSchema = z.object({ what: z.enum(['amount', 'weight']), digits: z.int().min(1).max(7), decimals: z.int().min(0).max(3) })
export const ScalePatternSchema = z.object({
  name: z.string().trim().min(1).max(30),
  /** Digits that every label of this kind begins with. */
  prefix: z.string().regex(/^[0-9]{1,3}$/),
  /** Digits of the item's number. */
  item: z.int().min(1).max(8),
  /** What follows the item, in its order. */
  parts: z.array(ScalePartSchema).min(1).max(2).refine((parts) => new Set(parts.map(({ what }) => what)).size === parts.length, 'the same number twice')
    .refine((parts) => parts.every(({ what, decimals, digits }) => decimals <= digits && (what === 'weight' || decimals <= 2)), 'finer than fen or grams'),
  /** The last digit: checked (modulo 10, as a GTIN's), there and not checked, or not there. */
  check: z.enum(['mod10', 'unchecked', 'none']),
})
export type ScalePattern = z.output<typeof ScalePatternSchema>
export type ScalePart = z.output<typeof ScalePartSchema>

/** The three layouts that most scales come with. */
export const SCALE_PRESETS = {
  price13: { prefix: '21', item: 5, parts: [{ what: 'amount', digits: 5, decimals: 2 }], check: 'mod10' },
  weight13: { prefix: '21', item: 5, parts: [{ what: 'weight', digits: 5, decimals: 3 }], check: 'mod10' },
  both18: { prefix: '26', item: 5, parts: [{ what: 'amount', digits: 5, decimals: 2 }, { what: 'weight', digits: 5, decimals: 3 }], check: 'mod10' },
} as const satisfies Readonly<Record<string, Omit<ScalePattern, 'name'>>>

export interface ScaleLabel {
  /** The item's number as printed, with its zeros. */
  readonly item: string
  readonly amount: Fen | null
  readonly grams: Milli | null
}
export type ScaleVerdict = { readonly label: ScaleLabel } | { readonly fault: 'other' | 'check' }

export function patternLength({ prefix, item, parts, check }: Pick<ScalePattern, 'prefix' | 'item' | 'parts' | 'check'>): number {
  return prefix.length + item + parts.reduce((sum, { digits }) => sum + digits, 0) + (check === 'none' ? 0 : 1)
}

/** Fen or grams in one unit of a part's last digit. */
const unitOf = ({ what, decimals }: ScalePart): number => 10 ** ((what === 'amount' ? 2 : 3) - decimals)

/** `other`: no label of this pattern; `check`: one whose last digit is wrong. */
export function readScaleLabel(text: string, pattern: ScalePattern): ScaleVerdict {
  if (text.length !== patternLength(pattern) || !/^[0-9]+$/.test(text) || !text.startsWith(pattern.prefix)) return { fault: 'other' }
  if (pattern.check === 'mod10' && gtinCheckDigit(text.slice(0, -1)) !== text.at(-1)) return { fault: 'check' }
  let at = pattern.prefix.length + pattern.item
  const values: { amount: Fen | null; weight: Milli | null } = { amount: null, weight: null }
  for (const part of pattern.parts) {
    const value = Number(text.slice(at, at + part.digits)) * unitOf(part)
    if (part.what === 'amount') values.amount = fen(value)
    else values.weight = milli(value)
    at += part.digits
  }
  return { label: { item: text.slice(pattern.prefix.length, pattern.prefix.length + pattern.item), amount: values.amount, grams: values.weight } }
}

/** The label a scale would print; undefined where a number has no room in it. */
export function writeScaleLabel(pattern: ScalePattern, { item, amount, grams }: { item: string; amount: number; grams: number }): string | undefined {
  let text = pattern.prefix + item.padStart(pattern.item, '0')
  if (!/^[0-9]+$/.test(text) || text.length !== pattern.prefix.length + pattern.item) return undefined
  for (const part of pattern.parts) {
    const value = Math.round((part.what === 'amount' ? amount : grams) / unitOf(part))
    const digits = String(value).padStart(part.digits, '0')
    if (!/^[0-9]+$/.test(digits) || digits.length !== part.digits) return undefined
    text += digits
  }
  return pattern.check === 'none' ? text : text + gtinCheckDigit(text)
}

/** Whether one text could be a label of both: then neither can be told from the other. */
export function patternsClash(one: ScalePattern, other: ScalePattern): boolean {
  return patternLength(one) === patternLength(other) && (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix))
}

/** What goods a label's item may be filed under: as the scale has it, without zeros, with the label's prefix. */
export function itemCodes(pattern: ScalePattern, item: string): string[] {
  return [...new Set([item, item.replace(/^0+(?=.)/, ''), pattern.prefix + item])]
}
