/** What a scan brings to a panel: a code nobody knows, a receipt, a telephone number. Taken once by the panel it opens. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Id } from '#shared/identity/ids.ts'
import { newId } from '../host/till.ts'
import { useApproval } from './approval.ts'
import { usePanels } from './panels.ts'

/** A good to be made: `scan` is rung up again when it is there, `key` names the write, for a manager who allows it. */
export interface NewGood { readonly code: string; readonly name: string; readonly scan: string; readonly key: Id }

export const useCarried = defineStore('carried', () => {
  const fresh = shallowRef<NewGood | null>(null)
  const sale = ref<Id | null>(null)
  const phone = ref('')

  /** Opens the panel beside the ticket where a good is made. */
  function add(good: { code: string; name?: string; scan?: string }): void {
    const next = { code: good.code, name: good.name ?? '', scan: good.scan ?? '', key: newId() }
    useApproval().need(['goods.edit'], next.key, () => {
      fresh.value = next
      usePanels().open('add')
    })
  }
  function receipt(id: Id): void {
    sale.value = id
    usePanels().open('receipts')
  }
  function member(text: string): void {
    phone.value = text
    usePanels().open('members')
  }
  function takeSale(): Id | null {
    const id = sale.value
    sale.value = null
    return id
  }
  function takePhone(): string {
    const text = phone.value
    phone.value = ''
    return text
  }
  return { fresh, sale, phone, add, receipt, member, takeSale, takePhone }
})
