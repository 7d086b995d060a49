/** The contract over the shape of Electron's IPC: copies of strings, in order, each in a turn of its own; no binary here. */
import { ipcTransport } from '#desktop/renderer/host/transport.ts'
import { runTransportSuite } from '#shared/testing/transport-suite.ts'

runTransportSuite('IPC', (dispatcher) => {
  const detachers: (() => void)[] = []
  return Promise.resolve({
    async connect() {
      const page: ((frame: string) => void)[] = []
      const toPage = (frame: string): void => { setImmediate(() => { for (const listener of page) listener(structuredClone(frame)) }) }
      detachers.push(dispatcher.attach(toPage))
      return ipcTransport({
        // What preload exposes, and what the main process does with it.
        send: (frame) => { setImmediate(() => void dispatcher.receive(structuredClone(String(frame))).then(toPage)) },
        onFrame: (listener) => { page.push(listener) },
      })
    },
    async close() { for (const detach of detachers) detach() },
  })
})
