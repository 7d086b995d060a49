/** What every part of the running service works with. Assembled once; holds no state of a shop. */
import type { PersonalKeys } from '#cloud/identity/personal-keys.ts'
import type { Database } from '#cloud/storage/database.ts'
import type { Notices } from '#cloud/storage/notices.ts'
import type { CreditDesk } from './credit.ts'

export interface Desk extends CreditDesk {
  readonly db: Database
  readonly notices: Notices
  readonly operatorKey: string
  readonly personalKeys: PersonalKeys
  /** UTC milliseconds */
  readonly now: () => number
}
