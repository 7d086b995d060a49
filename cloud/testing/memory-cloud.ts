/**
 * The cloud in memory: the sync store's fake, which passes the suite that PostgreSQL passes. It folds with the product's
 * own fold and keeps what comes of it in maps; each call is done in one breath, which is its transaction.
 */
import { nodeOf, tick } from '#shared/catalog/hlc.ts'
import { SHOP_DEFAULTS } from '#shared/catalog/shop.ts'
import type { Fen } from '#shared/money/money.ts'
import type { Id } from '#shared/identity/ids.ts'
import { EMPTY_HEAD, GENESIS, type Head, type JournalRow, openRow } from '#shared/ledger/envelope.ts'
import { byExpiry } from '#shared/stock/lot.ts'
import { type KnownEvent, PairingCodeSchema } from '#shared/sync/protocol.ts'
import { isSignedBy } from '#cloud/identity/device-key.ts'
import { type Device, tillNumber } from '#cloud/identity/devices.ts'
import { type Attempt, type PairReply, TRIES_MAX } from '#cloud/identity/pairing.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { bearerOf, newSecret, sha256, shopOfSecret } from '#cloud/identity/secrets.ts'
import { judgeBatch, repeatedRows } from '#cloud/projections/batch.ts'
import { type Edit, type Flag, type Folded, type LostEdit, type ReferenceDocument, applyEdit, foldRows, openRows, referenceKey } from '#cloud/projections/fold.ts'
import { soldLots } from '#cloud/projections/lots.ts'
import { closingOf } from '#cloud/projections/purses.ts'
import { pageOf } from '#cloud/projections/pull.ts'
import type { CloudEdit } from '#cloud/projections/references.ts'
import type { Changes, Ingested, OwnRows } from '#cloud/projections/sync-store.ts'
import type { Notice, Notices } from '#cloud/storage/notices.ts'
import type { Books, CloudUnderTest } from './books.ts'

const CODE_LIFE_MS = 10 * 60_000
type Arrival = { arrival: number } & ({ device: Id; row: JournalRow } | { edit: Edit })
type Sale = Books['sales'][number]

/** What is made from facts alone. */
class Projected {
  readonly events = new Set<Id>()
  readonly saleIds = new Set<Id>()
  readonly paid = new Map<Id, Fen>()
  readonly sales: Sale[] = []
  readonly flags: ({ device: Id } & Flag)[] = []
  readonly stock: { good: Id; device: Id; quantity: number; counted: boolean; rev: number }[] = []
  readonly lots: Books['lots'] = []
  readonly soldLots: Books['soldLots'] = []
  readonly balances = new Map<string, number>()
  readonly references = new Map<string, ReferenceDocument>()
  readonly revs = new Map<string, number>()
  readonly lost: (LostEdit & { rev: number })[] = []

  take(device: Id, folded: Folded): void {
    for (const { sale, seq } of folded.sales) this.sales.push({ sale: sale.sale, device, seq, no: sale.no, total: sale.total, lines: sale.lines.length })
    for (const { sale } of folded.sales) this.soldLots.push(...soldLots(sale).map((lot) => ({ ...lot, sale: sale.sale })))
    for (const [account, fen] of folded.balances) {
      const key = `${device} ${account}`
      this.balances.set(key, (this.balances.get(key) ?? 0) + fen)
    }
    for (const { good, no, expiry, delta } of folded.lots.values()) {
      const row = this.lots.find((each) => each.good === good && each.no === no && each.expiry === expiry && each.device === device)
      if (row) row.quantity += delta
      else this.lots.push({ good, no, expiry, device, quantity: delta })
    }
    this.flag(device, folded.flags)
  }

  /** Of a good that has lots at tills other than `device`: those whose moves there do not come to nothing. */
  lotsElsewhere(good: Id, device: Id): { lots?: { no: string; expiry: string; quantity: number }[] } {
    const rows = this.lots.filter((each) => each.good === good && each.device !== device)
    if (rows.length === 0) return {}
    const sums = [...Map.groupBy(rows, ({ no, expiry }) => `${expiry} ${no}`).values()].map((parts) => ({ no: parts[0]!.no, expiry: parts[0]!.expiry, quantity: parts.reduce((sum, part) => sum + part.quantity, 0) }))
    return { lots: sums.filter(({ quantity }) => quantity !== 0).sort(byExpiry) }
  }

  /** Moves this device's part of the stock, each good under the next number behind `rev`; gives the last. */
  move(device: Id, rev: number, { stock }: Pick<Folded, 'stock'>): number {
    let next = rev
    for (const [good, { delta, counted }] of stock) {
      let row = this.stock.find((each) => each.good === good && each.device === device)
      if (!row) this.stock.push(row = { good, device, quantity: 0, counted: false, rev: 0 })
      Object.assign(row, { quantity: row.quantity + delta, counted: row.counted || counted, rev: ++next })
    }
    return next
  }

