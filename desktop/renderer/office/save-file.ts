/** Saves a file that came over the till's line, as a download of this window's. */
export function saveFile(name: string, base64: string, type: string): void {
  saveParts(name, [bytesOf(base64)], type)
}
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))

/** The same for a file in pieces, or for text. */
export function saveParts(name: string, parts: readonly BlobPart[], type: string): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  // The download has its own hold on the bytes as soon as it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
