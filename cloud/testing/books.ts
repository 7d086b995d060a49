/**
 * A cloud as a suite or a simulation drives it: the sync store under test, what an operator does beside it, and everything
 * it keeps of a shop laid open to be compared. Over memory and over PostgreSQL alike.
 */
import type { Clocks, Fields } from '#shared/catalog/hlc.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { JournalRow } from '#shared/ledger/envelope.ts'
import type { CloudEdit } from '#cloud/projections/references.ts'
import type { SyncStore } from '#cloud/projections/sync-store.ts'
import type { Notices } from '#cloud/storage/notices.ts'

/** All of a shop's books, each list in an order of its own, so that two clouds can be compared by value. */
export interface Books {
  rev: number
  devices: { device: Id; till: number; ack: number; head: string; quarantined: boolean; revoked: boolean }[]
  journal: ({ device: Id } & JournalRow)[]
  flags: { device: Id; seq: number; code: string }[]
  sales: { sale: Id; device: Id; seq: number; no: string; total: number; lines: number }[]
  stock: { good: Id; device: Id; quantity: number; counted: boolean }[]
  lots: { good: Id; no: string; expiry: string; device: Id; quantity: number }[]
  soldLots: { good: Id; no: string; expiry: string; sale: Id; quantity: number }[]
  /** fen */
  balances: { device: Id; account: string; fen: number }[]
  references: { kind: string; id: Id; doc: Fields; clocks: Clocks }[]
  lost: { kind: string; id: Id; field: string; value: unknown; hlc: string; editor: string }[]
}

export interface CloudUnderTest {
  readonly sync: SyncStore
  readonly notices: Notices
  createShop(now: number): Promise<Id>
  createCode(shop: Id, now: number): Promise<string>
  /** An edit made in the cloud itself. */
  edit(shop: Id, edits: readonly CloudEdit[], now: number): Promise<void>
  revoke(shop: Id, device: Id, now: number): Promise<void>
  /** Throws the projections away and makes them again from the facts. */
  rebuild(shop: Id): Promise<void>
  books(shop: Id): Promise<Books>
  close(): Promise<void>
}
