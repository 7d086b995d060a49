/**
 * Lays a label out in dots. What comes of it is what the printer gets and what the screen shows, dot for dot: no printer's
 * own fonts or codes are used, for no two makers' are alike.
 */
import type { LabelDocument, LabelMedia, LabelSize } from '#shared/documents/label.ts'
import { printable } from '../text.ts'
import { Bitmap } from '../dots/bitmap.ts'
import { type Glyphs, drawnGlyphs, lineHeight } from '../dots/glyphs.ts'
import { type Pen, widthOf, wrap, wrapNumber, write } from '../dots/lines.ts'
import { type Symbol, symbolOf } from './symbols.ts'

export interface DrawnLabel {
  readonly dots: Bitmap
  /** Texts that found no room even at the smallest size, for the screen to say. */
  readonly leftOut: readonly string[]
}
/** Why there is no label: its code can't be drawn so that it scans, or is none. */
export interface LabelFault { readonly fault: 'code_wrong' | 'code_too_wide' }

/** Sizes in millimetres. */
const MARGIN = 1.5
const GAP = 0.75
const TITLE = 4
const TEXT = 2.8
const PRICE = 7
const CAPTION = 2.3
/** Texts are as large as the label lets them be, all together, down to two millimetres, which is what is still read at arm's length. */
const SCALES = [2, 1.7, 1.45, 1.2, 1, 0.92, 0.84, 0.78, 0.72]
/** Of a number that is to stay in one piece. */
const WHOLE_MIN = 2
const TITLE_LINES_MAX = 2
/** The narrowest bar and the smallest module a hand scanner reads from a thermal head, and the widest that look right. */
const BAR = { min: 0.25, max: 0.5 }
const MODULE = { min: 0.33, max: 1 }
const BARS_HEIGHT = { min: 6, part: 0.28, max: 14 }
/** A square code takes at most so much of the width; the words need the rest. */
const SQUARE_PART = 0.5

