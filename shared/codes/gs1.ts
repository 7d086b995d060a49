/**
 * GS1 data as a scanner gives it: element strings with separators (FNC1, sent as GS) or with brackets, and Digital Link URIs
 * (GS1 Digital Link standard: URI syntax). Syntax, character sets, check digits and dates are judged here; which
 * identifiers must stand together is not, because a till uses what it understands and ignores the rest.
 */
import { aiAt, faultOf, isAi, predefinedLength } from './gs1-ais.ts'

export interface Element { readonly ai: string; readonly value: string }
export interface Gs1Fault {
  readonly fault: 'empty' | 'unknown_ai' | 'length' | 'characters' | 'check' | 'date' | 'brackets' | 'repeated' | 'no_key'
  /** The identifier it is about, as far as one was found. */
  readonly ai: string
}
export type Gs1 = { readonly elements: readonly Element[] } | Gs1Fault

/** The separator as scanners send it: ASCII 29. */
export const GS = '\u001d'

function judged(elements: readonly Element[]): Gs1 {
  if (elements.length === 0) return { fault: 'empty', ai: '' }
  const seen = new Map<string, string>()
  for (const { ai, value } of elements) {
    const fault = faultOf(ai, value)
    if (fault) return { fault, ai }
    const before = seen.get(ai)
    if (before !== undefined && before !== value) return { fault: 'repeated', ai }
    seen.set(ai, value)
  }
  return { elements }
}

/** `text` begins after the first FNC1 (or the symbology identifier that stands for it); others are GS. */
export function readElements(text: string): Gs1 {
  const elements: Element[] = []
  let rest = text
  while (rest !== '') {
    const ai = aiAt(rest)
    if (ai === undefined) return { fault: 'unknown_ai', ai: rest.slice(0, 4) }
    const end = rest.indexOf(GS)
    const whole = end === -1 ? rest.length : end
    const size = Math.min(predefinedLength(ai) ?? whole, whole)
    elements.push({ ai, value: rest.slice(ai.length, size) })
    rest = rest.slice(size + (rest[size] === GS ? 1 : 0))
  }
  return judged(elements)
}

/** `(01)06901234567892(10)A\(1`: a bracket within a value is escaped. */
export function readBracketed(text: string): Gs1 {
  const elements: Element[] = []
  let at = 0
  while (at < text.length) {
    const head = /^\(([0-9]{2,4})\)/.exec(text.slice(at, at + 6))
    if (!head) return { fault: 'brackets', ai: '' }
    const ai = head[1]!
    if (!isAi(ai)) return { fault: 'unknown_ai', ai }
    at += head[0].length
    let value = ''
    while (at < text.length && text[at] !== '(') {
      if (text[at] === '\\' && text[at + 1] === '(') at += 1
      value += text[at]
      at += 1
    }
    elements.push({ ai, value })
  }
  return judged(elements)
}

/** Primary keys, and the qualifiers that may follow each in a path, in this order. */
const QUALIFIERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  '00': [[]], '01': [['22', '10', '21'], ['235']], 253: [[]], 255: [[]], 401: [[]], 402: [[]], 414: [['254'], ['7040']], 415: [['8020']], 417: [['7040']],
  8003: [[]], 8004: [['7040']], 8006: [['22', '10', '21']], 8010: [['8011']], 8013: [[]], 8017: [['8019']], 8018: [['8019']],
}

/** A GTIN may stand in a link as short as it is printed. */
const padded = (ai: string, value: string): string => (ai === '01' && /^([0-9]{8}|[0-9]{12}|[0-9]{13})$/.test(value) ? value.padStart(14, '0') : value)

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function inOrder(key: string, ais: readonly string[]): boolean {
  return (QUALIFIERS[key] ?? []).some((order) => {
    let place = -1
    return ais.every((ai) => {
      const next = order.indexOf(ai)
      const follows = next > place
      place = next
      return follows
    })
  })
}

/** The path's last part that is key, value, and qualifiers with theirs; undefined where there is none. */
function fromPath(path: string): Element[] | undefined {
  const steps = path.split('/').slice(1)
  if (steps.at(-1) === '') steps.pop()
  for (let at = steps.length - 2; at >= 0; at -= 2) {
    if (!Object.hasOwn(QUALIFIERS, steps[at]!)) continue
    const tail = steps.slice(at)
    const ais = tail.filter((_, i) => i % 2 === 0)
    if (!inOrder(ais[0]!, ais.slice(1))) return undefined
    return ais.map((ai, i) => ({ ai, value: padded(ai, decoded(tail[i * 2 + 1]!) ?? '\0') }))
  }
  return undefined
}

/** `https://example.cn/01/06901234567892/10/A1?17=261231`; what is no link at all gives undefined. */
export function readLink(text: string): Gs1 | undefined {
  const match = /^(?:https?|HTTPS?):\/\/([A-Za-z0-9._~:[\]-]+)(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/s.exec(text)
  if (!match) return undefined
  const path = fromPath(match[2]!)
  if (!path) return { fault: 'no_key', ai: '' }
  const elements = [...path]
  for (const pair of (match[3] ?? '').split(/[&;]/)) {
    const cut = pair.indexOf('=')
    const ai = pair.slice(0, Math.max(0, cut))
    if (!/^[0-9]+$/.test(ai)) continue
    if (!isAi(ai)) return { fault: 'unknown_ai', ai }
    if (elements.some((each) => each.ai === ai)) return { fault: 'repeated', ai }
    elements.push({ ai, value: padded(ai, decoded(pair.slice(cut + 1).replaceAll('+', ' ')) ?? '\0') })
  }
  return judged(elements)
}

export const bracketed = (elements: readonly Element[]): string => elements.map(({ ai, value }) => `(${ai})${value.replaceAll('(', '\\(')}`).join('')
