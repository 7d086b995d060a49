/** What is being written down in the stock room: drafts that stay while the cashier sells in between, and how they are sent. */
import { defineStore } from 'pinia'
import { reactive, ref, watch } from 'vue'
import type { GoodView, } from '#shared/host/schemas.ts'
import type { Paper } from '#shared/host/stock-schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { formatYuan, parseYuan } from '#shared/money/money.ts'
import type { TRANSFER_FAULTS, WasteReason } from '#shared/stock/events.ts'
import { newId, till } from '../host/till.ts'
import { dateGiven } from '../parts/date-text.ts'
import { quantityOf, quantityShown } from '../office/stock/typed.ts'

export type StockTab = 'receive' | 'count' | 'waste' | 'transfer' | 'lists' | 'lots'
export type LotsView = 'intake' | 'lots' | 'recalls'
export type DraftKind = 'receive' | 'order' | 'waste' | 'send' | 'take'
export interface DraftLine {
  readonly id: Id
  readonly good: GoodView
  /** As typed, in the good's unit. */
  quantity: string
  /** What the other shop's paper says; empty is as much as came. */
  sent: string
  lotNo: string
  expiry: string
  cost: string
  /** A lot that is there, as `no expiry`; empty takes what expires first. */
  lot: string
  fault: (typeof TRANSFER_FAULTS)[number]
}
export interface Draft { key: Id; lines: DraftLine[]; party: string; document: string; note: string; reason: WasteReason; order: Id | null }

const empty = (): Draft => ({ key: newId(), lines: [], party: '', document: '', note: '', reason: 'expired', order: null })

/** What is wrong with a line as it is typed, or null. */
export function lineFault(kind: DraftKind, line: DraftLine): 'quantity' | 'expiry' | 'cost' | null {
  const least = kind === 'take' ? 0 : 1
  const quantity = quantityOf(line.good, line.quantity)
  const sent = line.sent.trim() === '' ? quantity : quantityOf(line.good, line.sent)
  if (quantity === undefined || quantity < least || sent === undefined || sent < 0) return 'quantity'
  if ((kind === 'receive' || kind === 'take') && dateGiven(line.expiry) === undefined) return 'expiry'
  const cost = line.cost.trim() === '' ? 0 : parseYuan(line.cost)
  return (kind === 'receive' || kind === 'order') && (cost === undefined || cost < 0) ? 'cost' : null
}

export const useStock = defineStore('stock', () => {
  const tab = ref<StockTab>('receive')
  const receiving = ref<'receive' | 'order'>('receive')
  const lots = ref<LotsView>('intake')
  const moving = ref<'send' | 'take'>('send')
  const drafts = reactive<Record<DraftKind, Draft>>({ receive: empty(), order: empty(), waste: empty(), send: empty(), take: empty() })
  for (const kind of ['receive', 'order', 'waste', 'send', 'take'] as const) {
    // The same while nothing is changed: whoever allows it allows this one, and pressed again without an answer it is one still.
    watch(() => JSON.stringify({ ...drafts[kind], key: '' }), () => { drafts[kind].key = newId() })
  }

  /** One more of a good: on its line where that is the last, on a new one else. */
  function add(kind: DraftKind, good: GoodView): void {
    const { lines } = drafts[kind]
    const first = lines[0]
    const quantity = first && quantityOf(good, first.quantity)
    if (first?.good.id === good.id && good.pricing === 'piece' && quantity !== undefined) {
      first.quantity = quantityShown(good, quantity + 1000)
      return
    }
    lines.unshift({ id: newId(), good, quantity: good.pricing === 'piece' ? '1' : '', sent: '', lotNo: '', expiry: '', cost: good.cost === null || kind !== 'receive' ? '' : formatYuan(good.cost), lot: '', fault: 'missing' })
  }
  function remove(kind: DraftKind, id: Id): void {
    drafts[kind].lines = drafts[kind].lines.filter((line) => line.id !== id)
  }
  function clear(kind: DraftKind): void {
    drafts[kind] = empty()
  }

  /** Throws what the host refuses with. */
  async function send(kind: DraftKind): Promise<Paper> {
    const draft = drafts[kind]
    const { key, note } = draft
    const lines = draft.lines.toReversed()
    const base = (line: DraftLine) => ({ good: line.good.id, quantity: quantityOf(line.good, line.quantity) ?? 0 })
    const typedLot = (line: DraftLine) => (line.lotNo.trim() === '' && line.expiry.trim() === '' ? null : { no: line.lotNo.trim(), expiry: dateGiven(line.expiry) ?? '' })
    const chosenLot = ({ lot }: DraftLine) => (lot === '' ? null : JSON.parse(lot) as { no: string; expiry: string })
    const cost = (line: DraftLine) => (line.cost.trim() === '' ? null : parseYuan(line.cost) ?? null)
    const paper = await {
      receive: () => till().call('stock.receive', { key, note, order: draft.order, supplier: draft.party, lines: lines.map((line) => ({ ...base(line), lot: typedLot(line), cost: cost(line) })) }),
      order: () => till().call('stock.order', { key, note, supplier: draft.party, lines: lines.map((line) => ({ ...base(line), cost: cost(line) })) }),
      waste: () => till().call('stock.waste', { key, note, reason: draft.reason, lines: lines.map((line) => ({ ...base(line), lot: chosenLot(line) })) }),
      send: () => till().call('stock.send', { key, note, to: draft.party, lines: lines.map((line) => ({ ...base(line), lot: chosenLot(line) })) }),
      take: () => till().call('stock.take', {
        key, note, from: draft.party, document: draft.document, lines: lines.map((line) => {
          const { good, quantity: came } = base(line)
          const sent = line.sent.trim() === '' ? came : quantityOf(line.good, line.sent) ?? came
          return { good, came, sent, fault: sent === came ? null : line.fault, lot: typedLot(line) }
        }),
      }),
    }[kind]()
    clear(kind)
    return paper
  }

  return { tab, lots, receiving, moving, drafts, add, remove, clear, send }
})
