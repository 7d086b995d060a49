/** A client of a running till, over its loopback socket: for scripts, tests and integrators. */
import { TillClient } from '#shared/host/client.ts'
import { TillError, type Transport } from '#shared/host/frames.ts'

/**
 * Connects to a till by the address of its ready line (`http://127.0.0.1:PORT/?token=…`). Rejects with TillError
 * host.gone when nobody answers or the token is wrong. A lost line rejects what waits; connect again to go on.
 */
export async function connectTill(readyUrl: string): Promise<TillClient> {
  return new TillClient(await openTransport(readyUrl))
}

/** The line alone, for a client of one's own. Rejects like connectTill. */
export async function openTransport(readyUrl: string): Promise<Transport> {
  if (!URL.canParse(readyUrl)) throw new TillError('host.gone', { url: readyUrl })
  const url = new URL(readyUrl)
  const socket = new WebSocket(`ws://${url.host}/ws?token=${url.searchParams.get('token') ?? ''}`)
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve()
    socket.onerror = () => reject(new TillError('host.gone', { url: url.origin }))
  })
  return {
    send(frame) {
      // A closed socket drops frames without a word, and the call would wait for ever.
      if (socket.readyState !== WebSocket.OPEN) throw new TillError('host.gone', { url: url.origin })
      socket.send(frame)
    },
    onFrame: (listener) => { socket.onmessage = (message) => listener(String(message.data)) },
    onState: (listener) => { socket.onclose = () => listener(false) },
    close: () => socket.close(),
  }
}
