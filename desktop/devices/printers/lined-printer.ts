/**
 * A printer at the end of any line that carries bytes both ways, or one: asked how it does before a document, and after
 * it whether it took it; never within. It learns whether a printer answers at all and whether it turns callers away, and
 * remembers nothing else.
 */
import { blocking } from '#shared/devices/printing.ts'
import type { PrintOutcome, Printer, PrinterState, SendOptions, Timer } from '#shared/ports/ports.ts'
import { LineClosed, type PaperLineOpener, Talk } from './talk.ts'

export interface LinedPrinterOptions {
  readonly timer: Timer
  /** DLE EOT may be asked. */
  readonly asks: boolean
  /** ms a printer may take none of the bytes */
  readonly stallMs?: number | undefined
  /** ms a printer may leave the connection open, or say nothing, when it has all bytes */
  readonly quietMs?: number | undefined
  /** ms a printer has to answer; over a network of many a hop it needs some 20 */
  readonly answerMs?: number | undefined
  /** ms in which one that serves another shows that it doesn't want us, where it doesn't answer; 0: nobody else uses it */
  readonly lookMs?: number | undefined
}
interface LineKind {
  /** The device itself says that it has taken the bytes: what is written is taken. */
  readonly isAcknowledged: boolean
  /** That the line is there doesn't say that the printer is: one that has always answered and is silent is off. */
  readonly isSilentWhenOff: boolean
  /** Others may be served at the same time, and we turned away after the line was there. */
  readonly isShared: boolean
}

/** Paper being changed holds a printer up; a cashier's hands need about this long. */
const STALL_MS = 20_000
/** Printers that close at all do it as soon as they have read everything; the next customer's paper waits this long. */
const QUIET_MS = 3_000
/** The same for a printer that has just left us without an answer, until it gives one. */
const QUIET_AGAIN_MS = 1_000
const ANSWER_MS = 600
const LOOK_MS = 50
/** A printer that is stuck in the middle is asked again after so long. */
const ASK_AGAIN_MS = 1_000
/** Bytes given to a line at a time, so that `sent` says how far a printer got. */
const CHUNK = 1024
/** Questions without an answer after which one that has answered before is asked no more before a document. */
const MUTE_AFTER = 2
/** Papers in a row that one which has answered before took without a word, until it is taken for another that never answers. */
const WORDLESS_MAX = 3
/** A printer that is well and has not answered GS r 1 after so many looks doesn't know it. */
const LOOKS_MAX = 3

const UNKNOWN: PrinterState = { state: 'unknown', code: null, troubles: [] }

