/**
 * The promise-of-compliance certificate (承诺达标合格证) on receipt paper: what a seller who splits or mixes produce issues
 * anew and gives along. Its title, its six fields and its promise are those of the ministry's rule in force since 2026-02-01
 * (农业农村部令 2025 年第 4 号); the code beside them leads to the lot's page.
 */
import { CERTIFICATE_WORDS } from './certificate-words.ts'
import type { Certificate } from '../codes/certificate.ts'
import type { LotTest } from './lot.ts'
import { dateTimeText } from '../documents/date-text.ts'
import { LABEL_WORDS } from '../documents/label-words.ts'
import { headOf, type PrintedShop, type ReceiptDocument } from '../documents/receipt.ts'
import { row } from '../documents/rows.ts'
import { type Language, WORDS } from '../documents/words.ts'

export interface CertificatePaper {
  readonly shop: PrintedShop
  /** UTC ms */
  readonly printedAt: number
  readonly copy: boolean
  readonly certificate: Certificate
  /** The good's name in the shop, where the certificate names no product. */
  readonly goodName: string
  readonly no: string
  /** Last day it is good for, YYYY-MM-DD; empty without one. */
  readonly expiry: string
  readonly tests: readonly LotTest[]
  /** Numbers of the lots that it was split or mixed of. */
  readonly parents: readonly string[]
  /** GS1 Digital Link of the lot; null without a page. */
  readonly link: string | null
  readonly language?: Language
}

/** Whether the shop may issue it: a certificate is its promisor's alone, and printing another's is issuing in his name. */
export function isOwnCertificate(certificate: Pick<Certificate, 'promisor'>, shop: Pick<PrintedShop, 'name'>): boolean {
  return certificate.promisor.trim() !== '' && certificate.promisor.trim() === shop.name.slice(0, 60).trim()
}

export function certificatePaper({ shop, printedAt, copy, certificate, goodName, no, expiry, tests, parents, link, language = 'zh' }: CertificatePaper): ReceiptDocument {
  const words = WORDS[language]
  const labels = LABEL_WORDS[language]
  const own = CERTIFICATE_WORDS[language]
  const said = (rows: readonly (readonly [string, string])[]) => rows.filter(([, value]) => value.trim() !== '').map(([label, value]) => row(label, value))
  return {
    kind: 'stock', language, shop: headOf(shop), title: labels.certificate, copy: copy ? { mark: words.copy, note: '' } : null,
    facts: said([
      [own.product, certificate.product || goodName], [own.quantity, certificate.quantity], [own.origin, certificate.origin], [own.issued, certificate.issued], [own.promisor, certificate.promisor], [own.contact, certificate.contact],
      [labels.lot, no], ...parents.map((parent): [string, string] => [own.madeOf, parent]), [labels.expires, expiry], ...tests.map(({ what, result, date }): [string, string] => [what, [labels[result], date].filter(Boolean).join(' ')]),
    ]),
    heads: { name: '', quantity: '', price: '', amount: '' }, lines: [], totals: [[row(own.printed, dateTimeText(printedAt, shop.zone))]],
    codes: link === null ? [] : [{ content: link, caption: labels.scanToTrace, note: '' }], footer: own.promise,
  }
}
