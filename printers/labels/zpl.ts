/** Labels in ZPL II, as Zebra's programming guide has it: the dots as one graphic field, in its own compressed hexadecimal. */
import type { Bitmap } from '../dots/bitmap.ts'

/** `copies` of one label. `darkness`: 0 to 30, -1 leaves it as it is set. */
export function toZpl(dots: Bitmap, { darkness = -1, copies = 1 }: { darkness?: number; copies?: number } = {}): Uint8Array {
  const size = dots.stride * dots.height
  const parts = ['^XA', ...(darkness >= 0 ? [`^MD${darkness}`] : []), `^PW${dots.width}`, `^LL${dots.height}`, '^LH0,0', `^FO0,0^GFA,${size},${size},${dots.stride},${compressed(dots)}^FS`, `^PQ${copies},0,1,Y`, '^XZ']
  return new TextEncoder().encode(`${parts.join('\n')}\n`)
}

/** `,` fills a row with white to its end, `!` with black, `:` is the row before once more; G to Y are 1 to 19 repeats of a digit, g to z 20 to 400. */
function compressed({ data, stride, height }: Bitmap): string {
  let out = ''
  let before = ''
  for (let row = 0; row < height; row++) {
    const hex = Buffer.from(data.buffer, data.byteOffset + row * stride, stride).toString('hex').toUpperCase()
    out += hex === before ? ':' : rowOf(hex)
    before = hex
  }
  return out
}

function rowOf(hex: string): string {
  const tail = /(0+|F+)$/.exec(hex)?.[0] ?? ''
  const body = hex.slice(0, hex.length - tail.length)
  const end = tail === '' ? '' : tail[0] === '0' ? ',' : '!'
  return body.replace(/(.)\1*/g, (run, digit: string) => repeats(run.length) + digit) + end
}

function repeats(times: number): string {
  let [rest, out] = [times, '']
  for (; rest >= 400; rest -= 400) out += 'z'
  if (rest >= 20) out += String.fromCharCode('g'.charCodeAt(0) + Math.floor(rest / 20) - 1)
  rest %= 20
  if (rest > 0 && (rest > 1 || out !== '')) out += String.fromCharCode('G'.charCodeAt(0) + rest - 1)
  return out
}
