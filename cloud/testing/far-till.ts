/** A till as the sync store sees one: a key and a chain of rows, made with the shared core and nothing of the till's own. */
import { generateKeyPairSync, sign } from 'node:crypto'
import type { Id } from '#shared/identity/ids.ts'
import { EMPTY_HEAD, type Head, type JournalRow, seal } from '#shared/ledger/envelope.ts'
import type { Ids } from '#shared/ports/ports.ts'
import { sha256 } from '#cloud/identity/secrets.ts'
import type { Attempt } from '#cloud/identity/pairing.ts'
import type { SyncStore } from '#cloud/projections/sync-store.ts'

export class FarTill {
  readonly device: Id
  readonly ledgerShop: Id
  readonly rows: JournalRow[] = []
  shop: Id
  token = ''
  readonly #ids: Ids
  readonly #key = generateKeyPairSync('ed25519')
  #head: Head = EMPTY_HEAD

  constructor(ids: Ids) {
    this.#ids = ids
    this.device = ids.next()
    this.ledgerShop = ids.next()
    this.shop = this.ledgerShop
  }

  get authorization(): string {
    return `Bearer ${this.token}`
  }

  attempt(code: string, now: number, change: Partial<Attempt['request']> & { signature?: string } = {}): Attempt {
    const { signature, ...fields } = change
    const request = { code, device: this.device, publicKey: this.#key.publicKey.export({ format: 'jwk' }).x ?? '', ledgerShop: this.ledgerShop, ...fields }
    const body = Buffer.from(JSON.stringify(request))
    return { request, body, signature: signature ?? sign(null, body, this.#key.privateKey).toString('base64url'), ip: this.device, now }
  }

  async pair(store: SyncStore, code: string, now: number): Promise<void> {
    const { shop, token } = await store.pair(this.attempt(code, now))
    this.shop = shop
    this.token = token
  }

  record(type: string, body: Record<string, unknown>, at: number, id: Id = this.#ids.next()): JournalRow {
    const { row } = seal(this.#head, { shop: this.shop, device: this.device }, { id, type, v: 1, body }, at, null, sha256)
    return this.append(row)
  }

  /** Adds a row as it is, sound or not. */
  append(row: JournalRow): JournalRow {
    this.rows.push(row)
    this.#head = { seq: row.seq, hash: row.hash }
    return row
  }

  async push(store: SyncStore, now: number, rows: readonly JournalRow[] = this.rows) {
    return store.ingest(await store.authenticate(this.authorization, now), rows, now)
  }
}
