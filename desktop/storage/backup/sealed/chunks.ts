/**
 * Content in chunks, each sealed with its number and whether it is the last (the STREAM construction, Hoang et al. 2015):
 * a chunk that is changed, moved, left out or cut off is refused where it stands, and no more than a chunk is ever in memory.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { TillError } from '#shared/host/frames.ts'
import { HEADER_BYTES } from '#shared/host/restore.ts'
import type { FileKey } from './lock.ts'

const TAG = 16

/** The nonce: the chunk's number in 11 bytes, and 1 for the last. A file's key is used for that file alone. */
function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(index, 5, 6)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** Seals what is pushed; `write` gets the header first. */
export class Sealer {
  readonly #file
  readonly #write
  readonly #rest: Buffer
  #filled = 0
  #index = 0

  constructor(file: FileKey, write: (bytes: Buffer) => void) {
    this.#file = file
    this.#write = write
    this.#rest = Buffer.alloc(file.chunk)
    write(file.header)
  }

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      // Only when more comes is a full chunk not the last.
      if (this.#filled === this.#rest.length) this.#seal(false)
      const taken = bytes.copy(this.#rest, this.#filled, at)
      this.#filled += taken
      at += taken
    }
  }

  end(): void {
    this.#seal(true)
  }

  #seal(isLast: boolean): void {
    const cipher = createCipheriv('aes-256-gcm', this.#file.key, nonceOf(this.#index, isLast)).setAAD(this.#file.header)
    this.#write(cipher.update(this.#rest.subarray(0, this.#filled)))
    cipher.final()
    this.#write(cipher.getAuthTag())
    this.#index += 1
    this.#filled = 0
  }
}

/** Opens what is pushed, which is the file behind its header; `write` gets only what was proven. */
export class Opener {
  readonly #file
  readonly #write
  #rest: Buffer = Buffer.alloc(0)
  #index = 0

  constructor(file: FileKey, write: (bytes: Buffer) => void) {
    this.#file = file
    this.#write = write
  }

  /** Throws TillError restore.file_damaged with the `byte` at which the chunk begins that does not check. */
  push(bytes: Buffer): void {
    const sealed = this.#file.chunk + TAG
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    for (; rest.length > sealed; rest = rest.subarray(sealed)) {
      const content = this.#open(rest.subarray(0, sealed), false)
      if (!content) throw new TillError('restore.file_damaged', { byte: this.#place() })
      this.#write(content)
      this.#index += 1
    }
    this.#rest = Buffer.from(rest)
  }

  /** Throws TillError restore.cut_off, where whole chunks are missing, or restore.file_damaged. */
  end(): void {
    const content = this.#open(this.#rest, true)
    if (content) return this.#write(content)
    const isCut = this.#rest.length < TAG || this.#open(this.#rest, false) !== undefined
    throw new TillError(isCut ? 'restore.cut_off' : 'restore.file_damaged', { byte: isCut ? this.#place() + this.#rest.length : this.#place() })
  }

  #place(): number {
    return HEADER_BYTES + this.#index * (this.#file.chunk + TAG)
  }

  #open(sealed: Buffer, isLast: boolean): Buffer | undefined {
    if (sealed.length < TAG) return undefined
    const decipher = createDecipheriv('aes-256-gcm', this.#file.key, nonceOf(this.#index, isLast)).setAAD(this.#file.header)
    decipher.setAuthTag(sealed.subarray(-TAG))
    try {
      const content = decipher.update(sealed.subarray(0, -TAG))
      decipher.final()
      return content
    } catch {
      return undefined
    }
  }
}
