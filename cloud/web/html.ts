/**
 * Pages as text, safely: whatever is put into an `html` template is escaped unless it is itself such a template. There
 * is no other way to make markup here.
 */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Part = Html | string | number | false | null | undefined | readonly Part[]

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' }

/** Text as it stands in an element or a quoted attribute. Characters that HTML can't hold, or that turn lines around, are dropped. */
export function escape(text: string): string {
  // oxlint-disable-next-line no-control-regex -- Control characters are what is taken out.
  return text.toWellFormed().replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g, '').replace(/[&<>"'`]/g, (char) => ESCAPES[char] ?? '')
}

function render(part: Part): string {
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map(render).join('')
  if (part === false || part === null || part === undefined) return ''
  return escape(String(part))
}

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((text, piece, index) => text + render(parts[index - 1]) + piece))
}

/** A data block of JSON; no character in it can end the element. */
export function jsonLd(value: object): Html {
  return new Html(`<script type="application/ld+json">${JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}</script>`)
}
