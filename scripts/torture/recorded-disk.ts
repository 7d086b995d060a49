/**
 * A disk as faulty-disk.c wrote it down, and what a power cut may leave of it. What a completed fsync covered is there;
 * of everything after it any part may be, in any order, torn at sectors. A name is there when its folder was synced.
 * A failed fsync leaves what it was for in memory, believed clean: a later one does not write it. Knows nothing of SQLite.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** W write · T truncate · S synced · F sync failed · C created · M folder made · U unlinked · R renamed · A acknowledged (not of the disk) */
export interface DiskRecord { readonly kind: string; readonly name: string; readonly offset: number; readonly data: Buffer }

const HEADER_BYTES = 15
const PAGE = 4096
const SECTORS = [512, 4096] as const

export function readRecords(bytes: Buffer): DiskRecord[] {
  const records: DiskRecord[] = []
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const nameLength = bytes.readUInt16LE(at + 1)
    const length = bytes.readUInt32LE(at + 11)
    const from = at + HEADER_BYTES + nameLength
    records.push({
      kind: String.fromCharCode(bytes[at]!), name: bytes.toString('utf8', at + HEADER_BYTES, from),
      offset: Number(bytes.readBigUInt64LE(at + 3)), data: bytes.subarray(from, from + length),
    })
    at = from + length
  }
  return records
}

/** A record of our own among those of the disk, such as a sale's acknowledgement. */
export function mark(name: string, offset: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + Buffer.byteLength(name))
  bytes.write('A', 0, 'latin1')
  bytes.writeUInt16LE(Buffer.byteLength(name), 1)
  bytes.writeBigUInt64LE(BigInt(offset), 3)
  bytes.write(name, HEADER_BYTES)
  return bytes
}

/** Bytes that grow; what was never written is zero. */
class Bytes {
  #room: Buffer
  #length: number

  constructor(from: Uint8Array = new Uint8Array()) {
    this.#room = Buffer.from(from)
    this.#length = from.length
  }

  get content(): Buffer {
    return this.#room.subarray(0, this.#length)
  }

