/** A company's unified social credit code (GB 32100-2015) as licences bear it: by itself, in an address, or among labelled words. */
import { checkUscc } from './uscc.ts'

export interface CompanyCode { readonly code: string; /** Empty where the text doesn't say it. */ readonly name: string; /** Its check character is right: real ones exist where it isn't. */ readonly sure: boolean }

const NAME = /(?:\u4f01\u4e1a\u540d\u79f0|\u5355\u4f4d\u540d\u79f0|\u4e3b\u4f53\u540d\u79f0|\u540d\u79f0|entName|name)\s*[:\uff1a=]\s*([^\r\n;\uff1b|,\uff0c&]{2,60})/i
const LABELLED = /(?:\u4fe1\u7528\u4ee3\u7801|uniscid|uscc|creditCode)\W{0,3}$/i

/** Undefined where the text has none. Digits alone may be much else, so they count only where they are called so. */
export function companyIn(text: string): CompanyCode | undefined {
  const said = text.trim().toUpperCase()
  const whole = checkUscc(said)
  if (whole !== 'malformed' && /[A-Z]/.test(said)) return { code: said, name: '', sure: whole === 'valid' }
  if (whole === 'valid') return { code: said, name: '', sure: true }
  for (const { 0: code, index } of said.matchAll(/(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])/g)) {
    if (checkUscc(code) !== 'valid' || (!/[A-Z]/.test(code) && !LABELLED.test(text.trim().slice(0, index)))) continue
    return { code, name: NAME.exec(text)?.[1]?.trim() ?? '', sure: true }
  }
  return undefined
}
