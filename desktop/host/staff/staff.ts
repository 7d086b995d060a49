/** Who is at the till: first run, signing in and out, and who allows what another may not. */
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { ShopChanged, StaffChanged } from '#shared/catalog/shop.ts'
import type { Staff } from '#shared/identity/staff.ts'
import { StaffApproved, StaffSignedIn, StaffSignedOut } from '#shared/sales/events.ts'
import { may } from '#shared/sales/sale.ts'
import { type Context, commit, isRepeat, requireRight, signedIn } from '../context.ts'
import { Tries } from './pins.ts'
import { snapshot } from '../views.ts'

type Calls = 'till.setup' | 'staff.list' | 'staff.put' | 'staff.signIn' | 'staff.signOut' | 'staff.approve'

export function staffHandlers(context: Context, seq: () => number): Pick<Handlers, Calls> {
  const { store, clock, ids, pins, approvals } = context
  const tries = new Tries()

  /** Whose number and PIN these are. Throws TillError staff.wrong_pin or staff.locked_out. */
  async function proven(no: string, pin: string): Promise<Staff> {
    tries.check(no, clock.now())
    // Counted before it is checked, or many at once would all be the first.
    tries.wrong(no, clock.now())
    const staff = store.staffByNo(no)
    const verifier = staff?.active ? store.pinVerifier(staff.id) : undefined
    if (!staff || verifier === undefined || !(await pins.check(pin, verifier))) throw new TillError('staff.wrong_pin')
    tries.right(no)
    return staff
  }

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
      const staff = await proven(no, pin)
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

    async 'staff.approve'({ key, no, pin, rights, for: write }) {
      const by = signedIn(context)
      const staff = await proven(no, pin)
      const lacking = rights.find((right) => !may(staff, right))
      if (lacking !== undefined) throw new TillError('staff.approval_weak', { right: lacking })
      if (!isRepeat(context, key, StaffApproved.type, { staff: staff.id, rights, for: write })) {
        store.commit({ events: [{ id: key, type: StaffApproved.type, v: 1, body: { staff: staff.id, rights, for: write } }], prints: [] }, clock.now(), by.id)
        context.cloud.kick()
      }
      approvals.give(write, rights, staff.id)
      return staff
    },
  }
}
