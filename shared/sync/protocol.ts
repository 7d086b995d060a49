/**
 * The wire between a till and whatever answers for its shop: the cloud, later a sister till. Facts go up as journal rows,
 * reference data comes down as changes counted by one number per shop. Nothing here assumes a database at the other end.
 *
 * Up: `POST /api/sync/push`, body zstd (RFC 8878) or gzip (RFC 1952) of lines: a JSON
 *     header (PushHeader), then one line a row: hash, space, text. Its first bytes say which.
 *     Two of a till's pushes may be on their way at once; one that overtakes is refused with `sync.gap`, and sent again.
 *     Header `x-xiaopu-signature`: base64url of Ed25519 (RFC 8032) over the compressed bytes, by the device's key.
 * Down: `GET /api/sync/changes?since=REV`; `GET /api/sync/stream` (server-sent events, `event: rev`, data: REV) wakes a till.
 * Both: `Authorization: Bearer TOKEN`. `GET /api/sync/state` says where both sides stand.
 * Back: `GET /api/sync/rows?after=SEQ` gives a till its own rows, for a ledger restored from an old backup;
 *     `POST /api/sync/known` says which events the shop has, for a ledger that is begun anew.
 */
import { z } from 'zod'
import { type Fields, HlcSchema } from '../catalog/hlc.ts'
import { IdSchema } from '../identity/ids.ts'
import { HashSchema, isHash, type JournalRow, type RawRow } from '../ledger/envelope.ts'

export const PROTOCOL_VERSION = 1
/** Rows in one push, at most; and the largest body, decompressed, in bytes. */
export const PUSH_ROWS_MAX = 1000
export const PUSH_BYTES_MAX = 16 * 1024 * 1024
export const PULL_ROWS_MAX = 1000

export const PushHeaderSchema = z.object({ protocol: z.literal(PROTOCOL_VERSION), device: IdSchema, from: z.int().min(1), rows: z.int().min(1).max(PUSH_ROWS_MAX) })
export type PushHeader = z.output<typeof PushHeaderSchema>

/** Bytes that a row takes in a push body beside its text: a line end, its hash and a space. */
export const PUSH_ROW_BYTES = 66

/** A push body before compression. Row texts are canonical JSON, so they hold no raw line break. There must be a row. */
export function writePush(device: string, rows: readonly RawRow[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const header: PushHeader = { protocol: PROTOCOL_VERSION, device, from: rows[0]!.seq, rows: rows.length }
  const first = encoder.encode(JSON.stringify(header))
  const body = new Uint8Array(rows.reduce((sum, { bytes }) => sum + bytes.length + PUSH_ROW_BYTES, first.length))
  body.set(first)
  let at = first.length
  for (const { hash, bytes } of rows) {
    encoder.encodeInto(`\n${hash} `, body.subarray(at))
    body.set(bytes, at + PUSH_ROW_BYTES)
    at += PUSH_ROW_BYTES + bytes.length
  }
  return body
}

/** Reads a push body. A line that is not `hash text` is refused with its number: that is a broken sender, not a bad fact. */
export function readPush(text: string): { header: PushHeader; rows: JournalRow[] } | { reason: string; line: number } {
  // One more than a batch may have is enough to refuse it; a batch of nothing but line ends must not become millions of texts.
  const lines = text.split('\n', PUSH_ROWS_MAX + 2)
  let header: PushHeader
  try {
    const parsed = PushHeaderSchema.safeParse(JSON.parse(lines[0] ?? ''))
    if (!parsed.success) return { reason: parsed.error.issues[0]?.message ?? 'bad header', line: 1 }
    header = parsed.data
  } catch {
    return { reason: 'the header is not JSON', line: 1 }
  }
  if (lines.length - 1 !== header.rows) return { reason: `the header says ${header.rows} rows, ${lines.length - 1} came`, line: 1 }
  const rows: JournalRow[] = []
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!
    if (line[64] !== ' ' || !isHash(line.slice(0, 64))) return { reason: 'a row is a hash, a space and a text', line: i + 1 }
    rows.push({ seq: header.from + i - 1, hash: line.slice(0, 64), text: line.slice(65) })
  }
  return { header, rows }
}

export const FlagSchema = z.object({ seq: z.int(), code: z.string(), reason: z.string() })
/** `ack`: every row up to here is stored for ever. `flags`: rows of this batch that were stored but not understood or not in order. */
export const PushReplySchema = z.object({ ack: z.int().min(0), flags: z.array(FlagSchema), time: z.int() })

/** A device's own rows behind `after`, in order, verbatim: the first is row `after + 1`. `more`: there are rows behind the last. */
export const RowsSchema = z.object({ rows: z.array(z.object({ hash: HashSchema, text: z.string() })).max(PULL_ROWS_MAX), more: z.boolean() })
/** Of these events, those that the shop's journal has, from whichever till, with their times: another time is another event that took the id. */
export const KnownRequestSchema = z.object({ ids: z.array(IdSchema).max(PUSH_ROWS_MAX) })
export const KnownSchema = z.object({ known: z.array(z.object({ id: IdSchema, at: z.int() })) })
export type KnownEvent = z.output<typeof KnownSchema>['known'][number]

