/** Traceability at the till: lots, their codes, recalls. */
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { Context } from '../context.ts'
import { certificateHandlers } from './certificates.ts'
import { labelHandlers } from './labels.ts'
import { lotHandlers } from './lots.ts'
import { recallHandlers } from './recalls.ts'

export const traceHandlers = (context: Context): Pick<Handlers, keyof ReturnType<typeof lotHandlers> | keyof ReturnType<typeof labelHandlers> | keyof ReturnType<typeof recallHandlers> | keyof ReturnType<typeof certificateHandlers>> =>
  ({ ...lotHandlers(context), ...labelHandlers(context), ...recallHandlers(context), ...certificateHandlers(context) })
