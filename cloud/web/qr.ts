/** A QR code (ISO/IEC 18004) as an SVG picture in a data URL, so that the page needs no other request and no markup of others. */
import QRCode from 'qrcode'

export async function qrPicture(text: string): Promise<string> {
  const svg = await QRCode.toString(text, { type: 'svg', errorCorrectionLevel: 'L', margin: 2 })
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}
