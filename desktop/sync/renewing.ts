/**
 * The way out for a till whose ledger exists twice, or which its shop no longer takes: it becomes a new till of the same
 * shop by a one-time code, keeps the old ledger in a file beside, and records again whatever the shop doesn't have.
 */
import { TillError } from '#shared/host/frames.ts'
import type { Identity, TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { openRow } from '#shared/ledger/envelope.ts'
import type { Clock, Ids, Timer, Wire } from '#shared/ports/ports.ts'
import { DeviceRenewed } from '#shared/sales/events.ts'
import { isPrivateLine } from '#shared/sync/people.ts'
import { PUSH_ROWS_MAX, PairingCodeSchema } from '#shared/sync/protocol.ts'
import { CloudClient } from './cloud-client.ts'
import { askToJoin } from './pairing.ts'

/** Who the till is about to become: kept, so that an answer that was lost makes no second till. */
const NEXT = 'renewal'

interface RenewingWorld {
  readonly clock: Clock
  readonly ids: Ids
  readonly timer: Timer
  wire(url: string): Wire
  deviceKey(): Pick<Identity, 'publicKey' | 'privateKey'>
}

/**
 * Throws TillError pairing.none, .code_wrong, .too_many_tries, .other_shop, .cloud_unreachable, .refused, and storage's. Until the
 * new ledger stands, the till is as it was; where it fails after the code was spent, another code goes on from there.
 */
export async function renewTill(store: TillStore, world: RenewingWorld, version: string, code: string, key: Id): Promise<void> {
  if (isRenewed(store, key)) return
  const pairing = store.pairing()
  if (!pairing) throw new TillError('pairing.none')
  const parsed = PairingCodeSchema.safeParse(code)
  if (!parsed.success) throw new TillError('pairing.code_wrong')
  const { device: old, shop } = store.identity()
  const next = nextIdentity(store, world)
  const reply = await askToJoin(world.wire(pairing.cloud), pairing.cloud, { code: parsed.data, device: next.device, publicKey: next.publicKey, ledgerShop: shop, shop }, next.privateKey)
  if (reply.shop !== shop) throw new TillError('pairing.other_shop')
  if (reply.ack > 0) {
    // A copy of this file, made just before, became that till already.
    store.setSetting(NEXT, '')
    throw new TillError('pairing.refused', { code: 'sync.fork' })
  }
  const client = new CloudClient({ token: reply.token, device: next.device, privateKey: next.privateKey, isPrivate: isPrivateLine(pairing.cloud) }, world.wire(pairing.cloud), world.timer)
  const { after, known } = await whatIsKnown(store, client).finally(() => client.close()).catch(() => { throw new TillError('pairing.cloud_unreachable', { cloud: pairing.cloud }) })
  // Asking took its time: another call may have been first.
  if (isRenewed(store, key)) return
  if (store.identity().device !== old) throw new TillError('pairing.already')
  store.renew({
    identity: { ...next, shop, till: reply.till }, pairing: { cloud: pairing.cloud, token: reply.token }, after, known,
    key, begunId: world.ids.next(), signedInId: world.ids.next(), app: version, at: world.clock.now(),
  })
  store.setSetting(NEXT, '')
}

function isRenewed(store: TillStore, key: Id): boolean {
  const event = store.event(key)
  if (event && event.type !== DeviceRenewed.type) throw new TillError('key.reused', { key })
  return event !== undefined
}

type Key = Pick<Identity, 'device' | 'publicKey' | 'privateKey'>
function nextIdentity(store: TillStore, world: RenewingWorld): Key {
  const kept = store.setting(NEXT)
  if (kept) return JSON.parse(kept) as Key
  const fresh: Key = { device: world.ids.next(), ...world.deviceKey() }
  store.setSetting(NEXT, JSON.stringify(fresh))
  return fresh
}

/**
 * Asks the shop for the ledger's events, from the last row backwards. Rows went up in order: where it has a whole page of
 * them it has all before.
 */
async function whatIsKnown(store: TillStore, client: CloudClient): Promise<{ after: number; known: Set<Id> }> {
  const known = new Set<Id>()
  let after = store.head().seq
  while (after > 0) {
    const from = Math.max(0, after - PUSH_ROWS_MAX)
    const times = new Map(store.rows(from, after - from).flatMap((row) => {
      const opened = openRow(row)
      return 'envelope' in opened ? [[opened.envelope.id, opened.envelope.at] as const] : []
    }))
    // A ticket that two copies had open and both completed: one id, two sales. The cloud must hear of the second, and flag it.
    const found = (await client.known([...times.keys()])).filter(({ id, at }) => times.get(id) === at)
    if (found.length === times.size) return { after, known }
    for (const { id } of found) known.add(id)
    after = from
  }
  return { after, known }
}
