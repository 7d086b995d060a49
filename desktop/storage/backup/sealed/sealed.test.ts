/** Sealed backups: what was closed opens with its passphrase, and nothing else does; no byte is believed that was not proven. */
import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { TillError } from '#shared/host/frames.ts'
import { HEADER_BYTES } from '#shared/host/restore.ts'
import { temporaryFolder } from '../../testing/store.ts'
import { Opener, Sealer } from './chunks.ts'
import { Unpacker, listBytes } from './content.ts'
import { type FileKey, type Lock, LockSchema, makeLock, openingKey, sealingKey } from './lock.ts'

const PASSPHRASE = '小铺在巷子口 第三家'
/** The cheapest there is, and small chunks: many of them in a short file. */
const [WORK, POWER] = [14, 12]
const CHUNK = 2 ** POWER
const TAG = 16

let lock: Lock
beforeAll(async () => { lock = await makeLock(PASSPHRASE, 1, WORK) })

function seal(content: Buffer, key = sealingKey(lock, POWER), cuts: readonly number[] = []): Buffer {
  const out: Buffer[] = []
  const sealer = new Sealer(key, (bytes) => out.push(Buffer.from(bytes)))
  for (const part of cut(content, cuts)) sealer.push(part)
  sealer.end()
  return Buffer.concat(out)
}
function openWith(key: FileKey, sealed: Buffer, cuts: readonly number[] = []): Buffer {
  const out: Buffer[] = []
  const opener = new Opener(key, (bytes) => out.push(bytes))
  for (const part of cut(sealed.subarray(HEADER_BYTES), cuts)) opener.push(part)
  opener.end()
  return Buffer.concat(out)
}
function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((at) => at % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).map((to, i) => bytes.subarray(places[i], to))
}
async function refusal(work: () => unknown): Promise<{ code: string; byte: unknown }> {
  try {
    await work()
  } catch (error) {
    if (error instanceof TillError) return { code: error.code, byte: error.detail?.['byte'] }
    throw error
  }
  throw new Error('not refused')
}
const start = (sealed: Buffer): Buffer => sealed.subarray(0, HEADER_BYTES)
const contents = fc.uint8Array({ maxLength: 3 * CHUNK + 7 }).map((bytes) => Buffer.from(bytes))
const sizes = fc.oneof(contents, fc.constantFrom(0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK).map((length) => Buffer.alloc(length, 7)))
const cuts = fc.array(fc.nat({ max: 5 * CHUNK }), { maxLength: 6 })

