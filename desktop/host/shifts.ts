/** The drawer's shifts: opened with a float, cash in and out, closed blind with a count, and their reports. */
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { Id } from '#shared/identity/ids.ts'
import { fen } from '#shared/money/money.ts'
import { CASH_REASONS, CashMoved, type CashReason, DrawerOpened, ShiftClosed, ShiftOpened } from '#shared/sales/events.ts'
import { may } from '#shared/sales/sale.ts'
import { closeShift, moveCash, openShift } from '#shared/sales/shift.ts'
import { type Context, atTheTill, commit, isRepeat, requireRight, signedIn, today } from './context.ts'
import { shiftReport } from './views.ts'

type Calls = 'shift.open' | 'shift.close' | 'shift.report' | 'shift.list' | 'shift.print' | 'cash.move' | 'drawer.open'

export function shiftHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, done } = context

  return {
    'shift.open'({ key, float }) {
      if (!isRepeat(context, key, ShiftOpened.type, { float })) {
        const staff = signedIn(context)
        if (store.openShift()) throw new TillError('shift.open')
        commit(context, [openShift(key, staff.id, today(context), float)])
        context.changed()
      }
      return shiftReport(store, store.shift(key)!, isBlind(context))
    },

    'shift.close'({ key, counted }) {
      if (isRepeat(context, key, ShiftClosed.type, { counted })) {
        const { shift } = store.event(key)!.body as { shift: string }
        return shiftReport(store, store.shift(shift)!, false)
      }
      const staff = signedIn(context)
      const shift = store.openShift()
      if (!shift) throw new TillError('shift.none')
      const drawer = fen(store.balances(shift.shift).get('drawer') ?? 0)
      const event = closeShift(key, shift, staff.id, drawer, counted, store.shiftTotals(shift.shift).sales)
      commit(context, [event], [{ kind: 'shift', ref: shift.shift, copy: false, drawer: true }])
      context.changed()
      context.printed()
      context.backups.soon()
      return shiftReport(store, store.shift(shift.shift)!, false)
    },

    'shift.report': ({ shift }) => shiftReport(store, shiftOf(context, shift), isBlind(context)),

    'shift.list'({ before, limit }) {
      requireRight(context, 'drawer.expected')
      return { shifts: store.listShifts({ before, limit }).map((shift) => shiftReport(store, shift, false)) }
    },

    'shift.print'({ key, shift: id }) {
      const shift = shiftOf(context, id)
      // What has been counted is no secret any more.
      if (shift.closedAt === null) requireRight(context, 'drawer.expected')
      else signedIn(context)
      done.once(key, 'shift.print', () => {
        store.commit({ events: [], prints: [{ kind: 'shift', ref: shift.shift, copy: shift.closedAt !== null, drawer: false }] }, context.clock.now(), store.signedIn())
      })
      context.printed()
      return {}
    },

    'cash.move'({ key, way, amount, reason, note }) {
      if (!(CASH_REASONS[way] as readonly string[]).includes(reason)) throw new TillError('call.invalid', { field: 'reason', reason: `cash ${way} has no reason ${reason}` })
      const signed = fen(way === 'out' ? -amount : amount)
      if (!isRepeat(context, key, CashMoved.type, { amount: signed, reason, note })) {
        requireRight(context, 'cash.move', key)
        const shift = store.openShift()
        if (!shift) throw new TillError('shift.none')
        commit(context, [moveCash(key, shift.shift, signed, reason as CashReason, note)], [{ kind: 'cash', ref: key, copy: false, drawer: true }])
        context.printed()
      }
      return {}
    },

    'drawer.open'({ key, reason }) {
      if (isRepeat(context, key, DrawerOpened.type, { reason })) return {}
      requireRight(context, 'drawer.open', key)
      const shift = store.openShift()
      if (!shift) throw new TillError('shift.none')
      commit(context, [{ id: key, type: DrawerOpened.type, v: 1, body: { shift: shift.shift, reason } }], [{ kind: 'drawer', ref: key, copy: false, drawer: true }])
      context.printed()
      return {}
    },
  }
}

/** The open shift, or a given one. Throws TillError shift.none or shift.not_found. */
function shiftOf({ store }: Context, id: Id | undefined) {
  const shift = id === undefined ? store.openShift() : store.shift(id)
  if (!shift) throw new TillError(id === undefined ? 'shift.none' : 'shift.not_found')
  return shift
}

/** A cashier counts the drawer without knowing what should be in it; and so does whoever is not signed in. */
function isBlind(context: Context): boolean {
  const staff = atTheTill(context)
  return !staff || !may(staff, 'drawer.expected')
}
