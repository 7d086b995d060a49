/**
 * Lets a server's requests at the database in turns: every handler runs in the lane of its caller, and what comes too
 * often or waits in too long a line is answered 429 with the time to come back. Routes that touch no database, and the
 * stream, which lasts, say so and take their turns themselves.
 */
import fastifyRateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '#cloud/identity/refusal.ts'
import { Callers } from './callers.ts'
import { Crowded, FairQueue } from './fair-queue.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False: the handler needs no turn at the database, or takes it itself. */
    turn?: false
  }
}

/** Below the pool's connections, because a page may read two things at once and jobs need one. */
const RUNNING = 8
/** Batches of one shop wait for one another at its counter anyway: one writes while the next is unpacked. */
const RUNNING_PER_LANE = 2
const WAITING_PER_LANE = 100
/** Far above what one needs, far below what one machine can hurt with. A whole market may be behind one address. */
const TILL_PER_MINUTE = 3000
const ADDRESS_PER_MINUTE = 6000
/** Callers counted at once; the one longest silent is forgotten first. */
const COUNTED = 50_000

export interface Turns {
  readonly queue: FairQueue
  readonly callers: Callers
  /** Waits for a turn of a lane; gives how to leave it, which may be called more than once. Throws Refusal rate.limited. */
  enter(lane: string): Promise<() => void>
  /** Runs `work` in the lane of the request's caller. Throws Refusal rate.limited. */
  take<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T>
  /** Runs `work` in a lane. Throws Refusal rate.limited. */
  takeIn<T>(lane: string, work: () => Promise<T>): Promise<T>
}

/** `waited` hears how long each piece of work waited for its turn. */
export function makeTurns(waited: (seconds: number) => void): Turns {
  const queue = new FairQueue({ running: RUNNING, runningPerLane: RUNNING_PER_LANE, waitingPerLane: WAITING_PER_LANE })
  const callers = new Callers()
  const enter: Turns['enter'] = async (lane) => {
    const came = performance.now()
    const leave = await queue.enter(lane).catch((error: unknown) => { throw error instanceof Crowded ? tooMany(error.retryAfterMs) : error })
    waited((performance.now() - came) / 1000)
    return leave
  }
  const takeIn: Turns['takeIn'] = async (lane, work) => {
    const leave = await enter(lane)
    try {
      return await work()
    } finally {
      leave()
    }
  }
  return { queue, callers, enter, takeIn, take: (request, work) => takeIn(callers.laneOf(request), work) }
}

/** Must be registered before the routes. */
export async function registerTurns(app: FastifyInstance, turns: Turns): Promise<void> {
  await app.register(fastifyRateLimit, {
    timeWindow: 60_000, cache: COUNTED,
    keyGenerator: (request) => turns.callers.callerOf(request),
    max: (_request, caller) => (caller.startsWith('till ') ? TILL_PER_MINUTE : ADDRESS_PER_MINUTE),
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  })
  const leaving = new WeakMap<FastifyRequest, () => void>()
  const wrapped = new WeakSet<object>()
  app.addHook('onRoute', (route) => {
    // A HEAD route comes with the handler of its GET route, which has its turn already.
    if (route.config?.turn === false || wrapped.has(route.handler)) return
    const { handler } = route
    route.handler = async function inTurn(request, reply) {
      const leave = await turns.enter(turns.callers.laneOf(request))
      leaving.set(request, leave)
      try {
        // Nobody waits for the answer any more: the turn is another's.
        if (request.raw.socket.destroyed) throw new Refusal('input.invalid', 'the caller has hung up')
        return await handler.call(this, request, reply)
      } finally {
        leave()
      }
    }
    wrapped.add(route.handler)
  })
  // The answer is ready: how slowly it is read is no concern of those who wait for the database.
  app.addHook('onSend', async (request) => { leaving.get(request)?.() })
}

/** `retryAfterMs` also becomes the answer's Retry-After header. */
function tooMany(retryAfterMs: number): Refusal {
  return new Refusal('rate.limited', 'too many requests at once; come back a little later', { retryAfterMs })
}
