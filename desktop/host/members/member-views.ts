/** Members as the handlers and the screens need them: masked, with what is in their purses, and everybody merged into them. */
import { TillError } from '#shared/host/frames.ts'
import { limitOf, roomFor } from '#shared/catalog/loyalty.ts'
import type { CouponView, MemberView, PurseView } from '#shared/host/schemas.ts'
import type { CouponAt } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { maskBirthday, maskName, maskPhone } from '#shared/identity/person.ts'
import { mainOf, timeOf } from '#shared/members/member.ts'
import { type Holding, type Purse, PURSES, heldOf } from '#shared/payments/purse.ts'
import { couponFault, isBirthday } from '#shared/sales/coupon.ts'
import type { Customer } from '#shared/sales/payment.ts'
import { type Context, today } from '../context.ts'

export function isKnown({ store }: Context, id: Id): boolean {
  const member = store.people.member(id)
  return member?.joined !== undefined && member.erased !== true
}
/** The member that `id` is by now. Throws TillError member.not_found. */
export function requireKnown(context: Context, id: Id): Id {
  const main = mainOf(context.store.people.member, id)
  if (!isKnown(context, main)) throw new TillError('member.not_found')
  return main
}

export function viewOf(context: Context, id: Id): MemberView {
  const main = requireKnown(context, id)
  const { people } = context.store
  const { name = '', phone = '', birthday = '' } = people.fields(main) ?? {}
  const purses = pursesView(context, main)
  const { limit, room } = roomOf(context, main, purses.value.balance)
  return {
    member: main, name: maskName(name), phone: maskPhone(phone), born: maskBirthday(birthday), joined: joinedAt(context, main), merged: people.mergedInto(main).length,
    ...purses, limit, room, birthday: birthdayOff(context, main), coupons: couponsOf(context, main),
  }
}
/** How they are called where nobody is to be read: masked name and number; empty where they are no member any more. */
export function whoIs(context: Context, id: Id): string {
  const main = mainOf(context.store.people.member, id)
  if (!isKnown(context, main)) return ''
  const { name = '', phone = '' } = context.store.people.fields(main) ?? {}
  return `${maskName(name)} ${maskPhone(phone)}`.trim()
}
/** fen of stored value they may have, and of cash that may still come in for it. */
export function roomOf({ store }: Context, main: Id, balance: number): { isNamed: boolean; limit: number | null; room: number | null } {
  const { valueLimits, loyalty } = store.shop()
  const isNamed = (store.people.fields(main)?.name ?? '') !== ''
  const limit = limitOf(valueLimits, isNamed)
  return { isNamed, limit, room: roomFor(balance, limit, loyalty) }
}
export const joinedAt = ({ store }: Context, id: Id): number => timeOf(store.people.member(id)?.joined ?? '0')

/** The member as a sale needs them, with everybody merged into them. Throws TillError member.not_found. */
export function customerOf(context: Context, id: Id): Customer {
  const { store } = context
  const member = requireKnown(context, id)
  const standings = [member, ...store.people.mergedInto(member)].map((each) => ({ member: each, ...store.purses(each) }))
  const each = <Value>(of: (purse: Purse) => Value): Record<Purse, Value> => ({ points: of('points'), value: of('value') })
  return {
    member, loyalty: store.shop().loyalty, birthday: birthdayOff(context, member),
    holdings: each((purse) => standings.map((one): Holding => ({ member: one.member, held: one[purse].held }))),
    balance: each((purse) => standings.reduce((sum, one) => sum + one[purse].balance, 0)),
  }
}

/** What a screen shows of a member's purses. */
export function pursesView({ store }: Context, member: Id): Record<Purse, PurseView> {
  const ids = [member, ...store.people.mergedInto(member)]
  const of = (purse: Purse): PurseView => {
    const standings = ids.map((id) => ({ member: id, ...store.purses(id)[purse] }))
    return { balance: standings.reduce((sum, { balance }) => sum + balance, 0), held: heldOf(standings) }
  }
  return Object.fromEntries(PURSES.map((purse) => [purse, of(purse)])) as Record<Purse, PurseView>
}

/** Whoever still has stored value is owed it: it is paid out before they are forgotten. Throws TillError member.has_value. */
export function refuseOwed(context: Context, person: Id): void {
  const { value } = pursesView(context, mainOf(context.store.people.member, person))
  if (value.balance > 0) throw new TillError('member.has_value', { balance: value.balance })
}

/** per cent that the shop gives this member today, their birthday; 0 on other days, and where they had it this year. */
function birthdayOff(context: Context, member: Id): number {
  const { store } = context
  const percent = store.shop().loyalty.birthday
  const date = today(context)
  if (percent === 0 || !isBirthday(store.people.fields(member)?.birthday ?? '', date)) return 0
  const year = Number(date.slice(0, 4))
  return [member, ...store.people.mergedInto(member)].some((each) => store.hadBirthday(each, year)) ? 0 : percent
}

/** Coupons that the member can use now or later. */
function couponsOf(context: Context, member: Id): CouponView[] {
  const { store } = context
  const date = today(context)
  return [member, ...store.people.mergedInto(member)].flatMap((each) => store.couponsOf(each)).filter(({ isUsed, terms }) => !isUsed && terms.until >= date).map((each) => couponView(each, date)).slice(0, 20)
}
export function couponView({ coupon, terms: { name, off, least, from, until }, terms, isUsed }: CouponAt, date: string): CouponView {
  return { coupon, name, off, least, from, until, usable: !isUsed && couponFault(terms, () => true, date) === undefined }
}
