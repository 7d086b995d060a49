/**
 * The till's log: a line of JSON each on stderr, masked, and the last of them kept in memory for the diagnostics file. It
 * never holds what a person wrote, is called or pays with.
 */
import { maskedJson } from '#shared/ports/log.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'
export type Log = (level: Level, code: string, detail?: Record<string, unknown>) => void

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']
/** Where a wish begins in them; the cloud's log knows some more by name. */
const BEGINNINGS: Readonly<Record<string, number>> = { trace: 0, debug: 0, info: 1, warn: 2, error: 3, fatal: 3, silent: 4 }

/** A log that writes to `write` what is at least `least`: XIAOPU_LOG_LEVEL, or `info`. */
export function jsonLog(write: (line: string) => void, least: string | undefined): Log {
  const from = BEGINNINGS[least ?? 'info'] ?? 1
  return (level, code, detail = {}) => {
    if (LEVELS.indexOf(level) < from) return
    write(`${maskedJson({ time: new Date().toISOString(), level, part: 'till', code, ...detail })}\n`)
  }
}
