/** The machine's own timer, so many times faster: for what waits for real devices, or their simulators. */
import { systemTimer } from '#desktop/loopback/system.ts'
import type { Timer } from '#shared/ports/ports.ts'

export const hurriedTimer = (times: number): Timer => ({ after: (ms, run) => systemTimer.after(ms / times, run) })
