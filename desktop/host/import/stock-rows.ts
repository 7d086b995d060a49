/**
 * Counted stock of a file as events. A file without lots and costs sets what there is, as a count by delta. One that names
 * lots says of each good all of them: what is there less is counted away with the lots it is of, what is there more is
 * received, each lot with its number, its last day and its cost. Quantities in thousandths.
 */
import { GoodChanged } from '#shared/catalog/good.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { StockRow } from '#shared/members/rows-import.ts'
import type { Fen } from '#shared/money/money.ts'
import { type Milli, MILLI_MAX } from '#shared/quantity/quantity.ts'
import { movingAverage } from '#shared/stock/cost.ts'
import { type CountedLine, LINES_MAX, StockCountBegun, StockCounted, StockReceived } from '#shared/stock/events.ts'
import { isSameLot, type Lot, lotKey, type LotPart } from '#shared/stock/lot.ts'
import { type Context, commit } from '../context.ts'
import { goodEdit } from '../goods.ts'
import { paperNo } from '../stock/papers.ts'
import { importMoves } from './moves.ts'

export interface CountedRow extends Pick<StockRow, 'quantity' | 'lot' | 'cost'> { readonly good: Id }
const LOTS_A_LINE = 100
interface Received { readonly good: Id; readonly quantity: number; readonly lot: Lot | null; readonly cost: Fen | null }

/**
 * Writes what rows of a file say; each good once for each of its lots, and once without. `named`: the file names lots, and
 * what it doesn't name is not there; `alone`: a single row, which says nothing of the good's other lots. Throws TillError
 * count.open where lots change while a count is going on.
 */
export function writeStock(context: Context, rows: readonly CountedRow[], file: string, { named, alone }: { named: boolean; alone: boolean }): void {
  const { store, ids } = context
  const moved: { good: Id; delta: number }[] = []
  const counted: CountedLine[] = []
  const received: Received[] = []
  const costs: { good: Id; cost: Fen }[] = []
  for (const [good, own] of byGood(rows)) {
    const books = store.good(good)?.stock ?? 0
    const plain = own.find(({ lot }) => lot === null)
    if (!named) {
      const delta = plain!.quantity - books
      if (plain!.cost !== null && delta > 0) received.push({ good, quantity: delta, lot: null, cost: plain!.cost })
      else moved.push({ good, delta })
      if (plain!.cost !== null && delta <= 0 && store.listed(good)?.cost === null) costs.push({ good, cost: plain!.cost })
      continue
    }
    const sums = store.stock.sums(good)
    const wanted = wantedLots(context, good, own)
    const gone: LotPart[] = []
    for (const each of sums) {
      const row = wanted.find(({ lot }) => isSameLot(lot, each))
      const left = row?.quantity ?? (alone ? each.quantity : 0)
      // Below zero were two tills that sold the last of it: there is none now either way.
      if (each.quantity > left || (!row && each.quantity < left)) gone.push({ no: each.no, expiry: each.expiry, quantity: each.quantity - left })
    }
    for (const { lot, quantity, cost } of wanted) {
      const there = sums.find((each) => isSameLot(lot, each))?.quantity ?? 0
      if (quantity > there) received.push({ good, quantity: quantity - there, lot, cost })
    }
    const unnamed = books - sums.reduce((sum, { quantity }) => sum + quantity, 0)
    const left = plain?.quantity ?? (alone ? unnamed : 0)
    const difference = left - unnamed - gone.reduce((sum, { quantity }) => sum + quantity, 0)
    // What one line can move is limited, what a stock can come to is not.
    const within = Math.max(-MILLI_MAX, Math.min(MILLI_MAX, difference))
    for (let i = 0; i < Math.max(gone.length, within === 0 ? 0 : 1); i += LOTS_A_LINE) {
      const of = i === 0 ? within : 0
      counted.push({ good, counted: books + within, books: books + within - of, came: 0, left: 0, difference: of, value: null, lots: gone.slice(i, i + LOTS_A_LINE) as CountedLine['lots'] })
    }
    if (within !== difference) moved.push({ good, delta: difference - within })
    else if (within === 0 && gone.length === 0) moved.push({ good, delta: 0 })
    const cost = own.find((row) => row.cost !== null)?.cost ?? null
    if (cost !== null && received.at(-1)?.good !== good && store.listed(good)?.cost === null) costs.push({ good, cost })
  }
  if (counted.length > 0 && store.stock.openCount()) throw new TillError('count.open')
  commit(context, importMoves(ids, moved, 'counted'))
  for (const lines of parts(counted, LINES_MAX)) {
    commit(context, [{ id: ids.next(), type: StockCounted.type, v: 1, body: { no: paperNo(context, StockCountBegun.type), count: ids.next(), given_up: false, goods: lines.length, lines } }])
  }
  for (const lines of parts(received.flatMap(inRange), LINES_MAX)) receive(context, lines, file)
  for (const { good, cost } of costs) commit(context, [costEdit(context, good, cost)])
}

/** Goods that came in, as `stock.receive` books them: the cost becomes the moving average. */
function receive(context: Context, lines: readonly Received[], file: string): void {
  const { store, clock, ids } = context
  const costs = new Map<Id, { stock: number; average: Fen | null }>()
  const costed = lines.map((line) => {
    const { stock, average } = costs.get(line.good) ?? { stock: store.stock.lots(line.good).stock, average: store.listed(line.good)?.cost ?? null }
    const next = line.cost === null ? average : movingAverage(stock, average, line.quantity, line.cost)
    costs.set(line.good, { stock: stock + line.quantity, average: next })
    return { ...line, quantity: line.quantity as Milli, average: next }
  })
  const edits = [...costs].flatMap(([good, { average }]) => (average === null || average === store.listed(good)?.cost ? [] : [costEdit(context, good, average)]))
  commit(context, [{ id: ids.next(), type: StockReceived.type, v: 1, body: { no: paperNo(context, StockReceived.type), order: null, supplier: '', note: file.slice(0, 100), lines: costed, hlc: store.nextHlc(clock.now()) } }, ...edits])
}
const costEdit = (context: Context, good: Id, cost: Fen) => ({ id: context.ids.next(), type: GoodChanged.type, v: 1, body: goodEdit(context, good, { cost }) })

function byGood(rows: readonly CountedRow[]): Map<Id, CountedRow[]> {
  const goods = new Map<Id, CountedRow[]>()
  for (const row of rows) {
    const own = goods.get(row.good)
    if (own) own.push(row)
    else goods.set(row.good, [row])
  }
  return goods
}
function inRange(line: Received): Received[] {
  const lines: Received[] = []
  for (let rest = line.quantity; rest > 0; rest -= MILLI_MAX) lines.push({ ...line, quantity: Math.min(rest, MILLI_MAX) })
  return lines
}
function* parts<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size)
}

interface WantedLot { readonly lot: Lot; readonly quantity: number; readonly cost: Fen | null }
/** Each lot once: a file may have it by a date that was corrected since, and by the one it has now. */
function wantedLots({ store }: Pick<Context, 'store'>, good: Id, rows: readonly CountedRow[]): WantedLot[] {
  const wanted = new Map<string, WantedLot>()
  for (const { lot: said, quantity, cost } of rows) {
    if (said === null) continue
    const lot = { no: said.no, expiry: store.trace.lotOf(good, said)?.expiry ?? said.expiry }
    const key = lotKey({ good, ...lot })
    const before = wanted.get(key)
    wanted.set(key, { lot, quantity: quantity + (before?.quantity ?? 0), cost: before?.cost ?? cost })
  }
  return [...wanted.values()]
}
