/** What every part of the running service works with. Assembled once; holds no state of a shop. */
import type { PersonalKeys } from '#cloud/identity/personal-keys.ts'
import type { Database } from '#cloud/storage/database.ts'
import type { Notices } from '#cloud/storage/notices.ts'
import type { SyncStore } from '#cloud/projections/sync-store.ts'
import type { CreditDesk } from './credit.ts'

/** What the sync routes need of it: nothing here says what keeps the journals. */
export interface SyncDesk {
  readonly sync: SyncStore
  readonly notices: Notices
  /** UTC milliseconds */
  readonly now: () => number
}

export interface Desk extends CreditDesk, SyncDesk {
  readonly db: Database
  readonly operatorKey: string
  readonly personalKeys: PersonalKeys
}
