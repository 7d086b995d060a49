/** When a backup is due that nobody asked for: once a day, in a quiet moment of the afternoon; at once where the last is older than a day. */
import { localTime } from '#shared/pricing/local-time.ts'

/** How soon after its start a till looks, which is when the shop opens, and how often then; a machine that slept looks when it is awake. */
export const START_MS = 5 * 60_000
export const CHECK_MS = 10 * 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** From this minute of the shop's day: after noon's rush, before the evening's. */
const AFTERNOON = 14 * 60
const QUIET_MS = 2 * 60_000
/** A full disk is not asked every ten minutes. */
const AGAIN_MS = HOUR_MS

/** All times UTC ms; `last`: the last backup that worked, `triedAt`: the last try of this launch, `soldAt`: the newest row. */
export function isDue({ now, last, triedAt, soldAt, zone }: { now: number; last: number | undefined; triedAt: number | undefined; soldAt: number; zone: string }): boolean {
  // A clock that was set back must not stop backups until it has caught up: distance, not order.
  const since = (at: number): number => Math.abs(now - at)
  if (triedAt !== undefined && since(triedAt) < AGAIN_MS) return false
  if (last === undefined || since(last) >= DAY_MS) return true
  const [here, then] = [localTime(now, zone), localTime(last, zone)]
  return here.date !== then.date && here.minute >= AFTERNOON && since(soldAt) >= QUIET_MS
}