describe('a sealed file', () => {
  test('opens to what was put in, however it comes in parts', () => {
    fc.assert(fc.property(sizes, cuts, cuts, (content, there, back) => {
      const key = sealingKey(lock, POWER)
      const sealed = seal(content, key, there)
      expect(sealed.length).toBe(HEADER_BYTES + content.length + TAG * Math.max(1, Math.ceil(content.length / CHUNK)))
      expect(openWith(key, sealed, back).equals(content)).toBe(true)
    }))
  })

  test('opens with its passphrase, in full width or half, and is another each time', async () => {
    const content = randomBytes(5000)
    const [one, two] = [seal(content), seal(content)]
    for (const sealed of [one, two]) expect(openWith(await openingKey(start(sealed), `  ${PASSPHRASE.replace(' ', '\u3000')} `), sealed).equals(content)).toBe(true)
    expect(one.subarray(120).equals(two.subarray(120))).toBe(false)
    expect(one.includes(content.subarray(0, 16))).toBe(false)
  })

  test('says a wrong passphrase apart from damage', async () => {
    const sealed = seal(randomBytes(100))
    expect(await refusal(() => openingKey(start(sealed), `${PASSPHRASE}!`))).toEqual({ code: 'restore.passphrase_wrong', byte: undefined })
    expect((await refusal(() => openingKey(start(sealed), ''))).code).toBe('restore.passphrase_wrong')
    const hurt = Buffer.from(start(sealed))
    hurt[60]! ^= 1
    expect(await refusal(() => openingKey(hurt, PASSPHRASE))).toEqual({ code: 'restore.file_damaged', byte: 0 })
    expect(await refusal(() => openingKey(start(sealed).subarray(0, 100), PASSPHRASE))).toEqual({ code: 'restore.cut_off', byte: 100 })
    expect((await refusal(() => openingKey(Buffer.from('SQLite format 3\0'.padEnd(200)), PASSPHRASE))).code).toBe('restore.not_sealed')
  })

  test('with any byte changed is refused where that byte is', async () => {
    const key = sealingKey(lock, POWER)
    const sealed = seal(randomBytes(2 * CHUNK + 100), key)
    await fc.assert(fc.asyncProperty(fc.nat({ max: sealed.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const hurt = Buffer.from(sealed)
      hurt[at]! ^= change
      if (at < HEADER_BYTES) {
        expect((await refusal(() => openingKey(start(hurt), PASSPHRASE))).code).toMatch(/^restore\.(file_damaged|not_sealed|newer)$/)
        return
      }
      const { code, byte } = await refusal(() => openWith(key, hurt))
      expect({ code, byte }).toEqual({ code: 'restore.file_damaged', byte: HEADER_BYTES + Math.floor((at - HEADER_BYTES) / (CHUNK + TAG)) * (CHUNK + TAG) })
    }), { numRuns: 300 })
  })

  test('cut off anywhere is refused, at the end of a chunk too', async () => {
    const key = sealingKey(lock, POWER)
    for (const length of [2 * CHUNK + 100, 3 * CHUNK]) {
      const sealed = seal(randomBytes(length), key)
      const ends = [0, 1, 2].map((n) => HEADER_BYTES + n * (CHUNK + TAG))
      await fc.assert(fc.asyncProperty(fc.oneof(fc.integer({ min: HEADER_BYTES, max: sealed.length - 1 }), fc.constantFrom(...ends)), async (to) => {
        const { code } = await refusal(() => openWith(key, sealed.subarray(0, to)))
        expect(code).toMatch(/^restore\.(cut_off|file_damaged)$/)
        if (ends.includes(to)) expect(code).toBe('restore.cut_off')
      }), { numRuns: 200 })
    }
  })

  test('with chunks exchanged, left out, repeated, added or taken from another file is refused', async () => {
    const [key, other] = [sealingKey(lock, POWER), sealingKey(lock, POWER)]
    const sealed = seal(randomBytes(4 * CHUNK), key)
    const foreign = seal(randomBytes(4 * CHUNK), other)
    const chunk = (from: Buffer, n: number): Buffer => from.subarray(HEADER_BYTES + n * (CHUNK + TAG), HEADER_BYTES + (n + 1) * (CHUNK + TAG))
    const made = (...chunks: Buffer[]): Buffer => Buffer.concat([start(sealed), ...chunks])
    const [a, b, c, d] = [0, 1, 2, 3].map((n) => chunk(sealed, n)) as [Buffer, Buffer, Buffer, Buffer]
    expect(openWith(key, made(a, b, c, d)).length).toBe(4 * CHUNK)
    for (const wrong of [made(b, a, c, d), made(a, c, d), made(a, b, b, c, d), made(a, b, d, c), made(a, b, c, d, d), made(a, b, chunk(foreign, 2), d), made(d), made(a, b, c, d, Buffer.alloc(1))]) {
      expect((await refusal(() => openWith(key, wrong))).code).toMatch(/^restore\.(cut_off|file_damaged)$/)
    }
    // Another file's header in front of these chunks.
    const swapped = Buffer.concat([start(foreign), sealed.subarray(HEADER_BYTES)])
    expect((await refusal(async () => openWith(await openingKey(start(swapped), PASSPHRASE), swapped))).code).toBe('restore.file_damaged')
  })

  test('can not ask the reader for memory', async () => {
    const { createHash } = await import('node:crypto')
    for (const [at, value] of [[9, 31], [9, 0], [9, 19], [10, 31], [10, 0]] as const) {
      const hostile = Buffer.from(start(seal(Buffer.alloc(9))))
      hostile[at] = value
      createHash('sha256').update(hostile.subarray(0, 152)).digest().copy(hostile, 152)
      expect(await refusal(() => openingKey(hostile, PASSPHRASE))).toEqual({ code: 'restore.file_damaged', byte: at })
    }
  })

  test('is of no use to whoever has the till\'s lock, and can\'t be made by whoever has only a file', async () => {
    // What a till keeps: nothing in it opens its own backups.
    expect(Object.keys(LockSchema.parse(lock)).sort()).toEqual(['at', 'nonce', 'publicKey', 'salt', 'secret', 'work', 'wrapped'])
    expect(JSON.stringify(lock)).not.toContain(PASSPHRASE)
    // The public key with another secret: a forger's.
    const forged = seal(randomBytes(100), sealingKey({ ...lock, secret: randomBytes(32).toString('base64') }, POWER))
    expect((await refusal(async () => openWith(await openingKey(start(forged), PASSPHRASE), forged))).code).toBe('restore.file_damaged')
  })
})

test('a passphrase that is a birthday, a number or one key held down is not taken', async () => {
  for (const weak of ['', '1234567', 'abcdefg', '13812345678', '１２３４５６７８', 'aaaaaaaaaaaa', ' 小铺  ']) expect([weak, (await refusal(() => makeLock(weak, 0, WORK))).code]).toEqual([weak, 'backup.passphrase_weak'])
  for (const good of ['138123456789', '门前一棵老槐树呀', 'Laohuai#7']) expect((await makeLock(good, 5, WORK)).at).toBe(5)
})

describe('what is inside', () => {
  const files = [{ name: 'till.db', bytes: 5000 }, { name: 'people.keys', bytes: 3 }] as const
  const packed = Buffer.concat([listBytes({ files: [...files] }), Buffer.alloc(5000, 1), Buffer.from('abc')])

  function unpack(bytes: Buffer, at: readonly number[] = []): string {
    const folder = temporaryFolder()
    const unpacker = new Unpacker(folder)
    try {
      for (const part of cut(bytes, at)) unpacker.push(part)
      unpacker.end()
    } finally {
      unpacker.close()
    }
    return folder
  }

  test('comes out as its files, however it comes in parts', () => {
    fc.assert(fc.property(cuts, (at) => {
      const folder = unpack(packed, at)
      expect(readdirSync(folder).sort()).toEqual(['people.keys', 'till.db'])
      expect(readFileSync(join(folder, 'till.db')).equals(Buffer.alloc(5000, 1))).toBe(true)
      expect(String(readFileSync(join(folder, 'people.keys')))).toBe('abc')
    }), { numRuns: 50 })
  })

  test('names only what a till has, and is exactly as long as it says', async () => {
    const list = (value: unknown): Buffer => listBytes(value as never)
    const wrong = [
      Buffer.alloc(0), Buffer.from([0, 0]), packed.subarray(0, -1), Buffer.concat([packed, Buffer.alloc(1)]), Buffer.from('ffffffff', 'hex'),
      list({ files: [{ name: '../till.db', bytes: 0 }] }), list({ files: [{ name: 'people.keys', bytes: 0 }] }), list({ files: [files[0], files[0]] }),
      list({ files: [{ name: 'till.db', bytes: -1 }] }), list({}), Buffer.concat([Buffer.from([0, 0, 0, 2]), Buffer.from('{[')]),
    ]
    for (const bytes of wrong) expect((await refusal(() => unpack(bytes))).code).toBe('restore.damaged')
  })

  test('writes over no file', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'till.db'), 'kept')
    const unpacker = new Unpacker(folder)
    expect(() => unpacker.push(packed)).toThrow('EEXIST')
    expect(String(readFileSync(join(folder, 'till.db')))).toBe('kept')
  })
})
