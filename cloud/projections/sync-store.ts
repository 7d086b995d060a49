/**
 * What the sync routes ask of whatever keeps the shops' journals: the service's PostgreSQL (cloud/api/pg-sync-store.ts), or
 * memory (cloud/testing). One suite runs over both. Refusals are thrown.
 */
import type { Id } from '#shared/identity/ids.ts'
import type { JournalRow } from '#shared/ledger/envelope.ts'
import type { RecordState } from '#shared/sync/people.ts'
import type { ChangesSchema, KnownEvent, RowsSchema } from '#shared/sync/protocol.ts'
import type { z } from 'zod'
import type { Device } from '#cloud/identity/devices.ts'
import type { Attempt, PairReply } from '#cloud/identity/pairing.ts'
import type { Flag } from './fold.ts'

export type Changes = z.output<typeof ChangesSchema>
export type OwnRows = z.output<typeof RowsSchema>
/** Every row up to `ack` is stored for ever; `flags` are of the rows of this batch. */
export interface Ingested { readonly ack: number; readonly flags: readonly Flag[] }

/** Personal records of a shop, for its tills. */
export interface PeopleStore {
  /** Takes records that the journal names, in order: each is stored, or why not. One that is bad holds up no other. */
  store(device: Device, sent: readonly unknown[], now: number): Promise<RecordState[]>
  /** Puts each member's records behind the member's own change; `closed` counts those that could not be opened. */
  attach(device: Device, changes: Changes['changes']): Promise<{ changes: Changes['changes']; closed: number }>
}

export interface SyncStore {
  /** Absent where no personal records are kept: they are refused then, and none come down. */
  readonly people?: PeopleStore
  /** The device of an `Authorization` header; notes that it was seen. Throws `token.invalid` or `device.revoked`. */
  authenticate(authorization: string | undefined, now: number): Promise<Device>
  /** Joins a till to the shop of its code. Wrong tries are counted even so. */
  pair(attempt: Attempt): Promise<PairReply>
  /** Stores and projects rows that follow one another, exactly once. Throws `sync.gap`, `sync.fork` after quarantining the device, `device.quarantined`. */
  ingest(device: Device, rows: readonly JournalRow[], now: number): Promise<Ingested>
  /** The number of the shop's last change. */
  rev(shop: Id): Promise<number>
  /** Changes behind `since`, in order, at most `limit`; none that is committed later can appear behind the `rev` it gives. */
  pull(device: Device, since: number, limit: number): Promise<Changes>
  /** The device's own rows behind `after`, verbatim and in order, at most `limit`. */
  rows(device: Device, after: number, limit: number): Promise<OwnRows>
  /** Of these events, those that the shop's journal has and that count, whichever till brought them. */
  known(shop: Id, ids: readonly Id[]): Promise<KnownEvent[]>
}
