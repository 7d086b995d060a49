/** Whose key a request of the operator's and the owner's API comes with, and which shop it opens. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { IdSchema, longId, type Id } from '#shared/identity/ids.ts'
import { isOwnerKey } from '#cloud/identity/owner.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { bearerOf, isSame } from '#cloud/identity/secrets.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { findShop } from '#cloud/projections/shops.ts'
import { parseInput } from './input.ts'

export interface Gate {
  /** Throws `token.invalid`. */
  operatorOnly(request: FastifyRequest): void
  /** The shop of the address (`:id`), for whoever may act for it; and a word for the audit trail that says who does. */
  shopOf(request: FastifyRequest): Promise<{ shop: Id; editor: string }>
  /** A UUID of the address. */
  idOf(request: FastifyRequest, name: string): Id
}

export function gateOf({ db, operatorKey }: Desk): Gate {
  const isOperator = (request: FastifyRequest): boolean => isSame(bearerOf(request.headers.authorization) ?? '', operatorKey)
  return {
    operatorOnly(request) {
      if (!isOperator(request)) throw new Refusal('token.invalid', 'the operator\'s key is needed')
    },
    async shopOf(request) {
      const { id } = parseInput(z.object({ id: z.string().max(64) }), request.params)
      const shop = longId(id) ?? IdSchema.safeParse(id).data
      const key = bearerOf(request.headers.authorization)
      const operator = isOperator(request)
      if (!operator && !(shop && key && await isOwnerKey(db, shop, key))) throw new Refusal('token.invalid', 'the operator\'s or this shop owner\'s key is needed')
      const found = shop && await findShop(db, { id: shop })
      if (!found) throw new Refusal('not.found', 'there is no such shop')
      return { shop: found.id, editor: operator ? 'operator' : 'owner' }
    },
    idOf: (request, name) => parseInput(z.object({ [name]: IdSchema }), request.params)[name]!,
  }
}
