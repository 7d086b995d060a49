/** Who is at the till: first run, signing in and out, the drawer's shifts. */
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { ShopChanged, StaffChanged } from '#shared/catalog/shop.ts'
import { fen } from '#shared/money/money.ts'
import { DrawerOpened, ShiftClosed, ShiftOpened, StaffSignedIn, StaffSignedOut } from '#shared/sales/events.ts'
import { may } from '#shared/sales/sale.ts'
import { closeShift, openShift } from '#shared/sales/shift.ts'
import { type Context, atTheTill, commit, isRepeat, requireRight, signedIn, today } from './context.ts'
import { Tries } from './pins.ts'
import { shiftReport, snapshot } from './views.ts'

type Calls = 'till.setup' | 'staff.list' | 'staff.put' | 'staff.signIn' | 'staff.signOut' | 'shift.open' | 'shift.close' | 'shift.report' | 'drawer.open'

export function staffHandlers(context: Context, seq: () => number): Pick<Handlers, Calls> {
  const { store, clock, ids, pins } = context
  const tries = new Tries()

  return {
    async 'till.setup'({ key, shop, owner, pin }) {
      const isDone = (): boolean => {
        // An owner the shop knew already was only signed in; with somebody new the key is that of their making.
        const isDoneBefore = store.event(key)?.type === StaffSignedIn.type
          ? isRepeat(context, key, StaffSignedIn.type, { staff: store.staffByNo(owner.no)?.id })
          : isRepeat(context, key, StaffChanged.type, { set: { ...owner, role: 'owner', active: true } })
        if (isDoneBefore) return true
        if (store.anyPin()) throw new TillError('till.not_empty')
        return false
      }
      if (isDone()) return snapshot(context, seq())
      const verifier = await pins.make(pin)
      // The hash took its time: another screen may have been first.
      if (isDone()) return snapshot(context, seq())
      const known = store.staffByNo(owner.no)
      // Whoever begins a till of a known shop is its owner already; nobody is made one by typing a cashier's number.
      if (known && !(known.role === 'owner' && known.active)) throw new TillError('staff.no_taken', { no: owner.no })
      const staff = known?.id ?? ids.next()
      store.together(() => {
        const events = []
        if (Object.keys(shop).length > 0) events.push({ id: ids.next(), type: ShopChanged.type, v: 1, body: { shop: store.identity().shop, set: shop, hlc: store.nextHlc(clock.now()) } })
        // The name that the shop knows its owner by stays: what is typed at one till must not rename them at all others.
        if (!known) events.push({ id: key, type: StaffChanged.type, v: 1, body: { staff, set: { ...owner, role: 'owner', active: true }, hlc: store.nextHlc(clock.now()) } })
        events.push({ id: known ? key : ids.next(), type: StaffSignedIn.type, v: 1, body: { staff } })
        commit(context, events)
        store.setPinVerifier(staff, verifier)
      })
      context.changed()
      return snapshot(context, seq())
    },

    'staff.list': () => ({ staff: store.listStaff() }),

    async 'staff.put'({ key, staff, set, pin }) {
      requireRight(context, 'staff.edit')
      const verifier = pin === undefined ? undefined : await pins.make(pin)
      // After the hash, which takes its time: what is true now decides.
      requireRight(context, 'staff.edit')
      const before = store.staff(staff)
      const asked = before ? set : { active: true, ...set }
      if (!isRepeat(context, key, StaffChanged.type, { staff })) {
        if (!before && !(set.no && set.name && set.role)) throw new TillError('call.invalid', { field: 'set', reason: 'a new staff member needs no, name and role' })
        const taken = set.no === undefined ? undefined : store.staffByNo(set.no)
        if (taken && taken.id !== staff) throw new TillError('staff.no_taken', { no: set.no })
        const after = { active: true, ...before, ...set }
        const others = store.listStaff().filter((other) => other.id !== staff && other.role === 'owner' && other.active)
        if (before?.role === 'owner' && others.length === 0 && (after.role !== 'owner' || !after.active)) throw new TillError('staff.last_owner')
        store.together(() => {
          commit(context, [{ id: key, type: StaffChanged.type, v: 1, body: { staff, set: asked, hlc: store.nextHlc(clock.now()) } }])
          if (verifier !== undefined) store.setPinVerifier(staff, verifier)
        })
      }
      context.changed()
      return store.staff(staff)!
    },

    async 'staff.signIn'({ key, no, pin }) {
      tries.check(no, clock.now())
      // Counted before it is checked, or many at once would all be the first.
      tries.wrong(no, clock.now())
      const staff = store.staffByNo(no)
      const verifier = staff?.active ? store.pinVerifier(staff.id) : undefined
      if (!staff || verifier === undefined || !(await pins.check(pin, verifier))) throw new TillError('staff.wrong_pin')
      tries.right(no)
      if (!isRepeat(context, key, StaffSignedIn.type, { staff: staff.id })) {
        store.commit({ events: [{ id: key, type: StaffSignedIn.type, v: 1, body: { staff: staff.id } }], prints: [] }, clock.now(), staff.id)
        context.cloud.kick()
      }
      context.changed()
      return staff
    },

    'staff.signOut'({ key }) {
      if (isRepeat(context, key, StaffSignedOut.type)) return {}
      const staff = signedIn(context)
      commit(context, [{ id: key, type: StaffSignedOut.type, v: 1, body: { staff: staff.id } }])
      context.changed()
      return {}
    },

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

    'shift.report'({ shift: id }) {
      const shift = id === undefined ? store.openShift() : store.shift(id)
      if (!shift) throw new TillError(id === undefined ? 'shift.none' : 'shift.not_found')
      return shiftReport(store, shift, isBlind(context))
    },

    'drawer.open'({ key, reason }) {
      if (isRepeat(context, key, DrawerOpened.type, { reason })) return {}
      requireRight(context, 'drawer.open')
      const shift = store.openShift()
      if (!shift) throw new TillError('shift.none')
      commit(context, [{ id: key, type: DrawerOpened.type, v: 1, body: { shift: shift.shift, reason } }], [{ kind: 'drawer', ref: key, copy: false, drawer: true }])
      context.printed()
      return {}
    },
  }
}

/** A cashier counts the drawer without knowing what should be in it; and so does whoever is not signed in. */
function isBlind(context: Context): boolean {
  const staff = atTheTill(context)
  return !staff || !may(staff, 'drawer.expected')
}
