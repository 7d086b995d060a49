/**
 * Members as facts and as documents that tills share. Nothing here says who somebody is: events and documents carry ids,
 * digests and stamps, the personal fields are in sealed records (record.ts, vault.ts).
 */
import { z } from 'zod'
import { HlcSchema, type Hlc } from '../catalog/hlc.ts'
import { defineEvent } from '../identity/event.ts'
import { type Id, IdSchema } from '../identity/ids.ts'
import { HashSchema } from '../ledger/envelope.ts'

const named = z.object({ person: IdSchema, digest: HashSchema, hlc: HlcSchema })
export const MemberJoined = defineEvent('member.joined', 1, named)
export const MemberChanged = defineEvent('member.changed', 1, named)
/** Somebody read all that is known of a person. */
export const PersonRead = defineEvent('person.read', 1, z.object({ person: IdSchema }))
export const PersonExported = defineEvent('person.exported', 1, z.object({ person: IdSchema }))
/** The person's records are destroyed, here and wherever this is heard. For good: nothing brings them back. */
export const PersonErased = defineEvent('person.erased', 1, z.object({ person: IdSchema, hlc: HlcSchema }))

/** Events that name a person, by type. */
export const PEOPLE_EVENTS = [MemberJoined.type, MemberChanged.type, PersonRead.type, PersonExported.type, PersonErased.type] as const

/** A member as tills share them (reference kind `member`): each field merges on its own. */
export const MemberFields = z.object({
  /** When and where they joined; of several with one number the earliest is the main one. */
  joined: HlcSchema,
  changed: HlcSchema,
  /** Never taken back. */
  erased: z.boolean(),
  /** The same person joined earlier as this member. */
  mergedInto: IdSchema,
  /** When the cloud handed out all it knew of them, UTC ms. */
  exportedAt: z.int(),
})
export type Member = Partial<z.output<typeof MemberFields>>

/** UTC ms of a stamp. */
export const timeOf = (hlc: Hlc): number => Number.parseInt(hlc.slice(0, 12), 16)

const HOPS_MAX = 16

/** The member that `id` is by now: itself, or the one it was merged into. */
export function mainOf(find: (id: Id) => Member | undefined, id: Id): Id {
  let at = id
  for (let hop = 0; hop < HOPS_MAX; hop++) {
    const next = find(at)?.mergedInto
    if (next === undefined || next === id) return at
    at = next
  }
  return at
}

/** Of members with one telephone number: the one who joined first, and those to be merged into it. */
export function settle(members: readonly { readonly id: Id; readonly joined: Hlc }[]): { main: Id; merged: Id[] } | undefined {
  const [main, ...others] = members.toSorted((a, b) => (`${a.joined} ${a.id}` < `${b.joined} ${b.id}` ? -1 : 1))
  return main && others.length > 0 ? { main: main.id, merged: others.map(({ id }) => id) } : undefined
}
