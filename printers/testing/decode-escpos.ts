/**
 * Reads ESC/POS back as a printer would: npos cuts the bytes into commands, TextDecoder reads GB 18030, zxing reads the
 * codes. It keeps the print position and notices what a printer would spoil: text over text, text over the edge.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import npos from 'npos'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

const DOTS_PER_COLUMN = 12

export interface PaperLine {
  /** The text with its spaces, a double-width character taking its columns. */
  readonly text: string
  /** columns from the left edge to the end of the last character */
  readonly width: number
  /** GS ! magnification of the widest text on it */
  readonly scale: number
  /** Where the text's pieces start, in columns; fractions occur in centred lines. */
  readonly starts: readonly number[]
}
export interface DecodedPaper {
  readonly lines: PaperLine[]
  /** Codes drawn as pictures, read back, and those the printer was asked to draw. */
  readonly codes: string[]
  readonly images: { readonly width: number; readonly height: number }[]
  /** Commands in their order, as `ESC @`; text is `text`. */
  readonly commands: string[]
  /** Of each command to beep the bytes after its name. */
  readonly beeps: number[][]
  /** What a printer would spoil. */
  readonly faults: string[]
}

const gb18030 = new TextDecoder('gb18030', { fatal: true })
const rules = { ...npos.rules, [npos.symbols.ESC!]: { ...npos.rules[npos.symbols.ESC!], '(A': [0, 'd16'] }, [npos.symbols.GS!]: { ...npos.rules[npos.symbols.GS!], '(k': [0, 'd16'] } }

/** Columns a character takes in a printer's Chinese mode. */
export const paperColumns = (text: string): number => [...text].reduce((sum, char) => sum + (char.codePointAt(0)! < 0x80 ? 1 : 2), 0)

interface Head {
  /** columns from the left edge */
  x: number
  scale: number
  line: { start: number; end: number; text: string; scale: number }[]
}

export async function decodeEscpos(bytes: Uint8Array, columns: number): Promise<DecodedPaper> {
  const raw = Buffer.from(bytes)
  const { tree, error } = npos.parser(rules).analyze(raw)
  if (error || !tree) throw error ?? new Error('npos found nothing')
  const paper: DecodedPaper = { lines: [], codes: [], images: [], commands: [], beeps: [], faults: [] }
  const head: Head = { x: 0, scale: 1, line: [] }
  const feed = (): void => {
    paper.lines.push(lineOf(head, columns, paper.faults))
    Object.assign(head, { x: 0, line: [] })
  }
  for (const node of tree) {
    const name = node.ascii === 'STX' ? 'text' : `${node.ascii} ${node.fn}`
    paper.commands.push(name)
    if (name === 'text') {
      const parts = gb18030.decode(raw.subarray(node.offset, node.offset + node.length)).split('\n')
      parts.forEach((text, i) => {
        print(head, text)
        if (i < parts.length - 1) feed()
      })
      continue
    }
    const at = node.offset + 1 + (node.fn ?? '').length
    const word = (): number => raw.readUInt16LE(at)
    if (name === 'ESC $') head.x = word() / DOTS_PER_COLUMN
    else if (name === 'ESC \\') head.x += word() / DOTS_PER_COLUMN
    else if (name === 'ESC B' || name === 'ESC (A') paper.beeps.push([...raw.subarray(at, node.offset + node.length)])
    else if (name === 'GS !') head.scale = (raw[at]! >> 4) + 1
    else if (name === 'GS v0') {
      const image = npos.codecs.raster.decode(raw, [{ offset: node.offset }])
      paper.images.push(image)
      // A logo, or a line that was drawn, holds none.
      const code = await readCode(image)
      if (code !== '') paper.codes.push(code)
    } else if (name === 'GS (k' && raw[at + 2] === 0x31 && raw[at + 3] === 0x50) {
      paper.codes.push(raw.subarray(at + 5, at + 2 + word()).toString('utf8'))
    }
  }
  if (head.line.length > 0) paper.faults.push('text after the last line feed')
  return paper
}

function print(head: Head, text: string): void {
  if (text === '') return
  const end = head.x + paperColumns(text) * head.scale
  head.line.push({ start: head.x, end, text, scale: head.scale })
  head.x = end
}

function lineOf({ line }: Head, columns: number, faults: string[]): PaperLine {
  const pieces = [...line].sort((a, b) => a.start - b.start)
  let text = ''
  let end = 0
  for (const piece of pieces) {
    if (piece.text.trim() === '') continue
    if (piece.start < end) faults.push(`text over text: ${pieces.map((one) => one.text).join('¦')}`)
    text += ' '.repeat(Math.max(0, Math.round(piece.start - end))) + piece.text
    end = piece.end
  }
  if (end > columns) faults.push(`${end} columns on paper of ${columns}: ${text}`)
  return { text, width: end, scale: Math.max(1, ...line.map((piece) => piece.scale)), starts: pieces.filter((piece) => piece.text.trim() !== '').map((piece) => piece.start) }
}

let isPrepared = false
/** Reads a QR code from a bitmap with the white border that the paper around it gives. */
async function readCode(image: { width: number; height: number; getPixel(x: number, y: number): number }): Promise<string> {
  if (!isPrepared) {
    const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'))
    prepareZXingModule({ overrides: { wasmBinary: Uint8Array.from(wasm).buffer } })
    isPrepared = true
  }
  const border = 32
  const width = image.width + 2 * border
  const height = image.height + 2 * border
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const at = ((y + border) * width + x + border) * 4
      if (image.getPixel(x, y) === 0) data.fill(0, at, at + 3)
    }
  }
  const found = await readBarcodes({ data, width, height, colorSpace: 'srgb' } as ImageData, { formats: ['QRCode', 'Code128'] })
  return found[0]?.text ?? ''
}