export function linedPrinter(opener: PaperLineOpener, kind: LineKind, options: LinedPrinterOptions): Printer {
  const { timer, asks, stallMs = STALL_MS, quietMs = QUIET_MS, answerMs = ANSWER_MS, lookMs = kind.isShared ? LOOK_MS : 0 } = options
  /** In a row, questions without an answer. */
  let misses = 0
  let hasAnswered = false
  /** In a row, papers that it took without a word. */
  let wordless = 0
  let answersTaken: boolean | undefined
  let isQuiet = false
  /** It took a caller's line and left it before it was told that no more comes. */
  let turnsAway = false

  const isMute = (): boolean => misses >= (hasAnswered ? MUTE_AFTER : 1)
  const learn = (isAnswered: boolean): void => {
    misses = isAnswered ? 0 : misses + 1
    hasAnswered ||= isAnswered
    if (isAnswered) wordless = 0
  }
  /** A box between us and a printer that is off takes the paper and closes, as a printer does that never answers; one that has answered before is believed after some papers only. */
  const isBelieved = (): boolean => {
    if (!hasAnswered) return true
    hasAnswered = ++wordless < WORDLESS_MAX
    return false
  }

  async function send(bytes: Uint8Array, { signal, told }: SendOptions): Promise<PrintOutcome> {
    let talk: Talk
    try {
      talk = await Talk.open(opener, timer, answerMs)
    } catch (error) {
      return { ok: false, code: error instanceof LineClosed ? error.code : 'printer.unreachable', sent: 0 }
    }
    const opened = performance.now()
    const stop = (): void => talk.giveUp()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
    let isAnswering = false
    try {
      if (asks && !isMute()) {
        const asked = await talk.ask()
        if (asked && 'kind' in asked) return { ok: false, code: 'printer.refused', sent: 0 }
        isAnswering = asked !== undefined
        if (!asked && hasAnswered && kind.isSilentWhenOff) return { ok: false, code: 'printer.unreachable', sent: 0 }
        learn(isAnswering)
        if (asked) told?.(asked)
        const trouble = asked && blocking(asked.troubles)
        if (trouble) return { ok: false, code: `printer.${trouble}`, sent: 0 }
      } else if (turnsAway && (await talk.next(lookMs)).kind === 'gone') {
        return { ok: false, code: 'printer.refused', sent: 0 }
      }
      const delivered = await deliver(talk, bytes)
      if (delivered) {
        turnsAway ||= kind.isShared && talk.isOver
        return delivered
      }
      return await (isAnswering ? confirmed(talk, bytes.length, told) : closed(talk, bytes.length, lookMs - (performance.now() - opened)))
    } finally {
      signal?.removeEventListener('abort', stop)
      await talk.close(isAnswering)
    }
  }

  /** Undefined when every byte is with the system. */
  async function deliver(talk: Talk, bytes: Uint8Array): Promise<PrintOutcome | undefined> {
    for (let offset = 0; offset < bytes.length; offset += CHUNK) {
      const chunk = bytes.subarray(offset, offset + CHUNK)
      // Counted before the write: some of it may be on paper even when the rest is refused.
      const sent = offset + chunk.length
      talk.write(chunk)
      for (let isWritten = false; !isWritten;) {
        const event = await talk.next(stallMs)
        if (event.kind === 'late') return { ok: false, code: 'printer.timeout', sent }
        if (event.kind === 'gone' || event.kind === 'given_up') return { ok: false, code: 'printer.cut_off', sent }
        isWritten = event.kind === 'written' && event.of === chunk
      }
    }
    // Only who was told that no more comes can close because it has all.
    return talk.isOver ? { ok: false, code: 'printer.cut_off', sent: bytes.length } : undefined
  }

  /** A printer that doesn't answer closes its side when it has read everything, or the line itself acknowledges. */
  async function closed(talk: Talk, sent: number, lookMs: number): Promise<PrintOutcome> {
    if (kind.isAcknowledged) return { ok: true }
    // One that turns us away closes too: only a line that is still there a moment later has been read.
    if (lookMs > 0 && await isGoneWithin(talk, lookMs)) {
      turnsAway = true
      return { ok: false, code: 'printer.cut_off', sent }
    }
    await talk.end()
    for (;;) {
      const event = await talk.next(isQuiet ? Math.min(quietMs, QUIET_AGAIN_MS) : quietMs)
      if (event.kind === 'gone' && event.isClean) {
        isQuiet = false
        return isBelieved() ? { ok: true } : { ok: false, code: 'printer.unconfirmed', sent }
      }
      if (event.kind === 'gone' || event.kind === 'given_up') return { ok: false, code: 'printer.cut_off', sent }
      if (event.kind === 'late') {
        isQuiet = true
        return { ok: false, code: 'printer.unconfirmed', sent }
      }
    }
  }

  /** A printer that answers is asked, as long as it is stuck and says why: the paper comes out when it is mended. */
  async function confirmed(talk: Talk, sent: number, told: SendOptions['told']): Promise<PrintOutcome> {
    let wasStuck = false
    let silences = 0
    // One that doesn't know GS r 1 says at least that it has paper and its lid shut.
    let isAtOnce = answersTaken === false
    if (!isAtOnce) talk.askTaken()
    for (let looks = 1;; looks++) {
      const event = isAtOnce ? undefined : await taken(talk, ASK_AGAIN_MS)
      isAtOnce = false
      if (event?.kind === 'taken') answersTaken = true
      const asked = await talk.ask()
      if (asked && !('kind' in asked)) told?.(asked)
      if (event?.kind === 'taken' || talk.isTaken) return { ok: true }
      if (asked && 'kind' in asked) {
        return { ok: false, code: asked.kind === 'gone' && asked.isClean && !wasStuck ? 'printer.unconfirmed' : 'printer.cut_off', sent }
      }
      if (!asked) {
        // Switched off to have its paper changed: what it had not printed is gone.
        if (++silences * ASK_AGAIN_MS >= quietMs) return { ok: false, code: wasStuck ? 'printer.cut_off' : 'printer.unconfirmed', sent }
        continue
      }
      silences = 0
      if (blocking(asked.troubles)) {
        wasStuck = true
        looks = 0
      } else if (answersTaken === false || (answersTaken === undefined && looks >= LOOKS_MAX)) {
        answersTaken = false
        return { ok: true }
      } else if (looks * ASK_AGAIN_MS >= stallMs) {
        return { ok: false, code: 'printer.unconfirmed', sent }
      }
    }
  }

  async function status(): Promise<PrinterState> {
    let talk: Talk
    try {
      talk = await Talk.open(opener, timer, answerMs)
    } catch (error) {
      return { state: 'away', code: error instanceof LineClosed ? error.code : 'printer.unreachable', troubles: [] }
    }
    const asked = await talk.ask()
    await talk.close(true)
    if (asked && 'kind' in asked) return { state: 'away', code: 'printer.refused', troubles: [] }
    if (!asked && hasAnswered && kind.isSilentWhenOff) return { state: 'away', code: 'printer.unreachable', troubles: [] }
    learn(asked !== undefined)
    return asked ?? UNKNOWN
  }

  return { send: (bytes, how = {}) => send(bytes, how), status: asks ? status : undefined }
}

async function isGoneWithin(talk: Talk, ms: number): Promise<boolean> {
  for (;;) {
    const event = await talk.next(ms)
    if (event.kind === 'gone' || event.kind === 'given_up') return true
    if (event.kind === 'late') return false
  }
}

/** Waits for the answer to GS r 1; undefined where it didn't come in time. The line's end is told by whoever asks next. */
async function taken(talk: Talk, ms: number): Promise<{ kind: 'taken' } | undefined> {
  for (;;) {
    if (talk.isTaken) return { kind: 'taken' }
    const event = await talk.next(ms)
    if (event.kind === 'taken') return event
    if (event.kind === 'late' || event.kind === 'gone' || event.kind === 'given_up') return undefined
  }
}
