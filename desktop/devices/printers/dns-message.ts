/** DNS messages (RFC 1035) as far as finding a service needs them: questions for PTR, and the SRV and A records of a reply. Pure. */

const PTR = 12
const SRV = 33
const A = 1
const IN = 1
/** RFC 6762 §5.4: the answer may come to the asker alone. */
const UNICAST = 0x8000
const HEADER = 12
const RECORDS_MAX = 200
/** A name holds at most 127 labels; as many jumps are more than any honest message needs. */
const LABELS_MAX = 127
const NAME_MAX = 255

export type DnsRecord =
  | { readonly type: 'SRV'; readonly name: string; readonly port: number; readonly target: string }
  | { readonly type: 'A'; readonly name: string; readonly address: string }

export function questionFor(names: readonly string[]): Uint8Array {
  const bytes = [0, 0, 0, 0, 0, names.length, 0, 0, 0, 0, 0, 0]
  for (const name of names) {
    for (const label of name.split('.')) {
      const text = new TextEncoder().encode(label)
      bytes.push(text.length, ...text)
    }
    bytes.push(0, 0, PTR, (UNICAST | IN) >> 8, IN)
  }
  return Uint8Array.from(bytes)
}

/** The records of a reply that can be read; a message that breaks off, or loops, gives those before the break. */
export function answersOf(message: Uint8Array): DnsRecord[] {
  const records: DnsRecord[] = []
  if (message.length < HEADER) return records
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  // A question of another asker has no answers.
  if ((view.getUint16(2) & 0x8000) === 0) return records
  let at = HEADER
  const name = (): string => {
    const read = nameAt(message, at)
    at = read.end
    return read.name
  }
  try {
    for (let left = view.getUint16(4); left > 0; left--) {
      name()
      at += 4
    }
    const count = view.getUint16(6) + view.getUint16(8) + view.getUint16(10)
    for (let left = Math.min(count, RECORDS_MAX); left > 0; left--) {
      const owner = name()
      const type = view.getUint16(at)
      const length = view.getUint16(at + 8)
      at += 10
      const end = at + length
      if (end > message.length) return records
      if (type === SRV && length > 6) records.push({ type: 'SRV', name: owner, port: view.getUint16(at + 4), target: nameAt(message, at + 6).name })
      else if (type === A && length === 4) records.push({ type: 'A', name: owner, address: message.subarray(at, end).join('.') })
      at = end
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return records
}

const utf8 = new TextDecoder()
/** A name and where it ends, compression followed. Throws RangeError where the message breaks off or loops. */
function nameAt(message: Uint8Array, start: number): { name: string; end: number } {
  const labels: string[] = []
  let at = start
  let end: number | undefined
  let size = 0
  for (let steps = 0; steps <= LABELS_MAX; steps++) {
    const length = message[at]
    if (length === undefined) break
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 }
    if (length >= 0xc0) {
      const low = message[at + 1]
      if (low === undefined) break
      end ??= at + 2
      at = (length & 0x3f) << 8 | low
    } else {
      size += length + 1
      if (length > 63 || size > NAME_MAX || at + 1 + length > message.length) break
      // eslint-disable-next-line no-control-regex -- what no person should read has no place in a name
      labels.push(utf8.decode(message.subarray(at + 1, at + 1 + length)).replace(/[\x00-\x1f\x7f]/g, ''))
      at += 1 + length
    }
  }
  throw new RangeError('not a name')
}
