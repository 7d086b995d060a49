/** How a shop wants its customers' papers to look. */
import { z } from 'zod'

/** Dots of a logo: as wide as 58 mm paper prints, at most. */
export const LOGO_MAX = { width: 384, height: 160 } as const

/** Black and white dots, rows of whole bytes, the leftmost dot in the highest bit, in Base64; nothing that has to be parsed where it is printed. */
export const LogoSchema = z.object({
  width: z.int().min(8).max(LOGO_MAX.width).multipleOf(8), height: z.int().min(1).max(LOGO_MAX.height), dots: z.base64().max(12_000),
}).refine(({ width, height, dots }) => base64Bytes(dots) === width / 8 * height, 'a logo has as many dots as it is large')
export type Logo = z.output<typeof LogoSchema>

/** What a shop may leave out; number, time, goods and sums are always there. */
export const PAPER_PARTS = ['address', 'phone', 'till', 'staff', 'pieces', 'receipt_code', 'credit_code', 'member'] as const
export type PaperPart = (typeof PAPER_PARTS)[number]

export const PaperSchema = z.object({
  logo: LogoSchema.nullable(),
  /** A line or two under the shop's name. */
  header: z.string().trim().max(80),
  hide: z.array(z.enum(PAPER_PARTS)).max(PAPER_PARTS.length),
  /** Goods and sums in letters of twice the height. */
  large: z.boolean(),
  /** The number as bars too, for scanners that read no square codes. */
  bars: z.boolean().default(false),
})
export type Paper = z.output<typeof PaperSchema>
export const PAPER_DEFAULTS: Paper = { logo: null, header: '', hide: [], large: false, bars: false }

const base64Bytes = (text: string): number => text.length / 4 * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