  flag(device: Id, flags: readonly Flag[]): void {
    for (const flag of flags) {
      const isKnown = this.flags.some((each) => each.device === device && each.seq === flag.seq && each.code === flag.code)
      if (!isKnown) this.flags.push({ device, ...flag })
    }
  }
}

interface Shop {
  readonly id: Id
  rev: number
  readonly devices: Map<Id, Device>
  readonly rows: Map<Id, JournalRow[]>
  readonly arrivals: Arrival[]
  projected: Projected
}

export class MemoryCloud implements CloudUnderTest {
  readonly sync = this
  readonly #shops = new Map<Id, Shop>()
  readonly #codes = new Map<string, { shop: Id; expiresAt: number; tries: number }>()
  readonly #tries: { ip: string; at: number }[] = []
  readonly #listeners = new Map<Id, Set<(notice: Notice | undefined) => void>>()
  readonly #nextId: () => Id
  #made = 0

  constructor(nextId: () => Id) {
    this.#nextId = nextId
  }

  readonly notices: Notices = {
    subscribe: (shop, listener) => {
      const some = this.#listeners.get(shop) ?? new Set()
      this.#listeners.set(shop, some.add(listener))
      return () => some.delete(listener)
    },
    close: async () => {},
  }

  #tell(shop: Id, notice: Notice): void {
    for (const listener of this.#listeners.get(shop) ?? []) listener(notice)
  }

