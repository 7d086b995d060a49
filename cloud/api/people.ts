/**
 * People over HTTP, beside what tills send and pull (sync.ts): the owner finds members masked, gets everything held on one to
 * hand to them, and erases. A number is looked for in a body, never in an address, which proxies log.
 */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { maskName, maskPhone, normalPhone } from '#shared/identity/person.ts'
import { currentOf } from '#shared/members/record.ts'
import { PEOPLE_EVENTS, timeOf } from '#shared/members/member.ts'
import { Vault } from '#shared/members/vault.ts'
import { nodeCiphers } from '#cloud/identity/ciphers.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { renewPersonalKeys } from '#cloud/jobs/personal-keys.ts'
import { byTag, eraseAll, membersOf, readPeople, withPeople } from '#cloud/projections/people.ts'
import { editInTransaction } from '#cloud/projections/references.ts'
import { gateOf } from './gate.ts'
import { parseInput } from './input.ts'

const FindSchema = z.strictObject({ text: z.string().max(30) })
const RenewSchema = z.strictObject({ destroy: z.boolean().default(false), given: z.boolean().default(false) })

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
      return renewPersonalKeys(desk, desk.now(), parseInput(RenewSchema, request.body))
    })
  }
}

/** Whom a row of the journal names. */
function personOf(text: string): string {
  return (JSON.parse(text) as { body: { person?: string } }).body.person ?? ''
}
