/**
 * What is in a backup: 4 bytes with the length of a list, the list as JSON, and the files it names, one behind the other.
 * Everything is written and read as it comes; a file is there only when `end` has said that all of it is.
 */
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { TillError } from '#shared/host/frames.ts'
import { LEDGER_FILE } from '../../open.ts'
import { PEOPLE_KEYS_FILE } from '../../people/key-file.ts'
/** A list is a few lines. */
const LIST_BYTES_MAX = 65_536

const ListSchema = z.object({
  files: z.array(z.object({ name: z.enum([LEDGER_FILE, PEOPLE_KEYS_FILE]), bytes: z.int().min(0) })).min(1).max(2)
    .refine((files) => files.some(({ name }) => name === LEDGER_FILE) && new Set(files.map(({ name }) => name)).size === files.length),
})
export type List = z.output<typeof ListSchema>

export function listBytes(list: List): Buffer {
  const text = Buffer.from(JSON.stringify(list))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(text.length)
  return Buffer.concat([head, text])
}

/** Gives `push` all of a file. */
export function readThrough(file: string, push: (bytes: Buffer) => void, from = 0): void {
  const [source, buffer] = [openSync(file, 'r'), Buffer.alloc(2 ** 20)]
  try {
    for (let at = from, count; (count = readSync(source, buffer, 0, buffer.length, at)) > 0; at += count) push(buffer.subarray(0, count))
  } finally {
    closeSync(source)
  }
}

/** All of it, or it throws what the file system says. */
export function writeAll(handle: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
}

/** Puts the files of a backup into a folder as their bytes come. */
export class Unpacker {
  readonly #folder
  #start: Buffer = Buffer.alloc(0)
  #files: List['files'] | undefined
  #handle: number | undefined
  #left = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Throws TillError restore.damaged where what is inside is not what its list says. */
  push(bytes: Buffer): void {
    if (!this.#files) {
      const start = Buffer.concat([this.#start, bytes])
      const length = start.length < 4 ? 0 : start.readUInt32BE(0)
      if (length > LIST_BYTES_MAX) throw new TillError('restore.damaged', { reason: 'list' })
      if (start.length < 4 + length || length === 0) {
        this.#start = start
        return
      }
      this.#files = parseList(start.subarray(4, 4 + length))
      this.#next()
      return this.#take(start.subarray(4 + length))
    }
    this.#take(bytes)
  }

  /** Throws TillError restore.damaged where something is missing. */
  end(): void {
    this.#next()
    if (!this.#files || this.#handle !== undefined) throw new TillError('restore.damaged', { reason: 'missing' })
  }

  /** Lets go of what is open; more than once is fine. */
  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle)
    this.#handle = undefined
    this.#left = 0
  }

  #take(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0;) {
      if (this.#left === 0) this.#next()
      if (this.#handle === undefined) throw new TillError('restore.damaged', { reason: 'more' })
      const part = rest.subarray(0, this.#left)
      writeAll(this.#handle, part)
      this.#left -= part.length
      rest = rest.subarray(part.length)
    }
  }

  /** Closes what is complete and opens what comes next. */
  #next(): void {
    while (this.#left === 0) {
      if (this.#handle !== undefined) {
        fsyncSync(this.#handle)
        this.close()
      }
      const file = this.#files?.shift()
      if (!file) return
      this.#handle = openSync(join(this.#folder, file.name), 'wx', 0o600)
      this.#left = file.bytes
    }
  }
}

function parseList(text: Buffer): List['files'] {
  try {
    return ListSchema.parse(JSON.parse(String(text))).files
  } catch {
    throw new TillError('restore.damaged', { reason: 'list' })
  }
}
