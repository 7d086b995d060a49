/**
 * Labels in TSPL/TSPL2, as TSC's programming manual has it and most label printers made in China speak. The dots are sent
 * as a picture: their built-in Chinese fonts differ from maker to maker.
 */
import type { LabelSize } from '#shared/documents/label.ts'
import type { Bitmap } from '../dots/bitmap.ts'

export interface TsplMedia {
  readonly size: LabelSize
  /** mm between two labels of a roll; 0 for a roll without gaps */
  readonly gap: number
  /** 1 (slow) to 14 inches a second, as far as the model goes; 0 leaves it as it is set */
  readonly speed: number
  /** How dark, 0 to 15; -1 leaves it as it is set. */
  readonly darkness: number
}

/** `copies` of one label. */
export function toTspl(dots: Bitmap, media: TsplMedia, copies = 1): Uint8Array {
  const head = [
    `SIZE ${media.size.width} mm,${media.size.height} mm`, `GAP ${media.gap} mm,0 mm`, ...(media.speed > 0 ? [`SPEED ${media.speed}`] : []), ...(media.darkness >= 0 ? [`DENSITY ${media.darkness}`] : []),
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
