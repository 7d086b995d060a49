/** The words on a promise-of-compliance certificate, by language. See shared/documents/words.ts for why they live here. */
import type { Language } from '../documents/words.ts'

export interface CertificateWords {
  readonly product: string
  readonly quantity: string
  readonly origin: string
  readonly issued: string
  readonly promisor: string
  readonly contact: string
  readonly madeOf: string
  readonly printed: string
  /** What is promised, in the words of the rule's second article. */
  readonly promise: string
}

const zh: CertificateWords = {
  product: '产品名称', quantity: '数量', origin: '产地', issued: '开具时间', promisor: '承诺主体', contact: '联系方式', madeOf: '原批号', printed: '打印时间',
  promise: '承诺：未使用禁用农药、兽药及其他化合物，使用的常规农药、兽药残留不超标，对承诺的真实性负责。',
}
const en: CertificateWords = {
  product: 'Product', quantity: 'Quantity', origin: 'Origin', issued: 'Issued', promisor: 'Promised by', contact: 'Contact', madeOf: 'Made of lots', printed: 'Printed',
  promise: 'Promised: no banned pesticides, veterinary drugs or other compounds were used, residues of those that may be used are within the limits, and this promise is true.',
}
export const CERTIFICATE_WORDS: Readonly<Record<Language, CertificateWords>> = { zh, en }
