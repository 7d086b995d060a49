/** Recalls behind the owner's key: looked at, begun, lifted. */
import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { IdSchema, uuidv7, type Id } from '#shared/identity/ids.ts'
import { liftedFields, RECALL_REASONS, recalledFields, RecallWhatSchema, type RecallWhat } from '#shared/trace/recall.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { listGoods } from '#cloud/projections/goods.ts'
import { effectOf, listRecalls } from '#cloud/projections/recalls.ts'
import { editReferences } from '#cloud/projections/references.ts'
import { listDevices } from '#cloud/projections/shops.ts'
import type { MessageKey, Voice } from './language.ts'
import { recallsPage, type RecallForm } from './manage-recalls.ts'
import { sendPage } from './page.ts'
import type { ShopView } from './shop-view.ts'

export interface Entered { readonly view: ShopView; readonly word: string; readonly voice: Voice }
export interface Entrance {
  enter(request: FastifyRequest, reply: FastifyReply): Promise<Entered | undefined>
  enterForm(request: FastifyRequest, reply: FastifyReply): Promise<Entered & { form: URLSearchParams } | undefined>
  goTo(reply: FastifyReply, path: string): FastifyReply
}

/** Recalls whose lots and sales are shown in full; of older ones only what they were about. */
const FULL_MAX = 5
const SALES_SHOWN = 100
const EMPTY: RecallForm = { good: '', no: '', supplier: '', from: '', to: '', reason: 'test_failed', note: '' }

export function recallRoutes(desk: Desk, { enter, enterForm, goTo }: Entrance) {
  const show = async (reply: FastifyReply, { view, word, voice }: Entered, form: RecallForm, rest: { what?: RecallWhat; problem?: MessageKey } = {}): Promise<FastifyReply> => {
    const shop = view.shop.id
    const [recalls, devices] = await Promise.all([listRecalls(desk.db, shop), listDevices(desk.db, shop)])
    const named = [...new Set(recalls.flatMap(({ what }) => what.good ?? []))]
    const goods = new Map((named.length === 0 ? [] : await listGoods(desk.db, shop, named)).map(({ id, name }) => [id, name]))
    const shown = []
    for (const [i, recall] of recalls.entries()) {
      shown.push({ recall, goodName: recall.what.good === null ? '' : goods.get(recall.what.good) ?? '', effect: i < FULL_MAX ? await effectOf(desk, shop, recall, SALES_SHOWN) : undefined })
    }
    const preview = rest.what && await effectOf(desk, shop, { what: rest.what }, 0)
    return sendPage(reply, voice, recallsPage({ view, word, recalls: shown, devices, form, preview, problem: rest.problem }, voice), rest.problem ? 400 : 200)
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/manage/:shop/recalls', async (request, reply) => {
      const entered = await enter(request, reply)
      return entered ? show(reply, entered, EMPTY) : reply
    })
    app.post('/manage/:shop/recalls', async (request, reply) => {
      const entered = await enterForm(request, reply)
      if (!entered) return reply
      const { view, voice, form } = entered
      const said = formOf(form)
      const what = await whatOf(view.shop.id, said)
      if (typeof what === 'string') return show(reply, entered, said, { problem: what })
      if (form.get('step') !== 'begin') return show(reply, entered, said, { what })
      const recall = uuidv7(desk.now(), randomBytes(10))
      await editReferences(desk.db, view.shop.id, [{ kind: 'recall', id: recall, fields: recalledFields({ what, reason: said.reason, note: said.note }, desk.now()) }], 'owner', desk.now())
      return goTo(reply, voice.href(`/manage/${view.path}/recalls`))
    })
    app.post('/manage/:shop/recalls/:recall/lift', async (request, reply) => {
      const entered = await enterForm(request, reply)
      if (!entered) return reply
      const { view, voice } = entered
      const id = IdSchema.safeParse((request.params as { recall: string }).recall).data
      const recall = (await listRecalls(desk.db, view.shop.id)).find((each) => each.recall === id)
      if (recall && !recall.lifted) await editReferences(desk.db, view.shop.id, [{ kind: 'recall', id: recall.recall, fields: liftedFields('', desk.now()) }], 'owner', desk.now())
      return goTo(reply, voice.href(`/manage/${view.path}/recalls`))
    })
  }

  /** What it is about, or why it can't be said. */
  async function whatOf(shop: Id, { good: named, ...rest }: RecallForm): Promise<RecallWhat | MessageKey> {
    const found = named === '' ? [] : (await listGoods(desk.db, shop)).filter(({ name, code, codes }) => name === named || code === named || codes.includes(named))
    if (named !== '' && found.length !== 1) return found.length === 0 ? 'recall.good_unknown' : 'recall.good_several'
    return RecallWhatSchema.safeParse({ ...rest, good: found[0]?.id ?? null }).data ?? 'recall.nothing'
  }
}

function formOf(form: URLSearchParams): RecallForm {
  const said = (name: string, max: number): string => (form.get(name) ?? '').trim().slice(0, max)
  const reason = said('reason', 20)
  return {
    good: said('good', 120), no: said('no', 40), supplier: said('supplier', 60), from: said('from', 10), to: said('to', 10), note: said('note', 200),
    reason: (RECALL_REASONS as readonly string[]).includes(reason) ? reason : 'other',
  }
}
