/**
 * What printers differ in, as data: a new model is a new row here, never a branch in the code that lays paper out.
 * Written against the makers' published command sets; 58 mm paper has 48 mm to print on and 80 mm has 72 mm, at 8 dots/mm.
 */

export interface PrinterProfile {
  readonly name: string
  /** half-width characters a line; a Chinese character takes two */
  readonly columns: 32 | 48
  /** dots across the printable width, 12 a column */
  readonly dots: number
  /** width of the paper, mm */
  readonly paperMm: 58 | 80
  /**
   * What it has characters for. Most printers sold in China take GB 18030 and have glyphs for GBK; old ones for GB 2312.
   * latin: none of Chinese, and the code pages of ESC t. Lines with others are drawn here and sent as pictures.
   */
  readonly charset: 'gb18030' | 'gbk' | 'gb2312' | 'latin'
  readonly cutter: boolean
  /** Connector pin the drawer hangs on, and the pulse (ESC p): milliseconds on, then off before the next. */
  readonly drawer: { readonly pin: 2 | 5; readonly onMs: number; readonly offMs: number }
  /** raster: drawn here, sent as a picture (GS v 0), which every printer knows. native: drawn by the printer (GS ( k). */
  readonly qr: 'raster' | 'native'
  /** ask: it may answer DLE EOT; one that doesn't is found out. never: it would print the question. */
  readonly status: 'ask' | 'never'
  /** What makes it beep, in bytes; null where it has no beeper, or none that is known not to be something else. */
  readonly beep: readonly number[] | null
}

/**
 * Two beeps of about half a second together. `ESC B n t`: Gprinter's, Xprinter's and most others' programming manuals («打印机来单打印蜂鸣提示»),
 * n beeps of t × 50 ms, both 1 to 9. `ESC ( A`, function 48: Epson's ESC/POS command reference, sound n (48 to 58), c times (1 to 63) in t × 100 ms
 * each (10 to 255). BEL is in no profile: on Star's and Bixolon's printers it drives what hangs on the drawer's connector, which may be the drawer.
 */
const BEEPS = { escB: [0x1b, 0x42, 2, 4], epson: [0x1b, 0x28, 0x41, 4, 0, 48, 49, 2, 10] } as const
const DRAWER = { pin: 2, onMs: 50, offMs: 500 } as const

export const PROFILES = {
  'generic-58': { name: 'generic-58', columns: 32, dots: 384, paperMm: 58, charset: 'gbk', cutter: false, drawer: DRAWER, qr: 'raster', status: 'ask', beep: null },
  'generic-80': { name: 'generic-80', columns: 48, dots: 576, paperMm: 80, charset: 'gbk', cutter: true, drawer: DRAWER, qr: 'raster', status: 'ask', beep: null },
  'native-qr-80': { name: 'native-qr-80', columns: 48, dots: 576, paperMm: 80, charset: 'gbk', cutter: true, drawer: DRAWER, qr: 'native', status: 'ask', beep: null },
  'plain-58': { name: 'plain-58', columns: 32, dots: 384, paperMm: 58, charset: 'gbk', cutter: false, drawer: DRAWER, qr: 'raster', status: 'never', beep: null },
  'plain-80': { name: 'plain-80', columns: 48, dots: 576, paperMm: 80, charset: 'gbk', cutter: true, drawer: DRAWER, qr: 'raster', status: 'never', beep: null },
  'gb18030-80': { name: 'gb18030-80', columns: 48, dots: 576, paperMm: 80, charset: 'gb18030', cutter: true, drawer: DRAWER, qr: 'raster', status: 'ask', beep: null },
  'gb2312-58': { name: 'gb2312-58', columns: 32, dots: 384, paperMm: 58, charset: 'gb2312', cutter: false, drawer: DRAWER, qr: 'raster', status: 'ask', beep: null },
  'latin-80': { name: 'latin-80', columns: 48, dots: 576, paperMm: 80, charset: 'latin', cutter: true, drawer: DRAWER, qr: 'raster', status: 'ask', beep: null },
  'beeper-58': { name: 'beeper-58', columns: 32, dots: 384, paperMm: 58, charset: 'gbk', cutter: false, drawer: DRAWER, qr: 'raster', status: 'ask', beep: BEEPS.escB },
  'beeper-80': { name: 'beeper-80', columns: 48, dots: 576, paperMm: 80, charset: 'gbk', cutter: true, drawer: DRAWER, qr: 'raster', status: 'ask', beep: BEEPS.escB },
  'epson-beeper-80': { name: 'epson-beeper-80', columns: 48, dots: 576, paperMm: 80, charset: 'gbk', cutter: true, drawer: DRAWER, qr: 'native', status: 'ask', beep: BEEPS.epson },
} as const satisfies Record<string, PrinterProfile>

/** A profile by name; an unknown one (from a newer version) is the narrow printer, which fits on any paper. */
export function profileNamed(name: string): PrinterProfile {
  return Object.values<PrinterProfile>(PROFILES).find((profile) => profile.name === name) ?? PROFILES['generic-58']
}

/** The profile whose picture a screen shows for a width of paper. */
export function profileOfColumns(columns: 32 | 48): PrinterProfile {
  return columns === 32 ? PROFILES['generic-58'] : PROFILES['generic-80']
}
