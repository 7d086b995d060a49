/** A till at its counter for benches: set up, with goods and an open shift, and tickets as they are rung up. */
import { randomBytes } from 'node:crypto'
import { type Till, composeTill } from '#desktop/loopback/compose.ts'
import { addGood, emptyTicket, type Ticket } from '#shared/cart/ticket.ts'
import { GOOD_DEFAULTS, type Good, GoodSchema } from '#shared/catalog/good.ts'
import type { CallInput } from '#shared/host/contract.ts'
import { type Id, uuidv7 } from '#shared/identity/ids.ts'
import { SHOP_DEFAULTS } from '#shared/catalog/shop.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { PIECE } from '#shared/quantity/quantity.ts'
import type { Sale } from '#shared/sales/events.ts'
import { decideSale, type SaleFacts } from '#shared/sales/sale.ts'

const GOODS = 500

export const id = (): Id => uuidv7(Date.now(), randomBytes(10))

export interface Counter {
  readonly till: Till
  readonly goods: readonly Good[]
}

/** A new till in `folder`, its owner signed in. Close the till when done. */
export async function openCounter(folder: string): Promise<Counter> {
  const till = composeTill({ folder, version: 'bench', log: () => undefined })
  const { dispatcher } = till
  await dispatcher.run('till.setup', { key: id(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1234' })
  await dispatcher.run('shift.open', { key: id(), float: 0 })
  const goods = makeGoods(GOODS)
  for (const { id: good, ...set } of goods) await dispatcher.run('goods.put', { key: id(), good, set })
  return { till, goods }
}

export function makeGoods(count: number): Good[] {
  return Array.from({ length: count }, (_, i) => GoodSchema.parse({ ...GOOD_DEFAULTS, codes: [], id: id(), name: `商品${i}`, price: 100 + i }))
}

/** The `i`th ticket, of so many lines. */
export function ticketOf(goods: readonly Good[], i: number, lines: number): Ticket {
  let ticket = emptyTicket(id(), Date.now())
  for (let line = 0; line < lines; line++) ticket = addGood(ticket, id(), goods[(i * 7 + line * 31) % goods.length]!, PIECE)
  return ticket
}

/** Its completion, paid with exact cash. */
export function saleOf(goods: readonly Good[], i: number, lines: number): CallInput<'sale.complete'> {
  const ticket = ticketOf(goods, i, lines)
  const { total } = priceTicket(ticket.lines)
  return { key: ticket.id, ticket, total, given: total }
}

const STAFF = { id: id(), no: '01', name: '店主', role: 'owner', active: true } as const

/** The same as the till's own decision makes it, without a till: for senders that are many, and ledgers that are long. */
export function soldOf(goods: readonly Good[], ticket: Ticket, facts: Pick<SaleFacts, 'shift' | 'date' | 'no'>): Sale {
  const { total } = priceTicket(ticket.lines)
  const decided = decideSale({ staff: STAFF, approved: new Set(), ...facts, returnCap: SHOP_DEFAULTS.returnCap, good: (wanted) => goods.find((good) => good.id === wanted), labelled: () => undefined }, { ticket, total, given: total })
  if ('refused' in decided) throw new Error(`a bench's sale was refused: ${decided.refused.code}`)
  return decided.event.body
}
