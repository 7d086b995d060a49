/** What every `Ciphers` does under a vault: the suite that the till's and the cloud's both pass. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PersonRecord } from '../identity/person.ts'
import { type Ciphers, type Sealed, Vault, newestOnly, withNewKeys } from '../members/vault.ts'
import { countingIds } from './clock-and-ids.ts'

const ids = countingIds(0x7a)
const [shop, other, person] = [ids.next(), ids.next(), ids.next()]
const DIGEST = 'd'.repeat(64)
const textIn = fc.string({ unit: 'grapheme', maxLength: 60 })
const setArbitrary = fc.record({ name: textIn, phone: fc.stringMatching(/^\+?[0-9]{5,15}$/), note: textIn }, { requiredKeys: [] })
  .map((set) => Object.fromEntries(Object.entries(set).map(([name, value]) => [name, value.trim()])))

export function runVaultSuite(name: string, ciphers: Ciphers): void {
  describe(`Vault: ${name}`, () => {
    const ring = withNewKeys(undefined, ciphers, 0)
    const vault = new Vault(ring, ciphers, shop)
    const record = (set: PersonRecord['set']): PersonRecord => ({ person, salt: 'a'.repeat(64), set })

    test('AES-256-GCM and HMAC-SHA-256 are those of the standards', () => {
      // NIST's GCM test case 16 (256-bit key, 60 bytes, associated data), and RFC 4231's second case for HMAC.
      const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16))
      const hex = (of: Uint8Array): string => Array.from(of, (byte) => byte.toString(16).padStart(2, '0')).join('')
      const key = bytes('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308')
      const plain = bytes('d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39')
      const sealed = ciphers.seal(key, bytes('cafebabefacedbaddecaf888'), plain, bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2'))
      expect(hex(sealed)).toBe('522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662'
        + '76fc6ece0f4e1768cddf8853bb2d551b')
      expect(hex(ciphers.hmac(new TextEncoder().encode('Jefe'), 'what do ya want for nothing?'))).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
    })

    test('whatever is sealed opens as it was, and never twice to the same bytes', () => {
      fc.assert(fc.property(setArbitrary, (set) => {
        const sealed = vault.seal(record(set), DIGEST)
        expect(vault.open(sealed)).toEqual(record(set))
        expect(vault.seal(record(set), DIGEST).sealed).not.toEqual(sealed.sealed)
      }))
    })

    test('a single bit, another shop, person, record, list of fields or key: refused', () => {
      const sealed = vault.seal(record({ name: '张三', phone: '13800005678' }), DIGEST)
      fc.assert(fc.property(fc.nat({ max: sealed.sealed.length * 8 - 1 }), (bit) => {
        const bytes = Uint8Array.from(sealed.sealed)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        expect(() => vault.open({ ...sealed, sealed: bytes })).toThrow('seal.broken')
      }))
      const changes: Partial<Sealed>[] = [{ person: other }, { digest: 'e'.repeat(64) }, { fields: 'name' }, { sealed: sealed.sealed.slice(0, -1) }, { sealed: new Uint8Array() }]
      for (const change of changes) expect(() => vault.open({ ...sealed, ...change })).toThrow('seal.broken')
      expect(() => new Vault(ring, ciphers, other).open(sealed)).toThrow('seal.broken')
      expect(() => vault.open({ ...sealed, key: '0'.repeat(16) })).toThrow('key.unknown')
      expect(() => new Vault(withNewKeys(undefined, ciphers, 0), ciphers, shop).open(sealed)).toThrow('key.unknown')
    })

    test('new keys seal what is new, old ones stay readable until they are destroyed, and then open nothing', () => {
      const old = vault.seal(record({ name: '张三' }), DIGEST)
      const both = withNewKeys(ring, ciphers, 1)
      const rotated = new Vault(both, ciphers, shop)
      expect(rotated.open(old)).toEqual(record({ name: '张三' }))
      const fresh = rotated.seal(record({ name: '张三' }), DIGEST)
      expect([fresh.key, rotated.newest.data]).toEqual([both.data[1]!.id, both.data[1]!.id])
      expect(() => vault.open(fresh)).toThrow('key.unknown')
      const after = new Vault(newestOnly(both), ciphers, shop)
      expect(after.open(fresh)).toEqual(record({ name: '张三' }))
      expect(() => after.open(old)).toThrow('key.unknown')
    })

    test('a number is found under every key there is, and tags of two shops, sorts or keys have nothing in common', () => {
      const kept = vault.tag('phone', '13800005678')
      const rotated = new Vault(withNewKeys(ring, ciphers, 1), ciphers, shop)
      expect(rotated.tags('phone', '13800005678')).toContainEqual(kept)
      const tags = [kept, rotated.tag('phone', '13800005678'), vault.tag('tail', '13800005678'), vault.tag('phone', '13800005679'), new Vault(ring, ciphers, other).tag('phone', '13800005678')]
      expect(new Set(tags.map(({ tag }) => tag)).size).toBe(tags.length)
      expect(vault.tag('phone', '13800005678')).toEqual(kept)
    })
  })
}
