/**
 * How promotions come together on a ticket. One after the other, the higher priority first, each takes what it may off what
 * the earlier ones left. A good takes part in a promotion as a whole: with all its lines that nobody has priced by hand and
 * that do not come back. So the order of scanning, or whether three of it are one line or three, changes nothing.
 */
import type { Promotion, Rule } from '../catalog/promotion.ts'
import type { Id } from '../identity/ids.ts'
import { type Fen, fen, roundHalfUp, split } from '../money/money.ts'
import { amountOf, type Milli, type Pricing } from '../quantity/quantity.ts'
import { type LocalTime, localTime } from './local-time.ts'
import { type Off, offOf } from './offs.ts'

/** A line that promotions work on. */
export interface OpenLine {
  readonly id: string
  readonly good: Id
  readonly category?: string | undefined
  readonly pricing: Pricing
  readonly per: number
  readonly quantity: number
  readonly list: Fen
  /** fen that are still to be paid for it */
  left: number
  readonly offs: Off[]
}
/** All lines of one good at one price. */
interface Pool {
  readonly lines: OpenLine[]
  readonly good: Id
  readonly category: string | undefined
  readonly pricing: Pricing
  readonly per: number
  quantity: number
  /** Whole pieces; none of what is weighed. */
  units: number
  left: number
  isTouched: boolean
  isClosed: boolean
  readonly groups: Set<string>
}

/** Whether a promotion that is on holds at that time. */
export function holds({ on, from, to, days, start, end }: Pick<Promotion, 'on' | 'from' | 'to' | 'days' | 'start' | 'end'>, time: LocalTime): boolean {
  if (!on) return false
  const isOver = start >= end && time.minute < end
  if (start < end ? time.minute < start || time.minute >= end : time.minute < start && !isOver) return false
  // The hours after midnight are the end of the day before.
  const { date, day } = isOver ? time.before : time
  return (from === null || date >= from) && (to === null || date <= to) && (days.length === 0 || days.includes(day))
}

interface Compiled { readonly promotion: Promotion; readonly goods: ReadonlySet<Id>; readonly categories: ReadonlySet<string>; readonly isForAll: boolean }
const MINUTE_MS = 60_000
const compiled = new WeakMap<Promotion, Compiled>()
function compile(promotion: Promotion): Compiled {
  const before = compiled.get(promotion)
  if (before) return before
  const { goods, categories } = promotion
  const made = { promotion, goods: new Set(goods), categories: new Set(categories), isForAll: goods.length === 0 && categories.length === 0 }
  compiled.set(promotion, made)
  return made
}
/** The promotions of a list that hold in a minute, in their order: a screen prices one ticket again and again. */
const known = new WeakMap<readonly Promotion[], { readonly minute: number; readonly zone: string; readonly standing: readonly Compiled[] }>()

function standingAt(promotions: readonly Promotion[], at: number, zone: string): readonly Compiled[] {
  const minute = Math.floor(at / MINUTE_MS)
  const last = known.get(promotions)
  if (last?.minute === minute && last.zone === zone) return last.standing
  const time = localTime(at, zone)
  const standing = promotions.filter((each) => holds(each, time)).sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1)).map(compile)
  known.set(promotions, { minute, zone, standing })
  return standing
}

/** Takes off `lines` what the promotions say that hold at `at`, UTC ms, in the shop's zone. Changes `left` and `offs`. */
export function applyPromotions(lines: readonly OpenLine[], promotions: readonly Promotion[], { at, zone, isMember }: { readonly at: number; readonly zone: string; readonly isMember: boolean }): void {
  if (lines.length === 0 || promotions.length === 0) return
  const pools = poolsOf(lines)
  for (const each of standingAt(promotions, at, zone)) if (isMember || !each.promotion.members) apply(each, pools)
}

const keyOf = ({ good, list, per, pricing }: OpenLine): string => `${good} ${list} ${per} ${pricing}`

function poolsOf(lines: readonly OpenLine[]): Pool[] {
  const pools = new Map<string, Pool>()
  for (const line of lines) {
    const key = keyOf(line)
    let pool = pools.get(key)
    if (!pool) pools.set(key, pool = { lines: [], good: line.good, category: line.category, pricing: line.pricing, per: line.per, quantity: 0, units: 0, left: 0, isTouched: false, isClosed: false, groups: new Set() })
    pool.lines.push(line)
    pool.quantity += line.quantity
    pool.left += line.left
  }
  for (const pool of pools.values()) {
    if (pool.pricing === 'piece') pool.units = Math.floor(pool.quantity / 1000)
    pool.lines.sort((a, b) => a.quantity - b.quantity || (a.id < b.id ? -1 : 1))
  }
  return [...pools].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pool]) => pool)
}

