/** Giving up what this till holds of members' purses beyond its share, as soon as the cloud has said what that is. */
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import { PurseReleased } from '#shared/payments/purse.ts'
import type { Context } from '../context.ts'

const PARTS_AT_ONCE = 500

/** Of these members or of all. Nobody's deed, and nobody waits for it: what can't be written now is looked at again with the next change or connection. */
export function releaseSpare({ store, ids, clock, cloud }: Context, members?: readonly Id[]): void {
  const parts = store.sparePurses(members)
  if (parts.length === 0) return
  try {
    for (let from = 0; from < parts.length; from += PARTS_AT_ONCE) {
      store.commit({ events: [{ id: ids.next(), type: PurseReleased.type, v: 1, body: { parts: parts.slice(from, from + PARTS_AT_ONCE) } }], prints: [] }, clock.now(), null)
    }
  } catch (error) {
    if (!(error instanceof TillError)) throw error
    return
  }
  cloud.kick()
}
