/** What whoever stands at a till does in the stock room, as chance has it: receives lots, writes off, sends, takes in, and counts while selling goes on. */
import type { GoodView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Effect, SoldLine } from './auditor.ts'
import type { Hands } from './hands.ts'

type Lot = { no: string; expiry: string }

export class StockRoomHand {
  readonly #hands
  /** The count that was begun here, and what its scans differed by, as the till said it. */
  #count: { readonly id: Id; readonly differences: Map<Id, number> } | undefined

  constructor(hands: Hands) {
    this.#hands = hands
  }

  /** Somebody else stands here now, or another copy of the till. */
  forget(): void {
    this.#count = undefined
  }

  #lot(): Lot | null {
    const { chance } = this.#hands
    return chance.pick([null, { no: chance.pick(['L1', 'L2']), expiry: '' }, { no: chance.pick(['', 'L1', 'L3']), expiry: chance.pick(['2026-11-20', '2026-12-31', '2027-06-30']) }])
  }

  async receive(goods: readonly GoodView[]): Promise<void> {
    const { chance, machine, act, id } = this.#hands
    const lines = Array.from({ length: chance.int(1, 3) }, () => ({ good: chance.pick(goods).id, quantity: chance.int(1, 20) * 1000, lot: this.#lot(), cost: chance.odds(0.5) ? chance.int(1, 900) : null }))
    const answer = chance.odds(0.4) ? await machine.call('stock.orders', {}) : undefined
    const open = answer && 'result' in answer ? answer.result.orders : []
    await act('stock.receive', { key: id(), order: open.length > 0 ? chance.pick(open).order : null, lines }, stock(lines, 1), undefined, true)
  }

  async order(goods: readonly GoodView[]): Promise<void> {
    const { chance, act, id, machine } = this.#hands
    if (chance.odds(0.7)) return act('stock.order', { key: id(), supplier: '供货商', lines: [{ good: chance.pick(goods).id, quantity: chance.int(1, 20) * 1000 }] }, { kind: 'fact' }, undefined, true)
    const answer = await machine.call('stock.orders', {})
    const open = 'result' in answer ? answer.result.orders : []
    if (open.length > 0) await act('stock.orderClose', { key: id(), order: chance.pick(open).order }, { kind: 'fact' }, undefined, true)
  }

  async waste(goods: readonly GoodView[]): Promise<void> {
    const { chance, act, id } = this.#hands
    const lines = [{ good: chance.pick(goods).id, quantity: chance.int(1, 3) * 1000, lot: this.#lot() }]
    await act('stock.waste', { key: id(), reason: chance.pick(['expired', 'damaged']), lines }, stock(lines, -1), undefined, true)
  }

  async transfer(goods: readonly GoodView[]): Promise<void> {
    const { chance, act, id } = this.#hands
    const [good, quantity] = [chance.pick(goods).id, chance.int(1, 9) * 1000]
    if (chance.odds(0.5)) return act('stock.send', { key: id(), to: '桥头店', lines: [{ good, quantity }] }, stock([{ good, quantity }], -1), undefined, true)
    const came = chance.odds(0.7) ? quantity : quantity - 1000
    await act('stock.take', { key: id(), document: 'DC1', lines: [{ good, sent: quantity, came, fault: came === quantity ? null : 'missing', lot: this.#lot() }] }, stock([{ good, quantity: came }], 1), undefined, true)
  }

  /** One step of a count: begins it, counts a good, or ends it. */
  async count(goods: readonly GoodView[]): Promise<void> {
    const { chance, machine, act, id } = this.#hands
    const going = this.#count
    if (!going) {
      const answer = await machine.call('count.now', {})
      if (!('result' in answer)) return
      // Somebody before began it: nobody knows what they had counted.
      if (answer.result.count) return act('count.end', { key: id(), count: answer.result.count.count, giveUp: true }, { kind: 'fact' })
      return act('count.begin', { key: id() }, { kind: 'fact' }, ({ count }) => { this.#count = { id: count, differences: new Map() } })
    }
    const left = goods.filter((good) => !going.differences.has(good.id))
    if (left.length === 0 || chance.odds(0.25)) {
      this.#count = undefined
      const lines: SoldLine[] = [...going.differences].map(([good, quantity]) => ({ good, quantity }))
      return act('count.end', { key: id(), count: going.id }, { kind: 'stock', lines })
    }
    const { id: good, stock: shown } = chance.pick(left)
    const quantity = (shown ?? 0) + chance.pick([0, 0, -1000, 1000])
    await act('count.scan', { key: id(), count: going.id, good, quantity }, { kind: 'fact' }, ({ books, difference }) => {
      if (difference !== quantity - books) throw new Error(`${machine.name}: a count of ${quantity} against ${books} differs by ${difference}`)
      going.differences.set(good, quantity - books)
    })
  }
}

function stock(lines: readonly { good: Id; quantity: number }[], sign: 1 | -1): Effect {
  return { kind: 'stock', lines: lines.map(({ good, quantity }) => ({ good, quantity: sign * quantity })) }
}
