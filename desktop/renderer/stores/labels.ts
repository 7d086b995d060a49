/** Labels that are being put together; they stay while the cashier sells in between. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { GoodView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'

export const COPIES_MAX = 500

export const useLabels = defineStore('labels', () => {
  const kind = ref<'price' | 'shelf' | 'parcel'>('price')
  const printer = ref<Id | null>(null)
  const rows = ref<{ good: GoodView; copies: number }[]>([])
  /** The one whose picture is shown. */
  const shown = shallowRef<Id | null>(null)

  /** One more of a good, which moves to the top. */
  function add(good: GoodView): void {
    const copies = rows.value.find((row) => row.good.id === good.id)?.copies ?? 0
    rows.value = [{ good, copies: Math.min(COPIES_MAX, copies + 1) }, ...rows.value.filter((row) => row.good.id !== good.id)]
    shown.value = good.id
  }
  /** Down to none takes it off. */
  function more(id: Id, by: number): void {
    rows.value = rows.value.map((row) => (row.good.id === id ? { ...row, copies: Math.min(COPIES_MAX, row.copies + by) } : row)).filter(({ copies }) => copies > 0)
    if (!rows.value.some((row) => row.good.id === shown.value)) shown.value = rows.value[0]?.good.id ?? null
  }
  /** So many are printed; what was added meanwhile stays. */
  function printed(goods: readonly { readonly good: Id; readonly copies: number }[]): void {
    for (const { good, copies } of goods) more(good, -copies)
  }
  return { kind, printer, rows, shown, add, more, printed }
})
