/**
 * The platform's Ed25519 key, which signs credit codes, and its public half as a JWK set (RFC 7517, RFC 8037). The key
 * is made at the first start and never leaves its file; a set saved once checks tokens for ever after.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '#cloud/storage/database.ts'
import { StartupError } from '#cloud/storage/startup-error.ts'
import type { CreditChecker, CreditSigner } from '#shared/identity/credit-code.ts'

export const JwksSchema = z.object({
  keys: z.array(z.object({
    kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().regex(/^[A-Za-z0-9_-]{43}$/), kid: z.string(), alg: z.literal('EdDSA'), use: z.literal('sig'),
  })),
})
export type Jwks = z.output<typeof JwksSchema>

export interface PlatformKey extends CreditSigner {
  readonly jwks: Jwks
  readonly check: CreditChecker
  /** A secret for one purpose, derived from the private half, the same in every process that has the key. */
  derive(purpose: string): Buffer
}

export function newPlatformKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Reads a PKCS #8 PEM. Throws when it is not an Ed25519 key. */
export function openPlatformKey(pem: string): PlatformKey {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the platform key must be Ed25519')
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  // The start of the key's thumbprint (RFC 7638): enough to tell our keys apart, and short in a QR code.
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url').slice(0, 8)
  const jwks: Jwks = { keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }] }
  const seed = key.export({ format: 'jwk' }).d ?? ''
  return {
    kid, jwks,
    sign: (bytes) => sign(null, bytes, key),
    check: checkerOf(jwks),
    derive: (purpose) => createHash('sha256').update(`xiaopu ${purpose} ${seed}`).digest(),
  }
}

/** Notes which key signs for this database, the first time; throws StartupError `platform_key.differs` when it is another. */
export async function claimDatabase(db: Database, { kid }: PlatformKey): Promise<void> {
  await db.insertInto('platform').values({ kid }).onConflict((on) => on.doNothing()).execute()
  const known = await db.selectFrom('platform').select('kid').executeTakeFirstOrThrow()
  if (known.kid === kid) return
  throw new StartupError('platform_key.differs', `This database belongs to the platform key ${known.kid}, and this process has ${kid}: codes and sessions of one would be forged to the other. Give all processes of a cloud the same key in XIAOPU_PLATFORM_KEY (or the same platform-key.pem).`)
}

/** Checks signatures by the keys of a set, with no network. */
export function checkerOf(jwks: Jwks): CreditChecker {
  const keys = new Map<string, KeyObject>(jwks.keys.map(({ kid, kty, crv, x }) => [kid, createPublicKey({ key: { kty, crv, x }, format: 'jwk' })]))
  return (kid, bytes, signature) => {
    const key = keys.get(kid)
    return key && verify(null, bytes, key, signature)
  }
}
