/** Writes docs/contract.md from the till's contract; `--check` says whether it is current. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CALLS, EMITS, ERROR_CODES } from '#shared/host/contract.ts'
import { ROOT } from './run-command.ts'

const FILE = join(ROOT, 'docs/contract.md')

/** A schema as one line of TypeScript-like text: what a reader needs to write a call. */
function shape(schema: z.core.JSONSchema._JSONSchema): string {
  if (typeof schema === 'boolean') return 'unknown'
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const options = schema.anyOf ?? schema.oneOf
  if (options) return options.map(shape).join(' | ')
  if (schema.allOf) return shape(schema.allOf[0]!)
  if (schema.type === 'array') return `${wrap(shape(schema.items as z.core.JSONSchema._JSONSchema ?? {}))}[]`
  if (schema.type === 'object') {
    if (!schema.properties) return `Record<string, ${shape(schema.additionalProperties as z.core.JSONSchema._JSONSchema ?? {})}>`
    const required = new Set(schema.required)
    const fields = Object.entries(schema.properties).map(([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${shape(field)}`)
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
  }
  return scalar(schema)
}
const wrap = (text: string): string => (text.includes(' | ') ? `(${text})` : text)

function scalar(schema: z.core.JSONSchema.JSONSchema): string {
  if (schema.format === 'uuid') return 'uuid'
  if (schema.type === 'string' && schema.contentEncoding === 'base64') return 'base64'
  return [schema.type ?? 'unknown'].flat().join(' | ')
}
const text = (schema: z.ZodType): string => shape(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as z.core.JSONSchema._JSONSchema)

function page(): string {
  const calls = Object.entries(CALLS).map(([name, { kind, about, input, output }]) =>
    `### \`${name}\`\n\n${kind === 'write' ? 'Write. ' : ''}${about}\n\n\`\`\`ts\ninput  ${text(input)}\noutput ${text(output)}\n\`\`\`\n`)
  const emits = Object.entries(EMITS).map(([name, { about, payload }]) => `### \`${name}\`\n\n${about}\n\n\`\`\`ts\n${text(payload)}\n\`\`\`\n`)
  return `# The till's contract

Made from \`shared/host/contract.ts\` by \`npm run docs:contract\`; not edited by hand.

Money is an integer of fen, a quantity an integer of thousandths (a weight is grams), a time UTC milliseconds. Frames are JSON text over
a WebSocket at \`/ws?token=…\`: \`{"call":{"id","name","input"}}\` is answered by \`{"reply":{"id","result"}}\` or
\`{"reply":{"id","error":{"code","detail"}}}\`; \`{"event":{"seq","name","payload"}}\` comes unasked. A write carries \`key\`, a UUID made by the
caller and reused on a retry: the same key again gives the same result and happens once.

Who is signed in is the till's, not the connection's: \`staff.signIn\` changes it for every screen and every script at this till.

From a terminal: \`npm run till -- call NAME 'JSON'\`.

## Calls

${calls.join('\n')}
## Events

${emits.join('\n')}
## Error codes

${ERROR_CODES.map((code) => `- \`${code}\``).join('\n')}
`
}

const current = page()
if (process.argv.includes('--check')) {
  const written = existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''
  if (written !== current) {
    process.stderr.write('docs/contract.md is not current: run `npm run docs:contract`.\n')
    process.exitCode = 1
  }
} else {
  writeFileSync(FILE, current)
}
