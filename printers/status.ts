/**
 * What an ESC/POS printer says of itself: `DLE EOT n` (1 printer, 2 why off-line, 3 which error, 4 paper), answered at
 * once even by a printer that is off-line, and `GS r 1`, answered only when all that came before has been worked off.
 * Bits as published by Epson and followed by the others. Pure.
 */
import { TROUBLES, type Trouble } from '#shared/devices/printing.ts'

export const STATUS_QUESTIONS = [1, 2, 3, 4] as const
export type StatusQuestion = (typeof STATUS_QUESTIONS)[number]
export const statusQuestion = (n: StatusQuestion): Uint8Array => Uint8Array.of(0x10, 0x04, n)
/** GS r 1: transmits the paper sensor's state, in its turn. */
export const TAKEN_QUESTION = Uint8Array.of(0x1d, 0x72, 1)

/** `status`: to DLE EOT n · `taken`: to GS r 1 */
export interface StatusAnswer { readonly to: 'status' | 'taken'; readonly byte: number }

/** Finds answers among whatever else a printer sends: XON, XOFF, and the four bytes of an automatic status. */
export class AnswerParser {
  #skip = 0

  feed(bytes: Uint8Array): StatusAnswer[] {
    const answers: StatusAnswer[] = []
    for (const byte of bytes) {
      const mark = byte & 0x93
      // XON and XOFF may stand anywhere, also between the bytes of a status.
      if (byte === 0x11 || byte === 0x13) continue
      if (this.#skip > 0 && (byte & 0x90) === 0) this.#skip--
      else if (mark === 0x12) answers.push({ to: 'status', byte })
      else if (mark === 0x10) this.#skip = 3
      else if ((byte & 0x90) === 0) answers.push({ to: 'taken', byte })
    }
    return answers
  }
}

const bit = (byte: number, ...bits: number[]): boolean => bits.some((n) => byte >> n & 1)

/** Answers to DLE EOT 1, 2, 3, 4 in that order, as many as came: what is wrong, the first to be mended first. */
export function troublesOf([printer = 0, cause = 0, error = 0, paper = 0]: readonly number[]): Trouble[] {
  const found: Record<Trouble, boolean> = {
    cover_open: bit(cause, 2), paper_out: bit(cause, 5) || bit(paper, 5, 6), cutter: bit(error, 3), fault: bit(error, 5, 6), off_line: bit(printer, 3), paper_low: bit(paper, 2, 3),
  }
  // An error that is said and not explained; and paper that is out is not also running out.
  found.fault ||= bit(cause, 6) && !found.cutter && !found.paper_out && !found.cover_open
  found.paper_low &&= !found.paper_out
  return TROUBLES.filter((trouble) => found[trouble])
}
