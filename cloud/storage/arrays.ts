/**
 * Arrays as PostgreSQL's own binary format (array_recv, with each element's …recv), for statements that write many rows
 * from `unnest`. As text, every quote of a journal row would be escaped here and unescaped there, which costs more than
 * the insert. The driver sends a Buffer as binary; the statement says its type: `${texts(names)}::text[]`.
 */

const BOOL = 16
const INT8 = 20
const TEXT = 25
const UUID = 2950
const HEADER = 20

type Write = (target: Buffer, at: number, index: number) => number

/** `write` puts an element's bytes at `at` and returns their number; -1 is null. `room` is at least what all of them take. */
function encode(type: number, count: number, room: number, write: Write): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER + count * 4 + room)
  bytes.writeInt32BE(count === 0 ? 0 : 1, 0)
  // Whether any is null, which the server finds out for itself.
  bytes.writeInt32BE(1, 4)
  bytes.writeInt32BE(type, 8)
  if (count === 0) return bytes.subarray(0, 12)
  bytes.writeInt32BE(count, 12)
  bytes.writeInt32BE(1, 16)
  let at = HEADER
  for (let index = 0; index < count; index++) {
    const length = write(bytes, at + 4, index)
    bytes.writeInt32BE(length, at)
    at += 4 + Math.max(0, length)
  }
  return bytes.subarray(0, at)
}

/** Texts, or their UTF-8, must be storable: neither U+0000 nor half a surrogate pair. */
export function texts(values: readonly (string | Uint8Array | null)[]): Buffer {
  const room = values.reduce((sum, value) => sum + (value === null ? 0 : typeof value === 'string' ? Buffer.byteLength(value) : value.length), 0)
  return encode(TEXT, values.length, room, (target, at, index) => {
    const value = values[index]!
    if (value === null) return -1
    if (typeof value === 'string') return target.write(value, at)
    target.set(value, at)
    return value.length
  })
}

/** Safe integers. */
export function bigints(values: readonly (number | null)[]): Buffer {
  return encode(INT8, values.length, values.length * 8, (target, at, index) => {
    const value = values[index]!
    if (value === null) return -1
    target.writeInt32BE(Math.floor(value / 2 ** 32), at)
    target.writeUInt32BE(value >>> 0, at + 4)
    return 8
  })
}

export function uuids(values: readonly (string | null)[]): Buffer {
  return encode(UUID, values.length, values.length * 16, (target, at, index) => {
    const value = values[index]!
    if (value === null) return -1
    const written = target.write(value.replaceAll('-', ''), at, 'hex')
    if (written !== 16) throw new TypeError(`not a UUID: ${value}`)
    return written
  })
}

export function booleans(values: readonly boolean[]): Buffer {
  return encode(BOOL, values.length, values.length, (target, at, index) => target.writeUInt8(values[index] ? 1 : 0, at) - at)
}