/**
 * What comes down. Reference documents, tickets set aside (kind `ticket`, id = the holding's), and what came back of a sale (kind `refund`, id = the sale's), are merged at the till field
 * by field with `clocks`, a stamp for each field or one for all. The others come whole, without clocks. `stock` (id = the good's) is each time the sum of what the
 * shop's other tills have moved, so that it may come again, and what a till moved itself, sent or not, counts once. `lost`
 * (id = the document's) tells a till, and no other, of an edit made at it that lost.
 */
export const CHANGE_KINDS = ['shop', 'good', 'promotion', 'staff', 'credit', 'ticket', 'refund', 'member', 'person', 'purse', 'tills', 'coupon', 'stock', 'lost'] as const
/** Any object: a change's fields are looked at one by one where it is taken in (`soundChange`). */
const FieldsSchema = z.custom<Fields>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
export const ChangeSchema = z.object({
  kind: z.string(), id: IdSchema, rev: z.int().min(1), doc: FieldsSchema, clocks: z.union([z.string(), z.record(z.string(), z.string())]),
})
export type Change = z.output<typeof ChangeSchema>
/** `rev` is where the next pull starts; `more` says that there is more to pull now. */
export const ChangesSchema = z.object({ rev: z.int().min(0), more: z.boolean(), changes: z.array(ChangeSchema) })

/** An edit of this till that lost to another: when it was made by its stamp, and at which till the winner was, null for the cloud. */
export const LostDocSchema = z.object({
  arrival: z.int(), kind: z.string().max(20), field: z.string().max(40), value: z.unknown(), hlc: HlcSchema, won: z.unknown(), till: z.string().max(10).nullable(),
})
export type LostDoc = z.output<typeof LostDocSchema>
/** Thousandths; `lots` are those whose moves at the other tills do not come to nothing. */
export const StockDocSchema = z.object({ quantity: z.int(), lots: z.array(z.object({ no: z.string(), expiry: z.string(), quantity: z.int() })).optional() })
/** The credit code as it comes down (kind `credit`, id = the shop's): a JWS and its times in UTC ms. */
export const CreditDocSchema = z.object({ token: z.string().max(2000), url: z.string().max(2300), issuedAt: z.int(), expiresAt: z.int() })
export type CreditDoc = z.output<typeof CreditDocSchema>

/** `head` is the hash of row `ack`, so that a till restored from an old copy, or copied, is recognised. */
export const SyncStateSchema = z.object({ ack: z.int().min(0), head: HashSchema, rev: z.int().min(0), quarantined: z.boolean(), time: z.int() })

/** Eight characters without look-alikes (Crockford's alphabet less U), typed by hand. */
export const PairingCodeSchema = z.string().transform((text) => text.replace(/[\s-]/g, '').toUpperCase()).pipe(z.string().regex(/^[0-9A-HJKMNP-TV-Z]{8}$/))
/** `POST /api/pair`, with `x-xiaopu-signature` over the body's bytes: the till proves that it holds the key. */
export const PairRequestSchema = z.object({
  code: PairingCodeSchema, device: IdSchema,
  /** Ed25519 public key, raw 32 bytes, base64url */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** The shop id the ledger has used so far */
  ledgerShop: IdSchema,
  /** The shop the till is of already: a code of another shop is refused, and not spent. */
  shop: IdSchema.optional(),
})
export const PairReplySchema = z.object({
  shop: IdSchema, name: z.string(),
  /** The till's number in the shop, two digits or more */
  till: z.string(),
  token: z.string(), rev: z.int(), time: z.int(),
  /** Rows of this device that are there already: a till that was restored from before it was paired has fewer. */
  ack: z.int().min(0).default(0),
})

/** Every refusal of the cloud: a code, and a sentence for whoever reads the log. The till's screen says it in its own words. */
export const RefusalSchema = z.object({ code: z.string(), message: z.string(), detail: z.record(z.string(), z.unknown()).optional() })
export const REFUSALS = {
  'sync.gap': 409, 'sync.fork': 409, 'device.quarantined': 423, 'device.revoked': 401, 'token.invalid': 401, 'signature.invalid': 401,
  'batch.malformed': 400, 'batch.too_large': 413, 'protocol.unsupported': 426, 'pairing.code_wrong': 404, 'pairing.too_many_tries': 429, 'pairing.other_shop': 409,
  'rate.limited': 429, 'input.invalid': 400, 'not.found': 404, 'not.allowed': 403, 'server.failed': 500,
} as const
export type RefusalCode = keyof typeof REFUSALS
