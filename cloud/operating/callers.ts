/**
 * Who a request is counted against and in whose lane it waits, said before anything is looked up. A till whose token was
 * right a while ago is known by it, and so two hundred stalls behind one address are two hundred callers; everyone else
 * is their address. It is a guess for sharing out turns and never a permission: what a token opens is asked every time.
 */
import type { FastifyRequest } from 'fastify'
import type { Id } from '#shared/identity/ids.ts'
import { bearerOf, sha256 } from '#cloud/identity/secrets.ts'

const REMEMBERED = 200_000

export class Callers {
  /** Hash of a token to its shop; the oldest first. */
  readonly #shops = new Map<string, Id>()

  /** The token of this header opened this shop. */
  remember(authorization: string | undefined, shop: Id): void {
    const hash = hashOf(authorization)
    if (hash === undefined) return
    this.#shops.delete(hash)
    this.#shops.set(hash, shop)
    if (this.#shops.size > REMEMBERED) this.#shops.delete(this.#shops.keys().next().value!)
  }

  /** The token of this header opens nothing any more. */
  forget(authorization: string | undefined): void {
    const hash = hashOf(authorization)
    if (hash !== undefined) this.#shops.delete(hash)
  }

  /** A till by its token, else an address. */
  callerOf({ headers, ip }: FastifyRequest): string {
    const hash = hashOf(headers.authorization)
    return hash !== undefined && this.#shops.has(hash) ? `till ${hash}` : `address ${ip}`
  }

  /** All tills of a shop share a lane; so do all visitors of a shop's pages, another one; everyone else by address. */
  laneOf(request: FastifyRequest): string {
    const shop = this.#shops.get(hashOf(request.headers.authorization) ?? '')
    if (shop !== undefined) return tillsLane(shop)
    const { shop: page, id } = (request.params ?? {}) as { shop?: string; id?: string }
    return page ?? id ? `pages ${page ?? id}` : `address ${request.ip}`
  }
}

export const tillsLane = (shop: Id): string => `tills ${shop}`

/** Only what has the form of a till's token: others are not looked for. */
function hashOf(authorization: string | undefined): string | undefined {
  const token = bearerOf(authorization)
  return token?.startsWith('xpt_') ? sha256(token) : undefined
}
