/**
 * Taking goods back: the sale found again, what of it comes back, why, and where it goes. What was asked and not answered
 * is asked again word for word, under its key, before anything else can be.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CallInput, CallResult } from '#shared/host/contract.ts'
import { TillError } from '#shared/host/frames.ts'
import type { GoodView, RefundQuote, RefundView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { fen, type Fen } from '#shared/money/money.ts'
import { amountOf, type Milli, milli, PIECE, type Pricing, thousandthsPer } from '#shared/quantity/quantity.ts'
import { carryOver } from '#shared/sales/exchange.ts'
import { readReceiptText } from '#shared/sales/find.ts'
import type { RefundReason, ReturnRule, StockEnd } from '#shared/sales/refund-events.ts'
import { type Back, NOTHING_BACK, paidInAll, partBack, pointsBack, shareOf } from '#shared/sales/share.ts'
import { newId, till } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { play } from '../sound.ts'
import { type Approvable, isApprovable, useApproval } from './approval.ts'
import { follow, unknownWords } from './meanings.ts'
import { useMember } from './member.ts'
import { useNotice } from './notice.ts'
import { usePanels } from './panels.ts'
import { usePromotions } from './promotions.ts'
import { useScreen } from './screen.ts'
import { useTicket } from './ticket.ts'

export type Found = CallResult<'sale.find'>['sales'][number]
type Receipt = NonNullable<CallResult<'sale.find'>['elsewhere']>
type Asked = CallInput<'sale.refund'>
/** One line that can come back. `sold` and `before` in thousandths, `net` in fen; without a sale there is no `line`. */
export interface Row {
  readonly line: number | null
  readonly good: Id
  readonly name: string
  readonly unit: string
  readonly pricing: Pricing
  readonly per: number
  readonly price: Fen
  readonly net: Fen
  readonly sold: Milli
  readonly before: Back
  readonly rule: ReturnRule | null
  readonly word: string | null
  quantity: Milli
  stock: StockEnd
}

/** Without a receipt as much comes back as a line of a ticket may hold. */
const FREE_MAX = milli(9_999_000)
const PAGE = 50
export const NONE = milli(0)

export const leftOf = (row: Row): Milli => milli(row.sold - row.before.quantity)
/** fen that a row's chosen quantity comes to. */
export function amountFor(row: Row): Fen {
  if (row.quantity === 0) return fen(0)
  return row.line === null ? amountOf(row.price, row.quantity, row.per) : shareOf({ net: row.net, quantity: row.sold }, row.before, row.quantity)
}

