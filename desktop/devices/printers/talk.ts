/** One conversation with a printer over an open line: what it says, when it takes bytes, and when nothing comes. */
import type { PrinterFaultCode, PrinterState, Timer } from '#shared/ports/ports.ts'
import { AnswerParser, STATUS_QUESTIONS, TAKEN_QUESTION, statusQuestion, troublesOf } from '#printers/status.ts'

/** A way to a printer, open. */
export interface PaperLine {
  /** Resolves when the system, or the device, has taken the bytes. Where the line breaks it need never. */
  write(bytes: Uint8Array): Promise<void>
  /** Says that no more will come, where a line can say that; the printer may then close its side, which is `gone`. */
  readonly end?: () => Promise<void>
  /** `isHeard`: the printer is there and is given a moment to notice. */
  close(isHeard: boolean): Promise<void>
}
export interface PaperLineEvents {
  data(bytes: Uint8Array): void
  /** No more can be sent. `isClean`: the other end closed by itself. */
  gone(isClean: boolean): void
}
/** Rejects with LineClosed. */
export type PaperLineOpener = (on: PaperLineEvents) => Promise<PaperLine>

/** A printer that can't be reached. */
export class LineClosed extends Error {
  readonly code: PrinterFaultCode
  constructor(code: PrinterFaultCode) {
    super(code)
    this.code = code
  }
}

export type TalkEvent =
  | { readonly kind: 'status'; readonly byte: number }
  | { readonly kind: 'taken' }
  | { readonly kind: 'written'; readonly of: Uint8Array }
  | { readonly kind: 'gone'; readonly isClean: boolean }
  | { readonly kind: 'given_up' }
  | { readonly kind: 'late' }

const LATE: TalkEvent = { kind: 'late' }

export class Talk {
  readonly #timer: Timer
  readonly #answerMs: number
  readonly #parser = new AnswerParser()
  readonly #heard: TalkEvent[] = []
  #wake: (() => void) | undefined
  #line: PaperLine | undefined
  /** The last thing that is ever heard: it is heard again by whoever listens after. */
  #end: TalkEvent | undefined
  /** GS r 1 was answered. */
  isTaken = false

  private constructor(timer: Timer, answerMs: number) {
    this.#timer = timer
    this.#answerMs = answerMs
  }

  /** Rejects with LineClosed. */
  static async open(opener: PaperLineOpener, timer: Timer, answerMs: number): Promise<Talk> {
    const talk = new Talk(timer, answerMs)
    talk.#line = await opener({
      data: (bytes) => {
        for (const { to, byte } of talk.#parser.feed(bytes)) talk.#post(to === 'status' ? { kind: 'status', byte } : { kind: 'taken' })
      },
      gone: (isClean) => talk.#post({ kind: 'gone', isClean }),
    })
    return talk
  }

  giveUp(): void {
    this.#post({ kind: 'given_up' })
  }

  write(bytes: Uint8Array): void {
    void this.#line?.write(bytes).then(() => this.#post({ kind: 'written', of: bytes }), () => this.#post({ kind: 'gone', isClean: false }))
  }
  get isOver(): boolean {
    return this.#end !== undefined
  }
  end(): Promise<void> {
    return this.#line?.end?.() ?? Promise.resolve()
  }
  async close(isHeard: boolean): Promise<void> {
    await this.#line?.close(isHeard && this.#end?.kind !== 'gone')
  }

  /** The next thing heard, or `late` after `ms`. */
  async next(ms: number): Promise<TalkEvent> {
    if (this.#heard.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        const cancel = this.#timer.after(ms, resolve)
        this.#wake = () => {
          cancel()
          resolve()
        }
      })
      this.#wake = undefined
    }
    return this.#heard.shift() ?? this.#end ?? LATE
  }

  /** How it does, by DLE EOT: undefined where no answer comes, and the line's end where it is over. */
  async ask(): Promise<PrinterState | Extract<TalkEvent, { kind: 'gone' | 'given_up' }> | undefined> {
    const answers: number[] = []
    for (const question of STATUS_QUESTIONS) {
      this.write(statusQuestion(question))
      const event = await this.#status()
      if (event.kind === 'late') break
      if (event.kind !== 'status') return event
      answers.push(event.byte)
    }
    return answers.length === 0 ? undefined : { state: 'known', code: null, troubles: troublesOf(answers) }
  }

  /** Asks to be told when all that was sent has been worked off: `taken` comes then. */
  askTaken(): void {
    this.write(TAKEN_QUESTION)
  }

  async #status(): Promise<Extract<TalkEvent, { kind: 'status' | 'gone' | 'given_up' | 'late' }>> {
    for (;;) {
      const event = await this.next(this.#answerMs)
      if (event.kind === 'taken') this.isTaken = true
      else if (event.kind !== 'written') return event
    }
  }

  #post(event: TalkEvent): void {
    if (this.#end) return
    if (event.kind === 'gone' || event.kind === 'given_up') this.#end = event
    else this.#heard.push(event)
    this.#wake?.()
  }
}
