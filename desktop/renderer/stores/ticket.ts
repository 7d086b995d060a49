/**
 * The open ticket and everything done to it. Every change is written to IndexedDB at once and restored at the next
 * start. While a completion is under way (`completing`) the ticket is frozen: it is repeated with the same id until
 * the host has answered, so it is never lost and never doubled.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { addGood, emptyTicket, type LineLabel, refreshGood, removeLine, setQuantity, type Ticket, type TicketLine } from '#shared/cart/ticket.ts'
import type { Good } from '#shared/catalog/good.ts'
import type { Id } from '#shared/identity/ids.ts'
import { sum } from '#shared/money/money.ts'
import { handNeeds } from '#shared/pricing/by-hand.ts'
import { sumOffs } from '#shared/pricing/offs.ts'
import { type PricedTicket, priceTicket } from '#shared/pricing/price.ts'
import { formatQuantity, type Milli, milli, PIECE } from '#shared/quantity/quantity.ts'
import { type Completing, db, type OpenTicket } from '../db.ts'
import { newId, till } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { quantityFault, quantityWords } from '../ticket/limits.ts'
import { useGifts } from './gifts.ts'
import { useNotice } from './notice.ts'
import { usePromotions } from './promotions.ts'
import { useSeat } from './seat.ts'

const LINES_MAX = 500

/** A coupon is said anew when a ticket is taken up again: it may have been used meanwhile. */
function withoutCoupon({ coupon: _coupon, ...ticket }: Ticket): Ticket {
  return ticket
}

