import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { pgSyncStore } from '#cloud/api/pg-sync-store.ts'
import { buildServer } from '#cloud/api/server.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop } from '#cloud/testing/till.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

test('a till that hangs up at any moment leaves nothing behind', async () => {
  const { till } = await openShop(cloud)
  let opened = 0
  let listening = 0
  const desk: Desk = {
    db: cloud.db, now: Date.now, key: cloud.key, operatorKey: cloud.operatorKey, personalKeys: cloud.personalKeys, site: '', sync: pgSyncStore({ db: cloud.db, key: cloud.key, personalKeys: cloud.personalKeys, site: '' }),
    notices: {
      subscribe() {
        opened++
        listening++
        return () => { listening-- }
      },
      close: async () => {},
    },
  }
  const app = await buildServer(desk, { logLevel: 'silent' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    const call = (): Socket => {
      const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
      socket.write(`GET /api/sync/stream HTTP/1.1\r\nhost: till\r\nauthorization: Bearer ${till.token}\r\n\r\n`)
      return socket
    }
    for (let wait = 0; wait < 20; wait++) {
      const socket = call()
      await pause(wait)
      socket.destroy()
    }
    const last = call()
    await vi.waitFor(() => expect(listening).toBe(1))
    last.destroy()
    expect(opened).toBeGreaterThan(0)
    await vi.waitFor(() => expect(listening).toBe(0))
  } finally {
    await app.close()
  }
})
