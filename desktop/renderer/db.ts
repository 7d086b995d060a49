/**
 * What this screen must not lose: the open ticket, tickets on their way to the host or from it, and the screen's own settings. Kept in IndexedDB with
 * strict durability, so that a reload, a crash of the page, of the host or of the machine costs nothing that was rung up.
 */
import { Dexie, type Table } from 'dexie'
import type { Ticket } from '#shared/cart/ticket.ts'
import type { Id } from '#shared/identity/ids.ts'
import { newId } from './host/till.ts'

/** A completion that was sent and not yet answered: repeated with exactly these values until it is. */
export interface Completing {
  readonly total: number
  readonly given: number
  /** fen of stored value, and points, that are paid with besides */
  readonly value?: number
  readonly points?: number
  /** What came by one of the shop's own codes. */
  readonly code?: { readonly via: string; readonly fen: number }
  /** By what time the total was priced, UTC ms, and with which promotions. */
  readonly priced?: { readonly at: number; readonly promotions: { promotion: Id; fen: number }[] }
}
export interface OpenTicket {
  readonly slot: 'open'
  readonly ticket: Ticket
  readonly selected: Id | null
  readonly completing: Completing | null
}
/** A ticket set aside that the host has not answered for. `id` is the holding's, and the key it is sent with until it is. */
export interface HeldTicket {
  readonly id: Id
  readonly heldAt: number
  readonly ticket: Ticket
  /** It was taken back before the answer came: the host is told of both, this being the key of the second. */
  readonly taken?: Id
}
/** A ticket asked of the host and not yet open here; `id` is the key it is asked with until it is. */
export interface Taking {
  readonly id: Id
  readonly held: Id
}
/** A scan that the host has not answered yet. */
export interface WaitingScan {
  readonly id: Id
  readonly text: string
  /** thousandths asked for with `3 *` before the scan; null for one */
  readonly quantity: number | null
}
interface Setting {
  readonly name: string
  readonly value: unknown
}

export class ScreenDb extends Dexie {
  declare readonly open_tickets: Table<OpenTicket, string>
  declare readonly held: Table<HeldTicket, Id>
  declare readonly takings: Table<Taking, Id>
  declare readonly scans: Table<WaitingScan, Id>
  declare readonly settings: Table<Setting, string>

  constructor(name = 'xiaopu') {
    super(name, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ open_tickets: 'slot', held: 'id, heldAt', scans: 'id', settings: 'name' })
    // Held tickets went by their ticket's id, which its sale will want for itself: each becomes a holding that waits for the host.
    this.version(2).stores({ takings: 'id' }).upgrade(async (transaction) => {
      const table = transaction.table<HeldTicket, Id>('held')
      const held = await table.toArray()
      await table.clear()
      await table.bulkAdd(held.map((entry) => ({ ...entry, id: newId() })))
    })
  }
}

export const db = new ScreenDb()
