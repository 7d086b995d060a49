/** Which language a page speaks: what the address asks for, else what the browser prefers, else Chinese. */
import type { FastifyRequest } from 'fastify'
import { en } from './messages/en.ts'
import { zh } from './messages/zh.ts'

export type MessageKey = keyof typeof zh
export type Language = 'zh' | 'en'
const MESSAGES: Record<Language, Record<MessageKey, string>> = { zh, en }

/** What a page needs to speak and to link. */
export interface Voice {
  readonly language: Language
  t(key: MessageKey, values?: Record<string, string | number>): string
  /** A path of ours, keeping a language that was asked for by name. */
  href(path: string, query?: Record<string, string | number | undefined>): string
  /** The same page in the other language. */
  readonly otherHref: string
}

export function voiceOf(request: FastifyRequest): Voice {
  // Only what is asked is read, never the path: an address can be written so that its path reads as another site's.
  const mark = request.url.indexOf('?')
  const query = new URLSearchParams(mark < 0 ? '' : request.url.slice(mark))
  const asked = query.get('lang')
  const language: Language = asked === 'en' || asked === 'zh' ? asked : prefersEnglish(request.headers['accept-language'] ?? '') ? 'en' : 'zh'
  const other = new URLSearchParams(query)
  other.set('lang', language === 'zh' ? 'en' : 'zh')
  return {
    language,
    t: (key, values = {}) => MESSAGES[language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '')),
    href(path, query = {}) {
      const search = new URLSearchParams()
      for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value))
      if (asked !== null) search.set('lang', language)
      return search.size > 0 ? `${path}?${search}` : path
    },
    otherHref: `?${other}`,
  }
}

/** Whether English comes before any Chinese in an Accept-Language header (RFC 9110 §12.5.4). */
function prefersEnglish(header: string): boolean {
  const wanted = header.split(',').map((part) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
    const q = Number(/q=([\d.]+)/.exec(parameters.join(';'))?.[1] ?? 1)
    return { tag, q }
  }).filter(({ tag }) => /^(en|zh)\b/.test(tag)).sort((a, b) => b.q - a.q)
  return wanted[0]?.tag.startsWith('en') ?? false
}
