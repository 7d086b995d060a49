/** Makes the demonstration shop, through the same calls that the screen and the operator use. */
import { randomUUID } from 'node:crypto'
import { milli } from '#shared/quantity/quantity.ts'
import { withTill } from '../stack.ts'
import { LAKESIDE } from './shops.ts'

export interface CloudAccess {
  readonly url: string
  readonly operatorKey: string
}

/** Calls the cloud as its operator; rejects with what it answered. */
export async function operate<Reply>(cloud: CloudAccess, method: string, path: string, body?: unknown): Promise<Reply> {
  const response = await fetch(new URL(path, cloud.url), {
    method, headers: { authorization: `Bearer ${cloud.operatorKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return await response.json() as Reply
}

/** A shop at the cloud and a one-time code that joins a till to it. */
export async function makeShop(cloud: CloudAccess, fields: object): Promise<{ shop: string; ownerKey: string; code: string }> {
  const { id, ownerKey } = await operate<{ id: string; ownerKey: string }>(cloud, 'POST', '/api/shops', fields)
  const { code } = await operate<{ code: string }>(cloud, 'POST', `/api/shops/${id}/pairing-codes`)
  return { shop: id, ownerKey, code }
}

/** Where the shop's owner manages it on the web, and with which key, which nobody can show again. */
export interface ManagePage { readonly url: string; readonly key: string }

/** Fills a new till, and joins it to a new shop of the cloud where there is one. The till is left signed out. */
export async function seedDemo({ tillUrl, cloud }: { tillUrl: string; cloud: CloudAccess | undefined }): Promise<ManagePage | undefined> {
  const [owner, ...others] = LAKESIDE.staff
  const { site: _site, ...profile } = LAKESIDE.fields
  return withTill(tillUrl, async (till) => {
    if (!(await till.call('till.snapshot', {})).empty) return undefined
    let manage: ManagePage | undefined
    if (cloud) {
      const { code, ownerKey } = await makeShop(cloud, { ...profile, slug: 'lakeside' })
      manage = { url: new URL('/manage/lakeside', cloud.url).href, key: ownerKey }
      await till.call('till.pair', { key: randomUUID(), cloud: cloud.url, code })
    }
    await till.call('till.setup', { key: randomUUID(), shop: cloud ? {} : profile, owner: { no: owner!.fields.no, name: owner!.fields.name }, pin: owner!.pin })
    for (const { fields, pin } of others) await till.call('staff.put', { key: randomUUID(), staff: randomUUID(), set: fields, pin })
    const lines = []
    for (const { id, stock, fields } of LAKESIDE.goods.map((good) => ({ ...good, id: randomUUID() }))) {
      await till.call('goods.put', { key: randomUUID(), good: id, set: fields })
      if (stock !== 0) lines.push({ good: id, delta: milli(stock) })
    }
    await till.call('stock.move', { key: randomUUID(), reason: 'received', lines })
    await till.call('staff.signOut', { key: randomUUID() })
    if (cloud) await till.call('sync.now', {})
    return manage
  })
}
