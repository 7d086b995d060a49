/** The one dispatcher of the contract: parses at the boundary, runs the handler, answers; numbers events for every screen. */
import { CALLS, type CallArgs, type CallName, type CallResult, type EmitName, type EmitPayload } from './contract.ts'
import { CallFrame, NumberedFrame, TillError } from './frames.ts'

export type Handlers = { [Name in CallName]: (input: CallArgs<Name>) => CallResult<Name> | Promise<CallResult<Name>> }

export class Dispatcher {
  #handlers: Handlers
  readonly #report: (error: unknown, call: string) => void
  readonly #screens = new Set<(frame: string) => void>()
  #seq = 0

  /** `report` hears of bugs: whatever a handler threw that is no TillError. */
  constructor(handlers: Handlers, report: (error: unknown, call: string) => void) {
    this.#handlers = handlers
    this.#report = report
  }

  /** From now on calls go to these: the screens stay, and what answers them is another till. */
  serve(handlers: Handlers): void {
    this.#handlers = handlers
  }

  get seq(): number {
    return this.#seq
  }

  attach(send: (frame: string) => void): () => void {
    this.#screens.add(send)
    return () => this.#screens.delete(send)
  }

  emit<Name extends EmitName>(name: Name, payload: EmitPayload<Name>): void {
    this.#seq += 1
    if (this.#screens.size === 0) return
    const frame = JSON.stringify({ event: { seq: this.#seq, name, payload } })
    for (const send of this.#screens) {
      try {
        send(frame)
      } catch (error) {
        // What happened has happened: a screen that can't hear of it takes nothing from the others, nor from the caller's answer.
        this.#report(error, name)
      }
    }
  }

  /** Runs one call given as values; throws TillError. */
  async run<Name extends CallName>(name: Name, input: unknown): Promise<CallResult<Name>> {
    if (!Object.hasOwn(CALLS, name)) throw new TillError('call.unknown', { name })
    const parsed = CALLS[name].input.safeParse(input)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new TillError('call.invalid', { field: issue?.path.join('.') ?? '', reason: issue?.message ?? '' })
    }
    const field = unfitText(parsed.data, '')
    if (field !== undefined) throw new TillError('call.invalid', { field, reason: 'text with NUL or half a character' })
    return await (this.#handlers[name] as (input: unknown) => CallResult<Name> | Promise<CallResult<Name>>)(parsed.data)
  }

  /** Answers one frame from a screen with the reply's text. */
  async receive(text: string): Promise<string> {
    let id = 0
    let name = ''
    try {
      const parsed = parseJson(text)
      id = NumberedFrame.safeParse(parsed).data?.call.id ?? 0
      const frame = CallFrame.safeParse(parsed)
      if (!frame.success) throw new TillError('call.invalid', { field: '', reason: 'not a call frame' })
      name = frame.data.call.name
      const result = await this.run(name as CallName, frame.data.call.input)
      return JSON.stringify({ reply: { id, result } })
    } catch (error) {
      if (!(error instanceof TillError)) this.#report(error, name)
      const shape = error instanceof TillError ? { code: error.code, detail: error.detail } : { code: 'host.failed' }
      return JSON.stringify({ reply: { id, error: shape } })
    }
  }
}

/** The first place whose text no database, printer or other program could keep as it is. */
function unfitText(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? path : undefined
  if (value === null || typeof value !== 'object') return undefined
  for (const [key, part] of Object.entries(value)) {
    const found = unfitText(part, path === '' ? key : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
