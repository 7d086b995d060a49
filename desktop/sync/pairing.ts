/** Joins a till to a shop of the cloud: one code, one proof of the key, one row in the journal. */
import { TillError } from '#shared/host/frames.ts'
import type { TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Clock, Wire } from '#shared/ports/ports.ts'
import { DevicePaired } from '#shared/sales/events.ts'
import { PairingCodeSchema } from '#shared/sync/protocol.ts'
import { Refused, pairWithCloud } from './cloud-client.ts'
import { RESTORED } from './cloud-sync.ts'

/**
 * Throws TillError pairing.already, .code_wrong, .too_many_tries, .cloud_unreachable, .refused. A code works once: where its
 * answer was lost, the same code is wrong the next time, and a new one joins the same till again.
 */
export async function joinShop(store: TillStore, world: { readonly clock: Clock; wire(url: string): Wire }, address: string, code: string, key: Id): Promise<void> {
  if (isJoined(store, key)) return
  const cloud = new URL(address).origin
  const identity = store.identity()
  const parsed = PairingCodeSchema.safeParse(code)
  if (!parsed.success) throw new TillError('pairing.code_wrong')
  const reply = await askToJoin(world.wire(cloud), cloud, { code: parsed.data, device: identity.device, publicKey: identity.publicKey, ledgerShop: identity.shop }, identity.privateKey)
  // Asking took its time: another call may have joined meanwhile.
  if (isJoined(store, key)) return
  // Restored from before it was paired: that row is among those it lost, and another in its place would be a fork.
  const isBehind = reply.ack > store.head().seq
  const event = { id: key, type: DevicePaired.type, v: 1, body: { from: identity.shop, shop: reply.shop, till: reply.till, cloud } }
  if (isBehind) store.setSetting(RESTORED, String(world.clock.now()))
  store.pair({ cloud, token: reply.token }, reply.shop, reply.till, { events: isBehind ? [] : [event], prints: [] }, world.clock.now(), store.signedIn())
}

const SAID_BY_THE_CLOUD = new Set(['pairing.code_wrong', 'pairing.too_many_tries', 'pairing.other_shop'])

/** Asks, and hangs up. Throws TillError pairing.code_wrong, .too_many_tries, .other_shop, .cloud_unreachable, .refused. */
export function askToJoin(wire: Wire, cloud: string, request: Parameters<typeof pairWithCloud>[1], privateKey: string): ReturnType<typeof pairWithCloud> {
  return pairWithCloud(wire, request, privateKey).finally(() => wire.close()).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw new TillError('pairing.cloud_unreachable', { cloud })
    if (SAID_BY_THE_CLOUD.has(error.code)) throw new TillError(error.code, error.detail)
    throw new TillError('pairing.refused', { code: error.code })
  })
}

/** Whether this key has joined a shop. Throws TillError key.reused, or pairing.already when another key has. */
function isJoined(store: TillStore, key: Id): boolean {
  const event = store.event(key)
  if (event && event.type !== DevicePaired.type) throw new TillError('key.reused', { key })
  if (!event && store.pairing()) throw new TillError('pairing.already')
  return event !== undefined
}
