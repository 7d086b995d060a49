/** The machine's own time, waiting and chance: what a till runs on when nobody puts something else in their place. */
import type { Clock, Timer } from '#shared/ports/ports.ts'

export const systemClock: Clock = { now: () => Date.now() }

export const systemTimer: Timer = {
  after(ms, run) {
    if (ms <= 0) {
      const soon = setImmediate(run)
      return () => clearImmediate(soon)
    }
    const handle = setTimeout(run, ms)
    return () => clearTimeout(handle)
  },
}
