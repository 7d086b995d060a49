/** Joins a till to a shop of the cloud: one code, one proof of the key, one row in the journal. */
import { TillError } from '#shared/host/frames.ts'
import type { TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Clock } from '#shared/ports/ports.ts'
import { DevicePaired } from '#shared/sales/events.ts'
import { PairingCodeSchema } from '#shared/sync/protocol.ts'
import { Refused, pairWithCloud } from './cloud-client.ts'

/** Throws TillError pairing.already, .code_wrong, .too_many_tries, .cloud_unreachable, .refused. */
export async function joinShop(store: TillStore, clock: Clock, cloud: string, code: string, key: Id): Promise<void> {
  if (store.event(key)?.type === DevicePaired.type) return
  if (store.pairing()) throw new TillError('pairing.already')
  const identity = store.identity()
  const parsed = PairingCodeSchema.safeParse(code)
  if (!parsed.success) throw new TillError('pairing.code_wrong')
  const request = { code: parsed.data, device: identity.device, publicKey: identity.publicKey, ledgerShop: identity.shop }
  const reply = await pairWithCloud(cloud, request, identity.privateKey).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw new TillError('pairing.cloud_unreachable', { cloud })
    if (error.code === 'pairing.code_wrong' || error.code === 'pairing.too_many_tries') throw new TillError(error.code, error.detail)
    throw new TillError('pairing.refused', { code: error.code })
  })
  const event = { id: key, type: DevicePaired.type, v: 1, body: { from: identity.shop, shop: reply.shop, till: reply.till, cloud } }
  store.pair({ cloud, token: reply.token }, reply.shop, reply.till, { events: [event], prints: [] }, clock.now(), store.signedIn())
}
