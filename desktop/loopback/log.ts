/**
 * The till's log: a line of JSON each on stderr, masked, and the last of them kept in memory for the diagnostics file. It
 * never holds what a person wrote, is called or pays with.
 */
import { maskedJson } from '#shared/ports/log.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'
export type Log = (level: Level, code: string, detail?: Record<string, unknown>) => void

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** A log that writes to `write` what is at least `least`: XIAOPU_LOG_LEVEL, or `info`. */
export function jsonLog(write: (line: string) => void, least: string | undefined): Log {
  const from = Math.max(0, LEVELS.indexOf((least ?? 'info') as Level))
  return (level, code, detail = {}) => {
    if (LEVELS.indexOf(level) < from) return
    write(`${maskedJson({ time: new Date().toISOString(), level, part: 'till', code, ...detail })}\n`)
  }
}
