/** The vault's primitives by node:crypto. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { Ciphers } from '#shared/members/vault.ts'

const TAG_BYTES = 16

export const nodeCiphers: Ciphers = {
  random: (bytes) => randomBytes(bytes),
  seal(key, nonce, text, associated) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated)
    return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
  },
  open(key, nonce, sealed, associated) {
    const end = sealed.length - TAG_BYTES
    if (end < 0 || nonce.length !== 12) return undefined
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(associated).setAuthTag(sealed.subarray(end))
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
    } catch {
      return undefined
    }
  },
  hmac: (key, text) => createHmac('sha256', key).update(text, 'utf8').digest(),
}
