/** Input at the boundary: parsed by its schema, or refused with the field and the reason. */
import type { z } from 'zod'
import { Refusal } from '#cloud/identity/refusal.ts'

export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), reason: message }))
  const first = issues[0]
  throw new Refusal('input.invalid', `${first?.field || 'input'}: ${first?.reason}`, { field: first?.field, reason: first?.reason, issues: issues.slice(0, 20) })
}
