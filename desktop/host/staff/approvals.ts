/** What somebody with the rights allowed another, each for one write; for as long as this till runs. */
import type { Id } from '#shared/identity/ids.ts'

const REMEMBERED = 1000
const NONE: ReadonlySet<string> = new Set()

export class Approvals {
  readonly #rights = new Map<Id, ReadonlySet<string>>()
  readonly #by = new Map<Id, Id>()

  /** Allows the write with this id what the rights allow, besides what was allowed it before. */
  give(write: Id, rights: readonly string[], by: Id): void {
    this.#by.set(write, by)
    if (this.#by.size > REMEMBERED) this.#by.delete(this.#by.keys().next().value!)
    this.#rights.set(write, new Set([...this.of(write), ...rights]))
    if (this.#rights.size > REMEMBERED) this.#rights.delete(this.#rights.keys().next().value!)
  }

  of(write: Id): ReadonlySet<string> {
    return this.#rights.get(write) ?? NONE
  }

  /** Who allowed something last. */
  by(write: Id): Id | null {
    return this.#by.get(write) ?? null
  }
}
