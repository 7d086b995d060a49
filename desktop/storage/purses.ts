/**
 * Members' purses at this till: what its journal did, with what the cloud tells of the other tills and of what this one was
 * given. What a till holds never needs the cloud to be known: it only ever gives up what it has, and spends what is left.
 */
import type { Database } from 'better-sqlite3'
import type { Id } from '#shared/identity/ids.ts'
import { type PurseDoc, balanceOf, heldBy, partOf, spare } from '#shared/members/lease.ts'
import { PURSES, type Purse } from '#shared/payments/purse.ts'
import type { PurseStanding, SparePart } from '#shared/host/store.ts'
import type { Alerts } from './alerts.ts'

interface Own { moved: number; released: number }
interface Known { readonly device: Id; document(member: Id): PurseDoc }

export class Purses {
  readonly #own
  readonly #all
  readonly #known
  readonly #alerts

  constructor(db: Database, alerts: Alerts, known: () => Known) {
    this.#alerts = alerts
    this.#known = known
    this.#own = db.prepare<[string, string], Own>('SELECT moved, released FROM purse WHERE member = ? AND purse = ?')
    this.#all = db.prepare<[], { id: Id }>("SELECT id FROM document WHERE kind = 'purse'")
  }

  /** One member's, without who was merged into them. */
  standing(member: Id): Record<Purse, PurseStanding> {
    const { device, document } = this.#known()
    const doc = document(member)
    return { points: this.#standing(member, 'points', device, doc), value: this.#standing(member, 'value', device, doc) }
  }

  /** Raises alerts: of too much stored value at every till where it moved, of a second birthday price where one was given. */
  hear(member: Id, { value, over, birthdays = {} }: PurseDoc): void {
    const { device } = this.#known()
    if (over && value && partOf(value, device).moved !== 0) {
      const { at, ...rest } = over
      this.#alerts.raise(`over ${member}`, at, { kind: 'value.over_limit', member, who: '', ...rest })
    }
    for (const [year, uses] of Object.entries(birthdays)) {
      const own = uses.find((use) => use.device === device)
      if (own && uses.length > 1) this.#alerts.raise(`birthday ${member} ${year}`, own.at, { kind: 'birthday.used_twice', member, who: '', year, tills: uses.map(({ till }) => till), fen: own.fen, counts: own === uses[0] })
    }
  }

  /** What should be given up, of these members or of all. */
  spare(members?: readonly Id[]): SparePart[] {
    return (members ?? this.#all.all().map(({ id }) => id)).flatMap((member) => {
      const { device, document } = this.#known()
      const doc = document(member)
      return PURSES.flatMap((purse) => {
        const book = doc[purse]
        // Until the cloud has said what this till should keep, it keeps all.
        if (!book || !Object.hasOwn(book.parts, device)) return []
        const amount = spare(this.#standing(member, purse, device, doc).held, partOf(book, device).keep)
        return amount > 0 ? [{ member, purse, amount }] : []
      })
    })
  }

  #standing(member: Id, purse: Purse, device: Id, doc: PurseDoc): PurseStanding {
    const { moved, released } = this.#own.get(member, purse) ?? { moved: 0, released: 0 }
    const book = doc[purse] ?? { parts: {}, wanted: null }
    const told = partOf(book, device)
    return { balance: balanceOf(book) - told.moved + moved, held: heldBy({ moved, released, granted: told.granted }) }
  }
}
