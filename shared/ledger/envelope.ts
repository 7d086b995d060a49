/**
 * The journal's envelope and its hash chain. A journal row is the canonical text of an envelope and the SHA-256 of
 * exactly that text; the text names the hash of the row before it. So a row can be checked by anyone, byte for byte,
 * without making the text again. This module knows no feature: a body is whatever its event says.
 */
import { z } from 'zod'
import { IdSchema, type Id } from '../identity/ids.ts'
import { isPlainId, isPlainInteger, isPlainRecord, isPlainText, plainFields } from '../identity/plain.ts'
import { canonical } from './canonical.ts'

/** `prev` of a device's first row. */
export const GENESIS = '0'.repeat(64)
const HASH = /^[0-9a-f]{64}$/
export const HashSchema = z.string().regex(HASH)

export const EnvelopeSchema = z.object({
  /** The ledger's shop: the till's own until it is paired, the cloud's after. */
  shop: IdSchema,
  device: IdSchema,
  /** From 1, without gaps, for a device. */
  seq: z.int().min(1),
  id: IdSchema,
  type: z.string().min(1).max(60),
  v: z.int().min(1),
  /** UTC milliseconds by the till's clock */
  at: z.int(),
  /** The staff member signed in, or null for what the till does itself. */
  actor: IdSchema.nullable(),
  body: z.record(z.string(), z.unknown()),
  prev: HashSchema,
})
export type Envelope = z.output<typeof EnvelopeSchema>

export const isHash = (value: unknown): boolean => typeof value === 'string' && HASH.test(value)
const MAX = Number.MAX_SAFE_INTEGER

/** True only where `EnvelopeSchema` takes the value, which JSON.parse made, and gives it back equal. */
export function isPlainEnvelope(value: unknown): value is Envelope {
  const row = plainFields(value, 10)
  return row !== undefined && isPlainId(row.shop) && isPlainId(row.device) && isPlainInteger(row.seq, 1, MAX) && isPlainId(row.id)
    && isPlainText(row.type, 1, 60) && isPlainInteger(row.v, 1, MAX) && isPlainInteger(row.at, -MAX, MAX)
    && (row.actor === null || isPlainId(row.actor)) && isPlainRecord(row.body) && isHash(row.prev)
}

/** What is stored and sent: the text, and its hash. */
export interface JournalRow {
  readonly seq: number
  readonly text: string
  readonly hash: string
  /** The text's UTF-8, where it came as such and holds no U+0000: who hashes or stores it need not make it again. */
  readonly bytes?: Uint8Array
}
/** A row with its text as UTF-8 alone: as the disk and the wire have it. */
export type RawRow = Pick<JournalRow, 'seq' | 'hash'> & { readonly bytes: Uint8Array }
export const rawRow = ({ seq, hash, text }: JournalRow): RawRow => ({ seq, hash, bytes: new TextEncoder().encode(text) })
/** SHA-256 of UTF-8 text as lower-case hex; the host brings the platform's own. */
export type Sha256 = (text: string | Uint8Array) => string

/** What a decision wants recorded; the store gives it its place in the chain. */
export interface NewEvent<Body = object> {
  readonly id: Id
  readonly type: string
  readonly v: number
  readonly body: Body
}

export interface Head {
  readonly seq: number
  readonly hash: string
}
export const EMPTY_HEAD: Head = { seq: 0, hash: GENESIS }

/** Seals an event behind `head`. */
export function seal(
  head: Head, where: { shop: Id; device: Id }, event: NewEvent, at: number, actor: Id | null, sha256: Sha256,
): { row: JournalRow; envelope: Envelope } {
  const envelope = {
    shop: where.shop, device: where.device, seq: head.seq + 1, id: event.id, type: event.type, v: event.v, at, actor,
    body: event.body as Record<string, unknown>, prev: head.hash,
  }
  const text = canonical(envelope)
  return { row: { seq: envelope.seq, text, hash: sha256(text) }, envelope }
}

export type ChainFault =
  | { code: 'chain.hash'; seq: number; expected: string; found: string }
  | { code: 'chain.prev'; seq: number; expected: string; found: string }
  | { code: 'chain.seq'; seq: number; expected: number; found: number }
  | { code: 'chain.malformed'; seq: number; reason: string }

/** Reads a row's text; a row that is no envelope gives the reason instead. */
export function openRow(row: JournalRow): { envelope: Envelope } | { fault: ChainFault } {
  let parsed: unknown
  try {
    parsed = JSON.parse(row.text)
  } catch {
    // Not the parser's words: they quote the row.
    return { fault: { code: 'chain.malformed', seq: row.seq, reason: 'not JSON' } }
  }
  if (isPlainEnvelope(parsed)) return { envelope: parsed }
  const result = EnvelopeSchema.safeParse(parsed)
  if (!result.success) {
    const issue = result.error.issues[0]
    return { fault: { code: 'chain.malformed', seq: row.seq, reason: `${issue?.path.join('.')}: ${issue?.message}` } }
  }
  return { envelope: result.data }
}

/** Checks one row against the head before it: its hash, its link, its number. Gives every fault, and the new head. */
export function checkRow(head: Head, row: JournalRow, sha256: Sha256): { faults: ChainFault[]; envelope?: Envelope; head: Head } {
  const faults: ChainFault[] = []
  const found = sha256(row.bytes ?? row.text)
  if (found !== row.hash) faults.push({ code: 'chain.hash', seq: row.seq, expected: row.hash, found })
  const opened = openRow(row)
  const next = { seq: row.seq, hash: row.hash }
  if ('fault' in opened) return { faults: [...faults, opened.fault], head: next }
  const { envelope } = opened
  if (row.seq !== head.seq + 1) faults.push({ code: 'chain.seq', seq: row.seq, expected: head.seq + 1, found: row.seq })
  if (envelope.seq !== row.seq) faults.push({ code: 'chain.seq', seq: row.seq, expected: row.seq, found: envelope.seq })
  if (envelope.prev !== head.hash) faults.push({ code: 'chain.prev', seq: row.seq, expected: head.hash, found: envelope.prev })
  return { faults, envelope, head: next }
}
