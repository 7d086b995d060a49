/** Photographs made small enough to travel: with their good, at most 16 KB as a data URL, or with the shop, at most 32 KB. */
interface Room {
  readonly charsMax: number
  /** Lengths of the longer side that are tried, px. */
  readonly sizes: readonly number[]
}
const GOOD: Room = { charsMax: 16_384, sizes: [128, 96, 64, 48] }
export const ADVERT: Room = { charsMax: 32_768, sizes: [640, 480, 360, 240] }

/** Undefined for a file that is no picture, or can't be made small enough. */
export async function shrinkPicture(file: Blob, { charsMax, sizes }: Room = GOOD): Promise<string | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (!bitmap) return undefined
  const canvas = document.createElement('canvas')
  for (const size of sizes) {
    const scale = Math.min(1, size / Math.max(bitmap.width, bitmap.height))
    canvas.width = Math.max(1, Math.round(bitmap.width * scale))
    canvas.height = Math.max(1, Math.round(bitmap.height * scale))
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    const url = canvas.toDataURL('image/webp', 0.8)
    if (url.length <= charsMax) return url
  }
  return undefined
}
