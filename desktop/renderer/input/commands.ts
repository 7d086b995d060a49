/** What the counter's keys do. The same functions stand behind the buttons on which the keys are written. */
import { parseYuan } from '#shared/money/money.ts'
import { parseQuantity } from '#shared/quantity/quantity.ts'
import { t } from '../i18n/index.ts'
import { backspace, looksLikeCode, press, star } from './buffer.ts'
import { FUNCTION_KEYS, type KeyFunction } from './keys.ts'
import { till, write } from '../host/till.ts'
import { useApproval } from '../stores/approval.ts'
import { useCounter } from '../stores/counter.ts'
import { useGoods } from '../stores/goods.ts'
import { useHeld } from '../stores/held.ts'
import { useNotice } from '../stores/notice.ts'
import { type Panel, usePanels } from '../stores/panels.ts'
import { usePaper } from '../stores/paper.ts'
import { usePay } from '../stores/pay.ts'
import { usePromotions } from '../stores/promotions.ts'
import { useRefund } from '../stores/refund.ts'
import { useScans } from '../stores/scans.ts'
import { useSession } from '../stores/session.ts'
import { useTicket } from '../stores/ticket.ts'
import { quantityFault, quantityWords } from '../ticket/limits.ts'
import type { Right } from '#shared/identity/staff.ts'

/** Panels whose number belongs to the panel: a star or a sign means nothing there. */
const NUMBER_PANELS: readonly Panel[] = ['weigh', 'quantity', 'adjust']

/** `searchField` is the box that letters go to; null while it can't be used. */
export function useCommands(searchField: () => HTMLInputElement | null) {
  const approval = useApproval()
  const counter = useCounter()
  const goods = useGoods()
  const held = useHeld()
  const notice = useNotice()
  const panels = usePanels()
  const paper = usePaper()
  const pay = usePay()
  const promotions = usePromotions()
  const refunds = useRefund()
  const scans = useScans()
  const session = useSession()
  const ticket = useTicket()

  function allowed(right: Right): boolean {
    if (session.may(right)) return true
    notice.show({ tone: 'refuse', message: t('error.staff_not_allowed.message'), next: t('error.staff_not_allowed.next') })
    return false
  }
  function toggle(panel: Panel): void {
    if (panels.current === panel) panels.home()
    else panels.open(panel)
  }

  function search(): void {
    if (panels.current !== 'quick' && panels.current !== 'search') panels.home()
    searchField()?.focus()
  }
  function lineFirst(): boolean {
    if (ticket.line) return true
    notice.show({ tone: 'attention', message: t('ticket.noLine'), next: t('ticket.noLineNext') })
    return false
  }
  function adjust(): void {
    if (panels.current === 'adjust') return panels.home()
    if (!lineFirst()) return
    counter.clearBuffer()
    // Where nothing is left to cashiers they are not let type in vain.
    const rights = promotions.rules.handLimit === 0 ? ['price.override', 'line.discount'] as const : []
    approval.need(rights, ticket.ticket.id, () => panels.open('adjust'))
  }
  function quantity(): void {
    if (!lineFirst()) return
    counter.clearBuffer()
    panels.open('quantity')
  }
  function refund(): void {
    if (panels.current === 'refund') return panels.home()
    counter.clearBuffer()
    refunds.begin()
    panels.open('refund')
  }
  function drawer(): void {
    if (!allowed('drawer.open')) return
    void paper.openDrawer()
  }
  function reprint(): void {
    void notice.attempt(async () => {
      const last = pay.sale ?? (await till().call('sale.list', { limit: 1 })).sales[0]
      if (last) await paper.reprint(last)
      else notice.show({ tone: 'attention', message: t('receipts.none'), next: t('receipts.noneNext') })
    })
  }
  function lock(): void {
    void notice.attempt(() => write('staff.signOut', {}))
  }

  function enter(): void {
    if (panels.key('enter')) return
    const { text } = counter.buffer
    if (text && (ticket.empty || looksLikeCode(text))) {
      counter.setBuffer({ ...counter.buffer, text: '' })
      scans.push(text)
      return
    }
    pay.open()
  }
  function escape(): void {
    const field = document.activeElement
    if (goods.text && field === searchField()) {
      goods.clearSearch()
      panels.home()
      return
    }
    if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
      field.blur()
      return
    }
    if (counter.clearBuffer()) return
    const said = notice.notice?.tone
    notice.clear()
    if (said && said !== 'good') return
    if (panels.current === 'search') goods.clearSearch()
    panels.back()
  }

  /**
   * What was typed is a quantity from here on; what can't be one is said and forgotten, or the next scan would ring up a
   * single one. With nothing typed it is the line's own quantity that is asked for: `*` after the scan, then the number.
   */
  function times(): void {
    const { text } = counter.buffer
    if (!text) {
      if (counter.buffer.quantity === null && ticket.line) quantity()
      return
    }
    const wanted = parseQuantity(text)
    const fault = wanted === undefined ? 'tooMany' : wanted === 0 ? 'zero' : quantityFault('weight', wanted)
    if (!fault) return counter.setBuffer(star(counter.buffer))
    counter.setBuffer({ ...counter.buffer, text: '' })
    notice.show({ tone: 'refuse', ...quantityWords(fault, text) })
  }

  function char(typed: string): void {
    if (panels.type(typed)) return
    const own = NUMBER_PANELS.includes(panels.current)
    if (typed === '*' && panels.current === 'pay') pay.ask(parseYuan(counter.buffer.text || '0') ?? 0)
    else if (typed === '*' && !own) times()
    else if (typed === '+' || typed === '=') { if (!own) ticket.step(1) }
    else if (typed === '-') { if (!own) ticket.step(-1) }
    else counter.setBuffer(press(counter.buffer, typed))
  }

  const functions: Readonly<Record<KeyFunction, () => void>> = {
    help: () => toggle('help'), members: () => toggle('members'), search, hold: () => void held.hold(), recall: () => toggle('held'), adjust, return: refund,
    drawer, reprint, shift: () => toggle('shift'), lock,
  }
  const byKey: Readonly<Record<string, () => void>> = {
    ...Object.fromEntries(FUNCTION_KEYS.map(([key, name]) => [key, functions[name]])),
    Enter: enter, Escape: escape,
    Delete: () => ticket.remove(),
    Backspace: () => counter.setBuffer(backspace(counter.buffer)),
    ArrowUp: () => { if (!panels.key('up')) ticket.move(-1) },
    ArrowDown: () => { if (!panels.key('down')) ticket.move(1) },
  }

  function command(name: string): boolean {
    const run = byKey[name]
    run?.()
    return run !== undefined
  }

  return { command, char, functions, quantity, lock, toggle }
}
