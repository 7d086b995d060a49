/** The till as a process, killed at random instants while it sells: what it acknowledged is there, once, and the rest can be tried again. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { ticketOf } from '#desktop/testing/till.ts'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { sha256 } from '#desktop/storage/till-store.ts'
import { verifyLedger } from '#desktop/storage/verify.ts'
import { connectTill } from '#scripts/connect.ts'
import { type Part, startPart } from '#scripts/part.ts'
import type { TillClient } from '#shared/host/client.ts'
import { TillError } from '#shared/host/frames.ts'
import type { GoodView } from '#shared/host/schemas.ts'

const KILLS = 10
/** Long enough for some sales, short enough to hit the middle of one again and again. */
const LIFE_MS_MAX = 120
const folder = mkdtempSync(join(tmpdir(), 'xiaopu-crash-'))
let part: Part | undefined
afterEach(async () => {
  await part?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<TillClient> {
  part = await startPart({ script: 'desktop/loopback/main.ts', args: ['--data', folder, '--port', '0'], log: () => undefined })
  return connectTill(part.ready['url']!)
}
async function kill(): Promise<void> {
  part!.child.kill('SIGKILL')
  await part!.ended
}
const complete = (client: TillClient, ticket: ReturnType<typeof ticketOf>) => client.call('sale.complete', { key: ticket.id, ticket, total: 350, given: 350 })

test('kill -9 loses no sale that was acknowledged, and doubles none that is tried again', { timeout: 120_000 }, async () => {
  let client = await start()
  await client.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1234' })
  const id = randomUUID()
  const good: GoodView = await client.call('goods.put', { key: randomUUID(), good: id, set: { name: '可乐', price: 350 } })
  await client.call('shift.open', { key: randomUUID(), float: 0 })

  const acknowledged = new Map<string, string>()
  for (let killed = 0; killed < KILLS; killed++) {
    const lives = pause(Math.random() * LIFE_MS_MAX).then(kill)
    let open: ReturnType<typeof ticketOf> | undefined
    try {
      for (;;) {
        open = ticketOf([{ good }])
        const { sale, no } = await complete(client, open)
        acknowledged.set(sale, no)
      }
    } catch (error) {
      expect(error).toBeInstanceOf(TillError)
      expect(error).toMatchObject({ code: 'host.gone' })
    }
    await lives
    client = await start()
    // What the screen does: it never heard, so it asks again.
    const { sale, no } = await complete(client, open!)
    acknowledged.set(sale, no)
  }

  const { balances, sales } = await client.call('ledger.balances', {})
  expect(sales).toBe(acknowledged.size)
  expect(new Set(acknowledged.values()).size).toBe(acknowledged.size)
  expect(balances).toContainEqual({ account: 'drawer', fen: 350 * acknowledged.size })
  expect((await client.call('goods.get', { good: id })).stock).toBe(-1000 * acknowledged.size)
  for (const [sale, no] of acknowledged) expect((await client.call('sale.get', { sale })).no).toBe(no)
  expect(await client.call('ledger.verify', {})).toMatchObject({ ok: true, faults: [], sales: acknowledged.size })
  client.close()
  await kill()
  // As the next start finds it, and as a stranger does: the file alone, its log beside it.
  const db = openForReading(join(folder, LEDGER_FILE))
  expect(verifyLedger(db, sha256)).toMatchObject({ ok: true, sales: acknowledged.size })
  db.close()
})
