/** What a scan says of goods that are taken in, put to what stands in the form already. Pure. */
import type { Certificate } from '#shared/codes/certificate.ts'
import type { CallResult } from '#shared/host/contract.ts'
import { certifiedQuantity } from '#shared/trace/certified.ts'
import type { Pricing } from '#shared/quantity/quantity.ts'
import { quantityShown } from '../stock/typed.ts'

export type Supply = Extract<CallResult<'code.read'>, { kind: 'supply' }>
export interface IntakeForm { quantity: string; supplier: string; supplierCode: string; producer: string; origin: string; no: string; expiry: string; cost: string }

/** Fields that nobody has touched since the form was opened are taken from the scan; what was typed stays. */
export function supplied(form: IntakeForm, opened: IntakeForm, good: { pricing: Pricing; unit: string }, said: Supply): IntakeForm {
  const quantity = said.quantity ?? (said.certificate ? certifiedQuantity(said.certificate.quantity, good) : undefined)
  const offered: Partial<IntakeForm> = { producer: said.producer, origin: said.origin, no: said.no, expiry: said.expiry, quantity: quantity === undefined || quantity <= 0 ? '' : quantityShown(good, quantity) }
  const taken = Object.fromEntries(Object.entries(offered).filter(([name, value]) => value !== '' && form[name as keyof IntakeForm] === opened[name as keyof IntakeForm]))
  return { ...form, ...taken, ...supplierOf(form, opened, said) }
}

/** A code belongs to whoever it was scanned for: it comes with a supplier that is chosen by it, or goes to the one that was typed. */
function supplierOf(form: IntakeForm, opened: IntakeForm, said: Supply): Partial<IntakeForm> {
  const isTyped = form.supplier.trim() !== '' && form.supplier !== opened.supplier
  if (said.form === 'company') return { supplierCode: said.supplierCode, supplier: said.known || !isTyped ? said.supplier : form.supplier }
  if (said.supplier === '' || (isTyped && form.supplier !== said.supplier)) return {}
  return { supplier: said.supplier, supplierCode: said.supplierCode }
}

/** What is read of a certificate, put to what is there. */
export const certified = (before: Certificate, read: Certificate): Certificate => ({ ...before, ...Object.fromEntries(Object.entries(read).filter(([, value]) => value !== '')) })
