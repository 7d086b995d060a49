/**
 * Keeps beside the tills what must be true of them, from nothing but what their screens were told: every deed that was
 * called done, every one that was refused, and what they come to in money and goods. It shares no code with the ledger.
 */
import type { Id } from '#shared/identity/ids.ts'

export interface SoldLine { readonly good: Id; /** thousandths */ readonly quantity: number }
export type Effect =
  | { readonly kind: 'sale'; readonly lines: readonly SoldLine[]; readonly gross: number; readonly discount: number; readonly total: number }
  | { readonly kind: 'stock'; readonly lines: readonly SoldLine[] }
  | { readonly kind: 'shift opened'; readonly float: number }
  | { readonly kind: 'shift closed'; readonly counted: number }
  | { readonly kind: 'edit'; readonly of: Id; readonly set: Readonly<Record<string, unknown>> }
  | { readonly kind: 'fact' }

/** `asked` until its screen has heard what came of it. */
export type State = 'asked' | 'done' | 'refused'
export interface Deed {
  /** The key of the call, which is the id of its event. */
  readonly key: Id
  /** The till, by name. */
  readonly till: string
  readonly effect: Effect
  state: State
}

/** Of a file's goods nobody at the counter knows the ids. */
export const ANY_GOOD: Id = 'any'

/** Sums in fen by account. */
type Accounts = Map<string, number>

export class Auditor {
  readonly deeds = new Map<Id, Deed>()
  /** fen that should be in the drawer of a till's open shift. */
  readonly #drawers = new Map<string, number>()
  readonly #accounts = new Map<string, Accounts>()
  readonly #stock = new Map<Id, number>()
  /** Values that somebody has given a field of a document. */
  readonly #values = new Map<string, Set<string>>()

  ask(key: Id, till: string, effect: Effect): Deed {
    const known = this.deeds.get(key)
    if (known) return known
    const deed: Deed = { key, till, effect, state: 'asked' }
    this.deeds.set(key, deed)
    return deed
  }

  refused(deed: Deed): void {
    if (deed.state === 'done') throw new Error(`${deed.till} refused ${deed.key}, which it had called done`)
    deed.state = 'refused'
  }

  done(deed: Deed): void {
    if (deed.state === 'done') return
    deed.state = 'done'
    const { effect, till } = deed
    switch (effect.kind) {
      case 'sale':
        this.#post(till, { drawer: effect.total, discounts: effect.discount, sales: -effect.gross })
        this.#drawers.set(till, this.drawer(till) + effect.total)
        for (const { good, quantity } of effect.lines) this.#move(good, -quantity)
        break
      case 'stock':
        for (const { good, quantity } of effect.lines) this.#move(good, quantity)
        break
      case 'shift opened':
        this.#post(till, { drawer: effect.float, safe: -effect.float })
        this.#drawers.set(till, effect.float)
        break
      case 'shift closed':
        this.#post(till, { drawer: -this.drawer(till), safe: effect.counted, cash_difference: this.drawer(till) - effect.counted })
        this.#drawers.set(till, 0)
        break
      case 'edit':
        for (const [field, value] of Object.entries(effect.set)) this.gave(effect.of, field, value)
        break
      case 'fact':
        break
    }
  }

  /** Somebody gave a field this value: it may be what stands in the end. */
  gave(of: Id, field: string, value: unknown): void {
    const key = `${of} ${field}`
    this.#values.set(key, (this.#values.get(key) ?? new Set()).add(JSON.stringify(value)))
  }
  /** Whether a field may have this value; a field that nobody here touched may have any. */
  mayBe(of: Id, field: string, value: unknown): boolean {
    const given = this.#values.get(`${of} ${field}`)
    return given === undefined || [given, this.#values.get(`${ANY_GOOD} ${field}`)].some((values) => values?.has(JSON.stringify(value)))
  }

  drawer(till: string): number {
    return this.#drawers.get(till) ?? 0
  }
  accounts(till: string): ReadonlyMap<string, number> {
    return this.#accounts.get(till) ?? new Map()
  }
  /** thousandths by good */
  get stock(): ReadonlyMap<Id, number> {
    return this.#stock
  }
  sales(): (Deed & { effect: Extract<Effect, { kind: 'sale' }> })[] {
    return [...this.deeds.values()].filter((deed): deed is Deed & { effect: Extract<Effect, { kind: 'sale' }> } => deed.state === 'done' && deed.effect.kind === 'sale')
  }

  #post(till: string, amounts: Readonly<Record<string, number>>): void {
    const accounts = this.#accounts.get(till) ?? new Map<string, number>()
    this.#accounts.set(till, accounts)
    for (const [account, amount] of Object.entries(amounts)) accounts.set(account, (accounts.get(account) ?? 0) + amount)
  }
  #move(good: Id, quantity: number): void {
    this.#stock.set(good, (this.#stock.get(good) ?? 0) + quantity)
  }
}
