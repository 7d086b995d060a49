/**
 * Rings spooled orders at a till through its contract, one sale an order, with cash. Every id comes from the file's digest
 * and the order, so a replay that was cut off goes on where it stopped and nothing is sold twice.
 */
import { createHash } from 'node:crypto'
import type { TicketLine } from '#shared/cart/ticket.ts'
import { GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import type { TillClient } from '#shared/host/client.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import { fen, type Fen } from '#shared/money/money.ts'
import { milli, type Milli, type Pricing, thousandthsPer } from '#shared/quantity/quantity.ts'
import { lineFor, type RefusedRow } from './sale-row.ts'
import type { Spool, SpooledLine, SpooledOrder } from './spool.ts'

export interface RungUp {
  sales: number
  lines: number
  /** fen of sales that the till had from an earlier, unfinished replay of the same file */
  alreadyFen: number
  /** ms of each `sale.complete`, from the call to the answer */
  readonly latenciesMs: number[]
}
export interface RingOptions {
  readonly refuse: (bad: readonly RefusedRow[]) => void
  readonly progress: (orders: number) => void
}

interface KnownGood {
  readonly id: Id
  readonly code: string
  readonly name: string
  readonly unit: string
  readonly pricing: Pricing
  readonly price: Fen
}

/** A ticket holds no more lines; a longer order becomes several sales. */
const TICKET_LINES_MAX = 500
const PUTS_IN_FLIGHT = 8
const GOODS_PAGE = 500

/** A UUIDv8 (RFC 9562) from words: the same words give the same id. */
export function idFrom(...words: string[]): Id {
  const hex = createHash('sha256').update(JSON.stringify(words)).digest('hex')
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Rings up everything. Throws TillError where no sale at all can be made (`shift.none`, `host.gone` …). */
export async function ringUp(client: TillClient, spool: Spool, options: RingOptions): Promise<RungUp> {
  const { time } = await client.call('till.snapshot', {})
  const goods = await putGoods(client, spool)
  const rung: RungUp = { sales: 0, lines: 0, alreadyFen: 0, latenciesMs: [] }
  let orders = 0
  for (const order of spool.orders()) {
    for (let from = 0; from < order.lines.length; from += TICKET_LINES_MAX) {
      const part = { key: from === 0 ? order.key : `${order.key} +${from}`, lines: order.lines.slice(from, from + TICKET_LINES_MAX) }
      const refused = await ringOrder(client, spool, part, goods, time, rung)
      if (refused) {
        spool.refuseLines(part.lines)
        options.refuse(part.lines.map(({ row, item }) => ({ row, column: spool.mapping.item ?? '', value: item, code: refused })))
      }
    }
    orders += 1
    options.progress(orders)
  }
  return rung
}

/** Gives the code of a refusal, or undefined when the sale is made. */
async function ringOrder(client: TillClient, spool: Spool, { key, lines }: SpooledOrder, goods: ReadonlyMap<string, KnownGood>, startedAt: number, rung: RungUp): Promise<string | undefined> {
  const id = idFrom(spool.digest, 'sale', key)
  const ticketLines = lines.map((line) => ticketLine(line, goods.get(line.item)!, idFrom(id, String(line.row))))
  if (ticketLines.includes(undefined)) return 'replay.quantity_zero'
  const total = fen(lines.reduce((sum, line) => sum + line.paid, 0))
  const start = performance.now()
  try {
    const sale = await client.call('sale.complete', { key: id, ticket: { id, lines: ticketLines as TicketLine[], openedAt: startedAt }, total, given: fen(Math.max(0, total)) })
    rung.latenciesMs.push(performance.now() - start)
    if (sale.at < startedAt) rung.alreadyFen += sale.total
  } catch (error) {
    if (!(error instanceof TillError) || isFatal(error.code)) throw error
    return error.code
  }
  rung.sales += 1
  rung.lines += lines.length
  return undefined
}

/** Refusals that are not about this order: the next one would fare the same. */
function isFatal(code: string): boolean {
  return /^(host|ledger|shift|staff)\./.test(code)
}

/** The line that comes to exactly what the file says; undefined where the good's unit makes nothing of the quantity. */
function ticketLine(line: SpooledLine, good: KnownGood, id: Id): TicketLine | undefined {
  const per = thousandthsPer(good.pricing, good.unit)
  // The file counts units of the good: 2 of a 斤 are 1000 g.
  const quantity: Milli = milli(Math.round(line.quantity * per / 1000))
  if (quantity === 0) return undefined
  const { price, discount } = lineFor(line.paid, quantity, per, line.unit)
  return { id, good: good.id, code: good.code, name: good.name, unit: good.unit, pricing: good.pricing, per, quantity, price, list: good.price, discount }
}

/** All items of the file as goods of the till: those it has by the same name, the rest made at their first unit price. */
async function putGoods(client: TillClient, spool: Spool): Promise<Map<string, KnownGood>> {
  const known = new Map<string, KnownGood>()
  for (let after: Id | undefined; ;) {
    const { goods } = await client.call('goods.list', { ...(after === undefined ? {} : { after }), limit: GOODS_PAGE })
    for (const good of goods) if (good.on && !known.has(good.name)) known.set(good.name, pick(good))
    const last = goods.at(-1)
    if (!last) break
    after = last.id
  }
  const wanted = new Map<string, KnownGood>()
  let flying: Promise<unknown>[] = []
  for (const { item, unit } of spool.items()) {
    const good = known.get(item)
    if (good) {
      wanted.set(item, good)
      continue
    }
    const words = [spool.digest, 'good', item]
    flying.push(client.call('goods.put', { key: idFrom(...words, 'put'), good: idFrom(...words), set: { ...GOOD_DEFAULTS, codes: [], name: item, price: unit } })
      .then((made) => wanted.set(item, pick(made))))
    if (flying.length >= PUTS_IN_FLIGHT) {
      await Promise.all(flying)
      flying = []
    }
  }
  await Promise.all(flying)
  return wanted
}

function pick({ id, code, name, unit, pricing, price }: KnownGood): KnownGood {
  return { id, code, name, unit, pricing, price }
}

/** fen of all sales of a till by its postings: what sales credited less what discounts debited. */
export async function tillNet(client: TillClient): Promise<number> {
  const { balances } = await client.call('ledger.balances', {})
  return 0 - balances.filter(({ account }) => account === 'sales' || account === 'discounts').reduce((sum, { fen: amount }) => sum + amount, 0)
}

/** The nearest-rank percentile in ms, rounded to a hundredth; 0 of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
  return Math.round(value * 100) / 100
}
