/** The line to the cloud over HTTP. It carries bytes and texts and knows nothing of what they mean. */
import type { Wire, WireAnswer } from '#shared/ports/ports.ts'

/** A `Wire` to the server at `url`. */
export function httpWire(url: string): Wire {
  const stop = new AbortController()
  const answerOf = async (response: Response): Promise<WireAnswer> => ({
    status: response.status, headers: Object.fromEntries(response.headers), text: await response.text(),
  })
  return {
    async ask({ method, path, headers, body, timeoutMs }) {
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(timeoutMs)])
      return answerOf(await fetch(new URL(path, url), { method, headers, signal, ...(body ? { body: body as Uint8Array<ArrayBuffer> } : {}) }))
    },
    async listen({ path, headers }, onText, signal) {
      const response = await fetch(new URL(path, url), { headers, signal: AbortSignal.any([stop.signal, signal]) })
      if (!response.ok || !response.body) return answerOf(response)
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) onText(text)
      return undefined
    },
    close: () => stop.abort(),
  }
}
