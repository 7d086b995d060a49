/**
 * Characters as dots, from a font that comes with the program: a label then looks the same from every printer, whatever
 * characters that printer has, and as its picture does. Drawn once for each size and kept.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Canvas, GlobalFonts, createCanvas } from '@napi-rs/canvas'
import { Bitmap } from './bitmap.ts'

export interface Glyph {
  /** dots to the next character */
  readonly advance: number
  /** dots from the pen to the left edge of `dots`, and from the top of the line */
  readonly left: number
  readonly top: number
  /** No larger than its ink; empty for a space. */
  readonly dots: Bitmap
}
export type Weight = 'medium' | 'bold'
/** `px`: height of an em in dots. A line is `lineHeight(px)` high. */
export type Glyphs = (char: string, px: number, weight: Weight) => Glyph

/** Above and below an em there is room for what reaches beyond it. */
export const lineHeight = (px: number): number => Math.ceil(px * 1.25)
const BASELINE = 0.98
/** From this much ink on a dot is black, of 255: a little more than half would leave thin strokes out at 20 dots. */
const INK_MIN = 96
const KEPT_MAX = 20_000
const FILES = { medium: 'NotoSansHans-Medium.otf', bold: 'NotoSansHans-Bold.otf' } as const

interface Drawing { readonly createCanvas: typeof createCanvas; readonly GlobalFonts: typeof GlobalFonts }
let drawing: Drawing | undefined
/** At the first label, not at start: a till without a label printer never loads them. */
function load(): Drawing {
  if (drawing) return drawing
  const require = createRequire(import.meta.url)
  const loaded = require('@napi-rs/canvas') as Drawing
  const fonts = join(dirname(require.resolve('@embedpdf/fonts-sc')), '../fonts')
  for (const [weight, file] of Object.entries(FILES)) loaded.GlobalFonts.registerFromPath(join(fonts, file), `xiaopu-${weight}`)
  drawing = loaded
  return loaded
}

const kept = new Map<string, Glyph>()
let canvas: Canvas | undefined

export const drawnGlyphs: Glyphs = (char, px, weight) => {
  const key = `${weight} ${px} ${char}`
  const known = kept.get(key)
  if (known) return known
  const glyph = draw(char, px, weight)
  if (kept.size >= KEPT_MAX) kept.clear()
  kept.set(key, glyph)
  return glyph
}

function draw(char: string, px: number, weight: Weight): Glyph {
  const [width, height] = [px * 2, lineHeight(px)]
  canvas ??= load().createCanvas(width, height)
  if (canvas.width < width || canvas.height < height) canvas = load().createCanvas(Math.max(width, canvas.width), Math.max(height, canvas.height))
  const pen = canvas.getContext('2d')
  const left = px >> 2
  pen.clearRect(0, 0, canvas.width, canvas.height)
  pen.font = `${px}px xiaopu-${weight}`
  pen.textBaseline = 'alphabetic'
  pen.fillText(char, left, Math.round(px * BASELINE))
  const advance = Math.max(1, Math.round(pen.measureText(char).width))
  const { data } = pen.getImageData(0, 0, width, height)
  const isInk = (x: number, y: number): boolean => data[(y * width + x) * 4 + 3]! >= INK_MIN
  let [first, last, top, bottom] = [width, -1, height, -1]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (isInk(x, y)) [first, last, top, bottom] = [Math.min(first, x), Math.max(last, x), Math.min(top, y), y]
    }
  }
  if (last < 0) return { advance, left: 0, top: 0, dots: new Bitmap(0, 0) }
  const dots = new Bitmap(last - first + 1, bottom - top + 1)
  for (let y = 0; y < dots.height; y++) {
    for (let x = 0; x < dots.width; x++) if (isInk(first + x, top + y)) dots.fill(x, y, 1, 1)
  }
  return { advance, left: first - left, top, dots }
}
