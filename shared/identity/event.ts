/** How a feature declares an event: its name, its version, the schema of its body. Events are for ever; a change is a new version. */
import type { z } from 'zod'

export interface EventDefinition<Type extends string = string, Body extends z.ZodType = z.ZodType> {
  readonly type: Type
  readonly v: number
  readonly body: Body
  /** For events that come by the thousand: true only of bodies that `body` takes and gives back equal. False says nothing. */
  readonly isPlain?: (body: unknown) => boolean
}

export function defineEvent<Type extends string, Body extends z.ZodType>(type: Type, v: number, body: Body, isPlain?: (body: unknown) => boolean): EventDefinition<Type, Body> {
  return { type, v, body, ...(isPlain && { isPlain }) }
}
