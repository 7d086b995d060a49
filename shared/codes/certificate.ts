/**
 * The promise-of-compliance certificate (承诺达标合格证) that a producer of edible farm produce issues: its six fields, and what
 * can be read of them in the text of its QR code. No standard lays that text out, so labels and colons are gone by, in any
 * order; what is not found stays empty and is typed.
 */
import { z } from 'zod'

const text = (max: number) => z.string().trim().max(max)
export const CertificateSchema = z.object({
  product: text(60), quantity: text(30), origin: text(60),
  /** As it stands on it, usually a date. */
  issued: text(30),
  promisor: text(60), contact: text(30),
  /** Where its QR code leads, where that is all it says. */
  link: text(300),
})
export type Certificate = z.output<typeof CertificateSchema>
export const CERTIFICATE_FIELDS = ['product', 'quantity', 'origin', 'issued', 'promisor', 'contact'] as const
export type CertificateField = (typeof CERTIFICATE_FIELDS)[number]
export const NO_CERTIFICATE: Certificate = { product: '', quantity: '', origin: '', issued: '', promisor: '', contact: '', link: '' }

/** Words that label a field, the longer before those they begin with. */
const LABELS: Readonly<Record<CertificateField, readonly string[]>> = {
  product: ['食用农产品名称', '农产品名称', '产品名称', '品名', '名称', 'product', 'productName', 'name'],
  quantity: ['数量（重量）', '数量(重量)', '数量/重量', '数量', '重量', 'quantity', 'weight', 'amount'],
  origin: ['产地', '生产地址', '产地地址', 'origin', 'address', 'producingArea'],
  issued: ['开具日期', '开具时间', '出具日期', '日期', 'issued', 'date', 'issueDate'],
  promisor: ['生产者盖章或签名', '生产者名称', '生产经营者', '承诺主体', '生产主体', '承诺人', '生产者', '主体名称', 'promisor', 'producer', 'company'],
  contact: ['联系方式', '联系电话', '电话', '手机', 'contact', 'phone', 'tel'],
}
const LABEL_OF = new Map(Object.entries(LABELS).flatMap(([field, labels]) => labels.map((label) => [label.toLowerCase(), field as CertificateField] as const)))
const MAX: Readonly<Record<CertificateField, number>> = { product: 60, quantity: 30, origin: 60, issued: 30, promisor: 60, contact: 30 }

/** Undefined where the text is neither a link nor names any of the fields. */
export function readCertificate(text: string): Certificate | undefined {
  const said = text.trim()
  if (/^https?:\/\/\S+$/i.test(said)) return { ...fromQuery(said), link: said.slice(0, 300) }
  const pairs = fromJson(said) ?? fromLines(said)
  const found = named(pairs)
  return CERTIFICATE_FIELDS.some((field) => found[field] !== '') ? found : undefined
}

function named(pairs: Iterable<readonly [string, string]>): Certificate {
  const found = { ...NO_CERTIFICATE }
  for (const [label, value] of pairs) {
    // The paper's own title may stand before the first of them.
    const field = LABEL_OF.get(label.trim().replace(/^(?:食用)?(?:农产品)?(?:质量安全)?承诺达标合格证\s*/, '').toLowerCase())
    // oxlint-disable-next-line no-control-regex -- Control characters are what is taken out.
    if (field && found[field] === '') found[field] = value.replace(/[\0-\x1f\x7f]/g, ' ').trim().slice(0, MAX[field]).trim()
  }
  return found
}

function fromJson(text: string): [string, string][] | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Object.entries(value as object).flatMap(([label, each]): [string, string][] => (typeof each === 'string' || typeof each === 'number' ? [[label, String(each)]] : []))
  } catch {
    return undefined
  }
}

function fromLines(text: string): [string, string][] {
  return text.split(/[\n\r;；|]+/).flatMap((line): [string, string][] => {
    const cut = line.search(/[:：=]/)
    return cut > 0 ? [[line.slice(0, cut), line.slice(cut + 1)]] : []
  })
}

/** An address may say it all in what it asks for. */
function fromQuery(link: string): Certificate {
  const url = URL.parse(link)
  return url ? named(url.searchParams) : NO_CERTIFICATE
}
