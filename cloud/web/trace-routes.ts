/** The address that a code on a lot or an item holds: a GS1 Digital Link under the shop's page. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { checkGtin } from '#shared/codes/gtin.ts'
import { isMade } from '#shared/trace/item-codes.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { countScan, findLots } from '#cloud/projections/lots.ts'
import { isRecalled } from '#cloud/projections/recalls.ts'
import { voiceOf } from './language.ts'
import { sendMissing, sendPage } from './page.ts'
import { viewShop } from './shop-view.ts'
import { missingTracePage, tracePage } from './trace-page.ts'

interface Params { readonly shop: string; readonly gtin: string; readonly lot: string; readonly item?: string }

export function traceRoutes(desk: Desk) {
  return async (app: FastifyInstance): Promise<void> => {
    const path = '/s/:shop/01/:gtin/10/:lot'
    for (const url of [path, `${path}/21/:item`]) {
      app.get(url, async (request: FastifyRequest, reply) => {
        const voice = voiceOf(request)
        const { shop, gtin, lot: no, item = '' } = request.params as Params
        const now = desk.now()
        const view = await viewShop(desk.db, shop, now)
        if (!view) return sendMissing(reply, voice)
        const found = checkGtin(gtin) === 'valid' ? await findLots(desk.db, view.shop.id, gtin.padStart(14, '0'), no) : []
        const made = item === '' ? undefined : found.find(({ lot }) => isMade(lot.codes, item))
        const story = made ?? found[0]
        if (!story) return sendPage(reply, voice, missingTracePage(view, voice), 404)
        const isKnown = item === '' || made !== undefined
        // A serial says which of them it is; a number alone does not.
        const others = found.filter((each) => each !== story)
        const [meant, besides] = made ? [[made], others] : [found, []]
        // A browser that only asks whether there is a page has not looked at a code.
        const [scans, recalled] = await Promise.all([isKnown && request.method === 'GET' ? countScan(desk.db, view.shop.id, story.lot.lot, item, now) : undefined, isRecalled(desk.db, view.shop.id, meant, besides)])
        return sendPage(reply, voice, tracePage(view, { story, others: made ? [] : others, item, scans, isRecalled: recalled, isKnown }, voice), isKnown ? 200 : 404)
      })
    }
  }
}
