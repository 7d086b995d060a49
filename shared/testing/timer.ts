/** A timer that runs nothing by itself: a test waits until something waits, and then lets that time pass. */
import type { Timer } from '../ports/ports.ts'

export interface ManualTimer extends Timer {
  /** Milliseconds being waited for, in the order they were asked for. */
  pending(): number[]
  /** Resolves as soon as something waits for exactly `ms`. */
  scheduled(ms: number): Promise<void>
  /** Waits until something waits for `ms`, and runs the oldest of those. */
  fire(ms: number): Promise<void>
}

export function manualTimer(): ManualTimer {
  const waiting: { ms: number; run: () => void }[] = []
  const watchers: { ms: number; seen: () => void }[] = []
  const timer: ManualTimer = {
    after(ms, run) {
      const entry = { ms, run }
      waiting.push(entry)
      for (const watcher of watchers.filter((one) => one.ms === ms)) {
        watchers.splice(watchers.indexOf(watcher), 1)
        watcher.seen()
      }
      return () => {
        const index = waiting.indexOf(entry)
        if (index >= 0) waiting.splice(index, 1)
      }
    },
    pending: () => waiting.map(({ ms }) => ms),
    scheduled(ms) {
      if (waiting.some((one) => one.ms === ms)) return Promise.resolve()
      return new Promise((seen) => { watchers.push({ ms, seen }) })
    },
    async fire(ms) {
      let index = waiting.findIndex((one) => one.ms === ms)
      while (index < 0) {
        await timer.scheduled(ms)
        index = waiting.findIndex((one) => one.ms === ms)
      }
      waiting.splice(index, 1)[0]!.run()
    },
  }
  return timer
}
