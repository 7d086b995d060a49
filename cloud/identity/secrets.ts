/**
 * Tokens and keys. What we hand out is 32 random bytes behind a prefix that says what it opens and whose it is; what
 * we keep is its SHA-256, which is enough for secrets that nobody can guess.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { IdSchema, type Id } from '#shared/identity/ids.ts'

/** xpt: a till's token · xpo: a shop owner's key. */
export type SecretKind = 'xpt' | 'xpo'

export const sha256 = (data: string | Uint8Array): string => hash('sha256', data)

export function newSecret(kind: SecretKind, shop: Id): string {
  return `${kind}_${shop.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`
}

/** The shop that a secret says it is of. It proves nothing until its hash is compared. */
export function shopOfSecret(kind: SecretKind, secret: string): Id | undefined {
  const match = /^(xp[a-z])_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/.exec(secret)
  if (!match || match[1] !== kind) return undefined
  return IdSchema.safeParse(match.slice(2).join('-')).data
}

/** Compares two hashes, or any texts, in a time that does not depend on where they differ. */
export function isSame(one: string, other: string): boolean {
  const a = Buffer.from(sha256(one))
  const b = Buffer.from(sha256(other))
  return timingSafeEqual(a, b)
}

/** The secret of an `Authorization: Bearer` header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]+)$/i.exec(header ?? '')?.[1]
}
