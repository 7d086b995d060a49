/**
 * Seals personal records and finds them again. A ring holds the keys: new seals use the newest, older ones stay readable until
 * their key is destroyed. Each shop has keys of its own, derived from the ring's. What seals and hashes is brought by the host.
 */
import { z } from 'zod'
import type { Id } from '../identity/ids.ts'
import { PersonRecordSchema, type PersonRecord } from '../identity/person.ts'
import { canonical } from '../ledger/canonical.ts'

/** The platform's primitives. Keys are 32 bytes, nonces 12. */
export interface Ciphers {
  random(bytes: number): Uint8Array
  /** AES-256-GCM (NIST SP 800-38D): the sealed text with its 16-byte tag behind it. */
  seal(key: Uint8Array, nonce: Uint8Array, text: Uint8Array, associated: Uint8Array): Uint8Array
  /** Undefined where key, nonce, associated data or a single bit is another. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined
  /** HMAC-SHA-256 (RFC 2104) */
  hmac(key: Uint8Array, text: string): Uint8Array
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

const KeySchema = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** 32 bytes, hex */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  /** UTC ms */
  madeAt: z.int(),
})
/** Keys that seal, and keys that index telephone numbers; the newest last. Neither helps to find the other. */
export const KeyRingSchema = z.object({
  v: z.literal(1),
  /** The same for the ring's whole life, whatever keys it has by now. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  data: z.array(KeySchema).min(1), index: z.array(KeySchema).min(1),
})
export type KeyRing = z.output<typeof KeyRingSchema>

/** The ring with a new key of each sort; with its first where there was none. */
export function withNewKeys(ring: KeyRing | undefined, ciphers: Ciphers, now: number): KeyRing {
  const made = (): z.output<typeof KeySchema> => ({ id: hex(ciphers.random(8)), key: hex(ciphers.random(32)), madeAt: now })
  return { v: 1, id: ring?.id ?? hex(ciphers.random(8)), data: [...ring?.data ?? [], made()], index: [...ring?.index ?? [], made()] }
}
/** The ring with nothing but its newest keys: the rest is destroyed with the last copy of the old ring. */
export function newestOnly({ id, data, index }: KeyRing): KeyRing {
  return { v: 1, id, data: data.slice(-1), index: index.slice(-1) }
}

/** `key`: id of the key that seals it; `sealed`: nonce, sealed text, tag. */
export interface SealedText {
  readonly key: string
  readonly sealed: Uint8Array
}
/** A record under seal. `fields` are the names of what it sets, bound to it and readable. */
export interface Sealed extends SealedText {
  readonly person: Id
  readonly digest: string
  readonly fields: string
}
/** What a number is found by: the same for the same number in one shop under one key, and nothing to anybody without the key. */
export interface Tag { readonly kind: 'phone' | 'tail'; readonly tag: string; readonly key: string }

/** `key.unknown`: sealed with a key that is not on the ring. `seal.broken`: not what was sealed, or not for here. */
export class VaultError extends Error {
  readonly code: 'key.unknown' | 'seal.broken'
  constructor(code: VaultError['code']) {
    super(code)
    this.name = 'VaultError'
    this.code = code
  }
}

const NONCE_BYTES = 12

export class Vault {
  readonly #ring
  readonly #ciphers
  readonly #shop
  readonly #keys = new Map<string, Uint8Array>()

  constructor(ring: KeyRing, ciphers: Ciphers, shop: Id) {
    this.#ring = ring
    this.#ciphers = ciphers
    this.#shop = shop
  }

  /** Ids of the keys that new seals and tags use. */
  get newest(): { data: string; index: string } {
    return { data: this.#ring.data.at(-1)!.id, index: this.#ring.index.at(-1)!.id }
  }

  seal({ person, salt, set }: PersonRecord, digest: string): Sealed {
    const fields = Object.keys(set).sort().join(',')
    return { person, digest, fields, ...this.#seal(canonical({ salt, set }), (key) => this.#associated({ person, digest, fields, key })) }
  }

  /** Throws VaultError. */
  open(sealed: Sealed): PersonRecord {
    const { salt, set } = JSON.parse(this.#opened(sealed, this.#associated(sealed))) as Omit<PersonRecord, 'person'>
    return PersonRecordSchema.parse({ person: sealed.person, salt, set })
  }

  /** Any text that says something of a person, bound to what it is: one text can't be put in the place of another. */
  sealText(of: Id, text: string): SealedText {
    return this.#seal(text, (key) => this.#boundTo({ of, key }))
  }
  /** Throws VaultError. */
  openText(of: Id, sealed: SealedText): string {
    return this.#opened(sealed, this.#boundTo({ of, key: sealed.key }))
  }

  #seal(text: string, associated: (key: string) => Uint8Array): SealedText {
    const { id } = this.#ring.data.at(-1)!
    const nonce = this.#ciphers.random(NONCE_BYTES)
    const closed = this.#ciphers.seal(this.#key('data', id), nonce, new TextEncoder().encode(text), associated(id))
    const sealed = new Uint8Array(nonce.length + closed.length)
    sealed.set(nonce)
    sealed.set(closed, nonce.length)
    return { key: id, sealed }
  }
  #opened({ key, sealed }: SealedText, associated: Uint8Array): string {
    const [nonce, rest] = [sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES)]
    const text = this.#ciphers.open(this.#key('data', key), nonce, rest, associated)
    if (!text) throw new VaultError('seal.broken')
    return new TextDecoder().decode(text)
  }

  /** By the newest key, to be kept. */
  tag(kind: Tag['kind'], value: string): Tag {
    return this.#tag(kind, value, this.newest.index)
  }
  /** By every key there is, to look for: while keys are changed, some are kept under the old one. */
  tags(kind: Tag['kind'], value: string): Tag[] {
    return this.#ring.index.map(({ id }) => this.#tag(kind, value, id))
  }
  #tag(kind: Tag['kind'], value: string, key: string): Tag {
    return { kind, key, tag: hex(this.#ciphers.hmac(this.#key('index', key), `${kind} ${value}`)) }
  }

  /** Bound to shop, person, record and the names of its fields: a sealed text moved to another place does not open. */
  #associated({ person, digest, fields, key }: Omit<Sealed, 'sealed'>): Uint8Array {
    return this.#boundTo({ person, digest, fields, key })
  }
  #boundTo(what: Readonly<Record<string, string>>): Uint8Array {
    return new TextEncoder().encode(canonical({ shop: this.#shop, ...what }))
  }

  #key(sort: 'data' | 'index', id: string): Uint8Array {
    const name = `${sort} ${id}`
    const known = this.#keys.get(name)
    if (known) return known
    const found = this.#ring[sort].find((each) => each.id === id)
    if (!found) throw new VaultError('key.unknown')
    const key = this.#ciphers.hmac(bytesOf(found.key), `xiaopu ${sort} ${this.#shop}`)
    this.#keys.set(name, key)
    return key
  }
}
