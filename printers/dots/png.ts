/** Dots as a PNG (ISO/IEC 15948), one bit a dot: the label's picture, exactly as it is printed. */
import { crc32, deflateSync } from 'node:zlib'
import type { Bitmap } from './bitmap.ts'

export function toPng(dots: Bitmap): Uint8Array {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(dots.width, 0)
  head.writeUInt32BE(dots.height, 4)
  // One bit of grey a dot, no filter, no interlacing; in a picture 1 is white.
  head.set([1, 0, 0, 0, 0], 8)
  const rows = Buffer.alloc((dots.stride + 1) * dots.height)
  for (let row = 0; row < dots.height; row++) {
    for (let i = 0; i < dots.stride; i++) rows[row * (dots.stride + 1) + 1 + i] = ~dots.data[row * dots.stride + i]! & 0xff
  }
  return Uint8Array.from(Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]))
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
