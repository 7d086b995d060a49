/** A shop with something in every room, so that a stranger who got in would find it. */
import { randomUUID } from 'node:crypto'
import type { Id } from '#shared/identity/ids.ts'
import type { TestCloud } from './server.ts'
import { openShop, type TestTill } from './till.ts'

export interface FurnishedShop { readonly shop: Id; readonly ownerKey: string; readonly till: TestTill; readonly good: Id; readonly sale: Id; readonly person: Id; readonly slug: string }

/** Goods, stock, sales, balances, a flag, an edit of the cloud's own, an edit that lost, a credit code, a member. */
export async function furnishShop(cloud: TestCloud, slug: string): Promise<FurnishedShop> {
  const { shop, ownerKey, till } = await openShop(cloud, { slug })
  const good = randomUUID()
  const sale = randomUUID()
  till.record('device.begun', { publicKey: till.publicKey, app: 'test' })
  till.record('good.changed', { good, set: { name: '可乐', price: 350 }, hlc: '0190000000000000-a' })
  till.record('good.changed', { good, set: { price: 300 }, hlc: '0180000000000000-a' })
  till.record('stock.moved', { reason: 'received', note: '', lines: [{ good, delta: 24_000 }] })
  till.record('stock.received', { no: 'SH20261123-01-001', order: null, supplier: '', note: '', lines: [{ good, quantity: 6000, lot: { no: 'B1', expiry: '2027-01-31' }, cost: 200, average: 200 }], hlc: '0190000000000001-a' })
  till.record('coupon.imagined', { any: 'thing' })
  till.sell({ good, sale })
  const person = randomUUID()
  const record = till.recordPerson(person, { name: '张三丰', phone: '13812345678' })
  for (const { status, body } of [await till.push(), await till.people([record])]) if (status !== 200) throw new Error(JSON.stringify(body))
  return { shop, ownerKey, till, good, sale, person, slug }
}
