/** What every handler of the till works with: the store, the world's time and ids, who is signed in, and how screens are told. */
import type { EmitName, EmitPayload } from '#shared/host/contract.ts'
import type { FoundPrinter } from '#shared/devices/printing.ts'
import { TillError } from '#shared/host/frames.ts'
import type { BackupStatus, Restored, SyncStatus } from '#shared/host/schemas.ts'
import type { TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Right, Staff } from '#shared/identity/staff.ts'
import { businessDate } from '#shared/ledger/business-date.ts'
import { canonical } from '#shared/ledger/canonical.ts'
import type { Clock, Ids, PrinterState, PrintRequest } from '#shared/ports/ports.ts'
import { may } from '#shared/sales/sale.ts'
import type { Approvals } from './staff/approvals.ts'
import type { DeviceDesk } from './device-desk.ts'
import type { Pins } from './staff/pins.ts'

/** The cloud's half of the till, as the handlers see it. */
export interface Cloud {
  status(): SyncStatus
  /** The journal has grown. */
  kick(): void
  /** One exchange now; resolves when it is over, whatever came of it. */
  now(): Promise<SyncStatus>
  /** Joins a shop. Throws TillError pairing.*. */
  pair(cloud: string, code: string, key: Id): Promise<SyncStatus>
  /** Becomes a new till of the same shop, with all that the shop doesn't have. Throws TillError pairing.*. */
  renew(code: string, key: Id): Promise<SyncStatus>
}

/** The till's backups, as the handlers see them. */
export interface BackupKeeper {
  status(): BackupStatus
  /** Throws TillError backup.* and ledger.*. */
  make(): Promise<BackupStatus>
  /** One when there is a moment; a failure is shown, not thrown. */
  soon(): void
  /** Throws TillError backup.folder_missing, backup.no_passphrase. */
  choose(folder: string | null): BackupStatus
  /** Throws TillError backup.passphrase_weak. */
  protect(passphrase: string): Promise<BackupStatus>
}

/** An empty till that becomes the one of a backup. All throw TillError restore.*. */
export interface Restorer {
  begin(upload: Id, start: Uint8Array, passphrase: string): Promise<{ bytes: number }>
  part(upload: Id, at: number, bytes: Uint8Array): { bytes: number }
  finish(upload: Id): Promise<Restored>
}

/** The till's printers, as the handlers see them. */
export interface PrintKeeper {
  /** What a printer says of itself. */
  state(printer: Id): PrinterState
  /** What waits for one printer goes to another. Returns how many papers. */
  takeOver(from: Id, to: Id): number
  /** Printers that are there and may be set up; `scan`: also asks every address of the shop's own network. */
  find(scan: boolean): Promise<FoundPrinter[]>
}

export interface Context {
  readonly store: TillStore
  readonly clock: Clock
  readonly ids: Ids
  readonly pins: Pins
  readonly version: string
  readonly cloud: Cloud
  readonly backups: BackupKeeper
  readonly restoring: Restorer
  readonly desk: DeviceDesk
  readonly printing: PrintKeeper
  readonly done: DoneKeys
  readonly approvals: Approvals
  /** The diagnostics file, base64. */
  diagnose(): { name: string; data: string }
  emit<Name extends EmitName>(name: Name, payload: EmitPayload<Name>): void
  /** The snapshot changed: who is signed in, the shift, the shop. */
  changed(): void
  printed(): void
  /** Somebody did something at the counter; `isOpen`: a ticket is being rung up. */
  touched(isOpen: boolean): void
}

interface Event { readonly id: Id; readonly type: string; readonly v: number; readonly body: object }

/** Commits events of the staff member signed in (or of nobody), wakes the sync. */
export function commit(context: Context, events: readonly Event[], prints: readonly PrintRequest[] = []): void {
  context.store.commit({ events, prints }, context.clock.now(), context.store.signedIn())
  context.cloud.kick()
}

export function today(context: Pick<Context, 'store' | 'clock'>): string {
  return businessDate(context.clock.now(), context.store.shop().zone)
}

/** The staff member signed in, unless they have left the shop since. */
export function atTheTill({ store }: Pick<Context, 'store'>): Staff | undefined {
  const id = store.signedIn()
  const staff = id === null ? undefined : store.staff(id)
  return staff?.active ? staff : undefined
}

/** Throws TillError staff.none. */
export function signedIn(context: Context): Staff {
  const staff = atTheTill(context)
  if (!staff) throw new TillError('staff.none')
  return staff
}

/** `write` is the id of what needs the right, where somebody else may allow it. Throws TillError staff.none or staff.not_allowed. */
export function requireRight(context: Context, right: Right, write?: Id): Staff {
  const staff = signedIn(context)
  if (!may(staff, right) && !(write !== undefined && context.approvals.of(write).has(right))) throw new TillError('staff.not_allowed', { right })
  return staff
}

/**
 * Whether a write with this key is already in the journal as `type`, saying all that `said` says: then it is answered
 * from there. The same key for something else throws TillError key.reused.
 */
export function isRepeat({ store }: Pick<Context, 'store'>, key: Id, type: string, said: Readonly<Record<string, unknown>> = {}): boolean {
  const event = store.event(key)
  if (!event) return false
  const same = event.type === type && Object.entries(said).every(([name, value]) => canonical(event.body[name] ?? null) === canonical(value ?? null))
  if (!same) throw new TillError('key.reused', { key })
  return true
}

/** Long work steps aside here: whatever the counter wants comes first. */
export const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

const REMEMBERED = 1000

/** Keys of writes that leave no row in the journal. For retries while this till runs: none is done a second time. */
export class DoneKeys {
  readonly #calls = new Map<Id, string>()

  /** Does `work` unless this key has done it. Throws TillError key.reused, and what `work` throws: then it may be tried again. */
  once(key: Id, call: string, work: () => void): void {
    const known = this.#calls.get(key)
    if (known !== undefined && known !== call) throw new TillError('key.reused', { key })
    if (known !== undefined) return
    work()
    this.#calls.set(key, call)
    if (this.#calls.size > REMEMBERED) this.#calls.delete(this.#calls.keys().next().value!)
  }
}
