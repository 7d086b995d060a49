/**
 * Reads TSPL as a label printer would, from the language's manual (TSC, «TSPL/TSPL2 Programming Manual») and from nothing that writes it
 * here: the commands there are, how each is spelled, what its numbers may be, in which order they make sense, and which dots are
 * black at the end. Strict: what the manual does not allow is refused, though a real printer would pass over it in silence.
 * No package that does this was to be had: those there are write TSPL, and what shows it are whole web applications.
 */

export interface TsplLabel {
  /** dots, one byte each, row by row from the top left; 1 is black */
  readonly dots: Uint8Array
  readonly width: number
  readonly height: number
  /** PRINT's sets times copies */
  readonly copies: number
  /** What the printer was set to when it printed. */
  readonly set: TsplSettings
  /** Commands that drew, with their numbers. */
  readonly drawn: readonly string[]
}
export interface TsplSettings {
  /** mm */
  readonly size: readonly [number, number]
  readonly gap: readonly [number, number]
  readonly speed: number | null
  readonly density: number | null
  readonly direction: readonly [number, number]
  readonly reference: readonly [number, number]
}

const MM_PER_INCH = 25.4
const LINE_END = '\r\n'
/** Whole commands without data: the name, then numbers parted by commas. A space may stand behind a comma. */
const COMMAND = /^([A-Z]+)(?: (.+))?$/

