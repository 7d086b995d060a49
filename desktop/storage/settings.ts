/** The till's own settings: who it is, its key, the cloud it is joined to. Never sent, never part of the journal. */
import type { Database } from 'better-sqlite3'
import type { Identity } from '#shared/host/store.ts'

/**
 * Set while nobody is at the till whatever its journal says: a restored till may still be given rows of its own by the
 * cloud, so that a signing out of its own would be a second history. Whoever signs in here next ends it.
 */
export const SIGNED_OUT = 'signed_out'

export class Settings {
  readonly #get
  readonly #set
  readonly #remove
  #identity: Identity | undefined

  constructor(db: Database) {
    this.#get = db.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?')
    this.#set = db.prepare('INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
    this.#remove = db.prepare('DELETE FROM setting WHERE key = ?')
  }

  get(key: string): string | undefined {
    return this.#get.get(key)?.value
  }

  set(key: string, value: string): void {
    this.#set.run(key, value)
  }

  remove(key: string): void {
    this.#remove.run(key)
  }

  /** Asserts that the till has been begun. */
  identity(): Identity {
    this.#identity ??= JSON.parse(this.get('identity') ?? 'null') as Identity | undefined
    if (!this.#identity) throw new Error('this till has no identity yet')
    return this.#identity
  }

  hasIdentity(): boolean {
    return this.get('identity') !== undefined
  }

  setIdentity(identity: Identity): void {
    this.set('identity', JSON.stringify(identity))
    this.#identity = identity
  }

  /** After a rolled-back transaction: believe the file again. */
  forget(): void {
    this.#identity = undefined
  }
}
