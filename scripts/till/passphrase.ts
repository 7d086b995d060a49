/** A backup's passphrase for a command: out of a file, the environment or the keyboard, never out of the arguments, which everybody on a machine can list. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { TillError } from '#shared/host/frames.ts'

export const PASSPHRASE_VARIABLE = 'XIAOPU_BACKUP_PASSPHRASE'

/** `file`: its first line; `-` is standard input. */
export interface PassphraseFrom { readonly file: string | undefined }

/** Undefined where nobody gave one. Throws TillError call.invalid for a file that can't be read. */
export function givenPassphrase({ file }: PassphraseFrom): string | undefined {
  if (file === undefined) return process.env[PASSPHRASE_VARIABLE] || undefined
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').split(/\r?\n/, 1)[0]!
  } catch {
    throw new TillError('call.invalid', { field: '--passphrase-file', reason: 'can not be read' })
  }
}

/** Asks whoever sits there where nobody gave one. Throws TillError restore.passphrase_needed where nobody sits there. */
export async function askPassphrase(from: PassphraseFrom): Promise<string> {
  const given = givenPassphrase(from)
  if (given !== undefined) return given
  if (!process.stdin.isTTY) throw new TillError('restore.passphrase_needed', { variable: PASSPHRASE_VARIABLE })
  process.stderr.write('Passphrase of the backup: ')
  // What is typed goes nowhere.
  const silent = new Writable({ write: (_bytes, _encoding, done) => done() })
  const line = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await line.question('')
  } finally {
    line.close()
    process.stderr.write('\n')
  }
}
