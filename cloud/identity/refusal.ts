/** A refusal with its code, as the protocol lists them: thrown where it is found, turned into an answer at the edge. */
import { REFUSALS, type RefusalCode } from '#shared/sync/protocol.ts'

export class Refusal extends Error {
  readonly code: RefusalCode
  readonly detail: Record<string, unknown> | undefined
  constructor(code: RefusalCode, message: string, detail?: Record<string, unknown>) {
    super(message)
    this.code = code
    this.detail = detail
  }
  get status(): number {
    return REFUSALS[this.code]
  }
}