  #shop(id: Id): Shop {
    const shop = this.#shops.get(id)
    if (!shop) throw new Error(`there is no shop ${id}`)
    return shop
  }

  async createShop(now: number): Promise<Id> {
    const id = this.#nextId()
    this.#shops.set(id, { id, rev: 0, devices: new Map(), rows: new Map(), arrivals: [], projected: new Projected() })
    await this.edit(id, [{ kind: 'shop', id, fields: { ...SHOP_DEFAULTS, name: '小铺', kind: 'shop', site: '' } }], now)
    return id
  }

  async createCode(shop: Id, now: number): Promise<string> {
    this.#made += 1
    const code = String(this.#made).padStart(8, '0')
    this.#codes.set(PairingCodeSchema.parse(code), { shop, expiresAt: now + CODE_LIFE_MS, tries: 0 })
    return code
  }

  async revoke(shop: Id, device: Id, now: number): Promise<void> {
    const known = this.#shop(shop).devices.get(device)
    if (!known || known.revoked_at !== null) return
    known.revoked_at = now
    this.#tell(shop, { shop, revoked: device })
    await this.edit(shop, [closingOf(shop, device)], now)
  }

  async authenticate(authorization: string | undefined, now: number): Promise<Device> {
    const token = bearerOf(authorization) ?? ''
    const shop = this.#shops.get(shopOfSecret('xpt', token) ?? '')
    const hash = sha256(token)
    const device = [...shop?.devices.values() ?? []].find(({ token_hash }) => token_hash === hash)
    if (!device) throw new Refusal('token.invalid', 'nobody knows this token; pair the till again')
    if (device.revoked_at !== null) throw new Refusal('device.revoked', 'the shop has withdrawn this till\'s access; pair it again')
    device.seen_at = now
    return { ...device }
  }

  async pair(attempt: Attempt): Promise<PairReply> {
    const since = attempt.now - CODE_LIFE_MS
    if (this.#tries.filter(({ ip, at }) => ip === attempt.ip && at >= since).length >= TRIES_MAX) throw new Refusal('pairing.too_many_tries', 'too many wrong codes from this address; wait ten minutes')
    try {
      return this.#join(attempt)
    } catch (error) {
      this.#tries.push({ ip: attempt.ip, at: attempt.now })
      throw error
    }
  }

  #join({ request, body, signature, now }: Attempt): PairReply {
    const code = this.#codes.get(request.code)
    if (!code || code.expiresAt < now || code.tries >= TRIES_MAX) throw new Refusal('pairing.code_wrong', 'no such code, or it is used up; ask for a new one')
    code.tries += 1
    if (!isSignedBy(request.publicKey, body, signature)) throw new Refusal('signature.invalid', 'the body is not signed by the key it names')
    if (request.shop !== undefined && request.shop !== code.shop) throw new Refusal('pairing.other_shop', 'the code is of another shop than the till')
    const shop = this.#shop(code.shop)
    const known = shop.devices.get(request.device)
    if (known && known.public_key !== request.publicKey) throw new Refusal('not.allowed', 'this device is known by another key')
    const token = newSecret('xpt', shop.id)
    const till = known?.till ?? shop.devices.size + 1
    shop.devices.set(request.device, {
      shop_id: shop.id, device_id: request.device, till, public_key: request.publicKey, ledger_shops: [...new Set([...known?.ledger_shops ?? [], request.ledgerShop])],
      token_hash: sha256(token), ack: known?.ack ?? 0, head: known?.head ?? GENESIS, paired_at: now, seen_at: now, revoked_at: null, quarantined_at: known?.quarantined_at ?? null,
    })
    this.#codes.delete(request.code)
    return { shop: shop.id, name: '', till: tillNumber(till), token, rev: shop.rev, time: now, ack: known?.ack ?? 0 }
  }

  async ingest({ shop_id: id, device_id: device }: Device, rows: readonly JournalRow[], now: number): Promise<Ingested> {
    const shop = this.#shop(id)
    const found = shop.devices.get(device)!
    const kept = shop.rows.get(device) ?? []
    const verdict = judgeBatch(found, rows, new Map(repeatedRows(found, rows).map(({ seq }) => [seq, kept[seq - 1]!.hash])))
    if (verdict.kind === 'fork') {
      found.quarantined_at = now
      await this.edit(id, [closingOf(id, device)], now)
    }
    if (verdict.kind !== 'fresh') throw verdict.refusal
    const before = shop.rev
    const first = shop.arrivals.length + 1
    for (const row of verdict.rows) shop.arrivals.push({ arrival: shop.arrivals.length + 1, device, row })
    const { head, merged } = this.#fold(shop, shop.projected, device, { seq: found.ack, hash: found.head }, verdict.rows, first)
    shop.rows.set(device, [...kept, ...verdict.rows])
    Object.assign(found, { ack: head.seq, head: head.hash, seen_at: now })
    if (merged !== before) this.#tell(id, { shop: id, rev: shop.rev })
    else if (shop.rev !== merged && shop.devices.size > 1) this.#tell(id, { shop: id, rev: shop.rev, by: device })
    const [from, last] = [rows[0]!.seq, rows.at(-1)!.seq]
    const flags = shop.projected.flags.filter((flag) => flag.device === device && flag.seq >= from && flag.seq <= last)
      .sort((a, b) => a.seq - b.seq || (a.code < b.code ? -1 : 1))
    return { ack: Math.max(found.ack, last), flags: flags.map(({ seq, code, reason }) => ({ seq, code, reason })) }
  }

  /** Folds rows behind `head` into `into`; the first of them has arrival number `arrival`. Gives the new head, and the shop's number before stock moved. */
  #fold(shop: Shop, into: Projected, device: Id, head: Head, rows: readonly JournalRow[], arrival: number): { head: Head; merged: number } {
    const { opened, flags, head: next } = openRows(head, rows)
    const known = { events: into.events, sales: into.saleIds, paid: into.paid, references: into.references }
    const { ledger_shops: ledgerShops, till } = shop.devices.get(device)!
    const folded = foldRows({ shop: shop.id, ledgerShops, device, till: tillNumber(till) }, opened, arrival, known)
    into.flag(device, flags)
    into.take(device, folded)
    this.#number(shop, into, folded)
    const merged = shop.rev
    shop.rev = into.move(device, merged, folded)
    return { head: next, merged }
  }

  #number(shop: Shop, into: Projected, { changed, lost }: Pick<Folded, 'changed' | 'lost'>): void {
    for (const key of changed) into.revs.set(key, ++shop.rev)
    for (const each of lost) into.lost.push({ ...each, rev: ++shop.rev })
  }

  async rev(shop: Id): Promise<number> {
    return this.#shop(shop).rev
  }

  async pull({ shop_id: id, device_id: device }: Device, since: number, limit: number): Promise<Changes> {
    const { rev, projected, devices } = this.#shop(id)
    const from = since > rev ? 0 : since
    const rows = [...projected.revs].filter(([, at]) => at > from).sort(([, a], [, b]) => a - b).flatMap(([key, at]) => {
      const [kind = '', id = ''] = key.split(' ')
      const { doc, clocks } = projected.references.get(key)!
      const isWhole = kind !== 'good' || ((doc.name ?? null) !== null && (doc.price ?? null) !== null)
      return isWhole ? [{ kind, id, rev: at, doc, clocks }] : []
    })
    const stock = [...Map.groupBy(projected.stock.filter((row) => row.device !== device), (row) => row.good)]
      .map(([good, parts]) => ({ kind: 'stock', id: good, rev: Math.max(...parts.map((part) => part.rev)), doc: { quantity: parts.reduce((sum, part) => sum + part.quantity, 0), ...projected.lotsElsewhere(good, device) }, clocks: {} }))
      .filter((change) => change.rev > from)
    const till = (node: string): string | null => (devices.has(node) ? tillNumber(devices.get(node)!.till) : null)
    const lost = projected.lost.filter((each) => each.editor === device && each.rev > from)
      .map(({ id: of, rev: at, arrival, kind, field, value, hlc, won, wonHlc }) => ({ kind: 'lost', id: of, rev: at, doc: { arrival, kind, field, value, hlc, won, till: till(nodeOf(wonHlc)) }, clocks: {} }))
    return pageOf([...rows, ...stock, ...lost].sort((a, b) => a.rev - b.rev), rev, limit)
  }

  async rows({ shop_id: id, device_id: device }: Device, after: number, limit: number): Promise<OwnRows> {
    const kept = this.#shop(id).rows.get(device) ?? []
    const rows = kept.slice(after, after + limit).map(({ hash, text }) => ({ hash, text }))
    return { rows, more: after + rows.length < kept.length }
  }

  async known(id: Id, ids: readonly Id[]): Promise<KnownEvent[]> {
    const { projected: { events }, arrivals } = this.#shop(id)
    const wanted = new Set(ids.filter((each) => events.has(each)))
    const found = new Map<Id, KnownEvent>()
    for (const arrived of arrivals) {
      const opened = 'row' in arrived ? openRow(arrived.row) : undefined
      if (opened === undefined || 'fault' in opened) continue
      const { envelope } = opened
      if (wanted.has(envelope.id) && !found.has(envelope.id)) found.set(envelope.id, { id: envelope.id, at: envelope.at })
    }
    return [...found.values()]
  }

  async edit(id: Id, edits: readonly CloudEdit[], now: number): Promise<void> {
    const shop = this.#shop(id)
    const folded: Pick<Folded, 'changed' | 'lost'> = { changed: new Set(), lost: [] }
    for (const each of edits) {
      const clocks = Object.values(shop.projected.references.get(referenceKey(each.kind, each.id))?.clocks ?? {})
      const edit: Edit = { ...each, hlc: tick(clocks.toSorted().at(-1), now, 'cloud'), editor: 'operator', arrival: shop.arrivals.length + 1 }
      shop.arrivals.push({ arrival: edit.arrival, edit })
      applyEdit(folded, shop.projected, edit)
    }
    this.#number(shop, shop.projected, folded)
    this.#tell(id, { shop: id, rev: shop.rev })
  }

  async rebuild(id: Id): Promise<void> {
    const shop = this.#shop(id)
    const fresh = new Projected()
    const heads = new Map<Id, Head>()
    for (const arrived of shop.arrivals) {
      if ('edit' in arrived) {
        const folded: Pick<Folded, 'changed' | 'lost'> = { changed: new Set(), lost: [] }
        applyEdit(folded, fresh, arrived.edit)
        this.#number(shop, fresh, folded)
      } else {
        heads.set(arrived.device, this.#fold(shop, fresh, arrived.device, heads.get(arrived.device) ?? EMPTY_HEAD, [arrived.row], arrived.arrival).head)
      }
    }
    shop.projected = fresh
  }

  async books(id: Id): Promise<Books> {
    const { rev, devices, rows, projected } = this.#shop(id)
    return sorted({
      rev,
      devices: [...devices.values()].map((each) => ({ device: each.device_id, till: each.till, ack: each.ack, head: each.head, quarantined: each.quarantined_at !== null, revoked: each.revoked_at !== null })),
      journal: [...rows].flatMap(([device, all]) => all.map(({ seq, text, hash }) => ({ device, seq, text, hash }))),
      flags: projected.flags.map(({ device, seq, code }) => ({ device, seq, code })),
      sales: projected.sales,
      stock: projected.stock.map(({ good, device, quantity, counted }) => ({ good, device, quantity, counted })),
      lots: projected.lots.map((each) => ({ ...each })),
      soldLots: projected.soldLots.map(({ good, no, expiry, sale, quantity }) => ({ good, no, expiry, sale, quantity })),
      balances: [...projected.balances].map(([key, fen]) => ({ device: key.split(' ')[0]!, account: key.split(' ')[1]!, fen })),
      references: [...projected.references].map(([key, { doc, clocks }]) => ({ kind: key.split(' ')[0]!, id: key.split(' ')[1]!, doc, clocks })),
      lost: projected.lost.map(({ kind, id: of, field, value, hlc, editor }) => ({ kind, id: of, field, value, hlc, editor })),
    })
  }

  async close(): Promise<void> {}
}

/** Every list in the order of its rows' texts. */
export function sorted(books: Books): Books {
  const inOrder = <Row>(rows: readonly Row[]): Row[] => rows.map((row) => ({ row, text: JSON.stringify(row) })).sort((a, b) => (a.text < b.text ? -1 : 1)).map(({ row }) => row)
  const { rev, ...lists } = books
  return { rev, ...Object.fromEntries(Object.entries(lists).map(([name, rows]) => [name, inOrder(rows as unknown[])])) } as unknown as Books
}
