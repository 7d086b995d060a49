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
}

const DRAWER = { pin: 2, onMs: 50, offMs: 500 } as const

export const PROFILES = {
  'generic-58': { name: 'generic-58', columns: 32, dots: 384, paperMm: 58, charset: 'gbk', cutter: false, drawer: DRAWER, qr: 'raster', status: 'ask' },
  'generic-80': { name: 'generic-80', columns: 48, dots: 576, paperMm: 80, charset: 'gbk', cutter: true, drawer: DRAWER, qr: 'raster', status: 'ask' },
  'native-qr-80': { name: 'native-qr-80', columns: 48, dots: 576, paperMm: 80, charset: 'gbk', cutter: true, drawer: DRAWER, qr: 'native', status: 'ask' },
  'plain-58': { name: 'plain-58', columns: 32, dots: 384, paperMm: 58, charset: 'gbk', cutter: false, drawer: DRAWER, qr: 'raster', status: 'never' },
  'plain-80': { name: 'plain-80', columns: 48, dots: 576, paperMm: 80, charset: 'gbk', cutter: true, drawer: DRAWER, qr: 'raster', status: 'never' },
  'gb18030-80': { name: 'gb18030-80', columns: 48, dots: 576, paperMm: 80, charset: 'gb18030', cutter: true, drawer: DRAWER, qr: 'raster', status: 'ask' },
  'gb2312-58': { name: 'gb2312-58', columns: 32, dots: 384, paperMm: 58, charset: 'gb2312', cutter: false, drawer: DRAWER, qr: 'raster', status: 'ask' },
  'latin-80': { name: 'latin-80', columns: 48, dots: 576, paperMm: 80, charset: 'latin', cutter: true, drawer: DRAWER, qr: 'raster', status: 'ask' },
} as const satisfies Record<string, PrinterProfile>

/** A profile by name; an unknown one (from a newer version) is the narrow printer, which fits on any paper. */
export function profileNamed(name: string): PrinterProfile {
  return Object.values<PrinterProfile>(PROFILES).find((profile) => profile.name === name) ?? PROFILES['generic-58']
}

/** The profile whose picture a screen shows for a width of paper. */
export function profileOfColumns(columns: 32 | 48): PrinterProfile {
  return columns === 32 ? PROFILES['generic-58'] : PROFILES['generic-80']
}
