/** Members' points and stored value at the till: what there is, topping up, putting right, and fetching what other tills hold. */
import type { CallArgs } from '#shared/host/contract.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { bonusFor } from '#shared/catalog/loyalty.ts'
import type { Id } from '#shared/identity/ids.ts'
import { fen, formatYuan } from '#shared/money/money.ts'
import { type Move, PurseAdjusted, PurseToppedUp, PurseWanted, adjust, draw, topUp } from '#shared/payments/purse.ts'
import { type Customer, tooLittle } from '#shared/sales/payment.ts'
import { type Context, commit, isRepeat, requireRight, signedIn } from '../context.ts'
import { customerOf, requireKnown, roomOf, viewOf } from './member-views.ts'

type Calls = 'member.card' | 'member.topUp' | 'member.adjust' | 'member.fetch'

export function purseHandlers(context: Context): Pick<Handlers, Calls> {
  const { store } = context
  return {
    'member.card': ({ member }) => viewOf(context, member),

    'member.topUp'({ key, member, amount }) {
      if (isRepeat(context, key, PurseToppedUp.type, { amount })) return viewOf(context, member)
      requireRight(context, 'member.edit')
      const shift = openShift(context)
      const customer = customerOf(context, member)
      const limit = refuseBeyond(context, customer, amount + bonusFor(amount, customer.loyalty))
      commit(context, [topUp(key, { shift, member: customer.member, before: customer.balance.value, limit }, fen(amount), fen(bonusFor(amount, customer.loyalty)))], [{ kind: 'top_up', ref: key, copy: false, drawer: true }])
      return told(context, customer.member)
    },

    'member.adjust'({ key, member, purse, delta, reason, note }) {
      if (isRepeat(context, key, PurseAdjusted.type, { reason, note })) return viewOf(context, member)
      requireRight(context, 'member.adjust', key)
      const shift = openShift(context)
      if (reason === 'refund' && (purse !== 'value' || delta >= 0)) throw new TillError('call.invalid', { field: 'delta', reason: 'a refund takes stored value away' })
      const customer = customerOf(context, member)
      if (purse === 'value' && delta > 0) refuseBeyond(context, customer, delta)
      const moves = movesOf(customer, { purse, delta })
      const isCash = reason === 'refund'
      commit(context, [adjust(key, { shift, member: customer.member, before: customer.balance[purse] }, purse, moves, reason, note)], isCash ? [{ kind: 'top_up', ref: key, copy: false, drawer: true }] : [])
      return told(context, customer.member)
    },

    'member.fetch'({ key, member }) {
      if (!isRepeat(context, key, PurseWanted.type)) {
        signedIn(context)
        const main = requireKnown(context, member)
        if (!store.pairing()) throw new TillError('pairing.none')
        commit(context, [{ id: key, type: PurseWanted.type, v: 1, body: { members: [main, ...store.people.mergedInto(main)].slice(0, 20) } }])
      }
      return viewOf(context, member)
    },
  }
}

function told(context: Context, member: Id): ReturnType<typeof viewOf> {
  context.printed()
  context.emit('members.changed', {})
  return viewOf(context, member)
}

function openShift({ store }: Context): Id {
  const shift = store.openShift()
  if (!shift) throw new TillError('shift.none')
  return shift.shift
}

/** The limit, in fen. Throws TillError member.over_limit or member.over_unnamed where so much more would pass it. */
function refuseBeyond(context: Context, { member, balance }: Customer, more: number): number | null {
  const { isNamed, limit, room } = roomOf(context, member, balance.value)
  if (limit !== null && balance.value + more > limit) throw new TillError(isNamed ? 'member.over_limit' : 'member.over_unnamed', { limit: limit / 100, left: formatYuan(room!), named: context.store.shop().valueLimits.named / 100 })
  return limit
}

/** Throws TillError member.too_little or member.elsewhere. */
function movesOf(customer: Customer, { purse, delta }: Pick<CallArgs<'member.adjust'>, 'purse' | 'delta'>): Move[] {
  if (delta > 0) return [{ member: customer.member, purse, delta, why: 'adjusted' }]
  const drawn = draw(customer.holdings[purse], purse, -delta, 'adjusted')
  if (drawn) return drawn
  const { code, detail } = tooLittle(customer, purse)
  throw new TillError(code, detail)
}
