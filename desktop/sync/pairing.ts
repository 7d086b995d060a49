/** Joins a till to a shop of the cloud: one code, one proof of the key, one row in the journal. */
import { TillError } from '#shared/host/frames.ts'
import type { TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Clock, Wire } from '#shared/ports/ports.ts'
import { DevicePaired } from '#shared/sales/events.ts'
import { PairingCodeSchema } from '#shared/sync/protocol.ts'
import { Refused, pairWithCloud } from './cloud-client.ts'

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
  const request = { code: parsed.data, device: identity.device, publicKey: identity.publicKey, ledgerShop: identity.shop }
  const wire = world.wire(cloud)
  const reply = await pairWithCloud(wire, request, identity.privateKey).finally(() => wire.close()).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw new TillError('pairing.cloud_unreachable', { cloud })
    if (error.code === 'pairing.code_wrong' || error.code === 'pairing.too_many_tries') throw new TillError(error.code, error.detail)
    throw new TillError('pairing.refused', { code: error.code })
  })
  // Asking took its time: another call may have joined meanwhile.
  if (isJoined(store, key)) return
  const event = { id: key, type: DevicePaired.type, v: 1, body: { from: identity.shop, shop: reply.shop, till: reply.till, cloud } }
  store.pair({ cloud, token: reply.token }, reply.shop, reply.till, { events: [event], prints: [] }, world.clock.now(), store.signedIn())
}

/** Whether this key has joined a shop. Throws TillError key.reused, or pairing.already when another key has. */
function isJoined(store: TillStore, key: Id): boolean {
  const event = store.event(key)
  if (event && event.type !== DevicePaired.type) throw new TillError('key.reused', { key })
  if (!event && store.pairing()) throw new TillError('pairing.already')
  return event !== undefined
}