export const useTicket = defineStore('ticket', () => {
  const ticket = shallowRef<Ticket>(emptyTicket(newId(), Date.now()))
  const selected = ref<Id | null>(null)
  const completing = shallowRef<Completing | null>(null)

  /** A total that was paid stands by the time it was priced at. */
  const rules = computed(() => {
    const { rules: now } = usePromotions()
    return completing.value?.priced ? { ...now, at: completing.value.priced.at } : now
  })
  const priced = computed(() => price(ticket.value))
  /** fen that the customer pays less than listed. A price raised by hand saves nobody anything and takes nothing off what another line saved. */
  const saved = computed(() => sum(ticket.value.lines.flatMap(({ quantity }, index) =>
    priced.value.lines[index]!.offs.map(({ why, fen }) => (why === 'price' && Math.sign(fen) === -Math.sign(quantity) ? 0 : fen)))))
  const empty = computed(() => ticket.value.lines.length === 0)
  const line = computed(() => ticket.value.lines.find((each) => each.id === selected.value) ?? null)

  /** Any ticket at the prices and promotions of now, with what its customer gets. */
  function price(other: Ticket): PricedTicket {
    return priceTicket(other.lines, other, { ...rules.value, gifts: useGifts().of(other) })
  }
  /** What the total was made with, for the host to check. */
  function pricedBy(): Completing['priced'] {
    return { at: rules.value.at, promotions: sumOffs(priced.value.lines).flatMap(({ promotion, fen }) => (promotion === undefined ? [] : [{ promotion, fen }])) }
  }
  /** The rights that a ticket's prices by hand need, beyond what the shop leaves to its cashiers. */
  function rightsFor(next: Ticket): ('price.override' | 'line.discount')[] {
    return [...new Set(handNeeds(next.lines, next, price(next), rules.value).map(({ right }) => right))]
  }

  /** What is written down of it. */
  function record(): OpenTicket {
    return { slot: 'open', ticket: ticket.value, selected: selected.value, completing: completing.value }
  }
  async function save(): Promise<void> {
    // Another window of this storage is the till by now, and its ticket stands there.
    if (useSeat().state !== 'here') return
    try {
      await db.open_tickets.put(record())
    } catch (error) {
      unkept(error)
    }
  }
  /** Says that the ticket is on the screen and nowhere else. */
  function unkept(error: unknown): void {
    console.error(error)
    useNotice().show({ tone: 'attention', message: t('notice.storage'), next: t('notice.storageNext') })
  }

  async function restore(): Promise<void> {
    const kept = await db.open_tickets.get('open').catch(() => undefined)
    if (!kept) return
    // A page that began anew knows no coupons; one that is being completed is said again word for word.
    ticket.value = kept.completing ? kept.ticket : withoutCoupon(kept.ticket)
    selected.value = kept.selected
    completing.value = kept.completing
  }

  function place(next: Ticket, select: Id | null): void {
    ticket.value = next
    selected.value = next.lines.some((each) => each.id === select) ? select : (next.lines.at(-1)?.id ?? null)
  }
  function change(next: Ticket, select: Id | null = selected.value): void {
    place(next, select)
    void save()
  }

  /** Says so when a line can't have this quantity. */
  function refusedQuantity(of: TicketLine, quantity: Milli): boolean {
    const fault = quantityFault(of.pricing, quantity)
    if (fault) useNotice().show({ tone: 'refuse', ...quantityWords(fault, fault === 'fraction' ? of.name : formatQuantity(Math.abs(quantity))) })
    return fault !== null
  }

  /** Adds a good and selects its line. False when the ticket can't take more. */
  function add(good: Good, quantity: Milli, label?: LineLabel): boolean {
    if (completing.value) return false
    if (ticket.value.lines.length >= LINES_MAX) {
      useNotice().show({ tone: 'refuse', message: t('error.sale_too_large.message'), next: t('error.sale_too_large.next') })
      return false
    }
    const before = ticket.value
    const next = addGood(before, newId(), good, quantity, label)
    const touched = next.lines.find((each) => !before.lines.includes(each))
    if (touched && refusedQuantity(touched, touched.quantity)) return false
    change(before.lines.length ? next : { ...next, openedAt: Date.now() }, touched?.id ?? null)
    return true
  }

  /** Applies an edit of a line unless the ticket is being completed. */
  function edit(work: (ticket: Ticket, lineId: Id) => Ticket): void {
    if (completing.value || !selected.value) return
    change(work(ticket.value, selected.value))
  }
  /** One piece more or less of the selected line; a weighing is changed by weighing again. */
  function step(by: 1 | -1): void {
    const at = line.value
    if (!at || at.pricing === 'weight') return
    if (by < 0 && Math.abs(at.quantity) <= PIECE) {
      takeAway(at)
      return
    }
    const direction = at.quantity < 0 ? -by : by
    setLineQuantity(milli(at.quantity + direction * PIECE))
  }
  /** One less of the only one: the line goes, with a way back. */
  function takeAway(gone: TicketLine): void {
    if (completing.value) return
    const { id } = ticket.value
    const index = ticket.value.lines.indexOf(gone)
    remove()
    useNotice().show({
      tone: 'attention', message: t('ticket.removed', { name: gone.name }),
      action: {
        label: t('ticket.undo'),
        run() {
          useNotice().clear()
          if (completing.value || ticket.value.id !== id) return
          change({ ...ticket.value, lines: ticket.value.lines.toSpliced(index, 0, gone) }, gone.id)
        },
      },
    })
  }
  /** False when the line can't have it. */
  function setLineQuantity(quantity: Milli): boolean {
    if (!line.value || refusedQuantity(line.value, quantity)) return false
    edit((now, id) => setQuantity(now, id, quantity))
    return true
  }
  function remove(): void {
    const index = ticket.value.lines.findIndex((each) => each.id === selected.value)
    if (index < 0 || completing.value) return
    const neighbour: TicketLine | undefined = ticket.value.lines[index + 1] ?? ticket.value.lines[index - 1]
    change(removeLine(ticket.value, ticket.value.lines[index]!.id), neighbour?.id ?? null)
  }
  function move(by: 1 | -1): void {
    const lines = ticket.value.lines
    const index = lines.findIndex((each) => each.id === selected.value)
    const next = lines[Math.min(lines.length - 1, Math.max(0, index + by))]
    if (next) select(next.id)
  }
  function select(id: Id): void {
    selected.value = id
    void save()
  }

  /** Whose ticket it is; false while it is being completed. */
  function setMember(member: Id | undefined): boolean {
    if (completing.value) return false
    const { member: _before, coupon: _coupon, ...rest } = ticket.value
    change(member === undefined ? rest : { ...rest, member })
    return true
  }
  function setCoupon(coupon: Id | undefined): boolean {
    if (completing.value) return false
    const { coupon: _before, ...rest } = ticket.value
    change(coupon === undefined ? rest : { ...rest, coupon })
    return true
  }

  function begin(): void {
    completing.value = null
    change(emptyTicket(newId(), Date.now()), null)
  }
  /** These lines were sold in exchange for what came back; what was added meanwhile is another ticket. */
  function sold(lines: readonly Id[]): void {
    const rest = ticket.value.lines.filter(({ id }) => !lines.includes(id))
    begin()
    if (rest.length > 0) change({ ...ticket.value, lines: rest }, null)
  }
  /** Shows another ticket in the place of the open one; the caller writes both down. */
  function load(next: Ticket): void {
    place(withoutCoupon(next), null)
  }

  function follow(good: Good): void {
    if (completing.value) return
    const next = refreshGood(ticket.value, good)
    if (next !== ticket.value) change(next)
  }
  /** Asks for every good of the ticket anew, each once. Rejects when the host can't say. */
  async function refreshAll(): Promise<void> {
    const ids = new Set(ticket.value.lines.map((each) => each.good))
    for (const good of ids) follow(await till().call('goods.get', { good }))
  }

  async function freeze(values: Completing | null): Promise<void> {
    completing.value = values
    await save()
  }

  return {
    price, pricedBy, rightsFor,
    ticket, selected, completing, priced, saved, empty, line,
    record, save, unkept, restore, add, edit, step, setLineQuantity, remove, move, select, setMember, setCoupon, begin, sold, load, follow, refreshAll, freeze,
  }
})
