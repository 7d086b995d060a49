/** An error as a command says it: the screen's sentence and what to do next, in the language of whoever sits there. */
import { type Language, type MessageKey, errorKeys, i18n, t } from '#desktop/renderer/i18n/index.ts'
import type { TillError } from '#shared/host/frames.ts'
import { PASSPHRASE_VARIABLE } from './passphrase.ts'

/** As POSIX has it: the first of these that says something. */
export function languageOf({ LC_ALL, LC_MESSAGES, LANG }: Readonly<Record<string, string | undefined>>): Language {
  return (LC_ALL || LC_MESSAGES || LANG || '').startsWith('zh') ? 'zh' : 'en'
}

export function saidOf({ code, detail = {} }: TillError, language: Language): string {
  i18n.global.locale.value = language
  const values = { ...Object.fromEntries(Object.entries(detail).filter((entry): entry is [string, string | number] => ['string', 'number'].includes(typeof entry[1]))), code }
  const own = `command.${code.replaceAll('.', '_')}`
  const { message, next } = i18n.global.te(`${own}.message`) ? { message: `${own}.message` as MessageKey, next: `${own}.next` as MessageKey } : errorKeys(code)
  // What the screen has no need of: a command can be given it.
  const here = code === 'backup.no_passphrase' ? [t('command.passphrase', { variable: PASSPHRASE_VARIABLE })] : []
  return [t(message, values), t(next, values), ...here].join(language === 'zh' ? '' : ' ')
}
