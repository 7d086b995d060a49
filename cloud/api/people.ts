/**
 * People over HTTP. Tills send the records that their journals name, signed like a push; the owner finds members masked, gets
 * everything held on one to hand to them, and erases. A number is looked for in a body, never in an address, which proxies log.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { maskName, maskPhone, normalPhone } from '#shared/identity/person.ts'
import { currentOf } from '#shared/members/record.ts'
import { PEOPLE_EVENTS, timeOf } from '#shared/members/member.ts'
import { Vault } from '#shared/members/vault.ts'
import { PEOPLE_BYTES_MAX, PeopleUploadSchema } from '#shared/sync/people.ts'
import { nodeCiphers } from '#cloud/identity/ciphers.ts'
import { isSignedBy } from '#cloud/identity/device-key.ts'
import { authenticate, type Device } from '#cloud/identity/devices.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { renewPersonalKeys } from '#cloud/jobs/personal-keys.ts'
import { byTag, eraseAll, membersOf, readPeople, storePeople, withPeople } from '#cloud/projections/people.ts'
import { editInTransaction } from '#cloud/projections/references.ts'
import { gateOf } from './gate.ts'
import { parseInput } from './input.ts'

const FindSchema = z.object({ text: z.string().max(30) })
const RenewSchema = z.object({ destroy: z.boolean().default(false), given: z.boolean().default(false) })

/** `POST /api/sync/people`: in a room of its own, because its body is the bytes that were signed. */
export function peopleSyncRoutes(desk: Desk) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: PEOPLE_BYTES_MAX }, (_request, body, done) => done(null, body))
    const senders = new WeakMap<FastifyRequest, Device>()
    const enter = async (request: FastifyRequest): Promise<void> => {
      senders.set(request, await authenticate(desk.db, request.headers.authorization, desk.now()))
    }
    app.post('/api/sync/people', { onRequest: enter, bodyLimit: PEOPLE_BYTES_MAX }, async (request) => {
      const device = senders.get(request)!
      if (device.quarantined_at !== null) throw new Refusal('device.quarantined', 'this till\'s ledger was seen in two versions; it must be looked at')
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      if (!isSignedBy(device.public_key, body, request.headers['x-xiaopu-signature'])) throw new Refusal('signature.invalid', 'the body is not signed by this till\'s key')
      const upload = parseInput(PeopleUploadSchema, parseJson(body))
      if (upload.device !== device.device_id) throw new Refusal('not.allowed', 'the batch names another device than its token')
      return { states: await storePeople(desk, device.shop_id, device.device_id, upload.records, desk.now()) }
    })
  }
}

export function peopleRoutes(desk: Desk) {
  const { operatorOnly, shopOf, idOf } = gateOf(desk)

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/api/shops/:id/people/find', async (request) => {
      const { shop } = await shopOf(request)
      const { text } = parseInput(FindSchema, request.body)
      const tail = /^[0-9]{4}$/.exec(text.trim())?.[0]
      const phone = normalPhone(text)
      return withPeople(desk, shop, async (trx) => {
        const vault = new Vault(desk.personalKeys.ring(), nodeCiphers, shop)
        const found = tail === undefined ? phone === undefined ? new Map() : await byTag(trx, shop, vault, 'phone', phone) : await byTag(trx, shop, vault, 'tail', tail)
        const mains = new Set([...found].flatMap(([id, member]) => (member.erased === true ? [] : [member.mergedInto ?? id])))
        const { records } = await readPeople(desk, trx, shop, [...mains])
        return {
          people: [...records].map(([person, all]) => {
            const { name = '', phone: number = '' } = currentOf(all).fields
            return { person, name: maskName(name), phone: maskPhone(number) }
          }),
        }
      })
    })

    app.post('/api/shops/:id/people/:person/export', async (request) => {
      const { shop, editor } = await shopOf(request)
      const person = idOf(request, 'person')
      return withPeople(desk, shop, async (trx) => {
        const members = await membersOf(trx, shop, person)
        const [main] = members.keys()
        if (main === undefined) throw new Refusal('not.found', 'there is no such member')
        const ids = [...members.keys()]
        // Who was told everything, and when, is written down where nothing is ever taken away.
        await editInTransaction(trx, shop, [{ kind: 'member', id: main, fields: { exportedAt: desk.now() } }], editor, desk.now())
        const { records, closed } = await readPeople(desk, trx, shop, ids)
        if (closed > 0) request.log.warn({ closed }, 'personal records that no key here opens')
        const rows = await trx.selectFrom('journal').select(['device_id as device', 'seq', 'text', 'hash']).where('shop_id', '=', shop).where('type', 'in', [...PEOPLE_EVENTS]).orderBy('arrival').execute()
        const edits = await trx.selectFrom('edit').select(['arrival', 'id', 'fields', 'hlc', 'editor', 'at']).where('shop_id', '=', shop).where('kind', '=', 'member').where('id', 'in', ids).orderBy('arrival').execute()
        return {
          person: main, shop, exportedAt: desk.now(),
          members: [...members].map(([member, { joined }]) => ({
            member, joined: joined === undefined ? null : timeOf(joined), fields: currentOf(records.get(member) ?? []).fields, records: records.get(member) ?? [],
          })),
          events: rows.filter(({ text }) => ids.includes(personOf(text))), edits,
        }
      })
    })

    app.post('/api/shops/:id/people/:person/erase', async (request) => {
      const { shop, editor } = await shopOf(request)
      const person = idOf(request, 'person')
      return withPeople(desk, shop, async (trx) => {
        const ids = [...(await membersOf(trx, shop, person)).keys()]
        if (ids.length === 0) throw new Refusal('not.found', 'there is no such member')
        await eraseAll(trx, shop, ids, editor, desk.now())
        return { erased: ids.length }
      })
    })

    app.post('/api/personal-keys/renew', async (request) => {
      operatorOnly(request)
      return renewPersonalKeys(desk, desk.now(), parseInput(RenewSchema, request.body ?? {}))
    })
  }
}

/** Whom a row of the journal names. */
function personOf(text: string): string {
  return (JSON.parse(text) as { body: { person?: string } }).body.person ?? ''
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Refusal('input.invalid', 'the body is not JSON', { field: '', reason: 'not JSON' })
  }
}
