/**
 * Where a till's token is looked at: in its caller's turn at the database, and remembered for sharing out the next ones.
 * Without turns (a simulation, which has no database to share) everybody comes in at once.
 */
import type { FastifyRequest } from 'fastify'
import type { Id } from '#shared/identity/ids.ts'
import type { Device } from '#cloud/identity/devices.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import type { SyncDesk } from '#cloud/jobs/desk.ts'
import { tillsLane } from '#cloud/operating/callers.ts'
import type { Turns } from '#cloud/operating/turns.ts'

type Look = (request: FastifyRequest) => Promise<Device>
export interface Entrance {
  /** For a handler, which has its turn already. Throws Refusal token.invalid, device.revoked. */
  readonly inLine: Look
  /** For whoever has none: before a body is read, and on a line that lasts. Throws also rate.limited. */
  readonly atDoor: Look
  /** The shop's rev, for a line that lasts. Throws Refusal rate.limited. */
  rev(shop: Id): Promise<number>
}

export function makeEntrance({ sync, now }: Pick<SyncDesk, 'sync' | 'now'>, turns: Turns | undefined): Entrance {
  const inLine: Look = async ({ headers: { authorization } }) => {
    try {
      const device = await sync.authenticate(authorization, now())
      turns?.callers.remember(authorization, device.shop_id)
      return device
    } catch (error) {
      if (error instanceof Refusal) turns?.callers.forget(authorization)
      throw error
    }
  }
  return {
    inLine,
    atDoor: (request) => (turns ? turns.take(request, () => inLine(request)) : inLine(request)),
    rev: (shop) => (turns ? turns.takeIn(tillsLane(shop), () => sync.rev(shop)) : sync.rev(shop)),
  }
}
