/** The till's own key pair: Ed25519 (RFC 8032). The private half never leaves the till's folder. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'

/** A fresh pair: the public key raw in base64url, the private key as PKCS#8 PEM. */
export function makeDeviceKey(): { publicKey: string; privateKey: string } {
  const pair = generateKeyPairSync('ed25519')
  const jwk = pair.publicKey.export({ format: 'jwk' })
  return { publicKey: jwk.x!, privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
}

/** Ed25519 over exactly these bytes, base64url. */
export function signBytes(privateKey: string, bytes: Uint8Array): string {
  return sign(null, bytes, createPrivateKey(privateKey)).toString('base64url')
}
