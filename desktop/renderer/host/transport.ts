/**
 * What carries frames between this screen and the till's host: Electron's IPC, or a WebSocket that comes back by
 * itself. A frame that can't leave now is refused at once (`host.gone`); nothing is queued here, because what has to
 * survive is kept where it belongs: open tickets in Dexie, scans in their own queue.
 */
import { TillError, type Transport } from '#shared/host/frames.ts'

const RETRY_MS_MIN = 100
const RETRY_MS_MAX = 2000

export function ipcTransport(bridge: NonNullable<Window['xiaopu']>): Transport {
  return {
    send: (frame) => bridge.send(frame),
    onFrame: (listener) => bridge.onFrame(listener),
    // The host lives in Electron's main process: if that is gone, so is this window.
    onState: (listener) => queueMicrotask(() => listener(true)),
    close: () => {},
  }
}

/** `onRefused` hears when the host is there but won't let this page in: its token is of an earlier launch. */
export function webSocketTransport(url: string, onRefused: (refused: boolean) => void = () => {}): Transport {
  const frames = new Set<(frame: string) => void>()
  const states = new Set<(up: boolean) => void>()
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = RETRY_MS_MIN
  let failures = 0
  let closed = false

  const connect = (): void => {
    const next = new WebSocket(url)
    let opened = false
    socket = next
    next.addEventListener('open', () => {
      opened = true
      wait = RETRY_MS_MIN
      failures = 0
      onRefused(false)
      for (const listener of states) listener(true)
    })
    next.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (typeof event.data === 'string') for (const listener of frames) listener(event.data)
    })
    next.addEventListener('close', () => {
      if (opened) for (const listener of states) listener(false)
      if (closed) return
      failures += 1
      if (failures > 1) void askWhetherRefused(onRefused)
      timer = setTimeout(connect, wait)
      wait = Math.min(wait * 2, RETRY_MS_MAX)
    })
  }
  connect()

  return {
    send(frame) {
      if (socket?.readyState !== WebSocket.OPEN) throw new TillError('host.gone')
      socket.send(frame)
    },
    onFrame: (listener) => frames.add(listener),
    onState: (listener) => states.add(listener),
    close() {
      closed = true
      clearTimeout(timer)
      socket?.close()
    },
  }
}

/** A browser doesn't tell a page why its WebSocket failed; that pages are served tells that the host lives. */
async function askWhetherRefused(onRefused: (refused: boolean) => void): Promise<void> {
  try {
    await fetch('./icon.svg', { method: 'HEAD', cache: 'no-store' })
    onRefused(true)
  } catch {
    onRefused(false)
  }
}

export function webSocketUrl(page: Location, token: string): string {
  const address = new URL('/ws', page.href)
  address.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:'
  address.searchParams.set('token', token)
  return address.href
}
