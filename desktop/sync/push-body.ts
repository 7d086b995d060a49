/** A push, packed and signed: what the wire carries for some rows. */
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import type { Id } from '#shared/identity/ids.ts'
import type { RawRow } from '#shared/ledger/envelope.ts'
import { PUSH_BYTES_MAX, PUSH_ROW_BYTES, writePush } from '#shared/sync/protocol.ts'
import { signBytes } from './device-key.ts'

export interface PushBody {
  readonly first: number
  readonly last: number
  readonly encoding: 'zstd' | 'gzip'
  readonly bytes: Uint8Array
  readonly signature: string
}

const HEADER_BYTES_MAX = 200
/** Rows of one till look alike from a day ago too, which zstd sees and gzip's window does not: half the bytes in half the time. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Packs as many of the rows as one push may hold, at least one: a row is far smaller than a push. There must be a row. */
export function packPush(rows: readonly RawRow[], { device, privateKey }: { readonly device: Id; readonly privateKey: string }): PushBody {
  const fitting = fittingOf(rows)
  const text = writePush(device, fitting)
  // Not every Node has zstd: a shell may be built without.
  const zstd = typeof zstdCompressSync === 'function'
  const bytes = zstd ? zstdCompressSync(text, ZSTD) : gzipSync(text, { level: 3 })
  return { first: fitting[0]!.seq, last: fitting.at(-1)!.seq, encoding: zstd ? 'zstd' : 'gzip', bytes, signature: signBytes(privateKey, bytes) }
}

function fittingOf(rows: readonly RawRow[]): readonly RawRow[] {
  let size = HEADER_BYTES_MAX
  const end = rows.findIndex(({ bytes }) => (size += bytes.length + PUSH_ROW_BYTES) > PUSH_BYTES_MAX)
  return end === -1 ? rows : rows.slice(0, Math.max(1, end))
}
