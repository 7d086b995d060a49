/** A till's signatures: Ed25519 (RFC 8032) over the very bytes that were sent, before anything else reads them. */
import { createPublicKey, verify } from 'node:crypto'

/** Whether `signature` (base64url) is by the raw public key `publicKey` (base64url) over `bytes`. Never throws. */
export function isSignedBy(publicKey: string, bytes: Uint8Array, signature: unknown): boolean {
  if (typeof signature !== 'string' || !/^[A-Za-z0-9_-]{86}$/.test(signature)) return false
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
    return verify(null, bytes, key, Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}
