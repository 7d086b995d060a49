/** What was typed after a command's name: read, or refused with one sentence and the command's usage, ending with 2. */
import { parseArgs, type ParseArgsConfig } from 'node:util'

/** parseArgs, which refuses with a stack where somebody only mistyped. */
export function readArguments<const Config extends ParseArgsConfig>(config: Config, usage: string): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))) throw error
    return refuseArguments(sentenceOf(error.message), usage)
  }
}

/** A whole number from `min` to `max`; anything else ends the command. */
export function readNumber(option: string, text: string, { min, max }: { min: number; max: number }, usage: string): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  return refuseArguments(`${option} ${text} is no whole number from ${min} to ${max}.`, usage)
}

export function refuseArguments(sentence: string, usage: string): never {
  process.stderr.write(`${sentence}\n${usage}\n`)
  process.exit(2)
}

/** Of Node's several sentences the one that says what is wrong. */
export function sentenceOf(message: string): string {
  const ambiguous = /^Option '(?:-., )?(--[^ ']+).*' argument is ambiguous/.exec(message)?.[1]
  if (ambiguous !== undefined) return `${ambiguous} needs a value; one that begins with "-" is written ${ambiguous}=-3.`
  return `${message.split(/\. |\.?\n/)[0]!.replace(/\.$/, '')}.`
}
