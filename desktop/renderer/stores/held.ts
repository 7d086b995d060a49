/** Tickets set aside for a moment. They live in IndexedDB; moving one in or out is one transaction, so none is lost between. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { emptyTicket, type Ticket } from '#shared/cart/ticket.ts'
import { db, type HeldTicket } from '../db.ts'
import { newId } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { useNotice } from './notice.ts'
import { useTicket } from './ticket.ts'

export const useHeld = defineStore('held', () => {
  const held = shallowRef<readonly HeldTicket[]>([])

  async function reload(): Promise<void> {
    held.value = await db.held.orderBy('heldAt').toArray()
  }

  /**
   * Swaps the open ticket for `next`, keeping the open one among the held when it has lines. On the screen first: what is
   * scanned while the disk writes belongs to the next ticket. False when nothing could be swapped.
   */
  async function swap(next: Ticket, taken?: HeldTicket): Promise<boolean> {
    const open = useTicket()
    if (open.completing) return false
    const { ticket } = open
    open.load(next)
    try {
      await db.transaction('rw', db.held, db.open_tickets, async () => {
        if (ticket.lines.length) await db.held.put({ id: ticket.id, heldAt: Date.now(), ticket })
        if (taken) await db.held.delete(taken.id)
        await db.open_tickets.put(open.record())
      })
    } catch (error) {
      const known = new Set(next.lines.map(({ id }) => id))
      open.load({ ...ticket, lines: [...ticket.lines, ...open.ticket.lines.filter(({ id }) => !known.has(id))] })
      open.unkept(error)
      return false
    }
    await reload()
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

  async function recall(entry: HeldTicket): Promise<void> {
    const open = useTicket()
    if (await swap(entry.ticket, entry)) await useNotice().attempt(() => open.refreshAll())
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

  return { held, reload, hold, recall, clear }
})
