/** Locks a till that was left alone, as its screen is set to. The ticket stays as it is. */
import { onBeforeUnmount, onMounted, watch } from 'vue'
import { useRefund } from '../stores/refund.ts'
import { useScans } from '../stores/scans.ts'
import { useScreen } from '../stores/screen.ts'
import { useSession } from '../stores/session.ts'
import { useTicket } from '../stores/ticket.ts'
import { watchIdle } from './idle.ts'

const TOUCHES = ['keydown', 'pointerdown', 'wheel'] as const

export function useIdleLock(lock: () => void): void {
  const refund = useRefund()
  const scans = useScans()
  const screen = useScreen()
  const session = useSession()
  const ticket = useTicket()
  const idle = watchIdle({
    now: () => Date.now(),
    minutes: () => screen.settings.lockAfter,
    // Without the host nobody could sign in again, and money that waits for its answer is answered for by who took it.
    busy: () => !session.up || ticket.completing !== null || refund.waiting !== null,
    lock,
  })
  onMounted(() => { for (const touch of TOUCHES) addEventListener(touch, idle.touch, { capture: true, passive: true }) })
  onBeforeUnmount(() => { for (const touch of TOUCHES) removeEventListener(touch, idle.touch, { capture: true }) })
  // Scanners on a serial port or with a driver press no key.
  watch(() => scans.queue, idle.touch)
  watch(() => session.now, idle.look)
}
