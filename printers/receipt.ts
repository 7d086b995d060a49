/**
 * Receipts to bytes and to pictures. receiptline does the work, on one markup for both, so the picture is the paper.
 * Ours is what it lacks: a rule every Chinese printer can draw, codes drawn by the printer itself, the feed to the
 * tear bar, the drawer's pulse, and a picture with the paper's own margins.
 */
import { type BaseCommand, commands, transform } from 'receiptline'
import type { ReceiptDocument } from '#shared/documents/receipt.ts'
import { toMarkup } from './markup.ts'
import { drawnLines, latinText, needsDrawing, withoutRare } from './drawn-lines.ts'
import type { Glyphs } from './dots/glyphs.ts'
import type { PrinterProfile } from './profiles.ts'
import { printable } from './text.ts'

/** Columns are counted as Chinese printers do, whatever the characters are sent in. */
const ENCODING = 'gb18030'
const ESC = '\x1b'
const GS = '\x1d'
const byte = String.fromCharCode
const word = (value: number): string => byte(value & 255, value >> 8 & 255)
/** receiptline gives bytes as a string of characters below 256. */
const toBytes = (binary: string): Uint8Array => Uint8Array.from(Buffer.from(binary, 'latin1'))

/** Lines fed so that the last one clears the tear bar of a printer without a cutter: about 15 mm. */
const TEAR_FEED_LINES = 4
/** How far the picture's paper reaches above and below what is printed, in dots. */
const PICTURE_MARGIN = 32
/** Fonts whose Latin letters are half as wide as a Chinese character, as on paper, before those that are nearly so. */
const PICTURE_FONTS = "'Noto Sans Mono CJK SC','Sarasa Mono SC',NSimSun,Consolas,Menlo,'PingFang SC',monospace"

/** The receipt as ESC/POS, text in GB 18030, lines that the printer has no characters for as pictures. Doesn't open the drawer: see `drawerKick`. */
export function toEscpos(doc: ReceiptDocument, profile: PrinterProfile, glyphs?: Glyphs): Uint8Array {
  const markup = toMarkup(doc, profile)
  const print = (command: BaseCommand, text = markup): string => transform(text, { cpl: profile.columns, encoding: ENCODING, spacing: true, gradient: false, cutting: profile.cutter, command })
  const command = escposCommands(profile)
  if (!needsDrawing(markup, profile)) return toBytes(print(command))
  const { commands: apart, join } = drawnLines(command, profile, glyphs)
  const lines = print(apart)
  try {
    return toBytes(join(lines))
  } catch {
    // A machine that can't draw, for want of a font or of what reads it: the customer gets their paper all the same.
    return toBytes(print(command, withoutRare(markup, profile)))
  }
}

/** The receipt as a picture (SVG) of the paper: one unit is a printer's dot, an eighth of a millimetre. */
export function toSvg(doc: ReceiptDocument, profile: PrinterProfile): string {
  const label = printable([doc.title, doc.facts[0]?.value ?? ''].join(' ').trim())
  return transform(toMarkup(doc, profile), { cpl: profile.columns, encoding: ENCODING, spacing: true, gradient: false, command: svgCommands(profile, label) })
}

/** `ESC p m t1 t2`: opens the cash drawer on the printer's connector. The pulse is given in units of 2 ms, 255 at most. */
export function drawerKick({ drawer }: PrinterProfile): Uint8Array {
  const units = (ms: number): number => Math.min(255, Math.round(ms / 2))
  return toBytes(`${ESC}p${byte(drawer.pin === 5 ? 1 : 0, units(drawer.onMs), units(drawer.offMs))}`)
}

function escposCommands(profile: PrinterProfile): BaseCommand {
  const base = commands.generic
  return {
    ...base,
    // receiptline draws rules with a Japanese code page, which printers sold in China may not have: GB 2312's line has them all.
    hr(this: BaseCommand, columns: number) {
      return profile.charset === 'latin' ? latinText('─'.repeat(columns)) : this.text('─'.repeat(columns >> 1), ENCODING)
    },
    text(this: BaseCommand, text, encoding) {
      return profile.charset === 'latin' ? latinText(text) : base.text.call(this, text, encoding)
    },
    // Without receiptline's request for a status: nobody reads the answer.
    close(this: BaseCommand) {
      return profile.cutter ? this.cut() : `${ESC}d${byte(TEAR_FEED_LINES)}`
    },
    qrcode(this: BaseCommand, symbol, encoding) {
      return profile.qr === 'native' ? nativeQr(symbol.data, symbol.cell, symbol.level) : drawnOnce(symbol, () => base.qrcode.call(this, symbol, encoding))
    },
  }
}

const drawn = new Map<string, string>()
const DRAWN_MAX = 8
/** Keeps the last few codes drawn: a shop's credit code is on every receipt of a day, and takes 2 ms to draw. */
function drawnOnce(symbol: { data: string; cell: number; level: string }, draw: () => string): string {
  const key = `${symbol.cell} ${symbol.level} ${symbol.data}`
  const bytes = drawn.get(key) ?? draw()
  drawn.delete(key)
  drawn.set(key, bytes)
  for (const oldest of drawn.keys()) if (drawn.size > DRAWN_MAX) drawn.delete(oldest)
  return bytes
}

/** GS ( k functions 165, 167, 169, 180, 181: model 2, cell size in dots, error correction, store, print. */
function nativeQr(content: string, cell: number, level: 'l' | 'm' | 'q' | 'h'): string {
  const send = (data: string): string => `${GS}(k${word(data.length)}${data}`
  const data = Buffer.from(content, 'utf8').toString('latin1')
  return send(`1A2${byte(0)}`) + send(`1C${byte(cell)}`) + send(`1E${byte(48 + 'lmqh'.indexOf(level))}`) + send(`1P0${data}`) + send('1Q0')
}

function svgCommands(profile: PrinterProfile, label: string): BaseCommand {
  const base = commands.svg
  const paper = profile.paperMm * 8
  const escape = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
  return {
    ...base,
    // receiptline names its filter at random; the same receipt shall be the same picture.
    open(this: BaseCommand, printer) {
      const opened = base.open.call(this, printer)
      this.receiptId = `paper-${profile.columns}`
      return opened
    },
    // The one command the markup sends, ESC J n, moves the picture as it moves the paper.
    command(this: BaseCommand, inserted) {
      if (inserted.startsWith(`${ESC}J`)) this.svgHeight += inserted.charCodeAt(2)
      return ''
    },
    close(this: BaseCommand) {
      const height: number = this.svgHeight + 2 * PICTURE_MARGIN
      const left = (paper - profile.dots) / 2
      return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escape(label)}" width="${paper}" height="${height}" viewBox="0 0 ${paper} ${height}">`
        + `<defs><filter id="receipt-${this.receiptId}" x="0" y="0" width="100%" height="100%"><feFlood flood-color="#000"/><feComposite in2="SourceGraphic" operator="out"/></filter></defs>`
        + `<rect width="${paper}" height="${height}" fill="#fff"/>`
        + `<g transform="translate(${left},${PICTURE_MARGIN})" font-family="${PICTURE_FONTS}" font-size="22" fill="#000" dominant-baseline="text-after-edge" text-anchor="middle" lang="zh-Hans">${this.svgContent}</g></svg>\n`
    },
  }
}
