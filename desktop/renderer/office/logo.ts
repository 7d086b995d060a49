/** A picture as the black and white dots that a receipt printer can burn. */
import { LOGO_MAX, type Logo } from '#shared/catalog/paper.ts'

/** Undefined for a file that is no picture. Greys become a pattern of dots (Floyd and Steinberg), so a photograph stays a photograph. */
export async function logoOf(file: Blob): Promise<Logo | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (!bitmap) return undefined
  const scale = Math.min(1, LOGO_MAX.width / bitmap.width, LOGO_MAX.height / bitmap.height)
  const [drawn, height] = [Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale))]
  const width = Math.ceil(drawn / 8) * 8
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const pen = canvas.getContext('2d')!
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, width, height)
  pen.drawImage(bitmap, (width - drawn) / 2, 0, drawn, height)
  const { data } = pen.getImageData(0, 0, width, height)
  const grey = Float32Array.from({ length: width * height }, (_, i) => data[i * 4]! * 0.299 + data[i * 4 + 1]! * 0.587 + data[i * 4 + 2]! * 0.114)
  const dots = new Uint8Array(width / 8 * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      const isBlack = grey[i]! < 128
      if (isBlack) dots[i >> 3]! |= 0x80 >> (x & 7)
      const error = grey[i]! - (isBlack ? 0 : 255)
      if (x + 1 < width) grey[i + 1]! += error * 7 / 16
      if (y + 1 < height) {
        if (x > 0) grey[i + width - 1]! += error * 3 / 16
        grey[i + width]! += error * 5 / 16
        if (x + 1 < width) grey[i + width + 1]! += error / 16
      }
    }
  }
  return { width, height, dots: btoa(String.fromCharCode(...dots)) }
}
