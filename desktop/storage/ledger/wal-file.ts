/**
 * SQLite's write-ahead log as a file, read without SQLite (its format: sqlite.org/fileformat2.html, section 4). SQLite
 * stops at the first frame that does not check and says nothing of what stands behind it: right after a crash, and a
 * silent loss where the file was damaged. This module tells the two apart, and never writes to the file.
 */
import { existsSync, readFileSync } from 'node:fs'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const MAGIC_LITTLE = 0x377f0682
const MAGIC_BIG = 0x377f0683

export interface WalFrame {
  /** From 1, as SQLite counts pages. */
  readonly page: number
  /** The database's pages after this commit; 0 in the middle of one. */
  readonly commit: number
  readonly data: Buffer
}
export interface Wal {
  readonly pageSize: number
  /** Frames of the log's present round, in order, whether they check or not; those of an earlier round are left out. */
  readonly frames: readonly WalFrame[]
  /** So many from the first are what SQLite sees. */
  readonly seen: number
  /** Between those that SQLite doesn't see, one or more are gone, and a commit's end may have been in them. */
  readonly hasGap: boolean
}

/** Undefined where there is no log, or none that could be one. */
export function readWal(file: string): Wal | undefined {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  if (bytes.length < HEADER_BYTES + FRAME_HEADER_BYTES) return undefined
  const pageSize = bytes.readUInt32BE(8)
  if (pageSize < 512 || pageSize > 65536 || (pageSize & (pageSize - 1)) !== 0) return undefined
  const magic = bytes.readUInt32BE(0)
  const isBig = magic === MAGIC_BIG
  let [sum, isWhole] = [checksum(bytes, 0, 24, [0, 0], isBig), magic === MAGIC_LITTLE || isBig]
  isWhole &&= same(sum, bytes, 24)
  // A header that does not check says nothing of its round either: the first frame does.
  const salts = isWhole ? bytes.subarray(16, 24) : bytes.subarray(HEADER_BYTES + 8, HEADER_BYTES + 16)
  const frames: WalFrame[] = []
  let [seen, hasGap, isGapOpen] = [0, false, false]
  for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES + pageSize <= bytes.length; at += FRAME_HEADER_BYTES + pageSize) {
    const isOfRound = bytes.subarray(at + 8, at + 16).equals(salts)
    if (isWhole) {
      sum = checksum(bytes, at + FRAME_HEADER_BYTES, pageSize, checksum(bytes, at, 8, sum, isBig), isBig)
      isWhole = isOfRound && same(sum, bytes, at + 16)
    }
    if (!isOfRound) {
      isGapOpen = true
      continue
    }
    hasGap ||= isGapOpen
    const [page, commit] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
    frames.push({ page, commit, data: bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + pageSize) })
    if (isWhole && commit > 0) seen = frames.length
  }
  return { pageSize, frames, seen, hasGap }
}

/**
 * Commits that stand in the log behind its first broken frame; frames that are gone from among them count as one more,
 * however many they are, because any of them may have been a commit's last. One may be what a power cut left of a commit
 * that nobody was told of, and a second what a failed sync left, or the gaps of that one; from three on the log is damaged.
 */
export const COMMITS_UNSEEN_MAX = 2
export function commitsUnseen(file: string): number {
  const wal = readWal(file)
  return wal ? wal.frames.slice(wal.seen).filter(({ commit }) => commit > 0).length + (wal.hasGap ? 1 : 0) : 0
}

function same([a, b]: readonly [number, number], bytes: Buffer, at: number): boolean {
  return bytes.readUInt32BE(at) === a && bytes.readUInt32BE(at + 4) === b
}

function checksum(bytes: Buffer, from: number, length: number, [a, b]: readonly [number, number], isBig: boolean): [number, number] {
  for (let at = from; at < from + length; at += 8) {
    a = (a + (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0
    b = (b + (isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0
  }
  return [a, b]
}
