import { expect, test } from 'vitest'
import { NO_CERTIFICATE } from '#shared/codes/certificate.ts'
import { certifiedQuantity } from '#shared/trace/certified.ts'
import { supplied, type Supply } from './supply-form.ts'

const jin = { pricing: 'weight', unit: '\u65a4' } as const
const opened = { quantity: '', supplier: 'Old', supplierCode: 'C1', producer: 'P1', origin: 'O1', no: '', expiry: '', cost: '' }
const base: Supply = { kind: 'supply', form: 'certificate', good: null, supplier: 'New', supplierCode: '', sure: true, known: true, producer: 'P2', origin: 'O2', no: '', expiry: '', quantity: null, certificate: { ...NO_CERTIFICATE, quantity: '30 \u516c\u65a4' } }

test('what nobody touched is taken from the scan, what was typed stays', () => {
  expect(supplied(opened, opened, jin, base)).toEqual({ ...opened, quantity: '60', supplier: 'New', supplierCode: '', producer: 'P2', origin: 'O2' })
  expect(supplied({ ...opened, quantity: '55', supplier: 'Typed', origin: 'Here' }, opened, jin, base)).toEqual({ ...opened, quantity: '55', supplier: 'Typed', origin: 'Here', producer: 'P2' })
})
test('a company\'s code chooses its supplier, and one that nobody knows is kept with the name that was typed', () => {
  const company: Supply = { ...base, form: 'company', certificate: null, producer: '', origin: '', supplierCode: 'C2' }
  expect(supplied({ ...opened, supplier: 'Typed' }, opened, jin, company)).toMatchObject({ supplier: 'New', supplierCode: 'C2' })
  expect(supplied({ ...opened, supplier: 'Typed' }, opened, jin, { ...company, known: false, supplier: '' })).toMatchObject({ supplier: 'Typed', supplierCode: 'C2' })
  expect(supplied(opened, opened, jin, { ...company, known: false, supplier: '' })).toMatchObject({ supplier: '', supplierCode: 'C2' })
})
test('a certificate\'s weight is in the unit the good is sold by', () => {
  const [kilo, bottle] = [{ pricing: 'weight', unit: '\u516c\u65a4' }, { pricing: 'piece', unit: '\u74f6' }] as const
  expect(['30 \u516c\u65a4', '60\u65a4', '1.5\u5428', '30', '500g', '30kg', '3 \u7bb1', '\u591a'].map((text) => certifiedQuantity(text, kilo))).toEqual([30_000, 30_000, 1_500_000, 30_000, 500, 30_000, undefined, undefined])
  expect(['24 \u74f6', '24', '24 \u7bb1', '1.5 \u74f6'].map((text) => certifiedQuantity(text, bottle))).toEqual([24_000, 24_000, undefined, undefined])
})
