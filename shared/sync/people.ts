/**
 * Personal records on the wire. Up: `POST /api/sync/people`, JSON signed like a push, after the journal rows that name them;
 * each record is answered by itself. Down: behind each change of kind `member` comes one of kind `person` with its records.
 * It comes only where it is asked for (`people=1`), and a till asks and sends only over a line that nobody reads along. Its clocks are empty, so that a till which doesn't know the kind keeps nothing of it.
 */
import { z } from 'zod'
import { HlcSchema } from '../catalog/hlc.ts'
import { IdSchema } from '../identity/ids.ts'
import { PersonRecordSchema } from '../identity/person.ts'
import { HashSchema } from '../ledger/envelope.ts'
import type { NamedRecord } from '../members/record.ts'
import type { Change } from './protocol.ts'

/** Whether what goes to this address is for that machine alone: TLS, or a program on this one. */
export function isPrivateLine(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || /^127(\.[0-9]+){3}$/.test(hostname)
}

export const PEOPLE_MAX = 200
export const PEOPLE_BYTES_MAX = 1024 * 1024

/** `event` is the journal's row that names the record. */
export const SentRecordSchema = PersonRecordSchema.extend({ event: IdSchema, digest: HashSchema })
export const PeopleUploadSchema = z.object({ device: IdSchema, records: z.array(z.unknown()).min(1).max(PEOPLE_MAX) })
/** In the order they were sent. `erased`: the person is gone, and so must this be. `refused`: no event names it, or it is not what was named. */
export const PeopleReplySchema = z.object({ states: z.array(z.enum(['stored', 'erased', 'refused'])) })
export type RecordState = z.output<typeof PeopleReplySchema>['states'][number]

const NamedRecordSchema = SentRecordSchema.extend({ hlc: HlcSchema })

export function personChange(member: Pick<Change, 'id' | 'rev'>, records: readonly NamedRecord[]): Change {
  return { kind: 'person', id: member.id, rev: member.rev, doc: { records }, clocks: {} }
}
/** The records of a change that are sound in shape; the caller checks digests. */
export function recordsOf(change: Change): NamedRecord[] {
  const { records } = change.doc
  if (!Array.isArray(records)) return []
  return records.flatMap((record) => NamedRecordSchema.safeParse(record).data ?? []).filter(({ person }) => person === change.id)
}
