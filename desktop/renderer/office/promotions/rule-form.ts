/** The numbers of a promotion's rule as they are typed, and the rule they make. */
import { type Rule, RuleSchema } from '#shared/catalog/promotion.ts'
import { formatYuan, parseYuan } from '#shared/money/money.ts'

export const KINDS = ['n_for_m', 'nth', 'spend', 'percent', 'amount', 'price'] as const satisfies readonly Rule['kind'][]
export interface RuleNumbers { percent: string; amount: string; price: string; n: string; m: string; at: string; over: string; off: string; repeat: boolean }

export function fieldsOf(rule: Rule | undefined): RuleNumbers {
  const numbers: RuleNumbers = { percent: '10', amount: '', price: '', n: '2', m: '1', at: '50', over: '', off: '', repeat: false }
  switch (rule?.kind) {
    case 'percent': return { ...numbers, percent: String(rule.percent) }
    case 'amount': return { ...numbers, amount: formatYuan(rule.fen) }
    case 'price': return { ...numbers, price: formatYuan(rule.price) }
    case 'n_for_m': return { ...numbers, n: String(rule.n), m: String(rule.m) }
    case 'nth': return { ...numbers, n: String(rule.n), at: String(rule.percent) }
    case 'spend': return { ...numbers, over: formatYuan(rule.over), off: formatYuan(rule.off), repeat: rule.repeat }
    default: return numbers
  }
}

/** undefined while a number is missing or is none. */
export function ruleOf(kind: Rule['kind'], numbers: RuleNumbers): Rule | undefined {
  const whole = (text: string): number => (/^\d{1,3}$/.test(text.trim()) ? Number(text) : Number.NaN)
  const yuan = (text: string): number => (text.trim() === '' ? Number.NaN : parseYuan(text) ?? Number.NaN)
  return RuleSchema.safeParse({
    percent: { kind, percent: whole(numbers.percent) }, amount: { kind, fen: yuan(numbers.amount) }, price: { kind, price: yuan(numbers.price) },
    n_for_m: { kind, n: whole(numbers.n), m: whole(numbers.m) }, nth: { kind, n: whole(numbers.n), percent: whole(numbers.at) },
    spend: { kind, over: yuan(numbers.over), off: yuan(numbers.off), repeat: numbers.repeat },
  }[kind]).data
}