export const useRefund = defineStore('refund', () => {
  const step = ref<'find' | 'lines' | 'done'>('find')
  const found = shallowRef<readonly Found[]>([])
  const more = ref(false)
  const searched = shallowRef<{ text: string; date: string }>({ text: '', date: '' })
  const quote = shallowRef<RefundQuote | null>(null)
  /** What the receipt of another till says. */
  const receipt = shallowRef<Receipt | null>(null)
  const rows = ref<Row[]>([])
  const chosen = ref(0)
  const reason = ref<RefundReason>('no_reason')
  const exchanging = ref(false)
  /** Without a sale of this till: to the stored value of the ticket's member, and not in cash. */
  const toMember = ref(false)
  /** What came by the shop's own code goes back by hand, on the owner's phone, and not in cash. */
  const byCode = ref(false)
  const canByCode = computed(() => (quote.value?.ways ?? []).some(({ channel, left }) => channel === 'static_code' && left > 0))
  const waiting = shallowRef<Asked | null>(null)
  const done = shallowRef<RefundView | null>(null)
  const picture = ref('')
  let key = newId()
  let sending = false

  const total = computed(() => fen(rows.value.reduce((sum, row) => sum + amountFor(row as Row), 0)))
  /** Where the money goes, where not all of it is cash. */
  const parts = computed(() => {
    if (!quote.value && toMember.value) return [{ channel: 'stored_value', amount: total.value }]
    const all = partBack(total.value, byCode.value ? 'static_code' : 'cash', quote.value?.ways ?? [])
    return all.every(({ channel }) => channel === 'cash') ? [] : all
  })
  const any = computed(() => rows.value.some(({ quantity }) => quantity > 0))
  /** How what came back pays for the new goods, each the way it came; of stored value and points, where the new ticket is theirs. */
  const carried = computed(() => {
    const { priced, ticket } = useTicket()
    const by = (channel: string): number => (parts.value.length === 0 ? (channel === 'cash' ? total.value : 0) : parts.value.reduce((sum, part) => sum + (part.channel === channel ? part.amount : 0), 0))
    const of = quote.value
    const owner = of?.customer
    if (!of || !owner || owner.member !== ticket.member) return carryOver(priced.total, { cash: by('cash'), value: 0, points: 0 }, { points: 0, value: 0 }, { worth: 0 })
    const byPoints = of.sale.tenders.reduce((sum, { channel, amount }) => sum + (channel === 'points' ? amount : 0), 0)
    const { returned, refunded } = pointsBack(
      { earned: Math.max(0, of.sale.member?.earned ?? 0), spent: of.sale.member?.spent ?? 0, paid: paidInAll(of.sale), byPoints },
      { paid: of.lines.reduce((sum, { amount }) => sum + amount, 0), points: byPoints - (of.ways.find(({ channel }) => channel === 'points')?.left ?? byPoints) }, { paid: total.value, points: by('points') },
    )
    const held = { points: owner.points - returned + refunded, value: owner.value + by('stored_value') }
    return carryOver(priced.total, { cash: by('cash'), value: by('stored_value'), points: refunded }, held, useMember().loyalty)
  })
  /** fen of cash that the customer still pays in an exchange; below zero, gets back */
  const difference = computed(() => fen(exchanging.value ? carried.value.difference : -total.value))

  /** Others are taken for it. What the member paid with pays for them too, so it is their ticket where it is nobody's. */
  async function exchange(isOn: boolean): Promise<void> {
    const owner = quote.value?.customer
    if (isOn && owner && useTicket().ticket.member === undefined) await useNotice().attempt(async () => { useMember().choose(await till().call('member.card', { member: owner.member })) })
    exchanging.value = isOn
  }

  function ruleOf(row: Row): ReturnRule | null {
    return reason.value === 'no_reason' || row.rule === 'late' ? row.rule : null
  }

  function begin(): void {
    if (waiting.value) return
    step.value = 'find'
    quote.value = null
    receipt.value = null
    rows.value = []
    reason.value = 'no_reason'
    exchanging.value = toMember.value = byCode.value = false
    done.value = null
    found.value = []
    void find('', '')
  }

  /** Looks for sales; where just one is meant, opens it. */
  async function find(text: string, date: string): Promise<void> {
    searched.value = { text, date }
    await useNotice().attempt(async () => {
      const answer = await till().call('sale.find', { text, ...(date && { date }), limit: PAGE })
      if (searched.value.text !== text || searched.value.date !== date) return
      found.value = answer.sales
      more.value = answer.sales.length === PAGE
      if (answer.elsewhere) return free(answer.elsewhere)
      if (answer.sales.length === 0 && (text || date)) useNotice().show({ tone: 'attention', message: t('refund.notFound'), next: t('refund.notFoundNext') })
      if (answer.sales.length === 1 && text) await openSale(answer.sales[0]!.sale)
    })
  }
  async function findMore(): Promise<void> {
    const { text, date } = searched.value
    await useNotice().attempt(async () => {
      const { sales } = await till().call('sale.find', { text, ...(date && { date }), before: found.value.at(-1)!.seq, limit: PAGE })
      found.value = [...found.value, ...sales]
      more.value = sales.length === PAGE
    })
  }

  async function openSale(sale: Id): Promise<void> {
    if (waiting.value) return
    const answer = await till().call('sale.refundable', { sale })
    quote.value = answer
    receipt.value = null
    rows.value = answer.sale.lines.map((line, index): Row => {
      const { good, name, unit, pricing, per, price, net, quantity } = line
      const { rule, word, ...before } = answer.lines[index]!
      return { line: index, good, name, unit, pricing, per, price, net, sold: quantity, before, rule, word, quantity: NONE, stock: 'back' }
    }).filter(({ sold }) => sold > 0)
    lines()
  }
  /** Goods without a sale of this till: each is scanned or searched for. */
  function free(said: Receipt | null): void {
    quote.value = null
    receipt.value = said
    rows.value = []
    lines()
  }
  function lines(): void {
    key = newId()
    chosen.value = 0
    step.value = 'lines'
    exchanging.value = byCode.value = false
    useNotice().clear()
  }
  function addFree(good: GoodView): void {
    const per = thousandthsPer(good.pricing, good.unit)
    const at = rows.value.findIndex((row) => row.good === good.id)
    if (at >= 0) {
      chosen.value = at
      return more1(1)
    }
    const { id, name, unit, pricing, price } = good
    rows.value.push({ line: null, good: id, name, unit, pricing, per, price, net: fen(0), sold: FREE_MAX, before: NOTHING_BACK, rule: null, word: null, quantity: pricing === 'piece' ? PIECE : milli(per), stock: 'back' })
    chosen.value = rows.value.length - 1
  }

  /** Says whether the scan was for here: a receipt wherever it is scanned, a good where goods come back without one. */
  function scan(text: string): boolean {
    const panels = usePanels()
    if (readReceiptText(text).kind === 'code') {
      if (waiting.value) return true
      panels.open('refund')
      begin()
      void find(text, '')
      return true
    }
    if (panels.current !== 'refund' || step.value !== 'lines' || quote.value) return false
    void useNotice().attempt(async () => {
      const answer = await till().call('code.read', { text, ask: 'refund' })
      if (answer.kind === 'good') addFree(answer.good)
      else if (answer.kind === 'unknown') useNotice().show({ tone: 'refuse', ...unknownWords(answer, false) })
      else follow(answer, 'refund')
    })
    return true
  }

  function move(by: 1 | -1): void {
    const end = (step.value === 'find' ? found.value.length : rows.value.length) - 1
    chosen.value = Math.min(Math.max(0, end), Math.max(0, chosen.value + by))
  }
  /** A row's quantity, kept between nothing and all that is left. */
  function setQuantity(index: number, quantity: number): void {
    const row = rows.value[index] as Row | undefined
    if (!row || waiting.value) return
    chosen.value = index
    row.quantity = milli(Math.min(leftOf(row), Math.max(0, quantity)))
  }
  /** One piece more or less; a weighing comes back whole or not at all, unless its weight is typed. */
  function more1(by: 1 | -1, index = chosen.value): void {
    const row = rows.value[index] as Row | undefined
    if (!row) return
    if (row.pricing === 'piece') setQuantity(index, row.quantity + by * PIECE)
    else setQuantity(index, by > 0 ? (row.line === null ? row.quantity + row.per : leftOf(row)) : 0)
  }
  function all(index = chosen.value): void {
    const row = rows.value[index] as Row | undefined
    if (row && row.line !== null) setQuantity(index, leftOf(row))
  }
  function everything(): void {
    for (const index of rows.value.keys()) all(index)
  }
  function turnStock(index = chosen.value): void {
    const row = rows.value[index]
    if (!row || waiting.value) return
    chosen.value = index
    row.stock = row.stock === 'back' ? 'wasted' : 'back'
  }

  /** What is asked of the host; `given` is the cash that the customer pays on top in an exchange. */
  function confirm(given: Fen): void {
    if (waiting.value) return void send(waiting.value)
    const notice = useNotice()
    if (!any.value) return notice.show({ tone: 'attention', message: t('error.refund_empty.message'), next: t('error.refund_empty.next') })
    const chosenRows = (rows.value as Row[]).filter(({ quantity }) => quantity > 0)
    const rights: Approvable[] = [
      ...(quote.value ? [] : ['return.without_receipt' as const]), ...(chosenRows.some((row) => ruleOf(row)) ? ['return.against_rules' as const] : []),
    ]
    useApproval().need(rights, key, () => {
      usePanels().open('refund')
      const ticket = useTicket()
      void send({
        key, sale: quote.value?.sale.sale ?? null, receipt: receipt.value, reason: reason.value, total: total.value,
        lines: chosenRows.map((row) => ({ line: row.line, good: row.good, quantity: row.quantity, amount: amountFor(row), stock: row.stock })),
        ...byCode.value && { channel: 'static_code' },
        ...!quote.value && toMember.value && ticket.ticket.member !== undefined && { channel: 'stored_value', member: ticket.ticket.member },
        exchange: exchanging.value && !ticket.empty ? { ticket: ticket.ticket, total: ticket.priced.total, given, value: fen(carried.value.value), points: carried.value.points, priced: ticket.pricedBy() } : null,
      })
    })
  }

  async function send(asked: Asked): Promise<void> {
    if (sending) return
    sending = true
    waiting.value = asked
    try {
      finish(await till().call('sale.refund', asked), asked)
    } catch (error) {
      await refused(error)
    } finally {
      sending = false
    }
  }

  function finish(view: RefundView, asked: Asked): void {
    waiting.value = null
    done.value = view
    picture.value = ''
    step.value = 'done'
    key = newId()
    if (asked.exchange) useTicket().sold(asked.exchange.ticket.lines.map(({ id }) => id))
    useNotice().clear()
    usePanels().open('refund')
    play('money')
    void useNotice().attempt(async () => {
      const { svg } = await till().call('sale.receipt', { sale: view.refund, columns: useScreen().settings.columns })
      if (done.value === view) picture.value = svg
    })
  }

  async function refused(error: unknown): Promise<void> {
    const notice = useNotice()
    const code = error instanceof TillError ? error.code : ''
    if (code === 'host.gone' || code === 'staff.none') return notice.show({ tone: 'attention', message: t('refund.waiting'), next: t('pay.waitingNext') })
    waiting.value = null
    if (code === 'sale.total_changed' || code === 'sale.promotions_changed') await notice.attempt(async () => { await Promise.all([useTicket().refreshAll(), usePromotions().reload()]) })
    notice.refuse(error)
    const right = code === 'refund.exempt' || code === 'refund.late' ? 'return.against_rules' : error instanceof TillError ? error.detail?.['right'] : undefined
    const again = (): void => usePanels().open('refund')
    // A host that began anew has forgotten what was allowed: of prices by hand for the ticket, of the rest for the refund.
    if (right === 'price.override' || right === 'line.discount') useApproval().ask(['price.override', 'line.discount'], useTicket().ticket.id, again)
    else if (isApprovable(right)) useApproval().ask([right], key, again)
    if (code === 'shift.none') usePanels().open('shift')
  }

  /** One step back inside the panel. */
  function back(): boolean {
    if (step.value !== 'lines' || waiting.value) return false
    step.value = 'find'
    chosen.value = 0
    return true
  }

  return {
    step, found, more, quote, receipt, rows, chosen, reason, exchanging, toMember, byCode, canByCode, waiting, done, picture, total, parts, carried, any, difference, exchange,
    ruleOf, begin, find, findMore, openSale, free, addFree, scan, move, setQuantity, more1, all, everything, turnStock, confirm, back,
  }
})
