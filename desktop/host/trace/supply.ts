/** What a scan says of goods that are taken in: the supplier that is known by it, the good that it names, what its certificate promises. */
import type { Certificate } from '#shared/codes/certificate.ts'
import type { CompanyCode } from '#shared/codes/company.ts'
import type { Measure } from '#shared/codes/recognise.ts'
import type { CallResult } from '#shared/host/contract.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { isLotNo } from '#shared/trace/link.ts'
import type { LotView } from '#shared/trace/lot.ts'
import type { Context } from '../context.ts'

export type Supply = Extract<CallResult<'code.read'>, { kind: 'supply' }>
const NOTHING = { kind: 'supply', good: null, supplier: '', supplierCode: '', sure: true, known: false, producer: '', origin: '', no: '', expiry: '', quantity: null, certificate: null } as const
const NO_CHARS_MAX = 20

export function companySupply({ store }: Pick<Context, 'store'>, { code, name, sure }: CompanyCode): Supply {
  const known = store.trace.bySupplierCode(code)
  return { ...NOTHING, form: 'company', supplier: known?.supplier || name, supplierCode: code, sure, known: known !== undefined }
}

export function certificateSupply({ store }: Pick<Context, 'store'>, certificate: Certificate, company: string): Supply {
  const { promisor, origin, product } = certificate
  const named = product === '' ? undefined : store.goodByName(product)
  const found = named || product === '' ? [] : store.searchGoods(product, 2)
  const good = named ?? (found.length === 1 ? found[0] : undefined)
  const known = (company === '' ? undefined : store.trace.bySupplierCode(company)) ?? (promisor === '' ? undefined : store.trace.byProducer(promisor))
  return {
    ...NOTHING, form: 'certificate', good: good?.on ? good : null, certificate, producer: promisor, origin, known: known !== undefined,
    supplier: known?.supplier || promisor, supplierCode: company || known?.supplierCode || '',
  }
}

/** Undefined where its number can't be a lot's here. */
export function lotSupply({ store }: Pick<Context, 'store'>, good: GoodView | undefined, { lot: no, expires, grams, pieces }: Measure): Supply | undefined {
  if (no === null || no.length > NO_CHARS_MAX || !isLotNo(no)) return undefined
  const known: LotView | undefined = good && (store.trace.lotsOf(good.id, no)[0] ?? store.trace.lots({ good: good.id, limit: 1 })[0])
  const quantity = good?.pricing === 'weight' ? grams : pieces === null ? null : pieces * 1000
  return { ...NOTHING, form: 'lot', good: good ?? null, no, expiry: expires ?? '', quantity, supplier: known?.supplier ?? '', supplierCode: known?.supplierCode ?? '', known: known !== undefined, producer: known?.producer ?? '', origin: known?.origin ?? '' }
}
