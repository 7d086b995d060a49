/** What the cashier may not do alone: somebody with the right enters their own number and PIN beside the ticket, and it goes on. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Id } from '#shared/identity/ids.ts'
import { APPROVABLE } from '#shared/identity/staff.ts'
import { write } from '../host/till.ts'
import { usePanels } from './panels.ts'
import { useSession } from './session.ts'

export type Approvable = (typeof APPROVABLE)[number]
interface Asked {
  readonly rights: readonly Approvable[]
  /** The id of the write that needs them, such as the ticket's. */
  readonly write: Id
  readonly go: () => void
}

export const isApprovable = (right: unknown): right is Approvable => (APPROVABLE as readonly unknown[]).includes(right)

export const useApproval = defineStore('approval', () => {
  const asked = shallowRef<Asked | null>(null)
  const given = new Map<Id, ReadonlySet<Approvable>>()

  /** Does `go` at once where whoever is signed in may, else when somebody has allowed it. */
  function need(rights: readonly Approvable[], write: Id, go: () => void): void {
    const lacking = rights.filter((right) => !useSession().may(right) && !given.get(write)?.has(right))
    if (lacking.length === 0) return go()
    ask(lacking, write, go)
  }
  /** Asks even where it was allowed before: a host that began anew has forgotten. */
  function ask(rights: readonly Approvable[], write: Id, go: () => void): void {
    asked.value = { rights, write, go }
    usePanels().open('approve')
  }
  /** Throws what the host refuses with. */
  async function give(no: string, pin: string): Promise<void> {
    const what = asked.value
    if (!what) return
    await write('staff.approve', { no, pin, rights: [...what.rights], for: what.write })
    given.set(what.write, new Set([...given.get(what.write) ?? [], ...what.rights]))
    asked.value = null
    usePanels().leave('approve')
    what.go()
  }

  return { asked, need, ask, give }
})
