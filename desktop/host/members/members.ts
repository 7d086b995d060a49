/**
 * Members at the till: joining, finding, changing, and what the law gives every person: to see all that is held on them, to take
 * it along, and to have it destroyed. Screens get masked views; whoever reads more is in the journal with it.
 */
import { TillError } from '#shared/host/frames.ts'
import type { CallArgs, CallResult } from '#shared/host/contract.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { Id } from '#shared/identity/ids.ts'
import { type PersonSet, normalPhone, readBirthday } from '#shared/identity/person.ts'
import { canonical } from '#shared/ledger/canonical.ts'
import { MemberChanged, MemberJoined, PersonErased, PersonExported, PersonRead, mainOf } from '#shared/members/member.ts'
import { type Context, commit, isRepeat, requireRight } from '../context.ts'
import { isKnown, joinedAt, refuseOwed, requireKnown, viewOf } from './member-views.ts'

type Calls = 'member.join' | 'member.find' | 'member.change' | 'member.get' | 'person.export' | 'person.erase' | 'person.renewKeys'
type Set = CallArgs<'member.change'>['set']
type MemberRecord = Omit<CallResult<'member.get'>, 'merged'>

export function memberHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock, ids, done } = context
  const { people } = store
  return {
    'member.join'({ key, set: asked }) {
      requireRight(context, 'member.edit')
      const set = normal(asked)
      if (!isRepeat(context, key, MemberJoined.type, { person: key })) {
        refuseTaken(context, key, set)
        record(context, key, MemberJoined.type, key, set)
      } else requireSame(context, key, key, set)
      return viewOf(context, key)
    },

    'member.find'({ text }) {
      requireRight(context, 'member.edit')
      const tail = /^[0-9]{4}$/.exec(text.normalize('NFKC').trim())?.[0]
      const phone = normalPhone(text)
      const found = tail === undefined ? phone === undefined ? [] : people.find('phone', phone) : people.find('tail', tail)
      const mains = [...new Set(found.map((id) => mainOf(people.member, id)))].filter((id) => isKnown(context, id))
      return { members: mains.map((id) => viewOf(context, id)).sort((a, b) => a.joined - b.joined) }
    },

    'member.change'({ key, member, set: asked }) {
      requireRight(context, 'member.edit')
      const set = normal(asked)
      const before = isRepeat(context, key, MemberChanged.type) ? store.event(key)!.body['person'] as Id : undefined
      if (before === undefined) {
        const id = requireKnown(context, member)
        refuseTaken(context, id, set)
        record(context, key, MemberChanged.type, id, set)
      } else requireSame(context, key, before, set)
      return viewOf(context, member)
    },

    'member.get'({ key, member }) {
      requireRight(context, 'person.read')
      const id = requireKnown(context, member)
      if (people.fields(id) === undefined) throw new TillError('person.locked')
      if (!isRepeat(context, key, PersonRead.type, { person: id })) commit(context, [{ id: key, type: PersonRead.type, v: 1, body: { person: id } }])
      return { ...recordOf(context, id), merged: people.mergedInto(id).map((each) => recordOf(context, each)) }
    },

    'person.export'({ key, person }) {
      requireRight(context, 'person.read')
      const id = requireKnown(context, person)
      const members = [id, ...people.mergedInto(id)]
      if (members.every((each) => people.fields(each) === undefined)) throw new TillError('person.locked')
      if (!isRepeat(context, key, PersonExported.type, { person: id })) commit(context, [{ id: key, type: PersonExported.type, v: 1, body: { person: id } }])
      return {
        person: id, shop: store.identity().shop, exportedAt: store.event(key)!.at,
        members: members.map((each) => ({ ...recordOf(context, each), records: people.records(each) })),
        events: members.flatMap((each) => people.events(each)).sort((a, b) => a.seq - b.seq),
      }
    },

    'person.erase'({ key, person }) {
      requireRight(context, 'person.erase')
      const main = mainOf(people.member, person)
      if (isRepeat(context, key, PersonErased.type, { person: main })) return {}
      requireKnown(context, person)
      refuseOwed(context, main)
      store.together(() => {
        const erased = (id: Id, each: Id) => ({ id, type: PersonErased.type, v: 1, body: { person: each, hlc: store.nextHlc(clock.now()) } })
        commit(context, [erased(key, main), ...people.mergedInto(main).map((each) => erased(ids.next(), each))])
      })
      people.scrub()
      return {}
    },

    'person.renewKeys'({ key }) {
      requireRight(context, 'till.setup')
      let records = 0
      done.once(key, 'person.renewKeys', () => { records = people.rotate(clock.now()).records })
      return { records }
    },
  }
}

/** Throws TillError member.phone_bad or member.birthday_bad. */
function normal({ phone: said, birthday: day, ...rest }: Set): PersonSet {
  const phone = said === undefined ? undefined : normalPhone(said)
  if (said !== undefined && phone === undefined) throw new TillError('member.phone_bad')
  const birthday = day === undefined ? undefined : readBirthday(day)
  if (day !== undefined && birthday === undefined) throw new TillError('member.birthday_bad', { text: day })
  return { ...rest, ...phone !== undefined && { phone }, ...birthday !== undefined && { birthday } }
}

/** One number is one member; at one till there is no second. Throws TillError member.phone_taken, which names nobody in clear. */
function refuseTaken(context: Context, member: Id, { phone }: PersonSet): void {
  if (phone === undefined) return
  const { people } = context.store
  const own = mainOf(people.member, member)
  const other = people.find('phone', phone).map((id) => mainOf(people.member, id)).find((id) => id !== own && isKnown(context, id))
  if (other !== undefined) throw new TillError('member.phone_taken', { member: other, name: viewOf(context, other).name })
}

/** The event and the record it names, as one. */
function record({ store, clock, cloud }: Context, key: Id, type: string, person: Id, set: PersonSet): void {
  store.together(() => {
    const made = store.people.make(person, set)
    const hlc = store.nextHlc(clock.now())
    store.commit({ events: [{ id: key, type, v: 1, body: { person, digest: made.digest, hlc } }], prints: [] }, clock.now(), store.signedIn())
    store.people.put({ ...made, hlc, event: key }, 'here')
  })
  cloud.kick()
}

/** A write that comes again says what it said. What became of it meanwhile is no reason to refuse. Throws TillError key.reused. */
function requireSame({ store }: Context, key: Id, person: Id, set: PersonSet): void {
  const kept = store.people.records(person).find(({ event }) => event === key)
  if (kept && canonical(kept.set) !== canonical(set)) throw new TillError('key.reused', { key })
}

/** A new member with this id, whose number nobody has. */
export const join = (context: Context, id: Id, set: PersonSet): void => record(context, id, MemberJoined.type, id, set)

function recordOf(context: Context, id: Id): MemberRecord {
  const { name, phone, birthday, note } = context.store.people.fields(id) ?? {}
  return { member: id, joined: joinedAt(context, id), name, phone, birthday, note }
}
