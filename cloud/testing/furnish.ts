/** A shop with something in every room, so that a stranger who got in would find it. */
import { randomUUID } from 'node:crypto'
import type { Id } from '#shared/identity/ids.ts'
import { settleSold } from '#cloud/projections/sold-goods.ts'
import type { TestCloud } from './server.ts'
import { openShop, saleBody, type TestTill } from './till.ts'

/** What codes of its lot and of an item of it say, beside the lot's number. */
export const [GTIN, ITEM] = ['06901234567892', 'ABCDEF1']

export interface FurnishedShop { readonly shop: Id; readonly ownerKey: string; readonly till: TestTill; readonly good: Id; readonly sale: Id; readonly person: Id; readonly slug: string; readonly recall: Id; readonly lotNo: string }

/** Goods, stock, a lot whose code was looked at, sales that name it, balances, a flag, an edit of the cloud's own, an edit that lost, a credit code, a member. */
export async function furnishShop(cloud: TestCloud, slug: string): Promise<FurnishedShop> {
  const { shop, ownerKey, till } = await openShop(cloud, { slug })
  const good = randomUUID()
  const sale = randomUUID()
  const lotNo = `B${good.slice(0, 8)}`
  till.record('device.begun', { publicKey: till.publicKey, app: 'test' })
  till.record('good.changed', { good, set: { name: '可乐', price: 350 }, hlc: '0190000000000000-a' })
  till.record('good.changed', { good, set: { price: 300 }, hlc: '0180000000000000-a' })
  till.record('stock.moved', { reason: 'received', note: '', lines: [{ good, delta: 24_000 }] })
  till.record('stock.received', { no: 'SH20261123-01-001', order: null, supplier: '', note: '', lines: [{ good, quantity: 6000, lot: { no: lotNo, expiry: '2027-01-31' }, cost: 200, average: 200 }], hlc: '0190000000000001-a' })
  till.record('coupon.imagined', { any: 'thing' })
  const described = randomUUID()
  const lot = { no: lotNo, expiry: '2027-01-31' }
  till.record('lot.described', { lot: described, set: { good, ...lot, gtin: GTIN, quantity: 6000, date: '2026-11-23', at: 1 }, hlc: '0190000000000002-a' })
  till.record('lot.labelled', { lot: described, prefix: ITEM.slice(0, -1), codes: 1, hlc: '0190000000000003-a' })
  const recall = randomUUID()
  till.record('lot.recalled', { recall, what: { good, no: lot.no, supplier: '', from: '', to: '' }, reason: 'other', note: '', hlc: '0190000000000004-a' })
  const sold = saleBody({ good, sale })
  till.record('sale.completed', { ...sold, lines: (sold['lines'] as object[]).map((line) => ({ ...line, lots: [{ ...lot, quantity: 1000 }] })) })
  const person = randomUUID()
  const record = till.recordPerson(person, { name: '张三丰', phone: '13812345678' })
  for (const { status, body } of [await till.push(), await till.people([record])]) if (status !== 200) throw new Error(JSON.stringify(body))
  const page = await fetch(`${cloud.url}/s/${slug}/01/${GTIN}/10/${lot.no}`)
  if (page.status !== 200) throw new Error(`the lot's page: ${page.status}`)
  await settleSold(cloud.db, shop)
  return { shop, ownerKey, till, good, sale, person, slug, recall, lotNo }
}
