/**
 * Taking money. The completion is written down before it is sent; without an answer it stays `waiting` and is sent
 * again, word for word, as soon as the host is back. Only an answer begins the next ticket.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { PayCode } from '#shared/catalog/shop.ts'
import { TillError } from '#shared/host/frames.ts'
import type { SaleView } from '#shared/host/schemas.ts'
import { fen, type Fen } from '#shared/money/money.ts'
import { till } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { play } from '../sound.ts'
import { type Approvable, isApprovable, useApproval } from './approval.ts'
import { useMember } from './member.ts'
import { useNotice, wordsFor } from './notice.ts'
import { usePanels } from './panels.ts'
import { usePromotions } from './promotions.ts'
import { useScreen } from './screen.ts'
import { useSession } from './session.ts'
import { useTicket } from './ticket.ts'

export type PayPhase = 'due' | 'waiting' | 'done'

export const usePay = defineStore('pay', () => {
  const phase = ref<PayPhase>('due')
  const sale = shallowRef<SaleView | null>(null)
  const receipt = ref('')
  /** What the member pays with, until the money is taken: fen of stored value, and points. */
  const value = ref(0)
  const points = ref(0)
  const rest = computed(() => useTicket().priced.total - value.value - points.value * useMember().loyalty.worth)
  /** One of the shop's own codes is shown for `fen`, `given` being the cash that was handed over besides; the money is not in before somebody says so. */
  const asked = shallowRef<(PayCode & { readonly fen: Fen; readonly given: Fen }) | null>(null)
  const codes = computed(() => useSession().snapshot?.shop.payCodes ?? [])
  let sending = false
  /** The ticket and sum that `value` and `points` were chosen for. */
  let chosenFor = ''

  /** Shows a code of the shop's own for what `given` fen of cash leave. */
  function ask(given: number, code: PayCode | undefined = codes.value[0]): void {
    if (!code) return useNotice().show({ tone: 'attention', message: t('payCode.none'), next: t('payCode.noneNext') })
    if (phase.value !== 'due' || useTicket().empty || rest.value <= 0) return
    const cash = given < rest.value ? given : 0
    asked.value = { ...code, fen: fen(rest.value - cash), given: fen(cash) }
  }
  function stopAsking(): void {
    asked.value = null
  }
  /** Somebody saw it come in. */
  async function received(): Promise<void> {
    const seen = asked.value
    if (!seen) return
    await take(seen.given, { via: seen.name, fen: seen.fen })
  }

  /** Opens the payment panel, unless there is nothing to pay. */
  function open(): void {
    const ticket = useTicket()
    if (ticket.empty) {
      useNotice().show({ tone: 'attention', message: t('pay.nothing'), next: t('pay.nothingNext') })
      return
    }
    if (!ticket.completing) phase.value = 'due'
    // Looked at something else in between, it is as it was chosen; of another ticket or sum nothing is.
    const due = `${ticket.ticket.id} ${ticket.priced.total} ${ticket.ticket.member ?? ''}`
    if (due !== chosenFor) value.value = points.value = 0
    chosenFor = due
    asked.value = null
    usePanels().open('pay')
  }

  /** Goods arrived: a finished payment makes room, an open one goes back to the ticket only when it is over. */
  function leave(): void {
    const panels = usePanels()
    if (phase.value === 'done') panels.leave('pay')
  }

  /** Cash was handed over, in fen; less than what is due is refused by the caller. */
  async function take(given: Fen, code?: { via: string; fen: Fen }): Promise<void> {
    const ticket = useTicket()
    if (ticket.completing || ticket.empty) return
    await ticket.freeze({ total: ticket.priced.total, given, value: value.value, points: points.value, ...code && { code }, priced: ticket.pricedBy() })
    phase.value = 'waiting'
    await send()
  }

  /** Sends the completion written down; called again whenever the host is back or somebody has signed in. */
  async function send(): Promise<void> {
    const ticket = useTicket()
    const what = ticket.completing
    if (!what || sending) return
    sending = true
    phase.value = 'waiting'
    try {
      const done = await till().call('sale.complete', { ticket: ticket.ticket, total: what.total, given: what.given, value: what.value ?? 0, points: what.points ?? 0, code: what.code ?? null, ...what.priced && { priced: what.priced }, key: ticket.ticket.id })
      finish(done)
    } catch (error) {
      await refused(error)
    } finally {
      sending = false
    }
  }

  function finish(done: SaleView): void {
    sale.value = done
    receipt.value = ''
    phase.value = 'done'
    asked.value = null
    useTicket().begin()
    useNotice().clear()
    usePanels().open('pay')
    play('money')
    void showReceipt(done)
  }

  async function showReceipt(done: SaleView): Promise<void> {
    try {
      const { svg } = await till().call('sale.receipt', { sale: done.sale, columns: useScreen().settings.columns })
      if (sale.value === done) receipt.value = svg
    } catch (error) {
      // The money is in the journal; a missing picture must not look like a missing sale.
      if (!(error instanceof TillError)) throw error
    }
  }

  async function refused(error: unknown): Promise<void> {
    const ticket = useTicket()
    const notice = useNotice()
    const code = error instanceof TillError ? error.code : ''
    if (code === 'host.gone' || code === 'staff.none') {
      notice.show({ tone: 'attention', message: t('pay.waiting'), next: t('pay.waitingNext') })
      return
    }
    await ticket.freeze(null)
    phase.value = 'due'
    if (code.startsWith('member.')) {
      value.value = points.value = 0
      void useMember().refresh()
    }
    if (code === 'sale.total_changed' || code === 'sale.promotions_changed') {
      await notice.attempt(async () => { await Promise.all([ticket.refreshAll(), usePromotions().reload()]) })
      notice.show({ tone: 'attention', ...wordsFor(error) })
      return
    }
    if (!handMade(error)) notice.refuse(error)
    askFor(code, error)
    if (code === 'shift.none') usePanels().open('shift')
  }

  /** What the host refused for want of a right, somebody who has it can allow on the spot. */
  function askFor(code: string, error: unknown): void {
    const right = code === 'sale.returns_not_allowed' ? 'return.without_receipt' : error instanceof TillError && code === 'staff.not_allowed' ? error.detail?.['right'] : undefined
    if (!isApprovable(right)) return
    const rights: Approvable[] = right === 'return.without_receipt' ? [right] : ['price.override', 'line.discount']
    useApproval().ask(rights, useTicket().ticket.id, open)
  }

  /** Refused for a price or a discount made by hand by somebody with more rights: says at which line, and chooses it. */
  function handMade(error: unknown): boolean {
    const right = error instanceof TillError && error.code === 'staff.not_allowed' ? error.detail?.['right'] : undefined
    const isDiscount = right === 'line.discount'
    if (right !== 'price.override' && !isDiscount) return false
    const ticket = useTicket()
    const line = ticket.ticket.lines.find((each) => (isDiscount ? each.discount !== 0 : each.price !== each.list))
    if (!line) return false
    ticket.select(line.id)
    useNotice().show({ tone: 'refuse', message: t(isDiscount ? 'pay.discounted' : 'pay.overridden', { name: line.name }), next: t('pay.handNext') })
    return true
  }

  /** What the customer gets back, in fen. */
  function changeFor(total: Fen, given: Fen): Fen {
    return fen(total <= 0 ? -total : given - total)
  }

  /** All the member can pay of it with the one or the other, or none where it was chosen; what comes back goes back as stored value. */
  function toggleValue(): void {
    const total = useTicket().priced.total
    value.value = value.value !== 0 ? 0 : total <= 0 ? total : Math.max(0, Math.min(useMember().card?.value.held ?? 0, rest.value))
  }
  function togglePoints(): void {
    points.value = points.value !== 0 ? 0 : useMember().payable(rest.value)
  }

  return { phase, sale, receipt, value, points, rest, asked, codes, ask, stopAsking, received, toggleValue, togglePoints, open, leave, take, send, changeFor }
})
