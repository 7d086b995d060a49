/**
 * Tickets set aside, here and at the shop's other tills: what this journal says, less what another till has taken, and what
 * the cloud tells of the others. Raises an alert where two tills took the same one.
 */
import type { Database } from 'better-sqlite3'
import type { HeldView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { type Holding, TicketHeld, TicketTaken } from '#shared/sales/held.ts'
import type { Alerts } from './alerts.ts'

interface JournalText { id: string; text: string }
interface Place { readonly device: Id; readonly till: string }

export class HeldTickets {
  readonly #here
  readonly #elsewhere
  readonly #own
  readonly #isHeld
  readonly #takenHere
  readonly #put
  readonly #drop
  readonly #place
  readonly #alerts

  constructor(db: Database, place: () => Place, alerts: Alerts) {
    this.#place = place
    this.#alerts = alerts
    this.#here = db.prepare<[], JournalText>('SELECT h.id, j.text FROM held h JOIN journal j ON j.seq = h.seq WHERE h.id NOT IN (SELECT id FROM holding)')
    this.#elsewhere = db.prepare<[], { id: string; doc: string }>('SELECT id, doc FROM holding WHERE id NOT IN (SELECT id FROM held) AND id NOT IN (SELECT id FROM taken)')
    this.#own = db.prepare<[string], JournalText>('SELECT h.id, j.text FROM held h JOIN journal j ON j.seq = h.seq WHERE h.id = ?')
    this.#isHeld = db.prepare<[string], object>('SELECT 1 FROM held WHERE id = ?')
    this.#takenHere = db.prepare<[string], JournalText>('SELECT t.id, j.text FROM taken t JOIN journal j ON j.seq = t.seq WHERE t.id = ?')
    this.#put = db.prepare('INSERT INTO holding (id, doc) VALUES (?, ?) ON CONFLICT DO UPDATE SET doc = excluded.doc WHERE doc <> excluded.doc')
    this.#drop = db.prepare('DELETE FROM holding WHERE id = ?')
  }

  /** What can be taken at this till, oldest first. */
  list(): HeldView[] {
    const elsewhere = this.#elsewhere.all().map(({ id, doc }) => this.#fromCloud(id, JSON.parse(doc) as Holding)).filter((each) => each !== undefined)
    return [...this.#here.all().map((row) => this.#fromJournal(row)), ...elsewhere].sort((one, other) => one.heldAt - other.heldAt)
  }

  find(id: Id): HeldView | undefined {
    return this.list().find(({ held }) => held === id)
  }

  /** What was set aside here and not taken here, whoever else may have taken it. */
  own(id: Id): HeldView | undefined {
    const row = this.#own.get(id)
    return row && this.#fromJournal(row)
  }

  /** Takes in what the cloud tells of a holding; says whether the list or the alerts may have changed. Call inside a transaction. */
  hear(id: Id, doc: Holding): boolean {
    const { device } = this.#place()
    const worthKeeping = doc.taken ? doc.taken.device !== device && this.#isHeld.get(id) !== undefined : doc.held?.device !== device
    const moved = (worthKeeping ? this.#put.run(id, JSON.stringify(doc)) : this.#drop.run(id)).changes > 0
    const taken = doc.again?.length ? this.#takenHere.get(id) : undefined
    if (!taken || !doc.taken) return moved
    const { at, body } = JSON.parse(taken.text) as { at: number; body: unknown }
    const tills = [doc.taken, ...doc.again!].map(({ till }) => till)
    return this.#alerts.raise(id, at, { kind: 'ticket.taken_twice', ticket: TicketTaken.body.parse(body).ticket, tills }) || moved
  }

  #fromJournal({ id, text }: JournalText): HeldView {
    const { actor, body } = JSON.parse(text) as { actor: Id | null; body: unknown }
    const { ticket, heldAt } = TicketHeld.body.parse(body)
    return { held: id, heldAt, ticket, till: this.#place().till, here: true, by: actor }
  }

  #fromCloud(id: Id, { held, heldAt, ticket, by }: Holding): HeldView | undefined {
    return held && heldAt !== undefined && ticket ? { held: id, heldAt, ticket, till: held.till, here: false, by: by ?? null } : undefined
  }
}
