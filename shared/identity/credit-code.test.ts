import { generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCreditCode, writeCreditCode, type CreditChecker, type CreditClaims } from './credit-code.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const signer = { kid: 'k1', sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) }
const check: CreditChecker = (kid, bytes, signature) => (kid === 'k1' ? verify(null, bytes, publicKey, signature) : undefined)
const now = 1_795_000_000_000
const claims: CreditClaims = {
  iss: 'https://example.cn', sub: 'AaIGj4oAeXOP6HWgLDL8_A', jti: '4Rvd5uLx', name: '湖畔便利店', uscc: '91330502MA2B3K7X4Q', kind: 'shop', grade: 'unrated',
  iat: now / 1000, exp: now / 1000 + 604_800,
}
const token = writeCreditCode(claims, signer)
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const signed = (header: object, payload: object): string => {
  const text = `${encode(header)}.${encode(payload)}`
  return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`
}

test('what was written is read back, and fits a QR code', () => {
  expect(readCreditCode(token, check, now)).toEqual({ verdict: 'valid', claims, kid: 'k1' })
  expect(token.length).toBeLessThan(420)
})

test.each([
  ['the last moment', claims.exp * 1000 - 1, 'valid'],
  ['the first moment after', claims.exp * 1000, 'expired'],
  ['a reader whose clock is a little slow', now - 299_000, 'valid'],
  ['long before it was issued', now - 301_000, 'forged'],
])('%s', (_name, at, verdict) => {
  expect(readCreditCode(token, check, at).verdict).toBe(verdict)
})

test.each([
  ['nothing', '', 'malformed'],
  ['two parts', token.split('.').slice(0, 2).join('.'), 'malformed'],
  ['no signature at all', `${encode({ alg: 'none', kid: 'k1' })}.${encode(claims)}.`, 'malformed'],
  ['another algorithm', signed({ alg: 'HS256', kid: 'k1' }, claims), 'malformed'],
  ['a header that asks for more', signed({ alg: 'EdDSA', kid: 'k1', crit: ['b64'] }, claims), 'malformed'],
  ['a key we do not have', signed({ alg: 'EdDSA', kid: 'k2' }, claims), 'unknown_key'],
  ['claims that are none', signed({ alg: 'EdDSA', kid: 'k1' }, { sub: 'x' }), 'malformed'],
  ['padding', `${token}=`, 'malformed'],
])('forged: %s', (_name, text, reason) => {
  expect(readCreditCode(text, check, now)).toEqual({ verdict: 'forged', reason })
})

test('no changed character is taken for the same token', () => {
  fc.assert(fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABCxyz019-_.'), (index, char) => {
    const changed = token.slice(0, index) + char + token.slice(index + 1)
    expect(readCreditCode(changed, check, now).verdict).toBe(changed === token ? 'valid' : 'forged')
  }))
})

test('any text is judged, none throws', () => {
  fc.assert(fc.property(fc.string(), (text) => { expect(readCreditCode(text, check, now).verdict).toBe('forged') }))
})