interface Piece { readonly text: string; readonly x: number; readonly y: number; readonly pen: Pen; readonly struck?: boolean }
interface Block { readonly pieces: readonly Piece[]; readonly bottom: number; readonly leftOut: readonly string[] }
interface Area { readonly left: number; readonly top: number; readonly width: number; readonly bottom: number }
interface Place { readonly symbol: Symbol; readonly cell: number; readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** The label in dots, or why there is none. */
export function drawLabel(doc: LabelDocument, size: LabelSize, density: LabelMedia['density'], glyphs: Glyphs = drawnGlyphs): DrawnLabel | LabelFault {
  const symbol = doc.code === null ? null : symbolOf(doc.code)
  if (symbol === undefined) return { fault: 'code_wrong' }
  const frame = { width: size.width * density, height: size.height * density }
  const dots = new Bitmap(frame.width, frame.height)
  const margin = Math.round(MARGIN * density)
  const inner: Area = { left: margin, top: margin, width: frame.width - 2 * margin, bottom: frame.height - margin }
  const layout = symbol === null ? { place: null, text: inner } : symbol.kind === 'linear' ? belowText(doc, symbol, inner, density) : besideText(symbol, inner, density)
  if (layout === undefined) {
    // Where the bars of a parcel's number have no room, its square has: nobody's scanner at a counter has to read it.
    return doc.kind === 'parcel' && doc.code?.form === 'code128' ? drawLabel({ ...doc, code: { ...doc.code, form: 'qr' } }, size, density, glyphs) : { fault: 'code_too_wide' }
  }
  const { place, text } = layout

  let block: Block | undefined
  for (const scale of SCALES) {
    block = words(doc, text, { density, glyphs, scale })
    if (block.leftOut.length === 0) break
  }
  for (const { text: line, x, y, pen, struck } of block!.pieces) {
    write(dots, line, x, y, pen)
    if (struck) dots.fill(x, y + Math.round(pen.px * 0.65), widthOf(line, pen), Math.max(2, density >> 2))
  }
  if (place) {
    drawSymbol(dots, place)
    if (doc.code!.caption !== '' && place.symbol.kind === 'linear') caption(dots, doc.code!.caption, place, { glyphs, px: Math.round(CAPTION * density), weight: 'medium' }, frame.width)
  }
  return { dots, leftOut: block!.leftOut }
}

type Layout = { readonly place: Place; readonly text: Area } | undefined

/** Bars along the foot, as wide as the label allows. */
function belowText(doc: LabelDocument, symbol: Symbol & { kind: 'linear' }, inner: Area, density: LabelMedia['density']): Layout {
  const full = inner.width + 2 * Math.round(MARGIN * density)
  const room = Math.floor(full / (symbol.total + 2 * symbol.quiet))
  const cell = Math.min(room, Math.floor(BAR.max * density))
  if (cell < BAR.min * density) return undefined
  const height = Math.round(Math.min(BARS_HEIGHT.max * density, Math.max(BARS_HEIGHT.min * density, (inner.bottom - inner.top) * BARS_HEIGHT.part)))
  const under = doc.code!.caption === '' ? 0 : lineHeight(Math.round(CAPTION * density))
  const width = symbol.total * cell
  const y = inner.bottom - under - height
  return { place: { symbol, cell, x: (full - width) >> 1, y, width, height }, text: { ...inner, bottom: y - Math.round(GAP * density) } }
}

/** A square at the right, in the lower corner, with its quiet zone between it and the words. */
function besideText(symbol: Symbol & { kind: 'square' }, inner: Area, density: LabelMedia['density']): Layout {
  const { width: columns, height: rows } = symbol.modules
  const room = Math.min(inner.width * SQUARE_PART / (columns + symbol.quiet), (inner.bottom - inner.top) / rows)
  const cell = Math.min(Math.floor(room), Math.floor(MODULE.max * density))
  if (cell < Math.floor(MODULE.min * density)) return undefined
  const [width, height] = [columns * cell, rows * cell]
  // The label's own margin is part of the quiet zone; what it lacks stands inside.
  const short = Math.max(0, symbol.quiet * cell - Math.round(MARGIN * density))
  const [x, y] = [inner.left + inner.width - width - short, inner.bottom - height - Math.min(short, inner.bottom - inner.top - height)]
  return { place: { symbol, cell, x, y, width, height }, text: { ...inner, width: x - symbol.quiet * cell - inner.left } }
}

function drawSymbol(dots: Bitmap, { symbol, cell, x, y, height }: Place): void {
  if (symbol.kind === 'square') {
    dots.blit(symbol.modules.enlarged(cell), x, y)
    return
  }
  let at = x
  symbol.widths.forEach((width, i) => {
    if (i % 2 === 0) dots.fill(at, y, width * cell, height)
    at += width * cell
  })
}

function caption(dots: Bitmap, text: string, place: Place, pen: Pen, full: number): void {
  const shown = wrap(text, full, pen)[0] ?? ''
  write(dots, shown, Math.max(0, place.x + ((place.width - widthOf(shown, pen)) >> 1)), place.y + place.height + 1, pen)
}

/** Everything in words, from the top of `area` down; what doesn't fit above its bottom is left out, whole texts at a time. */
function words(doc: LabelDocument, area: Area, { density, glyphs, scale }: { density: LabelMedia['density']; glyphs: Glyphs; scale: number }): Block {
  const pen = (mm: number, weight: Pen['weight']): Pen => ({ glyphs, px: Math.round(mm * density * scale), weight })
  const gap = Math.round(GAP * density * scale)
  const pieces: Piece[] = []
  const leftOut: string[] = []
  const small = pen(TEXT, 'medium')
  const footer = printable(doc.footer)
  const footerLines = footer === '' ? [] : wrap(footer, area.width, small)
  const foot = area.bottom - footerLines.length * lineHeight(small.px)
  const isFooted = footerLines.length > 0 && foot > area.top
  let y = area.top
  const bottom = isFooted ? foot : area.bottom
  /** All of it above `foot`, or nothing; of a text that is better cut than missing, the lines that fit. */
  const put = (text: string, lines: readonly string[], used: Pen, foot = bottom, isCut = false): void => {
    const height = lineHeight(used.px)
    const fits = y + lines.length * height <= foot
    if (!fits) leftOut.push(text)
    if (!fits && !isCut) return
    for (const line of fits ? lines : lines.slice(0, Math.max(0, Math.floor((foot - y) / height)))) {
      pieces.push({ text: line, x: area.left, y, pen: used })
      y += height
    }
  }

  // No name is so long that the price has no room.
  const priced = doc.price ? bottom - gap - (doc.price.was === '' ? 0 : lineHeight(small.px)) - lineHeight(pen(TEXT, 'bold').px) : bottom
  const title = pen(TITLE, 'bold')
  const lines = wrap(doc.title, area.width, title)
  // A long name is made smaller on its own before it pushes all else out.
  if (lines.length > TITLE_LINES_MAX) put(doc.title, wrap(doc.title, area.width, pen(TEXT, 'bold')), pen(TEXT, 'bold'), priced, true)
  else put(doc.title, lines, title, priced, true)
  if (doc.note !== '') put(doc.note, wrap(doc.note, area.width, small), small, priced)
  if (doc.price) y = price(doc.price, { area, y: y + gap, bottom, pen, pieces, leftOut })
  if (doc.rows.length > 0) y += gap
  for (const { label, value, strong, whole } of doc.rows) {
    const text = `${label} ${value}`
    const used = strong ? pen(TEXT, 'bold') : small
    const set = whole ? wrapNumber(label, value, { width: area.width, pen: used, least: Math.round(WHOLE_MIN * density) }) : { lines: wrap(text, area.width, used), used }
    put(text, set.lines, set.used)
  }
  if (isFooted) footerLines.forEach((line, i) => pieces.push({ text: line, x: area.left, y: foot + i * lineHeight(small.px), pen: small }))
  else if (footer !== '') leftOut.push(footer)
  return { pieces, bottom: y, leftOut }
}

/** The price on one line: its sign small, its digits large, then what it is for; what it was, struck out, on a line above. */
function price(
  { text, per, was }: NonNullable<LabelDocument['price']>,
  { area, y, bottom, pen, pieces, leftOut }: { area: Area; y: number; bottom: number; pen: (mm: number, weight: Pen['weight']) => Pen; pieces: Piece[]; leftOut: string[] },
): number {
  const small = pen(TEXT, 'medium')
  let top = y
  if (was !== '') {
    pieces.push({ text: `￥${was}`, x: area.left, y: top, pen: small, struck: true })
    top += lineHeight(small.px)
  }
  for (let mm = PRICE; mm >= TEXT; mm -= 0.5) {
    const digits = pen(mm, 'bold')
    const sign = pen(Math.max(TEXT, mm / 2), 'bold')
    const unit = printable(per)
    const [signWide, digitsWide] = [widthOf('￥', sign), widthOf(text, digits)]
    // In dots: line boxes of two sizes stand on one baseline when their ems end together.
    const base = (used: Pen): number => top + Math.round((digits.px - used.px) * 0.98)
    if (signWide + digitsWide + widthOf(unit, small) > area.width || top + lineHeight(digits.px) > bottom) continue
    pieces.push({ text: '￥', x: area.left, y: base(sign), pen: sign }, { text, x: area.left + signWide, y: top, pen: digits })
    if (unit !== '') pieces.push({ text: unit, x: area.left + signWide + digitsWide, y: base(small), pen: small })
    return top + lineHeight(digits.px)
  }
  leftOut.push(`￥${text}${per}`)
  return y
}
