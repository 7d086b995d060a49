/**
 * Tickets set aside. The host keeps them for every till of the shop; on the way there and back they are in IndexedDB, where
 * moving one in or out is one transaction, so that none is lost between: held is in it until the host has answered, taken is
 * written down before it is asked for, and both are said again with the same key until they are answered.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { emptyTicket, type Ticket } from '#shared/cart/ticket.ts'
import { TillError } from '#shared/host/frames.ts'
import type { HeldView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { db, type HeldTicket } from '../db.ts'
import { newId, till } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { useNotice } from './notice.ts'
import { useSession } from './session.ts'
import { useTicket } from './ticket.ts'

const isAway = (error: unknown): boolean => error instanceof TillError && error.code === 'host.gone'

export const useHeld = defineStore('held', () => {
  /** What the host said last, and what it has not answered for. */
  const atHost = shallowRef<readonly HeldView[]>([])
  const outbox = shallowRef<readonly HeldTicket[]>([])
  /** Keys of tickets being asked for at this moment. */
  const asking = new Set<Id>()
  let sending = false
  let again = false

  const held = computed((): readonly HeldView[] => {
    const own = useSession().snapshot?.till ?? ''
    const known = new Set(outbox.value.map(({ id }) => id))
    const waiting = outbox.value.filter(({ taken }) => taken === undefined)
      .map(({ id, heldAt, ticket }) => ({ held: id, heldAt, ticket, till: own, here: true, by: null }) as HeldView)
    return [...waiting, ...atHost.value.filter((each) => !known.has(each.held))].sort((one, other) => one.heldAt - other.heldAt)
  })
  const here = computed(() => held.value.filter((each) => each.here))

  async function reload(): Promise<void> {
    outbox.value = await db.held.orderBy('heldAt').toArray()
  }
  /** Asks the host; what it said last stays while it is away. */
  async function refresh(): Promise<void> {
    try {
      atHost.value = (await till().call('ticket.held', {})).held
    } catch (error) {
      if (!isAway(error)) console.error(error)
    }
  }

  /**
   * Swaps the open ticket for `next`, setting the open one aside when it has lines, together with `noted`. On the screen
   * first: what is scanned while the disk writes belongs to the next ticket. False when nothing could be swapped.
   */
  async function swap(next: Ticket, noted?: () => Promise<unknown>): Promise<boolean> {
    const open = useTicket()
    if (open.completing) return false
    const { ticket } = open
    open.load(next)
    try {
      await db.transaction('rw', db.held, db.takings, db.open_tickets, async () => {
        if (ticket.lines.length) await db.held.put({ id: newId(), heldAt: Date.now(), ticket })
        await noted?.()
        await db.open_tickets.put(open.record())
      })
    } catch (error) {
      const known = new Set(next.lines.map(({ id }) => id))
      open.load({ ...ticket, lines: [...ticket.lines, ...open.ticket.lines.filter(({ id }) => !known.has(id))] })
      open.unkept(error)
      return false
    }
    await reload()
    void send()
    return true
  }

  async function hold(): Promise<void> {
    const open = useTicket()
    const notice = useNotice()
    if (open.completing) return
    if (open.empty) {
      notice.show({ tone: 'attention', message: t('held.nothing'), next: t('held.nothingNext') })
      return
    }
    if (await swap(emptyTicket(newId(), Date.now()))) notice.show({ tone: 'good', message: t('held.done', { n: held.value.length }), next: t('held.doneNext') })
  }

  async function recall(entry: HeldView): Promise<void> {
    if (useTicket().completing) return
    const waiting = outbox.value.find(({ id }) => id === entry.held)
    const opened = waiting
      // Put, not updated: the host may have answered a moment ago, and must hear of this all the same.
      ? await swap(waiting.ticket, () => db.held.put({ ...waiting, taken: newId() }))
      : await take(entry)
    if (opened) await useNotice().attempt(() => useTicket().refreshAll())
  }

  /** Takes a ticket from the host. Without an answer it comes when the host is back: see catchUp. */
  async function take({ held: id }: HeldView): Promise<boolean> {
    const key = newId()
    asking.add(key)
    try {
      await db.takings.put({ id: key, held: id })
      const { ticket } = await till().call('ticket.take', { key, held: id })
      return await swap(ticket, () => db.takings.delete(key))
    } catch (error) {
      if (!(error instanceof TillError)) useTicket().unkept(error)
      else if (isAway(error)) useNotice().show({ tone: 'attention', message: t('held.waiting'), next: t('held.waitingNext') })
      else await refused(key, error)
      return false
    } finally {
      asking.delete(key)
      await refresh()
    }
  }
  async function refused(key: Id, error: unknown): Promise<void> {
    await db.takings.delete(key)
    useNotice().refuse(error)
  }

  /** Tells the host what was set aside, one after the other; what it refuses stays here, where it can be taken back. */
  async function send(): Promise<void> {
    if (sending) {
      again = true
      return
    }
    sending = true
    try {
      do {
        again = false
        for (const entry of await db.held.orderBy('heldAt').toArray()) await tell(entry)
      } while (again)
    } catch (error) {
      if (!isAway(error)) console.error(error)
    } finally {
      sending = false
    }
    await refresh()
    await reload()
  }
  async function tell({ id, heldAt, ticket, taken }: HeldTicket): Promise<void> {
    try {
      await till().call('ticket.hold', { key: id, ticket, heldAt })
      if (taken !== undefined) await till().call('ticket.take', { key: taken, held: id, open: true })
    } catch (error) {
      if (isAway(error)) throw error
      if (taken === undefined) return console.error(error)
    }
    // Taken back meanwhile: the host hears of that too.
    await db.transaction('rw', db.held, async () => {
      const now = await db.held.get(id)
      if (now?.taken === taken) await db.held.delete(id)
      else if (now) again = true
    })
  }

  /** The host is there again: says what it has not heard, and opens what was asked of it, or sets that aside when something else is open by now. */
  async function catchUp(): Promise<void> {
    await send()
    const open = useTicket()
    for (const { id: key, held: id } of await db.takings.toArray()) {
      if (asking.has(key)) continue
      try {
        const { ticket } = await till().call('ticket.take', { key, held: id })
        if (open.empty && await swap(ticket, () => db.takings.delete(key))) continue
        await db.transaction('rw', db.held, db.takings, async () => {
          await db.held.put({ id: newId(), heldAt: Date.now(), ticket })
          await db.takings.delete(key)
        })
        await reload()
        void send()
      } catch (error) {
        if (isAway(error)) return
        await refused(key, error)
      }
    }
  }

  /** Empties the ticket, with a way back: the lines can be had again until something else is said. */
  function clear(): void {
    const open = useTicket()
    if (open.empty || open.completing) return
    const gone = open.ticket
    open.begin()
    useNotice().show({
      tone: 'attention', message: t('ticket.cleared', { n: gone.lines.length }),
      action: { label: t('ticket.undo'), run: () => { useNotice().clear(); void swap(gone) } },
    })
  }

  return { held, here, reload, refresh, catchUp, hold, recall, clear }
})
