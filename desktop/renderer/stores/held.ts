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

  /** Swaps the open ticket for `next`, keeping the open one among the held when it has lines. */
  async function swap(next: Ticket, taken?: HeldTicket): Promise<void> {
    const open = useTicket()
    const ticket = open.ticket
    await db.transaction('rw', db.held, db.open_tickets, async () => {
      if (ticket.lines.length) await db.held.put({ id: ticket.id, heldAt: Date.now(), ticket })
      if (taken) await db.held.delete(taken.id)
      await db.open_tickets.put({ slot: 'open', ticket: next, selected: next.lines.at(-1)?.id ?? null, completing: null })
    })
    open.load(next)
    await reload()
  }

  async function hold(): Promise<void> {
    const open = useTicket()
    const notice = useNotice()
    if (open.completing) return
    if (open.empty) {
      notice.show({ tone: 'attention', message: t('held.nothing'), next: t('held.nothingNext') })
      return
    }
    await swap(emptyTicket(newId(), Date.now()))
    notice.show({ tone: 'good', message: t('held.done', { n: held.value.length }), next: t('held.doneNext') })
  }

  async function recall(entry: HeldTicket): Promise<void> {
    const open = useTicket()
    if (open.completing) return
    await swap(entry.ticket, entry)
    await useNotice().attempt(() => open.refreshAll())
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
