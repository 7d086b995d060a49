import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '#shared/host/contract.ts'
import { IMPORT_CODES } from '#shared/catalog/goods-import.ts'
import { TROUBLES } from '#shared/devices/printing.ts'
import { APPROVABLE } from '#shared/identity/staff.ts'
import { en } from './en.ts'
import { errorKeys, i18n, reasonText, t } from './index.ts'
import { zh } from './zh.ts'

type Tree = { readonly [key: string]: string | Tree }
function flat(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)])))
}
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort()

describe('words', () => {
  const chinese = flat(zh)
  const english = flat(en)

  it('exist in both languages, none empty', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
    for (const text of [...chinese.values(), ...english.values()]) expect(text.trim()).not.toBe('')
  })

  it('name no value in one language that the other does not get, except where each says a number its own way', () => {
    for (const [key, text] of chinese) {
      if (key === 'adjust.percent') continue
      expect([key, placeholders(english.get(key) ?? '')]).toEqual([key, placeholders(text)])
    }
  })

  it.each(ERROR_CODES)('%s has a sentence and a next step', (code) => {
    const { message, next } = errorKeys(code)
    expect(message).not.toBe('error.unknown.message')
    for (const words of [chinese, english]) {
      expect(words.get(message)).toBeTruthy()
      expect(words.get(next)).toBeTruthy()
    }
  })

  it.each(APPROVABLE)('%s has a name where somebody is asked to allow it', (right) => {
    for (const words of [chinese, english]) expect(words.get(`approve.${right.replaceAll('.', '_')}`)).toBeTruthy()
  })

  it.each(IMPORT_CODES)('%s has a reason', (code) => {
    for (const words of [chinese, english]) expect(words.get(`cell.${code.replaceAll('.', '_')}`)).toBeTruthy()
  })

  it.each(['printer.unreachable', 'printer.refused', 'printer.timeout', 'printer.cut_off', 'printer.unconfirmed', 'printer.forbidden', 'printer.no_driver', ...TROUBLES.filter((each) => each !== 'paper_low').map((each) => `printer.${each}`), 'printer.removed', 'print.unrenderable', 'drawer.too_late'])('%s of a print job has a sentence', (code) => {
    for (const words of [chinese, english]) expect(words.get(`print.${code.replaceAll('.', '_')}`)).toBeTruthy()
  })

  it.each([...TROUBLES, 'away'])('%s of a printer has a sentence', (trouble) => {
    for (const words of [chinese, english]) expect(words.get(`trouble.${trouble}`)).toBeTruthy()
  })

  it.each(['sync.fork', 'device.quarantined', 'device.revoked', 'token.invalid', 'signature.invalid', 'protocol.unsupported'])('%s of a cloud that says no has a sentence', (code) => {
    for (const words of [chinese, english]) expect(words.get(`refused.${code.replaceAll('.', '_')}`)).toBeTruthy()
  })

  it('have something to say about codes nobody foresaw', () => {
    expect(errorKeys('new.code')).toEqual({ message: 'error.unknown.message', next: 'error.unknown.next' })
    expect(reasonText('cell', 'import.new')).toContain('import.new')
  })

  it('compile, with their values and plurals', () => {
    for (const locale of ['zh', 'en'] as const) {
      i18n.global.locale.value = locale
      for (const [key, text] of locale === 'zh' ? chinese : english) {
        const values = Object.fromEntries(placeholders(text).map((name) => [name.slice(1, -1), 7]))
        expect(t(key as Parameters<typeof t>[0], values)).not.toMatch(/[{}]/)
      }
    }
    expect(t('ticket.pieces', { n: 1 })).toBe('1 item')
    expect(t('ticket.pieces', { n: 2 })).toBe('2 items')
    i18n.global.locale.value = 'zh'
  })
})
