/**
 * Labels in TSPL/TSPL2, as TSC's programming manual has it and most label printers made in China speak. The dots are sent
 * as a picture: their built-in Chinese fonts differ from maker to maker.
 */
import type { LabelMedia } from '#shared/documents/label.ts'
import type { Bitmap } from '../dots/bitmap.ts'

/** `copies` of one label. */
export function toTspl(dots: Bitmap, media: Pick<LabelMedia, 'size' | 'gap' | 'speed' | 'darkness'>, copies = 1): Uint8Array {
  const head = [
    `SIZE ${media.size.width} mm,${media.size.height} mm`, `GAP ${media.gap} mm,0 mm`, ...(media.speed > 0 ? [`SPEED ${media.speed}`] : []), ...(media.darkness >= 0 ? [`DENSITY ${Math.min(15, media.darkness)}`] : []),
    'DIRECTION 1', 'REFERENCE 0,0', 'CLS', `BITMAP 0,0,${dots.stride},${dots.height},0,`,
  ].join('\r\n')
  const tail = `\r\nPRINT 1,${copies}\r\n`
  const bytes = new Uint8Array(head.length + dots.data.length + tail.length)
  const text = new TextEncoder()
  text.encodeInto(head, bytes)
  // In this language a dot that is 0 burns.
  for (let i = 0; i < dots.data.length; i++) bytes[head.length + i] = ~dots.data[i]! & 0xff
  text.encodeInto(tail, bytes.subarray(head.length + dots.data.length))
  return bytes
}
