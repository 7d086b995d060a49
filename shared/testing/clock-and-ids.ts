/** Time and ids that a test rules: the same run gives the same times and the same ids. */
import { type Id, uuidv7 } from '../identity/ids.ts'
import type { Clock, Ids } from '../ports/ports.ts'

export interface ManualClock extends Clock {
  /** Moves time, in ms; backwards too, as clocks of shops do. */
  pass(ms: number): void
  set(at: number): void
}

/** 2026-11-23, 10:00 in Shanghai. */
export const MORNING = Date.UTC(2026, 10, 23, 2)

export function manualClock(at = MORNING): ManualClock {
  return {
    now: () => at,
    pass: (ms) => { at += ms },
    set: (to) => { at = to },
  }
}

/** UUIDv7s that count up; two counters with different `node`s never meet. */
export function countingIds(node = 0, at = MORNING): Ids {
  let count = 0
  return {
    next(): Id {
      count += 1
      const random = new Uint8Array(10)
      new DataView(random.buffer).setUint32(6, count)
      new DataView(random.buffer).setUint16(3, node)
      return uuidv7(at, random)
    },
  }
}
