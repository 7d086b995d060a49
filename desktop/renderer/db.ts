/**
 * What this screen must not lose: the open ticket, held tickets, and the screen's own settings. Kept in IndexedDB with
 * strict durability, so that a reload, a crash of the page, of the host or of the machine costs nothing that was rung up.
 */
import { Dexie, type Table } from 'dexie'
import type { Ticket } from '#shared/cart/ticket.ts'
import type { Id } from '#shared/identity/ids.ts'

/** A completion that was sent and not yet answered: repeated with exactly these values until it is. */
export interface Completing {
  readonly total: number
  readonly given: number
}
export interface OpenTicket {
  readonly slot: 'open'
  readonly ticket: Ticket
  readonly selected: Id | null
  readonly completing: Completing | null
}
export interface HeldTicket {
  readonly id: Id
  readonly heldAt: number
  readonly ticket: Ticket
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
  declare readonly scans: Table<WaitingScan, Id>
  declare readonly settings: Table<Setting, string>

  constructor(name = 'xiaopu') {
    super(name, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ open_tickets: 'slot', held: 'id, heldAt', scans: 'id', settings: 'name' })
  }
}

export const db = new ScreenDb()
