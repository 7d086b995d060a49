/** The one sentence the screen says beside the ticket: what happened and what to do next. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { TillError } from '#shared/host/frames.ts'
import { errorKeys, t, type Values } from '../i18n/index.ts'
import { play } from '../sound.ts'

export type Tone = 'good' | 'attention' | 'refuse'
export interface Notice {
  readonly tone: Tone
  readonly message: string
  readonly next?: string
  /** Said where nobody has signed in yet, too: it names nobody. */
  readonly open?: boolean
  readonly action?: { readonly label: string; readonly run: () => void }
}

const GOOD_MS = 5000

/** What an error's detail may put into its sentence. */
function valuesOf(error: TillError): Values {
  const entries = Object.entries(error.detail ?? {}).filter((entry): entry is [string, string | number] => ['string', 'number'].includes(typeof entry[1]))
  return Object.fromEntries(entries)
}

/** An error in words. What is no TillError is a bug: it goes to the console too. */
export function wordsFor(error: unknown): { message: string; next: string } {
  if (!(error instanceof TillError)) console.error(error)
  const code = error instanceof TillError ? error.code : 'host.failed'
  const values = { ...(error instanceof TillError ? valuesOf(error) : {}), code }
  const keys = errorKeys(code)
  return { message: t(keys.message, values), next: t(keys.next, values) }
}

export const useNotice = defineStore('notice', () => {
  const notice = shallowRef<Notice | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  function show(next: Notice): void {
    clearTimeout(timer)
    notice.value = next
    if (next.tone === 'refuse') play('refused')
    if (next.tone === 'good') timer = setTimeout(() => { notice.value = null }, GOOD_MS)
  }
  function clear(): void {
    clearTimeout(timer)
    notice.value = null
  }
  function refuse(error: unknown): void {
    show({ tone: 'refuse', ...wordsFor(error) })
  }
  /** Runs something that may be refused; says so, and answers whether it worked. */
  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      refuse(error)
      return false
    }
  }
  return { notice, show, clear, refuse, attempt }
})
