/**
 * The operator's and the owner's API: make a shop, edit what it offers, pair and revoke its tills, read what its tills
 * have sent. The operator's key opens every shop; an owner's key its own and nothing else.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { GOOD_DEFAULTS, GoodFields } from '#shared/catalog/good.ts'
import { ShopFields } from '#shared/catalog/shop.ts'
import { IdSchema, uuidv7, type Id } from '#shared/identity/ids.ts'
import { createCode } from '#cloud/identity/pairing.ts'
import { revokeDevice } from '#cloud/identity/devices.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { renewOwnerKey } from '#cloud/identity/owner.ts'
import { closingOf } from '#cloud/projections/purses.ts'
import { editReferences } from '#cloud/projections/references.ts'
import { createShop, listDevices, summarise } from '#cloud/projections/shops.ts'
import { listGoods } from '#cloud/projections/goods.ts'
import { listSales } from '#cloud/projections/sales.ts'
import { keepCredit, revokeCredit } from '#cloud/jobs/credit.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import type { Turns } from '#cloud/operating/turns.ts'
import { gateOf } from './gate.ts'
import { parseInput } from './input.ts'

/** The cloud's own fields are not for others to set. */
const Profile = ShopFields.omit({ site: true })
const NewShopSchema = Profile.partial().required({ name: true, kind: true }).extend({
  slug: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/).optional(),
})
const EditShopSchema = z.strictObject(Profile.partial().shape)
const EditGoodSchema = z.strictObject(GoodFields.partial().shape)
const NewGoodSchema = EditGoodSchema.required({ name: true, price: true }).extend({ id: IdSchema.optional() })
const GoodsSchema = z.object({ goods: z.array(NewGoodSchema).min(1).max(1000) })
/** The next page is what came before the last sale's `at` and `id`: many sales may share a millisecond, and none may fall between two pages. */
const PageSchema = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100), before: z.coerce.number().int().optional(), beforeId: IdSchema.optional() })

/** A batch of a thousand goods with pictures of the largest size. */
const GOODS_BYTES_MAX = 20 * 1024 * 1024

export function shopRoutes(desk: Desk, turns: Turns) {
  const { db, now } = desk

  const { operatorOnly, shopOf, idOf } = gateOf(desk)

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/api/shops', async (request) => {
      operatorOnly(request)
      return { shops: await db.selectFrom('directory').select(['shop_id as id', 'slug', 'name', 'kind']).orderBy('created_at').execute() }
    })
    app.post('/api/shops', async (request, reply) => {
      operatorOnly(request)
      const { slug, ...fields } = parseInput(NewShopSchema, request.body)
      const made = await createShop(db, { fields, slug, site: desk.site }, now())
      await keepCredit(desk, made.id, now())
      return reply.code(201).send(made)
    })
    app.patch('/api/shops/:id', async (request) => {
      const { shop, editor } = await shopOf(request)
      const rev = await editReferences(db, shop, [{ kind: 'shop', id: shop, fields: parseInput(EditShopSchema, request.body) }], editor, now())
      await keepCredit(desk, shop, now())
      return { rev }
    })
    // Not for the owner: whoever found a key must not be able to lock its owner out with it.
    app.post('/api/shops/:id/owner-key', async (request) => {
      operatorOnly(request)
      return { ownerKey: await renewOwnerKey(db, (await shopOf(request)).shop) }
    })
    app.post('/api/shops/:id/pairing-codes', async (request) => createCode(db, (await shopOf(request)).shop, now()))
    app.get('/api/shops/:id/summary', async (request) => summarise(db, (await shopOf(request)).shop))

    app.get('/api/shops/:id/goods', async (request) => ({ goods: await listGoods(db, (await shopOf(request)).shop) }))
    // Asked for its key before a byte of so large a body is kept.
    const enter = async (request: FastifyRequest): Promise<void> => { await turns.take(request, () => shopOf(request)) }
    app.post('/api/shops/:id/goods', { bodyLimit: GOODS_BYTES_MAX, onRequest: enter }, async (request) => {
      const { shop, editor } = await shopOf(request)
      const { goods } = parseInput(GoodsSchema, request.body)
      const edits = goods.map(({ id = uuidv7(now(), randomBytes(10)), ...fields }) => ({ kind: 'good', id, fields: { ...GOOD_DEFAULTS, ...fields } }))
      return { rev: await editReferences(db, shop, edits, editor, now()), goods: edits.map(({ id }) => ({ id })) }
    })
    const editGood = async (request: FastifyRequest): Promise<{ id: Id; rev: number }> => {
      const { shop, editor } = await shopOf(request)
      const id = idOf(request, 'good')
      const fields = parseInput(EditGoodSchema, request.body)
      const isKnown = (await listGoods(db, shop, [id])).length > 0
      if (!isKnown && (request.method === 'PATCH' || fields.name === undefined || fields.price === undefined)) {
        throw request.method === 'PATCH' ? new Refusal('not.found', 'there is no such good') : new Refusal('input.invalid', 'a new good has a name and a price', { field: 'name', reason: 'needed' })
      }
      return { id, rev: await editReferences(db, shop, [{ kind: 'good', id, fields: isKnown ? fields : { ...GOOD_DEFAULTS, ...fields } }], editor, now()) }
    }
    app.patch('/api/shops/:id/goods/:good', editGood)
    app.put('/api/shops/:id/goods/:good', editGood)

    app.get('/api/shops/:id/sales', async (request) => {
      const { shop } = await shopOf(request)
      return { sales: await listSales(db, shop, parseInput(PageSchema, request.query)) }
    })

    app.get('/api/shops/:id/devices', async (request) => ({ devices: await listDevices(db, (await shopOf(request)).shop) }))
    app.post('/api/shops/:id/devices/:device/revoke', async (request) => {
      const { shop } = await shopOf(request)
      if (!await revokeDevice(db, shop, idOf(request, 'device'), now())) throw new Refusal('not.found', 'the shop has no such till')
      await editReferences(db, shop, [closingOf(shop, idOf(request, 'device'))], 'operator', now())
      return { revoked: true }
    })
    app.post('/api/shops/:id/credit-code/rotate', async (request) => keepCredit(desk, (await shopOf(request)).shop, now(), true))
    app.post('/api/shops/:id/credit-code/revoke', async (request) => {
      operatorOnly(request)
      await revokeCredit(db, (await shopOf(request)).shop, now())
      return { revoked: true }
    })
  }
}
