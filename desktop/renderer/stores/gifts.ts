/** What this screen knows that may be taken off a ticket: coupons it has seen, and the birthday of the member at the counter. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Ticket } from '#shared/cart/ticket.ts'
import type { CouponView, MemberView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'

export const useGifts = defineStore('gifts', () => {
  const coupons = shallowRef<ReadonlyMap<Id, CouponView>>(new Map())
  const birthday = shallowRef<{ member: Id; percent: number } | null>(null)

  function see(...seen: readonly CouponView[]): void {
    coupons.value = new Map([...coupons.value, ...seen.map((coupon) => [coupon.coupon, coupon] as const)])
  }
  function seeMember({ member, birthday: percent, coupons: own }: MemberView): void {
    birthday.value = { member, percent }
    see(...own)
  }
  /** What is taken off this ticket: the price of a birthday, and the coupon it names. */
  function of({ member, coupon }: Pick<Ticket, 'member' | 'coupon'>): { birthday: number; coupon: CouponView | undefined } {
    const isTheirs = member !== undefined && birthday.value?.member === member
    return { birthday: isTheirs ? birthday.value!.percent : 0, coupon: coupon === undefined ? undefined : coupons.value.get(coupon) }
  }
  return { see, seeMember, of }
})
