/**
 * A till that nobody has set up becomes the till of a backup, whose bytes a screen hands over part by part. A wrong passphrase is
 * known before the first of them; each part is proven and unpacked as it comes; the ledger is checked on a thread of its own.
 */
import { TillError } from '#shared/host/frames.ts'
import { HEADER_BYTES } from '#shared/host/restore.ts'
import type { Restored } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { type Mark, clearStage, makeStage, restoreError, stageIn } from './restore.ts'
import { Opener } from './sealed/chunks.ts'
import { Unpacker } from './sealed/content.ts'
import { openingKey } from './sealed/lock.ts'
import { checkOnThread } from './worker.ts'

export interface RestoringOptions {
  /** The till's folder. */
  readonly folder: string
  readonly migrations: string
  mark(): Mark
  /** Nobody has set this till up. */
  isEmpty(): boolean
  /** Closes the till that is there, lets what is staged take its place, and opens that. */
  swap(): Promise<void>
}

/** `taken`: bytes of the backup so far. */
interface Run { readonly upload: Id; readonly opener: Opener; readonly unpacker: Unpacker; taken: number }

export class Restoring {
  readonly #options
  #run: Run | undefined
  #finished: { upload: Id; restored: Promise<Restored> } | undefined

  constructor(options: RestoringOptions) {
    this.#options = options
  }

  /** `start`: the backup's first bytes. Throws TillError restore.not_empty, .not_sealed, .newer, .cut_off, .damaged, .passphrase_wrong. */
  async begin(upload: Id, start: Uint8Array, passphrase: string): Promise<{ bytes: number }> {
    this.#refuseTaken()
    const file = await openingKey(Buffer.from(start), passphrase)
    // What is being checked, or is taking its place, must not be swept from under it.
    await this.#finished?.restored.catch(() => undefined)
    this.#refuseTaken()
    this.drop()
    const unpacker = new Unpacker(makeStage(this.#options.folder))
    this.#run = { upload, unpacker, taken: HEADER_BYTES, opener: new Opener(file, (bytes) => unpacker.push(bytes)) }
    return { bytes: HEADER_BYTES }
  }

  /** Takes what stands in the backup at byte `at`; the same again is nothing. Throws TillError restore.out_of_step, .damaged, ledger.disk_full. */
  part(upload: Id, at: number, bytes: Uint8Array): { bytes: number } {
    const run = this.#of(upload)
    if (at + bytes.length <= run.taken) return { bytes: run.taken }
    if (at !== run.taken) throw new TillError('restore.out_of_step', { at: run.taken })
    this.#orDrop(() => { run.opener.push(Buffer.from(bytes)) })
    run.taken += bytes.length
    return { bytes: run.taken }
  }

  /** Throws TillError restore.cut_off, .damaged, .not_empty, database.newer, ledger.*: then nothing has changed. */
  finish(upload: Id): Promise<Restored> {
    if (this.#finished?.upload === upload) return this.#finished.restored
    const run = this.#of(upload)
    this.#orDrop(() => {
      run.opener.end()
      run.unpacker.end()
    })
    this.#run = undefined
    const restored = this.#finish().catch((error: unknown) => {
      this.#finished = undefined
      throw error
    })
    this.#finished = { upload, restored }
    return restored
  }

  /** Gives up what is half done, by an earlier launch too: it is the open ledger of a shop. */
  drop(): void {
    this.#run?.unpacker.close()
    this.#run = undefined
    clearStage(this.#options.folder)
  }

  async #finish(): Promise<Restored> {
    const { folder, migrations, mark, swap } = this.#options
    try {
      const restored = await checkOnThread({ stage: stageIn(folder), mark: mark(), migrations })
      this.#refuseTaken()
      await swap()
      return restored
    } catch (error) {
      this.drop()
      throw error
    }
  }

  #of(upload: Id): Run {
    if (this.#run?.upload !== upload) throw new TillError('restore.out_of_step')
    return this.#run
  }
  #refuseTaken(): void {
    if (!this.#options.isEmpty()) throw new TillError('restore.not_empty')
  }
  #orDrop(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.drop()
      throw restoreError(error)
    }
  }
}
