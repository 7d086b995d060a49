/**
 * Keeps beside the tills what must be true of them, from nothing but what their screens were told: every deed that was
 * called done, every one that was refused, and what they come to in money and goods. It shares no code with the ledger.
 */
import type { CouponView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'

export interface SoldLine { readonly good: Id; /** thousandths */ readonly quantity: number }
/** What a member's sale did to their purses: fen and points paid with, points earned, or taken back below zero. */
export interface Paid { readonly value: number; readonly points: number; readonly earned: number }
export type Effect =
  | { readonly kind: 'sale'; readonly lines: readonly SoldLine[]; readonly gross: number; readonly discount: number; readonly total: number; readonly paid?: Paid; /** fen by the shop's own code */ readonly code?: number }
  | { readonly kind: 'top up'; readonly amount: number }
  /** `lines` are those that went back on the shelf; `sale` is what the receipt said, if there was one. */
  | { readonly kind: 'refund'; readonly sale: Id | null; readonly lines: readonly SoldLine[]; readonly total: number; /** given back to the member, and taken */ readonly paid?: Paid; readonly code?: number }
  | { readonly kind: 'stock'; readonly lines: readonly SoldLine[] }
  | { readonly kind: 'shift opened'; readonly float: number }
  | { readonly kind: 'shift closed'; readonly counted: number }
  /** fen, below zero where it is taken out */
  | { readonly kind: 'cash moved'; readonly amount: number; readonly reason: string }
  | { readonly kind: 'edit'; readonly of: Id; readonly set: Readonly<Record<string, unknown>> }
  | { readonly kind: 'fact' }

/**
 * `asked` until its screen has heard what came of it. `adrift`: its disk was lost and an older copy stands in its place, so
 * it is there only if it had been sent.
 */
export type State = 'asked' | 'done' | 'refused' | 'adrift'
export interface Deed {
  /** The key of the call, which is the id of its event. */
  readonly key: Id
  /** The till, by name. */
  readonly till: string
  readonly effect: Effect
  state: State
}
export type SaleDeed = Deed & { readonly effect: Extract<Effect, { kind: 'sale' }> }

/** Of a file's goods nobody at the counter knows the ids. */
export const ANY_GOOD: Id = 'any'

/** Equal values are equal texts, in whatever order a database gives their keys back. */
const textOf = (value: unknown): string => JSON.stringify(value, (_key, part: unknown) => (
  part !== null && typeof part === 'object' && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part
))

export class Auditor {
  /** In the order in which they were asked for. */
  readonly deeds = new Map<Id, Deed>()
  /** Whoever joined, and a screen heard of it. */
  readonly members: Id[] = []
  /** Coupons that some screen was told of. */
  readonly coupons: CouponView[] = []
  /** Values that somebody has given a field of a document. */
  readonly #values = new Map<string, Set<string>>()

  ask(key: Id, till: string, effect: Effect): Deed {
    const known = this.deeds.get(key)
    if (known) return known
    const deed: Deed = { key, till, effect, state: 'asked' }
    this.deeds.set(key, deed)
    // An edit whose answer is lost may stand all the same.
    if (effect.kind === 'edit') for (const [field, value] of Object.entries(effect.set)) this.gave(effect.of, field, value)
    return deed
  }

  refused(deed: Deed): void {
    if (deed.state === 'done') throw new Error(`${deed.till} refused ${deed.key}, which it had called done`)
    if (deed.state === 'asked') deed.state = 'refused'
  }

  done(deed: Deed): void {
    if (deed.state === 'asked') deed.state = 'done'
  }

  /** The till's disk is gone, and stands again as it was when these deeds were all there were. */
  lostDisk(till: string, before: ReadonlySet<Id>): void {
    for (const deed of this.deeds.values()) if (deed.till === till && !before.has(deed.key) && deed.state !== 'refused') deed.state = 'adrift'
  }

  /** What was adrift is there, or is not. */
  settle(isThere: (key: Id) => boolean): void {
    for (const deed of this.deeds.values()) if (deed.state === 'adrift') deed.state = isThere(deed.key) ? 'done' : 'refused'
  }

  /** Somebody gave a field this value: it may be what stands in the end. */
  gave(of: Id, field: string, value: unknown): void {
    const key = `${of} ${field}`
    this.#values.set(key, (this.#values.get(key) ?? new Set()).add(textOf(value)))
  }
  /** Whether a field may have this value; a field that nobody here touched may have any. */
  mayBe(of: Id, field: string, value: unknown): boolean {
    const given = this.#values.get(`${of} ${field}`)
    return given === undefined || [given, this.#values.get(`${ANY_GOOD} ${field}`)].some((values) => values?.has(textOf(value)))
  }

  /** fen that should be in the drawer of a till's open shift */
  drawer(till: string): number {
    let drawer = 0
    for (const { effect } of this.#doneAt(till)) {
      if (effect.kind === 'sale') drawer += cashOf(effect)
      if (effect.kind === 'top up') drawer += effect.amount
      if (effect.kind === 'cash moved') drawer += effect.amount
      if (effect.kind === 'refund') drawer -= cashOf(effect)
      if (effect.kind === 'shift opened') drawer = effect.float
      if (effect.kind === 'shift closed') drawer = 0
    }
    return drawer
  }

  /** fen by account of one till */
  accounts(till: string): Map<string, number> {
    const accounts = new Map<string, number>()
    const post = (amounts: Readonly<Record<string, number>>): void => {
      for (const [account, amount] of Object.entries(amounts)) accounts.set(account, (accounts.get(account) ?? 0) + amount)
    }
    let drawer = 0
    for (const { effect } of this.#doneAt(till)) {
      if (effect.kind === 'sale') {
        drawer += cashOf(effect)
        post({ drawer: cashOf(effect), discounts: effect.discount, sales: -effect.gross, 'value:redeemed': effect.paid?.value ?? 0, 'channel:points': effect.paid?.points ?? 0, 'channel:static_code': effect.code ?? 0 })
      }
      if (effect.kind === 'top up') {
        drawer += effect.amount
        post({ drawer: effect.amount, 'value:topped_up': -effect.amount })
      }
      if (effect.kind === 'cash moved') {
        drawer += effect.amount
        post({ drawer: effect.amount, [`cash_${effect.amount < 0 ? 'out' : 'in'}:${effect.reason}`]: -effect.amount })
      }
      if (effect.kind === 'refund') {
        drawer -= cashOf(effect)
        post({ drawer: -cashOf(effect), returns: effect.total, 'value:redeemed': -(effect.paid?.value ?? 0), 'channel:points': -(effect.paid?.points ?? 0), 'channel:static_code': -(effect.code ?? 0) })
      }
      if (effect.kind === 'shift opened') {
        drawer = effect.float
        post({ drawer: effect.float, safe: -effect.float })
      }
      if (effect.kind === 'shift closed') {
        post({ drawer: -drawer, safe: effect.counted, cash_difference: drawer - effect.counted })
        drawer = 0
      }
    }
    return accounts
  }

  /** thousandths by good */
  stock(): Map<Id, number> {
    const stock = new Map<Id, number>()
    for (const { effect, state } of this.deeds.values()) {
      if (state !== 'done' || (effect.kind !== 'sale' && effect.kind !== 'stock' && effect.kind !== 'refund')) continue
      for (const { good, quantity } of effect.lines) stock.set(good, (stock.get(good) ?? 0) + (effect.kind === 'sale' ? -quantity : quantity))
    }
    return stock
  }

  /** What all members have together: fen, and points. */
  purses(): { value: number; points: number } {
    const sums = { value: 0, points: 0 }
    for (const { effect, state } of this.deeds.values()) {
      if (state !== 'done') continue
      if (effect.kind === 'top up') sums.value += effect.amount
      if ((effect.kind !== 'sale' && effect.kind !== 'refund') || !effect.paid) continue
      const sign = effect.kind === 'sale' ? 1 : -1
      sums.value -= sign * effect.paid.value
      sums.points += sign * (effect.paid.earned - effect.paid.points)
    }
    return sums
  }

  sales(): SaleDeed[] {
    return [...this.deeds.values()].filter((deed): deed is SaleDeed => deed.state === 'done' && deed.effect.kind === 'sale')
  }

  /** fen paid back of each sale, by till. */
  paidBack(): Map<Id, Map<string, number>> {
    const back = new Map<Id, Map<string, number>>()
    for (const { effect, state, till } of this.deeds.values()) {
      if (state !== 'done' || effect.kind !== 'refund' || effect.sale === null) continue
      const tills = back.get(effect.sale) ?? new Map<string, number>()
      back.set(effect.sale, tills.set(till, (tills.get(till) ?? 0) + effect.total))
    }
    return back
  }

  *#doneAt(till: string): Generator<Deed> {
    for (const deed of this.deeds.values()) if (deed.till === till && deed.state === 'done') yield deed
  }
}

/** fen that a sale brought into the drawer, or a refund took out of it; a point pays a fen. */
const cashOf = ({ total, paid, code = 0 }: Extract<Effect, { kind: 'sale' | 'refund' }>): number => total - code - (paid ? paid.value + paid.points : 0)
