/** What the customer display shows, as the host last said. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { TillClient } from '#shared/host/client.ts'
import type { Display } from '#shared/host/schemas.ts'
import { TillError } from '#shared/host/frames.ts'
import { useSession } from './session.ts'

export const useCustomer = defineStore('customer', () => {
  const display = shallowRef<Display | null>(null)

  function follow(client: TillClient): void {
    client.on('display.changed', (next) => { display.value = next })
    useSession().onFresh(() => {
      client.call('display.now', {}).then((next) => { display.value = next }, (error: unknown) => {
        if (!(error instanceof TillError)) throw error
      })
    })
  }
  return { display, follow }
})
