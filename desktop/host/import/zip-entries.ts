/**
 * Opens a small ZIP archive (APPNOTE 6.3, stored and deflated entries) under a limit on what it unpacks to, and packs
 * entries again without compression. A spreadsheet comes from anywhere, and its reader trusts the sizes it is told; so
 * it is only ever given an archive that was unpacked here and found small.
 */
import { crc32, inflateRawSync } from 'node:zlib'

export interface ZipEntry {
  readonly path: string
  readonly bytes: Buffer
}
export type ZipFault = 'zip' | 'too_large'

const END_SIGNATURE = 0x06054b50
const CENTRAL_SIGNATURE = 0x02014b50
const LOCAL_SIGNATURE = 0x04034b50
/** The end record is last but for a comment of at most 65,535 bytes. */
const END_SEARCH_BYTES = 22 + 0xffff
const UTF8_NAMES = 0x0800

/** Unpacks the entries that `wanted` names, at most `bytesMax` bytes of them together; gives a fault instead of throwing. */
export function unzip(file: Buffer, wanted: (path: string) => boolean, bytesMax: number): ZipEntry[] | ZipFault {
  const end = findEnd(file)
  if (end === undefined) return 'zip'
  const count = file.readUInt16LE(end + 10)
  let at = file.readUInt32LE(end + 16)
  let left = bytesMax
  const entries: ZipEntry[] = []
  for (let i = 0; i < count; i++) {
    if (at + 46 > file.length || file.readUInt32LE(at) !== CENTRAL_SIGNATURE) return 'zip'
    const nameEnd = at + 46 + file.readUInt16LE(at + 28)
    const path = file.toString('utf8', at + 46, nameEnd).replaceAll('\\', '/')
    if (wanted(path)) {
      const bytes = unpack(file, file.readUInt16LE(at + 10), file.readUInt32LE(at + 20), file.readUInt32LE(at + 42), left)
      if (typeof bytes === 'string') return bytes
      left -= bytes.length
      entries.push({ path, bytes })
    }
    at = nameEnd + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  return entries
}

function findEnd(file: Buffer): number | undefined {
  for (let at = file.length - 22; at >= Math.max(0, file.length - END_SEARCH_BYTES); at--) {
    if (file.readUInt32LE(at) === END_SIGNATURE) return at
  }
  return undefined
}

function unpack(file: Buffer, method: number, packedBytes: number, local: number, bytesMax: number): Buffer | ZipFault {
  if (local + 30 > file.length || file.readUInt32LE(local) !== LOCAL_SIGNATURE) return 'zip'
  const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
  if (start + packedBytes > file.length) return 'zip'
  const packed = file.subarray(start, start + packedBytes)
  if (bytesMax <= 0) return 'too_large'
  if (method === 0) return packed.length > bytesMax ? 'too_large' : packed
  if (method !== 8) return 'zip'
  try {
    return inflateRawSync(packed, { maxOutputLength: bytesMax })
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'zip'
  }
}

/** Packs entries as they are, uncompressed. */
export function zipStored(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { path, bytes } of entries) {
    const name = Buffer.from(path, 'utf8')
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(UTF8_NAMES, 2)
    shared.writeUInt32LE(crc32(bytes), 10)
    shared.writeUInt32LE(bytes.length, 14)
    shared.writeUInt32LE(bytes.length, 18)
    shared.writeUInt16LE(name.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    parts.push(signature(LOCAL_SIGNATURE), shared, name, bytes)
    central.push(signature(CENTRAL_SIGNATURE), Buffer.from([20, 0]), shared, tail, name)
    offset += 30 + name.length + bytes.length
  }
  const centralBytes = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(centralBytes.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, centralBytes, signature(END_SIGNATURE), end])
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
