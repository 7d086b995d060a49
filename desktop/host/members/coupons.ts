/** Coupons at the till: issued, looked for by what the customer shows, and booked as a loss where another till's use came first. */
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { CouponView } from '#shared/host/schemas.ts'
import type { CouponAt } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { CouponAtTicket } from '#shared/pricing/offs.ts'
import { CouponIssued, couponFault, loseCoupon } from '#shared/sales/coupon.ts'
import { type Context, commit, isRepeat, requireRight, today } from '../context.ts'
import { couponView, requireKnown } from './member-views.ts'

type Calls = 'coupon.issue' | 'coupon.find'

export function couponHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock } = context
  return {
    'coupon.issue'({ key, terms }) {
      if (!isRepeat(context, key, CouponIssued.type, { coupon: key })) {
        requireRight(context, 'member.adjust', key)
        const member = terms.member === null ? null : requireKnown(context, terms.member)
        if (terms.until < terms.from || (terms.code === '' && member === null)) throw new TillError('call.invalid', { field: 'terms', reason: 'a coupon has a code or a member, and ends after it begins' })
        commit(context, [{ id: key, type: CouponIssued.type, v: 1, body: { coupon: key, terms: { ...terms, member }, hlc: store.nextHlc(clock.now()) } }])
        context.emit('members.changed', {})
      }
      return viewOf(context, store.coupon(key))
    },
    'coupon.find': ({ code }) => viewOf(context, store.couponByCode(code.trim())),
  }
}

function viewOf(context: Context, found: CouponAt | undefined): CouponView {
  if (!found) throw new TillError('coupon.not_found')
  return couponView(found, today(context))
}

/** A coupon for this ticket. Throws TillError coupon.*. */
export function couponFor(context: Context, id: Id, member: Id | undefined): CouponAtTicket {
  const { store } = context
  const found = store.coupon(id)
  if (!found) throw new TillError('coupon.not_found')
  const { terms } = found
  const isOf = (owner: Id): boolean => member !== undefined && (owner === member || store.people.mergedInto(member).includes(owner))
  const code = found.isUsed ? 'coupon.used' : couponFault(terms, isOf, today(context))
  if (code) throw new TillError(code, { name: terms.name, from: terms.from, until: terms.until })
  return { coupon: id, name: terms.name, off: terms.off, least: terms.least }
}

/** Books what this till gave for coupons that were used elsewhere before. What can't be written now is looked at again with the next change or connection. */
export function bookLosses({ store, ids, clock, cloud }: Context): void {
  try {
    const lost = store.lostCoupons()
    if (lost.length === 0) return
    for (const { coupon, use } of lost) {
      const shift = store.openShift()?.shift ?? store.sale(use.sale)?.shift
      if (shift !== undefined) store.commit({ events: [loseCoupon(ids.next(), coupon, shift, use)], prints: [] }, clock.now(), null)
    }
  } catch (error) {
    if (!(error instanceof TillError)) throw error
    return
  }
  cloud.kick()
}
