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
  const out: string[] = []
  for (let row = 0; row < height; row++) out.push(row > 0 && isSame(data, row, stride) ? ':' : rowOf(data, row * stride, stride * 2))
  return out.join('')
}

function isSame(data: Uint8Array, row: number, stride: number): boolean {
  for (let i = row * stride; i < (row + 1) * stride; i++) if (data[i] !== data[i - stride]) return false
  return true
}

function rowOf(data: Uint8Array, start: number, digits: number): string {
  const digit = (i: number): number => (i & 1 ? data[start + (i >> 1)]! & 15 : data[start + (i >> 1)]! >> 4)
  let end = digits
  const last = digit(digits - 1)
  if (last === 0 || last === 15) while (end > 0 && digit(end - 1) === last) end--
  let out = ''
  for (let i = 0; i < end;) {
    const first = i
    const value = digit(i)
    while (i < end && digit(i) === value) i++
    out += repeats(i - first) + HEX[value]!
  }
  return end === digits ? out : out + (last === 0 ? ',' : '!')
}

const HEX = '0123456789ABCDEF'
function repeats(times: number): string {
  if (times === 1) return ''
  let [rest, out] = [times, '']
  for (; rest >= 400; rest -= 400) out += 'z'
  if (rest >= 20) out += String.fromCharCode('g'.charCodeAt(0) + Math.floor(rest / 20) - 1)
  return rest % 20 === 0 ? out : out + String.fromCharCode('G'.charCodeAt(0) + rest % 20 - 1)
}
