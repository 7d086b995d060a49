/**
 * What scanners on a serial line or over HID send, as codes. Pure. Text is UTF-8, or GB 18030 where it is no UTF-8, as
 * Chinese scanners send it; `GS` inside a GS1 code stays.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const gb18030 = new TextDecoder('gb18030')
/** The largest QR code holds 2,953 bytes; what is longer is noise. */
export const SCAN_BYTES_MAX = 4096
/** ETX, TAB, LF and CR end a code. */
const ENDS = new Set([0x03, 0x09, 0x0a, 0x0d])
/** What stands around a code and is no part of it: NUL and STX too, and spaces. */
const FRAMING = new Set([...ENDS, 0x00, 0x02, 0x20])

/** A code's bytes as text, without what frames it; empty where there is none. */
export function scannedText(bytes: Uint8Array): string {
  const from = bytes.findIndex((byte) => !FRAMING.has(byte))
  const to = bytes.findLastIndex((byte) => !FRAMING.has(byte)) + 1
  const code = bytes.subarray(Math.max(0, from), to)
  let text
  try {
    text = utf8.decode(code)
  } catch {
    text = gb18030.decode(code)
  }
  return text.replaceAll('\0', '').trim()
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
