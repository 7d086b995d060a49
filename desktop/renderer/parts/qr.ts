/** A code to scan off the screen, as the address of a picture; empty for nothing. */
import { toString as draw } from 'qrcode'

export async function qrPicture(text: string): Promise<string> {
  const svg = text ? await draw(text, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' }) : ''
  return svg && `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
}
