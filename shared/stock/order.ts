/**
 * A purchase order as every till of the shop knows it: a document that only grows. Each receipt and each closing is a field
 * of its own, so that what tills did while they could not hear one another merges in any order to the same.
 */
import { z } from 'zod'
import type { Fields } from '../catalog/hlc.ts'
import { type Id, IdSchema } from '../identity/ids.ts'
import { PriceSchema } from '../money/money.ts'
import { AmountSchema } from './events.ts'

const OrderFields = z.object({
  no: z.string(), supplier: z.string(), note: z.string(), at: z.int(), lines: z.array(z.object({ good: IdSchema, quantity: AmountSchema, cost: PriceSchema.nullable() })),
})
const ReceiptField = z.array(z.object({ good: IdSchema, quantity: AmountSchema }))
export interface Order extends z.output<typeof OrderFields> {
  readonly order: Id
  /** thousandths by good that came so far */
  readonly received: ReadonlyMap<Id, number>
  readonly isClosed: boolean
}

const RECEIPT = 'received '
const CLOSING = 'closed '
/** What events set in the order's document; `id` is the event's. */
export const orderedFields = (body: { no: string; supplier: string; note: string; lines: unknown }, at: number): Fields => ({ no: body.no, supplier: body.supplier, note: body.note, at, lines: body.lines })
export const receivedFields = (id: Id, lines: readonly { good: Id; quantity: number }[]): Fields => ({ [RECEIPT + id]: lines.map(({ good, quantity }) => ({ good, quantity })) })
export const closedFields = (id: Id): Fields => ({ [CLOSING + id]: true })

/** Undefined where the order itself has not come yet, or is none. */
export function readOrder(order: Id, doc: Fields): Order | undefined {
  const read = OrderFields.safeParse(doc).data
  if (!read) return undefined
  const received = new Map<Id, number>()
  for (const [field, value] of Object.entries(doc)) {
    for (const line of field.startsWith(RECEIPT) ? ReceiptField.safeParse(value).data ?? [] : []) received.set(line.good, (received.get(line.good) ?? 0) + line.quantity)
  }
  return { ...read, order, received, isClosed: Object.keys(doc).some((field) => field.startsWith(CLOSING)) }
}

/** Whether goods are still expected. */
export function isOpen({ isClosed, lines, received }: Order): boolean {
  const wanted = new Map<Id, number>()
  for (const { good, quantity } of lines) wanted.set(good, (wanted.get(good) ?? 0) + quantity)
  return !isClosed && [...wanted].some(([good, quantity]) => (received.get(good) ?? 0) < quantity)
}
