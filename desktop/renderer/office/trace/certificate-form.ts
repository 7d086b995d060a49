/** A certificate and a test as they are typed, and what is sent of them. Pure. */
import { type Certificate, CERTIFICATE_FIELDS, NO_CERTIFICATE } from '#shared/codes/certificate.ts'
import type { LotTest } from '#shared/trace/lot.ts'
import { dateGiven } from '../../parts/date-text.ts'

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
  const date = dateGiven(test.date)
  return date === undefined ? undefined : [{ ...test, date }]
}
