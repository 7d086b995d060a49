/**
 * The inside of a receipt printer for tests: takes bytes into its buffer, prints them in their turn while nothing is
 * wrong, and answers DLE EOT at once and GS r 1 in its turn, where it knows them. Which line they come over is not its
 * business. A question ends a paper: one put within a paper tears it in two, as a test then sees.
 */
import { blocking, type Trouble } from '#shared/devices/printing.ts'

export interface HeadAbilities {
  /** Answers DLE EOT, GS r 1. Both are understood by all. */
  readonly status: boolean
  readonly taken: boolean
}

const FIXED = 0b0001_0010
/** What each trouble sets in the answers to DLE EOT 1 to 4. */
const BITS: Record<Trouble, readonly [number, number, number, number]> = {
  cover_open: [8, 4, 0, 0], paper_out: [8, 0x20, 0, 0x60], cutter: [8, 0x40, 8, 0], fault: [8, 0x40, 0x20, 0], off_line: [8, 0, 0, 0], paper_low: [0, 0, 0, 0x0c],
}

export class PrinterHead {
  abilities: HeadAbilities
  /** What came out, whole or in part. */
  readonly papers: number[][] = []
  /** Questions heard, and bytes that were none. */
  asked = 0
  content = 0
  /** Bytes that it prints yet before its paper is out, by itself. */
  paperLeft = Infinity
  /** Called after anything happened. */
  changed: () => void = () => undefined
  #troubles: readonly Trouble[] = []
  #buffer: (number | 'question')[] = []
  #paper: number[] | undefined
  #held: number[] = []
  #isOff = false
  #say: (bytes: Uint8Array) => void = () => undefined

  constructor(abilities: HeadAbilities = { status: false, taken: false }) {
    this.abilities = abilities
  }

  get troubles(): readonly Trouble[] {
    return this.#troubles
  }
  set troubles(troubles: readonly Trouble[]) {
    this.#troubles = troubles
    this.#work()
  }
  /** Bytes that wait for the paper. */
  get waiting(): number {
    return this.#buffer.length
  }

  /** A new connection, or cable: answers go there from now on, and what comes begins a new paper. */
  join(say: (bytes: Uint8Array) => void): void {
    this.#isOff = false
    this.#say = say
    this.#flush()
    this.#buffer.push('question')
    this.#held = []
    this.#work()
  }
  /** Switched off: what it had not printed is gone, and what comes over the line that it had is. */
  cutPower(): void {
    this.#isOff = true
    this.#buffer = []
    this.#held = []
    this.#paper = undefined
    this.#say = () => undefined
  }
  feed(bytes: Uint8Array): void {
    if (this.#isOff) return
    for (const byte of bytes) this.#byte(byte)
    this.#work()
  }
  /** No more comes: what looked like the beginning of a question was none. */
  rest(): void {
    this.#flush()
    this.#work()
  }

  #byte(byte: number): void {
    const held = [...this.#held, byte]
    const begins = (...question: number[]): boolean => held.every((each, i) => each === question[i])
    if (begins(0x10, 0x04) || begins(0x1d, 0x72, 0x01) || (held.length === 3 && begins(0x10, 0x04, byte) && byte >= 1 && byte <= 4)) {
      this.#held = held
      if (held.length < 3) return
      this.#held = []
      this.asked++
      if (held[0] === 0x1d) this.#buffer.push(-1)
      else {
        this.#buffer.push('question')
        if (this.abilities.status) this.#say(Uint8Array.of(this.#answer(byte)))
      }
      return
    }
    this.#flush()
    if (byte === 0x10 || byte === 0x1d) this.#held = [byte]
    else this.#take(byte)
  }
  #flush(): void {
    for (const byte of this.#held.splice(0)) this.#take(byte)
  }
  #take(byte: number): void {
    this.content++
    this.#buffer.push(byte)
  }
  #answer(n: number): number {
    return this.#troubles.reduce((byte, trouble) => byte | BITS[trouble][n - 1]!, FIXED)
  }
  #work(): void {
    let done = 0
    for (const what of this.#buffer) {
      if (blocking(this.#troubles)) break
      if (what === 'question') this.#paper = undefined
      else if (what === -1) {
        this.#paper = undefined
        if (this.abilities.taken) this.#say(Uint8Array.of(0))
      } else {
        if (this.paperLeft === 0) {
          this.#troubles = [...this.#troubles, 'paper_out']
          break
        }
        this.paperLeft--
        if (!this.#paper) this.papers.push(this.#paper = [])
        this.#paper.push(what)
      }
      done++
    }
    this.#buffer = this.#buffer.slice(done)
    this.changed()
  }
}