/** All labels of a stream, at so many dots a millimetre. Throws Error with the place in bytes. */
export function readTspl(bytes: Uint8Array, density: 8 | 12): TsplLabel[] {
  return new Reader(bytes, density).read()
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #density: number
  #at = 0
  #size: [number, number] | undefined
  #gap: [number, number] | undefined
  #speed: number | null = null
  #darkness: number | null = null
  #direction: [number, number] = [0, 0]
  #reference: [number, number] = [0, 0]
  #buffer: { dots: Uint8Array; width: number; height: number } | undefined
  #drawn: string[] = []
  readonly #labels: TsplLabel[] = []

  constructor(bytes: Uint8Array, density: number) {
    this.#bytes = bytes
    this.#density = density
  }

  read(): TsplLabel[] {
    while (this.#at < this.#bytes.length) this.#command()
    return this.#labels
  }

  #command(): void {
    const start = this.#at
    if (this.#peek('BITMAP ')) return this.#bitmap(start)
    const line = this.#line()
    const match = COMMAND.exec(line)
    if (!match) return this.#refuse(start, `no command: ${line}`)
    const [, name = '', said = ''] = match
    switch (name) {
      case 'SIZE':
        this.#size = this.#lengths(start, said, Infinity, 0.001)
        // The old image is not the new label's.
        this.#buffer = undefined
        return
      case 'GAP':
        this.#gap = this.#lengths(start, said, MM_PER_INCH, 0)
        if (this.#size && this.#gap[1] > this.#size[1]) this.#refuse(start, 'an offset longer than the label')
        return
      case 'SPEED':
        this.#speed = this.#numbers(start, said, 1, [1, 18], /^\d+(\.5)?$/)[0]!
        return
      case 'DENSITY':
        this.#darkness = this.#numbers(start, said, 1, [0, 15])[0]!
        return
      case 'DIRECTION': {
        const parts = said.includes(',') ? this.#numbers(start, said, 2, [0, 1]) : [...this.#numbers(start, said, 1, [0, 1]), 0]
        this.#direction = [parts[0]!, parts[1]!]
        return
      }
      case 'REFERENCE': {
        const [x, y] = this.#numbers(start, said, 2, [0, 100_000])
        this.#reference = [x!, y!]
        return
      }
      case 'CLS': {
        if (said !== '') this.#refuse(start, 'CLS takes nothing')
        if (!this.#size) return this.#refuse(start, 'CLS before SIZE')
        const [width, height] = this.#size.map((mm) => Math.round(mm * this.#density))
        this.#buffer = { dots: new Uint8Array(width! * height!), width: width!, height: height! }
        this.#drawn = []
        return
      }
      case 'BAR': {
        const [x, y, width, height] = this.#numbers(start, said, 4, [0, 100_000])
        this.#drawn.push(line)
        for (let row = 0; row < height!; row++) for (let column = 0; column < width!; column++) this.#ink(start, x! + column, y! + row, true, 1)
        return
      }
      case 'PRINT':
        return this.#print(start, said)
      default:
        return this.#refuse(start, `not in the manual, or not known here: ${name}`)
    }
  }

  /** `BITMAP x,y,width in bytes,height in dots,mode,` and then the data, whatever bytes it is of; a 0 burns. */
  #bitmap(start: number): void {
    this.#at += 'BITMAP '.length
    const [x, y, width, height, mode] = [this.#upToComma(), this.#upToComma(), this.#upToComma(), this.#upToComma(), this.#upToComma()]
    if (width === 0 || height === 0) this.#refuse(start, 'a picture of no size')
    if (mode > 2) this.#refuse(start, `no mode: ${mode}`)
    const end = this.#at + width * height
    if (end > this.#bytes.length) this.#refuse(start, 'the data ends early')
    const data = this.#bytes.subarray(this.#at, end)
    this.#at = end
    if (!this.#peek(LINE_END)) this.#refuse(end, 'the data is longer than was said')
    this.#at += LINE_END.length
    this.#drawn.push(`BITMAP ${x},${y},${width},${height},${mode}`)
    data.forEach((byte, i) => {
      for (let bit = 0; bit < 8; bit++) this.#ink(start, x + (i % width) * 8 + bit, y + Math.floor(i / width), (byte & (0x80 >> bit)) === 0, mode)
    })
  }

  /** 0 overwrites, 1 adds, 2 turns over. What is black must lie on the label. */
  #ink(start: number, left: number, top: number, isBlack: boolean, mode: number): void {
    const buffer = this.#buffer ?? this.#refuse(start, 'drawn before CLS')
    const [x, y] = [left + this.#reference[0], top + this.#reference[1]]
    if (x >= buffer.width || y >= buffer.height) {
      if (isBlack) this.#refuse(start, `black beyond the edge, at ${x},${y}`)
      return
    }
    const i = y * buffer.width + x
    if (mode === 0) buffer.dots[i] = isBlack ? 1 : 0
    else if (isBlack) buffer.dots[i] = mode === 1 ? 1 : 1 - buffer.dots[i]!
  }

  #print(start: number, said: string): void {
    const [sets, copies = 1] = this.#numbers(start, said, said.includes(',') ? 2 : 1, [1, 999_999_999])
    const buffer = this.#buffer ?? this.#refuse(start, 'nothing to print')
    if (!this.#gap) this.#refuse(start, 'the printer does not know how far apart labels are')
    this.#labels.push({
      ...buffer, dots: buffer.dots.slice(), copies: sets! * copies, drawn: [...this.#drawn],
      set: { size: this.#size!, gap: this.#gap!, speed: this.#speed, density: this.#darkness, direction: this.#direction, reference: this.#reference },
    })
  }

  /** `m mm,n mm`, `m dot,n dot` or inches, in mm. */
  #lengths(start: number, said: string, most: number, least: number): [number, number] {
    const match = /^(\d+(?:\.\d+)?)( mm| dot|), ?(\d+(?:\.\d+)?)( mm| dot|)$/.exec(said)
    if (!match) return this.#refuse(start, `no two lengths: ${said}`)
    const mm = (number: string, unit: string): number => Number(number) * (unit === ' mm' ? 1 : unit === ' dot' ? 1 / this.#density : MM_PER_INCH)
    const [one, other] = [mm(match[1]!, match[2]!), mm(match[3]!, match[4]!)]
    // 0 is 0 in any unit; anything else is measured in one.
    if (match[2] !== match[4] && one !== 0 && other !== 0) this.#refuse(start, 'two units')
    if (one > most || one < least || other < least) this.#refuse(start, `out of range: ${said}`)
    return [one, other]
  }

  #numbers(start: number, said: string, count: number, [least, most]: readonly [number, number], form = /^\d+$/): number[] {
    const parts = said.split(/, ?/)
    if (parts.length !== count || !parts.every((part) => form.test(part) && Number(part) >= least && Number(part) <= most)) this.#refuse(start, `not ${count} numbers from ${least} to ${most}: ${said}`)
    return parts.map(Number)
  }

  #upToComma(): number {
    const start = this.#at
    while (this.#bytes[this.#at]! >= 0x30 && this.#bytes[this.#at]! <= 0x39) this.#at++
    if (this.#at === start || this.#bytes[this.#at] !== 0x2c) this.#refuse(start, 'no number and comma')
    this.#at++
    return Number(this.#text(start, this.#at - 1))
  }

  #line(): string {
    const start = this.#at
    while (this.#at < this.#bytes.length && !this.#peek(LINE_END)) {
      if (this.#bytes[this.#at]! < 0x20 || this.#bytes[this.#at]! > 0x7e) this.#refuse(this.#at, 'a byte that no command has')
      this.#at++
    }
    if (!this.#peek(LINE_END)) this.#refuse(this.#at, 'no end of line')
    const line = this.#text(start, this.#at)
    this.#at += LINE_END.length
    return line
  }
  #peek(text: string): boolean {
    return this.#text(this.#at, this.#at + text.length) === text
  }
  #text(from: number, to: number): string {
    return String.fromCharCode(...this.#bytes.subarray(from, to))
  }
  #refuse(at: number, why: string): never {
    throw new Error(`byte ${at}: ${why}`)
  }
}
