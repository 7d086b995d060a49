/** A certificate and a test as they are typed, and what is sent of them. Pure. */
import { type Certificate, CERTIFICATE_FIELDS, NO_CERTIFICATE, readCertificate } from '#shared/trace/certificate.ts'
import type { LotTest } from '#shared/trace/lot.ts'
import { readTraceLink } from '#shared/trace/link.ts'
import { expiryOf } from '../stock/typed.ts'

export interface Papers { certificate: Certificate; picture: string; test: { what: string; result: LotTest['result']; by: string; date: string } }
export const noPapers = (): Papers => ({ certificate: { ...NO_CERTIFICATE }, picture: '', test: { what: '', result: 'passed', by: '', date: '' } })
export const papersOf = ({ certificate, picture, tests }: { certificate: Certificate | null; picture: string; tests: readonly LotTest[] }): Papers => {
  const first = tests[0]
  return { certificate: { ...certificate ?? NO_CERTIFICATE }, picture, test: first ? { ...first } : noPapers().test }
}

/** Null where nothing of it was said. */
export const certificateOf = ({ certificate }: Papers): Certificate | null => ([...CERTIFICATE_FIELDS, 'link' as const].every((field) => certificate[field].trim() === '') ? null : { ...certificate })
/** Undefined where its date is none. */
export function testsOf({ test }: Papers): LotTest[] | undefined {
  if (test.what.trim() === '') return []
  const date = expiryOf(test.date)
  return date === undefined ? undefined : [{ ...test, date }]
}

/** What a scan says of a certificate, put to what is there already; undefined where it is none, such as a good's own code. */
export function scanned(text: string, before: Certificate): Certificate | undefined {
  const read = readTraceLink(text) ? undefined : readCertificate(text)
  return read && { ...before, ...Object.fromEntries(Object.entries(read).filter(([, value]) => value !== '')) }
}
