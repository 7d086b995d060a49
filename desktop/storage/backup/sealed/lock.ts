/**
 * Who can close a backup and who can open one. The till keeps a lock: a public key (X25519, RFC 7748) and a secret that proves a
 * file to be this till's; both close backups by themselves, day and night. Opening takes the private key, which lies in the
 * header of every backup under a key made of the passphrase (scrypt, RFC 7914; AES-256-GCM) and nowhere else. docs/decisions/0020.
 */
import { type KeyObject, createCipheriv, createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'
import { TillError } from '#shared/host/frames.ts'
import { HEADER_BYTES } from '#shared/host/restore.ts'

/** scrypt's N as a power of two: 128 MiB and half a second, for whoever knows the passphrase and for each guess of who doesn't. */
export const WORK = 17
/** What a header may ask of the machine that reads it: 16 to 256 MiB. */
const [WORK_MIN, WORK_MAX] = [14, 18]
const SCRYPT_R = 8
const PASSPHRASE_MIN = 8
/** Digits alone are birthdays and telephone numbers: more of them. */
const DIGITS_MIN = 12

export const MAGIC = Buffer.from('XPBACKUP')
const VERSION = 1
/** 1 MiB of content in a chunk. */
const CHUNK_POWER = 20
const [CHUNK_POWER_MIN, CHUNK_POWER_MAX] = [12, 22]

const KEY = 32
const TAG = 16
const [AT_VERSION, AT_WORK, AT_CHUNK, AT_SALT, AT_NONCE, AT_WRAPPED, AT_EPHEMERAL, AT_SUM] = [8, 9, 10, 12, 28, 40, 120, 152]

const bytes = (length: number): z.ZodType<string> => z.base64().refine((text) => Buffer.from(text, 'base64').length === length)
/** As the till keeps it; it opens nothing. `at`: when the passphrase was set, UTC ms. */
export const LockSchema = z.object({
  at: z.int(), work: z.int().min(WORK_MIN).max(WORK_MAX), salt: bytes(16), nonce: bytes(12), wrapped: bytes(2 * KEY + TAG), publicKey: bytes(KEY), secret: bytes(KEY),
})
export type Lock = z.output<typeof LockSchema>

/** What one file is read or written with. */
export interface FileKey {
  readonly key: Buffer
  readonly header: Buffer
  /** Bytes of content in every chunk but the last. */
  readonly chunk: number
}

/** Throws TillError backup.passphrase_weak. */
export async function makeLock(passphrase: string, at: number, work = WORK): Promise<Lock> {
  if (isWeak(passphrase)) throw new TillError('backup.passphrase_weak')
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const [salt, nonce, secret] = [randomBytes(16), randomBytes(12), randomBytes(KEY)]
  const cipher = createCipheriv('aes-256-gcm', await stretched(passphrase, salt, work), nonce).setAAD(bindingOf(work, salt))
  const wrapped = Buffer.concat([cipher.update(rawPrivate(privateKey)), cipher.update(secret), cipher.final(), cipher.getAuthTag()])
  const text = (each: Buffer): string => each.toString('base64')
  return { at, work, salt: text(salt), nonce: text(nonce), wrapped: text(wrapped), publicKey: text(rawPublic(publicKey)), secret: text(secret) }
}

/** Counted as people type: full-width and half-width are one, and blanks around it nothing. */
const normal = (passphrase: string): string => passphrase.normalize('NFKC').trim()
function isWeak(passphrase: string): boolean {
  const letters = [...normal(passphrase)]
  return letters.length < (letters.every((each) => /\p{Nd}/u.test(each)) ? DIGITS_MIN : PASSPHRASE_MIN) || new Set(letters).size < 3
}

/** A key for one new file, and the header that leads back to it; `power`: of two, the bytes of a chunk. */
export function sealingKey(lock: Lock, power = CHUNK_POWER): FileKey {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const header = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(header)
  header.set([VERSION, lock.work, power], AT_VERSION)
  for (const [at, part] of [[AT_SALT, lock.salt], [AT_NONCE, lock.nonce], [AT_WRAPPED, lock.wrapped]] as const) Buffer.from(part, 'base64').copy(header, at)
  rawPublic(publicKey).copy(header, AT_EPHEMERAL)
  sumOf(header).copy(header, AT_SUM)
  const shared = diffieHellman({ privateKey, publicKey: publicFrom(Buffer.from(lock.publicKey, 'base64')) })
  return { key: fileKey(shared, Buffer.from(lock.secret, 'base64'), header), header, chunk: 2 ** power }
}

export const looksSealed = (start: Buffer): boolean => start.subarray(0, MAGIC.length).equals(MAGIC)

/** Throws TillError restore.not_sealed, restore.newer, restore.cut_off, restore.file_damaged, restore.passphrase_wrong. */
export async function openingKey(header: Buffer, passphrase: string): Promise<FileKey> {
  if (!looksSealed(header)) throw new TillError('restore.not_sealed')
  if (header.length < HEADER_BYTES) throw new TillError('restore.cut_off', { byte: header.length })
  if (header[AT_VERSION] !== VERSION) throw new TillError('restore.newer', { byte: AT_VERSION, format: header[AT_VERSION] })
  // With this right, a wrong key below is a wrong passphrase and no damage.
  if (!sumOf(header).equals(header.subarray(AT_SUM, HEADER_BYTES))) throw new TillError('restore.file_damaged', { byte: 0 })
  const [work, chunk] = [header[AT_WORK]!, header[AT_CHUNK]!]
  if (work < WORK_MIN || work > WORK_MAX) throw new TillError('restore.file_damaged', { byte: AT_WORK })
  if (chunk < CHUNK_POWER_MIN || chunk > CHUNK_POWER_MAX) throw new TillError('restore.file_damaged', { byte: AT_CHUNK })
  const salt = header.subarray(AT_SALT, AT_NONCE)
  const decipher = createDecipheriv('aes-256-gcm', await stretched(passphrase, salt, work), header.subarray(AT_NONCE, AT_WRAPPED)).setAAD(bindingOf(work, salt))
  decipher.setAuthTag(header.subarray(AT_EPHEMERAL - TAG, AT_EPHEMERAL))
  let inner: Buffer
  try {
    inner = Buffer.concat([decipher.update(header.subarray(AT_WRAPPED, AT_EPHEMERAL - TAG)), decipher.final()])
  } catch {
    throw new TillError('restore.passphrase_wrong')
  }
  try {
    const shared = diffieHellman({ privateKey: privateFrom(inner.subarray(0, KEY)), publicKey: publicFrom(header.subarray(AT_EPHEMERAL, AT_SUM)) })
    return { key: fileKey(shared, inner.subarray(KEY), header), header: Buffer.from(header.subarray(0, HEADER_BYTES)), chunk: 2 ** chunk }
  } catch {
    // A point that no honest writer makes.
    throw new TillError('restore.file_damaged', { byte: AT_EPHEMERAL })
  }
}

/** The secret goes in beside what the keys agree on: the public key stands in no file, but whoever opened one knows it, and must not make others. */
function fileKey(shared: Buffer, secret: Buffer, header: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.concat([shared, secret]), header.subarray(AT_SUM, HEADER_BYTES), 'xiaopu backup 1', KEY))
}
const sumOf = (header: Buffer): Buffer => createHash('sha256').update(header.subarray(0, AT_SUM)).digest()
const bindingOf = (work: number, salt: Buffer): Buffer => Buffer.concat([MAGIC, Buffer.from([VERSION, work]), salt])

function stretched(passphrase: string, salt: Buffer, work: number): Promise<Buffer> {
  const N = 2 ** work
  return new Promise((resolve, reject) => {
    scrypt(normal(passphrase), salt, KEY, { N, r: SCRYPT_R, p: 1, maxmem: 256 * N * SCRYPT_R }, (error, key) => { if (error) reject(error); else resolve(key) })
  })
}

/** RFC 8410: a raw key is the end of its DER form. */
const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_DER = Buffer.from('302a300506032b656e032100', 'hex')
const rawPrivate = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' }).subarray(-KEY)
const rawPublic = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(-KEY)
const privateFrom = (raw: Buffer): KeyObject => createPrivateKey({ key: Buffer.concat([PRIVATE_DER, raw]), format: 'der', type: 'pkcs8' })
const publicFrom = (raw: Buffer): KeyObject => createPublicKey({ key: Buffer.concat([PUBLIC_DER, raw]), format: 'der', type: 'spki' })
