/** What somebody at this till should know and nobody here decided. An alert stays until it was read, and is not raised again after. */
import type { Database } from 'better-sqlite3'
import type { Alert } from '#shared/host/schemas.ts'

/** Of what nobody has read, the newest: more than a screen could say. */
const SHOWN_MAX = 100
type What = Alert['what']

export class Alerts {
  readonly #raise
  readonly #unseen
  readonly #see

  constructor(db: Database) {
    this.#raise = db.prepare('INSERT INTO alert (id, at, doc) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET doc = excluded.doc, seen = 0 WHERE doc <> excluded.doc')
    this.#unseen = db.prepare<[number], { id: string; at: number; doc: string }>('SELECT id, at, doc FROM alert WHERE seen = 0 ORDER BY at DESC, id LIMIT ?')
    this.#see = db.prepare('UPDATE alert SET seen = 1 WHERE id = ?')
  }

  /** Says whether it is new, or says something new. */
  raise(id: string, at: number, what: What): boolean {
    return this.#raise.run(id, at, JSON.stringify(what)).changes > 0
  }

  list(): Alert[] {
    return this.#unseen.all(SHOWN_MAX).map(({ id, at, doc }) => ({ id, at, what: JSON.parse(doc) as What }))
  }

  see(id: string): void {
    this.#see.run(id)
  }
}