  write(offset: number, data: Uint8Array): void {
    const end = offset + data.length
    if (end > this.#room.length) this.#room = Buffer.concat([this.#room, Buffer.alloc(Math.max(end, 2 * this.#room.length) - this.#room.length)])
    this.#room.set(data, offset)
    this.#length = Math.max(this.#length, end)
  }

  truncate(length: number): void {
    if (length < this.#length) this.#room.fill(0, length, this.#length)
    else this.write(length, new Uint8Array())
    this.#length = length
  }
}

/** One file's bytes, whatever its name: as the running system sees them, and as they are on the platter. */
class Inode {
  readonly isFolder: boolean
  readonly #cache = new Bytes()
  readonly #durable = new Bytes()
  /** Since the last sync, in order. */
  #pending: DiskRecord[] = []

  constructor(isFolder: boolean) {
    this.isFolder = isFolder
  }

  change(record: DiskRecord): void {
    apply(this.#cache, record)
    this.#pending.push(record)
  }

  synced(): void {
    this.#writeBack(() => true)
    // A file made longer without a byte being written.
    this.#durable.truncate(this.#cache.content.length)
  }

  /** The kernel tried each page: some may have got there. All count as clean from now on. */
  syncFailed(random: () => number): void {
    this.#writeBack(() => random() < 0.5)
  }

  /** Dirty pages for which `reaches` says so are on the platter as the cache has them. */
  #writeBack(reaches: () => boolean): void {
    const cache = this.#cache.content
    const dirty = new Set<number>()
    for (const { kind, offset, data } of this.#pending) {
      if (kind === 'T') this.#durable.truncate(Math.min(offset, this.#durable.content.length))
      else for (let page = Math.floor(offset / PAGE); page * PAGE < offset + data.length; page++) dirty.add(page)
    }
    for (const page of dirty) {
      const data = cache.subarray(page * PAGE, (page + 1) * PAGE)
      if (data.length > 0 && reaches()) this.#durable.write(page * PAGE, data)
    }
    this.#pending = []
  }

  /** Bytes that a cut may leave: `keeps` is asked for each sector of each write since the last sync. */
  afterCut(sector: number, keeps: () => boolean): Buffer {
    const bytes = new Bytes(this.#durable.content)
    for (const record of this.#pending) {
      if (record.kind === 'T') {
        if (keeps()) apply(bytes, record)
        continue
      }
      for (let at = 0; at < record.data.length;) {
        const end = Math.min(record.data.length, at + sector - ((record.offset + at) % sector))
        if (keeps()) bytes.write(record.offset + at, record.data.subarray(at, end))
        at = end
      }
    }
    return bytes.content
  }
}

function apply(bytes: Bytes, { kind, offset, data }: DiskRecord): void {
  if (kind === 'T') bytes.truncate(offset)
  else bytes.write(offset, data)
}

interface NameChange { readonly name: string; readonly inode: Inode | undefined }

export class RecordedDisk {
  readonly #random: () => number
  readonly #names = new Map<string, Inode>()
  readonly #durableNames = new Map<string, Inode>()
  /** Changes of names whose folder was not synced since, in order. */
  #pendingNames: NameChange[] = []

  constructor(random: () => number) {
    this.#random = random
  }

  apply(record: DiskRecord): void {
    const { kind, name } = record
    switch (kind) {
      case 'W': case 'T': this.#inode(name).change(record); break
      case 'S':
        this.#namesSynced(name)
        this.#names.get(name)?.synced()
        break
      case 'F': this.#names.get(name)?.syncFailed(this.#random); break
      case 'C': this.#rename(name, new Inode(false)); break
      case 'M': this.#rename(name, new Inode(true)); break
      case 'U': this.#rename(name, undefined); break
      case 'R': {
        const inode = this.#inode(name)
        this.#rename(record.data.toString('utf8'), inode)
        this.#rename(name, undefined)
        break
      }
      default: break
    }
  }

  #inode(name: string): Inode {
    const inode = this.#names.get(name)
    if (!inode) throw new Error(`the record changes ${name}, which nobody made`)
    return inode
  }

  #rename(name: string, inode: Inode | undefined): void {
    if (inode) this.#names.set(name, inode)
    else this.#names.delete(name)
    this.#pendingNames.push({ name, inode })
  }

  #namesSynced(folder: string): void {
    const concerns = ({ name }: NameChange): boolean => dirname(name) === folder
    for (const change of this.#pendingNames.filter(concerns)) setName(this.#durableNames, change)
    this.#pendingNames = this.#pendingNames.filter((change) => !concerns(change))
  }

  /** Writes to `target` what a power cut at this moment may leave. */
  cut(target: string): void {
    const random = this.#random
    const sector = SECTORS[Math.floor(random() * SECTORS.length)]!
    // Sometimes nothing since the last sync got there, sometimes nearly all.
    const part = [0, 0.1, 0.5, 0.9, 1][Math.floor(random() * 5)]!
    const names = new Map(this.#durableNames)
    // Folders keep the order of their own changes.
    for (const change of this.#pendingNames.slice(0, Math.floor(random() * (this.#pendingNames.length + 1) * (part === 0 ? 0 : 1)))) setName(names, change)
    for (const [name, inode] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
      // A file whose folder is not there is nowhere.
      if (!isReachable(names, name)) continue
      if (inode.isFolder) mkdirSync(join(target, name), { recursive: true })
      else writeFileSync(join(target, name), inode.afterCut(sector, () => random() < part))
    }
  }
}

function setName(names: Map<string, Inode>, { name, inode }: NameChange): void {
  if (inode) names.set(name, inode)
  else names.delete(name)
}

function isReachable(names: ReadonlyMap<string, Inode>, name: string): boolean {
  const folder = dirname(name)
  return folder === '.' || (names.get(folder)?.isFolder === true && isReachable(names, folder))
}
