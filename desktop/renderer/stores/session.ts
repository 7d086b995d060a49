/** What the host says about this till, kept in step: connection, shop, staff, shift, unsent, printers. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { TillClient } from '#shared/host/client.ts'
import type { Snapshot } from '#shared/host/schemas.ts'
import { RIGHTS, type Right } from '#shared/identity/staff.ts'

const CLOCK_MS = 5000

export const useSession = defineStore('session', () => {
  const snapshot = shallowRef<Snapshot | null>(null)
  const up = ref(false)
  const downSince = ref<number | null>(Date.now())
  /** The host is there and doesn't know this page's token. */
  const refused = ref(false)
  const now = ref(Date.now())
  const whenUp = new Set<() => void>()

  const staff = computed(() => snapshot.value?.staff ?? null)
  const shift = computed(() => snapshot.value?.shift ?? null)
  const sync = computed(() => snapshot.value?.sync ?? null)
  const backup = computed(() => snapshot.value?.backup ?? null)
  const printers = computed(() => snapshot.value?.printers ?? [])

  function may(right: Right): boolean {
    return staff.value !== null && RIGHTS[staff.value.role].includes(right)
  }

  /** Asks for the whole picture; a host that goes away meanwhile is asked again when it is back. */
  async function refresh(client: TillClient): Promise<void> {
    try {
      snapshot.value = await client.call('till.snapshot', {})
      for (const listener of whenUp) listener()
    } catch (error) {
      if (up.value) console.error(error)
    }
  }

  function follow(client: TillClient): void {
    client.onState((state) => {
      up.value = state
      downSince.value = state ? null : Date.now()
      if (state) void refresh(client)
    })
    client.onGap = () => void refresh(client)
    client.on('snapshot.changed', (next) => { snapshot.value = next })
    client.on('sync.changed', (next) => { if (snapshot.value) snapshot.value = { ...snapshot.value, sync: next } })
    client.on('print.changed', (next) => { if (snapshot.value) snapshot.value = { ...snapshot.value, printers: next.printers } })
    setInterval(() => { now.value = Date.now() }, CLOCK_MS)
  }

  /** Called after each (re)connection, when the picture is fresh. */
  function onFresh(listener: () => void): void {
    whenUp.add(listener)
  }
  function take(next: Snapshot): void {
    snapshot.value = next
  }

  return { snapshot, up, downSince, refused, now, staff, shift, sync, backup, printers, may, follow, onFresh, take }
})
