/** Frames of the till's transport, as JSON text: `call`, `reply`, `event`. */
import { z } from 'zod'

/** `input` is missing where it was undefined. */
export const CallFrame = z.object({ call: z.object({ id: z.int(), name: z.string(), input: z.unknown().optional() }) })
/** What a frame must have at least for its sender to know the answer again. */
export const NumberedFrame = z.object({ call: z.object({ id: z.int() }) })
export const ErrorShape = z.object({
  code: z.string(),
  /** Values the screen puts into the sentence for this code. */
  detail: z.record(z.string(), z.unknown()).optional(),
})
export type TillErrorShape = z.output<typeof ErrorShape>
export const ReplyFrame = z.object({ reply: z.object({ id: z.int(), result: z.unknown().optional(), error: ErrorShape.optional() }) })
export const EventFrame = z.object({ event: z.object({ seq: z.int(), name: z.string(), payload: z.unknown() }) })
export const HostFrame = z.union([ReplyFrame, EventFrame])

/** An expected refusal with its code; anything else thrown by a handler is a bug and answers `host.failed`. */
export class TillError extends Error {
  readonly code: string
  readonly detail: Record<string, unknown> | undefined
  constructor(code: string, detail?: Record<string, unknown>) {
    super(detail ? `${code} ${JSON.stringify(detail)}` : code)
    this.name = 'TillError'
    this.code = code
    this.detail = detail
  }
}

/** What carries frames: Electron's IPC, a WebSocket, or memory. */
export interface Transport {
  send(frame: string): void
  onFrame(listener: (frame: string) => void): void
  /** Called when the other end is gone, and when it is back. */
  onState(listener: (up: boolean) => void): void
  close(): void
}
