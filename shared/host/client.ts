/** The one client of the contract: calls by name, typed results, events in order; tells when an event was missed. */
import type { CallInput, CallName, CallResult, EmitName, EmitPayload } from './contract.ts'
import { HostFrame, TillError, type Transport } from './frames.ts'

type Listener = (payload: never) => void
interface Waiting {
  resolve: (result: never) => void
  reject: (error: TillError) => void
}

export class TillClient {
  readonly #transport: Transport
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #states = new Set<(up: boolean) => void>()
  #nextId = 1
  #seq: number | undefined
  /** Called when events were missed: ask for a snapshot. */
  onGap: () => void = () => {}

  constructor(transport: Transport) {
    this.#transport = transport
    transport.onFrame((frame) => this.#receive(frame))
    transport.onState((up) => {
      if (!up) {
        this.#seq = undefined
        for (const waiting of this.#waiting.values()) waiting.reject(new TillError('host.gone'))
        this.#waiting.clear()
      }
      for (const listener of this.#states) listener(up)
    })
  }

  /** Rejects with TillError: the handler's code, or `host.gone` when the host went away before it answered. */
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallResult<Name>> {
    const id = this.#nextId++
    const frame = JSON.stringify({ call: { id, name, input } })
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      try {
        this.#transport.send(frame)
      } catch (error) {
        this.#waiting.delete(id)
        reject(error instanceof TillError ? error : new TillError('host.gone'))
      }
    })
  }

  on<Name extends EmitName>(name: Name, listener: (payload: EmitPayload<Name>) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, set)
    set.add(listener as Listener)
    return () => set.delete(listener as Listener)
  }

  onState(listener: (up: boolean) => void): () => void {
    this.#states.add(listener)
    return () => this.#states.delete(listener)
  }

  close(): void {
    this.#transport.close()
  }

  #receive(text: string): void {
    const frame = HostFrame.parse(JSON.parse(text))
    if ('reply' in frame) {
      const { id, result, error } = frame.reply
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error) waiting?.reject(new TillError(error.code, error.detail))
      else waiting?.resolve(result as never)
      return
    }
    const { seq, name, payload } = frame.event
    const missed = this.#seq !== undefined && seq !== this.#seq + 1
    this.#seq = seq
    if (missed) this.onGap()
    for (const listener of this.#listeners.get(name) ?? []) listener(payload as never)
  }
}
