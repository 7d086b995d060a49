/** One window is the cashier's at a time: two windows of one browser share their storage and would sell one ticket twice. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

const LOCK = 'xiaopu-cashier'
/** A reloaded page may find its own lock still held for a moment. */
const PATIENCE_MS = 1500

export const useSeat = defineStore('seat', () => {
  const state = ref<'here' | 'elsewhere'>('here')

  /** Holds the lock for as long as the page lives; losing it to another window shows so. */
  function hold(options: LockOptions): Promise<boolean> {
    return new Promise((resolve) => {
      navigator.locks.request(LOCK, options, async (lock) => {
        resolve(lock !== null)
        if (lock) await new Promise(() => {})
      }).catch(() => {
        state.value = 'elsewhere'
        resolve(false)
      })
    })
  }

  async function sit(): Promise<void> {
    // Outside a secure context there are no locks, and nothing that could be shared either.
    if (!navigator.locks) return
    const soon = AbortSignal.timeout(PATIENCE_MS)
    state.value = (await hold({ signal: soon })) ? 'here' : 'elsewhere'
  }
  /** The cashier chose this window; the ticket is read again, since the other one may have changed it. */
  function takeOver(): void {
    void navigator.locks.request(LOCK, { steal: true }, async () => {
      location.reload()
      await new Promise(() => {})
    })
  }
  return { state, sit, takeOver }
})
