/** The shop's promotions as the host last listed them, and what prices go by at this minute. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { TillClient } from '#shared/host/client.ts'
import type { Promotion } from '#shared/catalog/promotion.ts'
import { NO_RULES, type PricingRules } from '#shared/pricing/price.ts'
import { till } from '../host/till.ts'
import { useSession } from './session.ts'

const MINUTE_MS = 60_000

export const usePromotions = defineStore('promotions', () => {
  const list = shallowRef<readonly Promotion[]>([])
  const session = useSession()
  // Each by itself: the snapshot comes anew for many reasons, and a ticket is priced anew only where one of these is another.
  const minute = computed(() => Math.floor(session.now / MINUTE_MS) * MINUTE_MS)
  const zone = computed(() => session.snapshot?.shop.zone ?? NO_RULES.zone)
  const rounding = computed(() => session.snapshot?.shop.rounding ?? NO_RULES.rounding)
  const handLimit = computed(() => session.snapshot?.shop.handLimit ?? NO_RULES.handLimit)
  const rules = computed((): PricingRules => ({ promotions: list.value, at: minute.value, zone: zone.value, rounding: rounding.value, handLimit: handLimit.value }))

  /** Rejects when the host can't say; what it said last stays. */
  async function reload(): Promise<void> {
    list.value = (await till().call('promotion.list', {})).promotions
  }
  function follow(client: TillClient): void {
    const again = (): void => void reload().catch(console.error)
    client.on('promotions.changed', again)
    session.onFresh(again)
  }
  return { list, rules, reload, follow }
})
