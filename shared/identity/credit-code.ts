/**
 * The credit code's token: a compact JWS (RFC 7515) signed with Ed25519 (RFC 8037), as short as it can be because it goes
 * into a QR code. Pure: signing and checking are brought by the host, so anyone with the platform's public key can
 * check a token without a network.
 */
import { z } from 'zod'

/** What the platform says about a shop. Names are the registered ones of RFC 7519 where there are any. */
export const CreditClaimsSchema = z.object({
  /** Where the platform serves its pages and keys. */
  iss: z.string().max(200),
  /** The shop's short id: see ids.ts. */
  sub: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  jti: z.string().min(1).max(40),
  name: z.string().max(60),
  /** Unified social credit code; absent where the shop named none. */
  uscc: z.string().max(18).optional(),
  kind: z.enum(['shop', 'stall', 'pharmacy']),
  /** `unrated` until there are rules by which to rate. */
  grade: z.string().max(20),
  /** Seconds since 1970, UTC. */
  iat: z.int(),
  exp: z.int(),
})
export type CreditClaims = z.output<typeof CreditClaimsSchema>

const HeaderSchema = z.strictObject({ alg: z.literal('EdDSA'), kid: z.string().min(1).max(100), typ: z.string().optional() })

export interface CreditSigner {
  readonly kid: string
  /** Ed25519 over the bytes: 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array
}
/** Checks a signature by the key named; undefined when there is no such key. */
export type CreditChecker = (kid: string, bytes: Uint8Array, signature: Uint8Array) => boolean | undefined

export type CreditVerdict =
  | { verdict: 'valid' | 'expired'; claims: CreditClaims; kid: string }
  | { verdict: 'forged'; reason: 'malformed' | 'unknown_key' | 'wrong_signature' | 'from_the_future' }

/** How far the signer's clock may be ahead of the reader's, in seconds. */
const SKEW_S = 300

export function writeCreditCode(claims: CreditClaims, signer: CreditSigner): string {
  const signed = `${encodeJson({ alg: 'EdDSA', kid: signer.kid })}.${encodeJson(CreditClaimsSchema.parse(claims))}`
  return `${signed}.${encode(signer.sign(new TextEncoder().encode(signed)))}`
}

/** Reads and judges a token at `now` (UTC ms). Whether it was revoked only the platform can say. */
export function readCreditCode(token: string, check: CreditChecker, now: number): CreditVerdict {
  const match = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/.exec(token)
  const header = match && HeaderSchema.safeParse(decodeJson(match[1]!)).data
  const claims = match && CreditClaimsSchema.safeParse(decodeJson(match[2]!)).data
  const signature = match && decode(match[3]!)
  if (!match || !header || !claims || signature?.length !== 64) return { verdict: 'forged', reason: 'malformed' }
  const isRight = check(header.kid, new TextEncoder().encode(`${match[1]}.${match[2]}`), signature)
  if (isRight === undefined) return { verdict: 'forged', reason: 'unknown_key' }
  if (!isRight) return { verdict: 'forged', reason: 'wrong_signature' }
  if (claims.iat > now / 1000 + SKEW_S) return { verdict: 'forged', reason: 'from_the_future' }
  return { verdict: claims.exp > now / 1000 ? 'valid' : 'expired', claims, kid: header.kid }
}

/** base64url without padding, RFC 4648 §5. */
function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function encodeJson(value: object): string {
  return encode(new TextEncoder().encode(JSON.stringify(value)))
}

/** Undefined unless `text` is what encode gives: no other spelling of the same bytes is taken. */
function decode(text: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    return encode(bytes) === text ? bytes : undefined
  } catch {
    return undefined
  }
}

function decodeJson(text: string): unknown {
  const bytes = decode(text)
  if (!bytes) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
