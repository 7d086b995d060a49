/**
 * Gets a till ready for a replay: a temporary shop with its own cloud, or a till that runs already. Finds what the cloud
 * must be asked with. Whatever it starts, it stops.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { TillClient } from '#shared/host/client.ts'
import type { SyncStatus } from '#shared/host/schemas.ts'
import { TillError } from '#shared/host/frames.ts'
import { connectTill } from '#scripts/connect.ts'
import { startStack } from '#scripts/stack.ts'
import { runningTill } from '../running.ts'

/** fen: what came back in a file that is replayed came back long ago, whatever it came to. */
const RETURN_CAP = 1_000_000_000

export interface StageOptions {
  /** A running till's ready address; without one a stack is started in `data`. */
  readonly url?: string
  readonly data: string
  /** The operator's key of the till's cloud; else it is looked for in `data`. */
  readonly operatorKey?: string
  readonly staff: { readonly no: string; readonly pin: string }
  readonly log: (line: string) => void
}
export interface Stage {
  readonly client: TillClient
  /** fen of this till's sales as the cloud sums them; null where the till has no cloud. */
  cloudFen(): Promise<number | null>
  /** Resolves when the cloud has every row; at once where the till has no cloud. */
  drain(): Promise<void>
  close(): Promise<void>
}

/** The cloud may be slow after twenty thousand sales; but a time without any progress is a failure. */
const STALL_LIMIT_MS = 60_000
const DRAIN_PAUSE_MS = 100

/** Rejects with TillError: `host.gone`, `staff.*`, `replay.no_operator_key`, `replay.cloud_unreachable`, and what the cloud refuses with. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const running = options.url ?? runningTill(options.data)
  const stack = running === undefined ? await startStack({ data: options.data, cloud: true, cloudPort: lastCloudPort(options.data), demo: false, log: options.log }) : undefined
  try {
    const client = await connectTill(running ?? stack!.tillUrl)
    await signIn(client, options.staff)
    if (stack?.cloudUrl !== undefined) await pair(client, stack.cloudUrl, stack.operatorKey!)
    const status = await client.call('sync.status', {})
    const operatorKey = options.operatorKey ?? stack?.operatorKey ?? keyIn(options.data)
    const { device, shop } = await client.call('till.snapshot', {})
    const ask = async (): Promise<number | null> => (status.cloud === null ? null : deviceFen(status.cloud, operatorKey, shop.id, device))
    await ask()
    return {
      client, cloudFen: ask,
      drain: () => (status.cloud === null ? Promise.resolve() : drain(client)),
      async close() {
        client.close()
        await stack?.stop()
      },
    }
  } catch (error) {
    await stack?.stop()
    throw error
  }
}

/** The port of the cloud of this folder when it last ran, where its till will look for it again; 0 where it never ran. */
export function lastCloudPort(data: string): number {
  try {
    const { url } = JSON.parse(readFileSync(join(data, 'cloud', 'ready.json'), 'utf8')) as { url: string }
    return Number(new URL(url).port)
  } catch {
    return 0
  }
}

function keyIn(data: string): string | undefined {
  const file = join(data, 'cloud', 'operator.key')
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

/** Somebody who may override prices is signed in, with a shift open: an empty till gets an owner first. */
async function signIn(client: TillClient, { no, pin }: StageOptions['staff']): Promise<void> {
  const { empty, staff, shift } = await client.call('till.snapshot', {})
  if (empty) await client.call('till.setup', { key: randomUUID(), shop: { name: '重放小铺', returnCap: RETURN_CAP }, owner: { no, name: '店主' }, pin })
  else if (staff === null || staff.role === 'cashier') await client.call('staff.signIn', { key: randomUUID(), no, pin })
  if (shift === null) await client.call('shift.open', { key: randomUUID(), float: 0 })
}

async function pair(client: TillClient, cloud: string, operatorKey: string): Promise<void> {
  const { cloud: joined } = await client.call('sync.status', {})
  if (joined !== null) return
  const { id } = await ask<{ id: string }>(`${cloud}/api/shops`, operatorKey, { name: '重放小铺', kind: 'shop' })
  const { code } = await ask<{ code: string }>(`${cloud}/api/shops/${id}/pairing-codes`, operatorKey, {})
  await client.call('till.pair', { key: randomUUID(), cloud, code })
}

async function deviceFen(cloud: string, operatorKey: string | undefined, shop: string, device: string): Promise<number> {
  if (operatorKey === undefined) throw new TillError('replay.no_operator_key', { cloud, hint: '--data DIR or XIAOPU_OPERATOR_KEY' })
  const { byDevice } = await ask<{ byDevice: { device: string; totalFen: number }[] }>(`${cloud}/api/shops/${shop}/summary`, operatorKey)
  return byDevice.find((row) => row.device === device)?.totalFen ?? 0
}

async function ask<Answer>(url: string, key: string, body?: object): Promise<Answer> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  }).catch((error: unknown) => { throw new TillError('replay.cloud_unreachable', { url, reason: error instanceof Error ? error.message : String(error) }) })
  const answer = await response.json() as Answer & { code?: string; message?: string }
  if (!response.ok) throw new TillError(answer.code ?? 'cloud.failed', { url, status: response.status, message: answer.message })
  return answer
}

async function drain(client: TillClient): Promise<void> {
  let least = Infinity
  let progressAt = performance.now()
  for (;;) {
    const { unsent, state, code }: SyncStatus = await client.call('sync.now', {})
    if (unsent === 0) return
    if (unsent < least) {
      least = unsent
      progressAt = performance.now()
    } else if (state === 'refused' || performance.now() - progressAt > STALL_LIMIT_MS) throw new TillError('replay.not_sent', { unsent, state, code })
    await pause(DRAIN_PAUSE_MS)
  }
}