function apply({ promotion, goods, categories, isForAll }: Compiled, pools: readonly Pool[]): void {
  const { stacks, group } = promotion
  const open = pools.filter((pool) => pool.left > 0 && !pool.isClosed && (stacks || !pool.isTouched) && !(group !== '' && pool.groups.has(group))
    && (isForAll || goods.has(pool.good) || (pool.category !== undefined && categories.has(pool.category))))
  if (open.length === 0) return
  const shares = sharesOf(promotion.rule, open)
  const why = promotion.rule.kind === 'spend' ? 'spend' : 'promotion'
  for (const [pool, off] of shares) {
    pool.isTouched = true
    if (!stacks) pool.isClosed = true
    if (group !== '') pool.groups.add(group)
    takeOff(pool, off, (amount) => offOf(why, amount, promotion))
  }
}

function takeOff(pool: Pool, off: number, offFor: (amount: Fen) => Off): void {
  if (off === 0) return
  pool.left -= off
  const parts = shareOut(off, pool.lines.map((line) => line.left))
  pool.lines.forEach((line, i) => {
    const part = parts[i]!
    if (part === 0) return
    line.left -= part
    line.offs.push(offFor(fen(part)))
  })
}

/** No more than `weights` come to: then no part is more than its weight. */
export const shareOut = (amount: number, weights: readonly number[]): readonly number[] => (weights.length === 1 ? [amount] : split(fen(amount), weights))

/** What a rule takes off each good that it takes in; none where it comes to nothing. */
function sharesOf(rule: Rule, open: readonly Pool[]): readonly (readonly [Pool, number])[] {
  switch (rule.kind) {
    case 'percent': return each(open, (pool) => roundHalfUp(pool.left, rule.percent, 100))
    case 'amount': return each(open, (pool) => Math.min(pool.left, amountOf(rule.fen, pool.quantity as Milli, pool.per)))
    case 'price': return each(open, (pool) => pool.left - amountOf(rule.price, pool.quantity as Milli, pool.per))
    case 'n_for_m': return rule.m < rule.n ? grouped(open, rule.n, rule.n - rule.m, 0) : []
    case 'nth': return grouped(open, rule.n, 1, rule.percent)
    case 'spend': {
      const sum = open.reduce((total, pool) => total + pool.left, 0)
      const times = rule.repeat ? Math.floor(sum / rule.over) : Number(sum >= rule.over)
      return shared(open, Math.min(sum, times * rule.off), (pool) => pool.left)
    }
  }
}

function each(open: readonly Pool[], off: (pool: Pool) => number): [Pool, number][] {
  return open.map((pool): [Pool, number] => [pool, off(pool)]).filter(([, amount]) => amount > 0)
}

/** One amount, shared by what the goods are worth in it. */
function shared(pools: readonly Pool[], amount: number, weight: (pool: Pool) => number): [Pool, number][] {
  if (amount <= 0) return []
  const parts = shareOut(amount, pools.map(weight))
  return pools.map((pool, i): [Pool, number] => [pool, parts[i]!])
}

/**
 * Pieces in groups of `n`, the dearest together, which is the best for the customer: the cheapest `tail` of each are paid for
 * at `percent`. All pieces of the groups share what that comes to, so that one that comes back is worth what was paid for it.
 */
function grouped(open: readonly Pool[], n: number, tail: number, percent: number): [Pool, number][] {
  const pieces = open.filter(({ units }) => units > 0).sort((a, b) => b.left * a.units - a.left * b.units)
  let groups = Math.floor(pieces.reduce((sum, { units }) => sum + units, 0) / n)
  const taken: { pool: Pool; used: number; cheap: number }[] = []
  /** Pieces of the group that is being filled. */
  let filled = 0
  for (const pool of pieces) {
    const part = { pool, used: 0, cheap: 0 }
    let rest = pool.units
    while (rest > 0 && groups > 0) {
      // Whole groups of this good at once, or what fills up the one that is begun.
      const whole = filled === 0 ? Math.min(groups, Math.floor(rest / n)) : 0
      if (whole > 0) {
        part.used += whole * n
        part.cheap += whole * tail
        rest -= whole * n
        groups -= whole
        continue
      }
      const now = Math.min(rest, n - filled)
      part.used += now
      part.cheap += Math.max(0, Math.min(now, filled + now - (n - tail)))
      rest -= now
      filled += now
      if (filled === n) {
        filled = 0
        groups -= 1
      }
    }
    if (part.used > 0) taken.push(part)
  }
  const amount = taken.reduce((sum, { pool, cheap }) => sum + roundHalfUp(pool.left, cheap * (100 - percent), pool.units * 100), 0)
  const worth = new Map(taken.map(({ pool, used }) => [pool, roundHalfUp(pool.left, used, pool.units)]))
  return shared(open.filter((pool) => worth.has(pool)), amount, (pool) => worth.get(pool)!)
}
