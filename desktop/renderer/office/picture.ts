/** A photograph made small enough to travel with its good: at most 16 KB as a data URL. */
const CHARS_MAX = 16_384
const SIZES = [128, 96, 64, 48]

/** Undefined for a file that is no picture, or can't be made small enough. */
export async function shrinkPicture(file: Blob): Promise<string | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (!bitmap) return undefined
  const canvas = document.createElement('canvas')
  for (const size of SIZES) {
    const scale = Math.min(1, size / Math.max(bitmap.width, bitmap.height))
    canvas.width = Math.max(1, Math.round(bitmap.width * scale))
    canvas.height = Math.max(1, Math.round(bitmap.height * scale))
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    const url = canvas.toDataURL('image/webp', 0.8)
    if (url.length <= CHARS_MAX) return url
  }
  return undefined
}
