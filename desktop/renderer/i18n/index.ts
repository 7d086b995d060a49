/** The screen's words. Keys are checked by the type of the Chinese file; `{n}` chooses the plural where a language has one. */
import { createI18n } from 'vue-i18n'
import { ERROR_CODES, type ErrorCode } from '#shared/host/contract.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type Language = 'zh' | 'en'

type Paths<Node, Prefix extends string = ''> = {
  [Key in keyof Node & string]: Node[Key] extends string ? `${Prefix}${Key}` : Paths<Node[Key], `${Prefix}${Key}.`>
}[keyof Node & string]
export type MessageKey = Paths<typeof zh>
export type Values = Readonly<Record<string, string | number>>

export const i18n = createI18n({ legacy: false, locale: 'zh', fallbackLocale: 'zh', messages: { zh, en }, missingWarn: false, fallbackWarn: false })

export function t(key: MessageKey, values: Values = {}): string {
  return i18n.global.t(key, values, { plural: typeof values.n === 'number' ? values.n : 1 })
}

/** BCP 47 tag for dates and for the page's `lang`. */
export function localeTag(): string {
  return i18n.global.locale.value === 'zh' ? 'zh-CN' : 'en'
}

export type Underscored<Code extends string> = Code extends `${infer Head}.${infer Rest}` ? `${Head}_${Underscored<Rest>}` : Code

/** Where a code's sentence and next step are; codes nobody has words for share one. */
export function errorKeys(code: string): { message: MessageKey; next: MessageKey } {
  const known = (ERROR_CODES as readonly string[]).includes(code)
  const name = known ? (code.replaceAll('.', '_') as Underscored<ErrorCode>) : 'unknown'
  return { message: `error.${name}.message`, next: `error.${name}.next` }
}

/** The sentence for a code out of a family like `reason`, or the family's `other`. */
export function reasonText(family: 'read' | 'cell' | 'print' | 'refused' | 'audit' | 'stood', code: string, values: Values = {}): string {
  const name = code.replaceAll('.', '_')
  const key = `${family}.${name}` as MessageKey
  return i18n.global.te(key) ? t(key, values) : t(`${family}.other`, { code })
}
