/** Codes as modules: a square one as dots of one module each, a linear one as widths of bars and gaps. */
import bwip from 'bwip-js/node'
import { create } from 'qrcode'
import type { LabelCode } from '#shared/documents/label.ts'
import { Bitmap } from '../dots/bitmap.ts'

export type Symbol =
  | { readonly kind: 'square'; readonly modules: Bitmap; readonly quiet: number }
  /** Widths in modules, bar first. */
  | { readonly kind: 'linear'; readonly widths: readonly number[]; readonly total: number; readonly quiet: number }

/** Modules that stay white on each side: ISO/IEC 18004, 16022, 15417 and the GS1 General Specifications. */
const QUIET = { 'qr': 4, 'gs1-datamatrix': 1, 'ean13': 11, 'ean8': 7, 'code128': 10, 'gs1-128': 10 } as const

const kept = new Map<string, Symbol | undefined>()
const KEPT_MAX = 64

/** Undefined where the content is none of its form: a check digit that is wrong, an element string without sense, too long. */
export function symbolOf(code: LabelCode): Symbol | undefined {
  const key = `${code.form} ${code.content}`
  if (kept.has(key)) return kept.get(key)
  let symbol: Symbol | undefined
  try {
    symbol = encode(code)
  } catch {
    symbol = undefined
  }
  // A sheet of one label many times, or a shelf's labels printed again.
  if (kept.size >= KEPT_MAX) kept.clear()
  kept.set(key, symbol)
  return symbol
}

function encode({ form, content }: LabelCode): Symbol {
  if (form === 'qr') {
    const { modules } = create(content, { errorCorrectionLevel: 'M' })
    const square = new Bitmap(modules.size, modules.size)
    modules.data.forEach((isDark, i) => { if (isDark) square.fill(i % modules.size, Math.floor(i / modules.size), 1, 1) })
    return { kind: 'square', modules: square, quiet: QUIET[form] }
  }
  const encoded = bwip.raw({ bcid: form === 'gs1-datamatrix' ? 'gs1datamatrix' : form, text: content })[0]!
  if ('pixs' in encoded) {
    const { pixs, pixx, pixy } = encoded
    const square = new Bitmap(pixx, pixy)
    pixs.forEach((isDark, i) => { if (isDark) square.fill(i % pixx, Math.floor(i / pixx), 1, 1) })
    return { kind: 'square', modules: square, quiet: QUIET[form] }
  }
  const widths = encoded.sbs
  return { kind: 'linear', widths, total: widths.reduce((sum, each) => sum + each, 0), quiet: QUIET[form] }
}
