/** What whoever stands at a till does with lots, as chance has it: takes them in, says it right afterwards, splits, mixes, makes item codes, recalls and lifts. */
import type { CallResult } from '#shared/host/contract.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import type { LotShown } from '#shared/host/trace-schemas.ts'
import type { Effect } from './auditor.ts'
import type { Hands } from './hands.ts'

const EXPIRIES = ['', '2026-12-31', '2027-06-30'] as const
const moved = (good: string, quantity: number): Effect => ({ kind: 'stock', lines: [{ good, quantity }] })

export class TraceHand {
  readonly #hands

  constructor(hands: Hands) {
    this.#hands = hands
  }

  /** One of the things that are done with lots. */
  async act(goods: readonly GoodView[]): Promise<void> {
    await this.#hands.chance.weighed<() => Promise<void>>([
      [5, () => this.#takeIn(goods)], [2, () => this.#again()], [3, () => this.#correct()], [1, () => this.#describe()], [2, () => this.#split()], [2, () => this.#mix()], [1, () => this.#makeCodes()], [1, () => this.#recall(goods)], [4, () => this.#lift()],
    ])()
  }

  async #takeIn(goods: readonly GoodView[]): Promise<void> {
    const { chance, act, id } = this.#hands
    const [good, quantity] = [chance.pick(goods).id, chance.int(1, 20) * 1000]
    await act('lot.intake', { key: id(), good, quantity, supplier: chance.pick(['', '老王', '老李']), no: chance.pick(['', '', 'L1', 'L2']), expiry: chance.pick(EXPIRIES), cost: chance.odds(0.3) ? chance.int(1, 900) : null }, moved(good, quantity), undefined, true)
  }

  async #lots(): Promise<readonly LotShown[]> {
    const answer = await this.#hands.machine.call('lot.list', { limit: 20 })
    return 'result' in answer ? answer.result.lots : []
  }
  async #lot(isFit: (lot: LotShown) => boolean = () => true): Promise<LotShown | undefined> {
    const fit = (await this.#lots()).filter(isFit)
    return fit.length > 0 ? this.#hands.chance.pick(fit) : undefined
  }

  async #again(): Promise<void> {
    const lot = await this.#lot(({ quantity }) => quantity > 0)
    if (lot) await this.#hands.act('lot.again', { key: this.#hands.id(), lot: lot.lot }, moved(lot.good, lot.quantity), undefined, true)
  }

  /** By what it is corrected, by hand: what is said less what this till had it for. */
  async #correct(): Promise<void> {
    const { chance, act, id } = this.#hands
    const lot = await this.#lot()
    if (!lot) return
    const quantity = Math.max(0, lot.quantity + chance.pick([-2, -1, 0, 0, 1, 5]) * 1000)
    const said = { quantity, ...chance.odds(0.4) && { expiry: chance.pick(EXPIRIES) }, ...chance.odds(0.2) && { cost: chance.int(1, 900) } }
    const isSame = quantity === lot.quantity && (said.expiry ?? lot.expiry) === lot.expiry && (said.cost ?? lot.cost) === lot.cost
    if (!isSame) await act('lot.correct', { key: id(), lot: lot.lot, ...said }, moved(lot.good, quantity - lot.quantity))
  }

  async #describe(): Promise<void> {
    const { chance, act, id } = this.#hands
    const lot = await this.#lot()
    if (lot) await act('lot.describe', { key: id(), lot: lot.lot, set: { origin: `产地${chance.int(1, 9)}` } }, { kind: 'fact' }, undefined, true)
  }

  async #split(): Promise<void> {
    const { chance, act, id } = this.#hands
    const lot = await this.#lot(({ left }) => left >= 2000)
    if (!lot) return
    const parts = [chance.int(1, lot.left / 1000 - 1) * 1000, 1000]
    await act('lot.reissue', { key: id(), from: [{ lot: lot.lot, quantity: parts[0]! + 1000 }], to: parts }, { kind: 'fact' })
  }

  async #mix(): Promise<void> {
    const { act, id } = this.#hands
    const lots = (await this.#lots()).filter(({ left }) => left >= 1000)
    const [one, other] = lots.flatMap((lot, i) => lots.slice(i + 1).filter(({ good }) => good === lot.good).map((each) => [lot, each] as const)).at(0) ?? []
    if (one && other) await act('lot.reissue', { key: id(), from: [one, other].map(({ lot }) => ({ lot, quantity: 1000 })), to: [2000] }, { kind: 'fact' })
  }

  async #makeCodes(): Promise<void> {
    const { chance, machine, act, id } = this.#hands
    const lot = await this.#lot(({ link }) => link !== null)
    if (!lot) return
    const codes = chance.int(1, 5)
    await act('lot.codes', { key: id(), lot: lot.lot, codes }, { kind: 'fact' }, (made: CallResult<'lot.codes'>) => {
      if (new Set(made.serials).size !== codes) throw new Error(`${machine.name}: ${codes} codes came as ${made.serials.join(' ')}`)
    })
  }

  async #recall(goods: readonly GoodView[]): Promise<void> {
    const { chance, act, id } = this.#hands
    const lot = await this.#lot()
    const what = { good: null, no: '', supplier: '', from: '', to: '', ...chance.pick([{ good: chance.pick(goods).id }, { supplier: '老王' }, { no: lot?.no || 'L1', ...lot && { good: lot.good } }]) }
    await act('recall.begin', { key: id(), what, reason: 'other', note: '' }, { kind: 'fact' })
  }

  async #lift(): Promise<void> {
    const { chance, machine, act, id } = this.#hands
    const answer = await machine.call('recall.list', {})
    const open = 'result' in answer ? answer.result.recalls.filter(({ lifted }) => lifted === null) : []
    if (open.length > 0) await act('recall.lift', { key: id(), recall: chance.pick(open).recall, note: '' }, { kind: 'fact' })
  }
}
