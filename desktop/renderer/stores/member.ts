/** The member whose ticket it is, as the host shows them: masked, with points and stored value. The ticket keeps the id, this what is known of it. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { LOYALTY_DEFAULTS, bonusFor, payablePoints } from '#shared/catalog/loyalty.ts'
import type { TillClient } from '#shared/host/client.ts'
import { TillError } from '#shared/host/frames.ts'
import type { CouponView, MemberView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { formatYuan } from '#shared/money/money.ts'
import { till, write } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { play } from '../sound.ts'
import { useGifts } from './gifts.ts'
import { useNotice } from './notice.ts'
import { usePanels } from './panels.ts'
import { useSession } from './session.ts'
import { useTicket } from './ticket.ts'

export const useMember = defineStore('member', () => {
  const card = shallowRef<MemberView | null>(null)
  const busy = ref(false)
  const loyalty = computed(() => useSession().snapshot?.shop.loyalty ?? LOYALTY_DEFAULTS)
  /** Part of it is at other tills. */
  const elsewhere = computed(() => card.value !== null && (['points', 'value'] as const).some((purse) => card.value![purse].balance > Math.max(0, card.value![purse].held)))

  async function refresh(): Promise<void> {
    const id = useTicket().ticket.member
    if (id === undefined) {
      card.value = null
      return
    }
    try {
      const found = await till().call('member.card', { member: id })
      if (useTicket().ticket.member === id) show(found)
    } catch (error) {
      if (!(error instanceof TillError)) throw error
      if (error.code === 'member.not_found' && useTicket().ticket.member === id) drop()
    }
  }

  function show(member: MemberView): void {
    card.value = member
    useGifts().seeMember(member)
  }
  function useCoupon(coupon: CouponView | undefined): void {
    if (coupon) useGifts().see(coupon)
    useTicket().setCoupon(coupon?.coupon)
  }
  /** By the code that the customer shows; false where there is none, or it can't be used. */
  async function findCoupon(code: string): Promise<boolean> {
    return useNotice().attempt(async () => {
      const found = await till().call('coupon.find', { code })
      if (!found.usable) throw new TillError('coupon.used', { name: found.name })
      useCoupon(found)
    })
  }

  function choose(member: MemberView): void {
    if (useTicket().setMember(member.member)) show(member)
  }
  function drop(): void {
    if (useTicket().setMember(undefined)) card.value = null
  }

  /** Says what was done, and shows what there is now; false where it was refused. */
  async function does(work: () => Promise<MemberView>, said: (now: MemberView) => string): Promise<boolean> {
    busy.value = true
    const done = await useNotice().attempt(async () => {
      const now = await work()
      if (useTicket().ticket.member === now.member) show(now)
      useNotice().show({ tone: 'good', message: said(now) })
    })
    busy.value = false
    return done
  }
  function topUp(member: Id, amount: number): Promise<boolean> {
    return does(async () => {
      const now = await write('member.topUp', { member, amount })
      play('money')
      return now
    }, (now) => t('members.toppedUp', { amount: formatYuan(amount), balance: formatYuan(now.value.balance) }))
  }
  function fetchAll(member: Id): Promise<boolean> {
    return does(() => write('member.fetch', { member }), () => t('members.fetching'))
  }

  function follow(client: TillClient): void {
    client.on('members.changed', () => void refresh())
    useSession().onFresh(() => void refresh())
    watch(() => useTicket().ticket.member, (id) => { if (card.value?.member !== id) void refresh() })
    // Whoever takes up their ticket again finds it as it was left.
    watch(() => usePanels().current, (panel) => { if (panel === 'pay') void refresh() })
  }

  return {
    card, busy, loyalty, elsewhere, refresh, choose, drop, does, topUp, fetchAll, follow, useCoupon, findCoupon,
    bonus: (amount: number) => bonusFor(amount, loyalty.value),
    payable: (fen: number) => payablePoints(fen, Math.max(0, card.value?.points.held ?? 0), loyalty.value),
  }
})
