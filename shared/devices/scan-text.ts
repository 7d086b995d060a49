/**
 * What scanners on a serial line or over HID send, as codes. Pure. Text is UTF-8, or GB 18030 where it is no UTF-8, as
 * Chinese scanners send it; `GS` inside a GS1 code stays.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const gb18030 = new TextDecoder('gb18030')
/** The largest QR code holds 2,953 bytes; what is longer is noise. */
export const SCAN_BYTES_MAX = 4096
/** STX, ETX, TAB, LF and CR frame a code and are no part of it. */
const ENDS = new Set([0x03, 0x09, 0x0a, 0x0d])
const FRAMING = /^[\0\x02\s]+|[\0\x03\s]+$/g

/** A code's bytes as text, without what frames it; empty where there is none. */
export function scannedText(bytes: Uint8Array): string {
  let text
  try {
    text = utf8.decode(bytes)
  } catch {
    text = gb18030.decode(bytes)
  }
  return text.replaceAll(FRAMING, '').replaceAll('\0', '')
}

/** A serial scanner's bytes, cut into codes at CR, LF, TAB or ETX, or where the scanner falls silent (`rest`). */
export class ScanText {
  #bytes: number[] = []

  feed(bytes: Uint8Array): string[] {
    const found: string[] = []
    for (const byte of bytes) {
      if (!ENDS.has(byte)) {
        if (this.#bytes.length <= SCAN_BYTES_MAX) this.#bytes.push(byte)
        continue
      }
      found.push(...this.rest())
    }
    return found
  }

  /** The scanner has said nothing for a moment: what came is a code, whether or not an end came with it. */
  rest(): string[] {
    const bytes = this.#bytes
    this.#bytes = []
    const text = bytes.length > SCAN_BYTES_MAX ? '' : scannedText(Uint8Array.from(bytes))
    return text === '' ? [] : [text]
  }

  get isWaiting(): boolean {
    return this.#bytes.length > 0
  }
}
