/** The way of a good onto the ticket: the typed number, goods that wait for their weight, and what closes when a line arrives. */
import { defineStore } from 'pinia'
import type { LineLabel } from '#shared/cart/ticket.ts'
import { computed, shallowRef } from 'vue'
import type { CodeMeaning, GoodView } from '#shared/host/schemas.ts'
import { businessDate } from '#shared/ledger/business-date.ts'
import { isExpired } from '#shared/stock/lot.ts'
import { milli, type Milli, PIECE, thousandthsPer } from '#shared/quantity/quantity.ts'
import { EMPTY_BUFFER, isEmpty, type NumberBuffer } from '../input/buffer.ts'
import { t } from '../i18n/index.ts'
import { play } from '../sound.ts'
import { gramsOf } from '../ticket/edits.ts'
import { useNotice } from './notice.ts'
import { usePanels } from './panels.ts'
import { usePay } from './pay.ts'
import { useSession } from './session.ts'
import { useTicket } from './ticket.ts'

type Label = Extract<CodeMeaning, { kind: 'good' }>['label']

/** As many packs of one label at a time. */
const PACKS_MAX = 20

export const useCounter = defineStore('counter', () => {
  const buffer = shallowRef<NumberBuffer>(EMPTY_BUFFER)
  const waiting = shallowRef<readonly GoodView[]>([])
  /** The good whose weight is asked for. */
  const weighing = computed(() => waiting.value[0] ?? null)

  function setBuffer(next: NumberBuffer): void {
    buffer.value = next
  }
  function clearBuffer(): boolean {
    if (isEmpty(buffer.value)) return false
    buffer.value = EMPTY_BUFFER
    return true
  }
  /** The quantity said before, used up by the good it was for. */
  function takeQuantity(): Milli | null {
    const { quantity } = buffer.value
    buffer.value = EMPTY_BUFFER
    return quantity
  }

  function put(good: GoodView, quantity: Milli, label?: LineLabel): boolean {
    if (!useTicket().add(good, quantity, label)) return false
    play('accepted')
    useNotice().clear()
    usePay().leave()
    if (good.stopped === '') useNotice().show({ tone: 'refuse', message: t('trace.stoppedWhole', { name: good.name }), next: t('trace.stoppedWholeNext') })
    else if (good.stopped !== undefined && label === undefined) useNotice().show({ tone: 'refuse', message: t('trace.stopped', { name: good.name, lot: good.stopped }), next: t('trace.stoppedNext') })
    else warnExpired(good)
    return true
  }

  /** The books suggest a lot that should not be sold any more: whoever holds it in their hand looks. */
  function warnExpired(good: GoodView): void {
    const { now, snapshot } = useSession()
    if (good.expiry === undefined || !isExpired({ expiry: good.expiry }, businessDate(now, snapshot?.shop.zone ?? ''))) return
    useNotice().show({ tone: 'attention', message: t('stock.expiredSold', { name: good.name, date: good.expiry }), next: t('stock.expiredSoldNext') })
  }

  /** So many packs, each with this label. */
  function putLabelled(good: GoodView, packs: Milli | null, { text, amount, quantity }: NonNullable<Label>): boolean {
    const times = packs === null ? 1 : packs / PIECE
    if (!Number.isInteger(times) || times > PACKS_MAX) {
      useNotice().show({ tone: 'refuse', message: t('read.packs', { n: PACKS_MAX }), next: t('read.packsNext') })
      return false
    }
    for (let i = 0; i < times; i++) if (!put(good, milli(quantity!), { text, amount })) return false
    return true
  }

  /**
   * Rings a good up, `quantity` in thousandths of its unit or none said. Weighed goods without one ask for their weight,
   * unless the label says it. Says whether it is on the ticket.
   */
  function ring(good: GoodView, quantity: Milli | null, label: Label = null): boolean {
    if (!good.on) {
      useNotice().show({ tone: 'refuse', message: t('error.good_off_sale.message', { name: good.name }), next: t('read.code_off_saleNext') })
      return false
    }
    if (label?.quantity) return putLabelled(good, quantity, label)
    if (good.pricing === 'piece') return put(good, quantity ?? PIECE)
    if (quantity) return put(good, gramsOf(quantity, thousandthsPer(good.pricing, good.unit)))
    waiting.value = [...waiting.value, good]
    buffer.value = EMPTY_BUFFER
    play('accepted')
    usePanels().open('weigh')
    return false
  }

  /** The weight of the good that waited, in grams. */
  function weighed(grams: Milli): void {
    const good = weighing.value
    if (!good || !put(good, milli(grams))) return
    forgetWeighing()
  }
  function forgetWeighing(): void {
    waiting.value = waiting.value.slice(1)
    buffer.value = EMPTY_BUFFER
    const panels = usePanels()
    if (!waiting.value.length) panels.leave('weigh')
  }

  return { buffer, waiting, weighing, setBuffer, clearBuffer, takeQuantity, ring, weighed, forgetWeighing }
})
