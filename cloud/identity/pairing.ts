/**
 * One-time pairing codes. A code opens one shop for one till, once, for ten minutes. Guessing is limited by where it
 * comes from, and a code that somebody keeps failing to use dies.
 */
import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { GENESIS } from '#shared/ledger/envelope.ts'
import type { PairReplySchema, PairRequestSchema } from '#shared/sync/protocol.ts'
import { setShop, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import type { z } from 'zod'
import { isSignedBy } from './device-key.ts'
import { Refusal } from './refusal.ts'
import { newSecret, sha256 } from './secrets.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LIFE_MS = 10 * 60_000
export const TRIES_MAX = 5
const TRIES_WINDOW_MS = 10 * 60_000

export type PairRequest = z.output<typeof PairRequestSchema>
export type PairReply = z.output<typeof PairReplySchema>

/** Makes a code for a shop. Only its hash is kept. */
export async function createCode(db: Database, shop: Id, now: number): Promise<{ code: string; expiresAt: number }> {
  const code = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  const expiresAt = now + LIFE_MS
  await db.deleteFrom('pairing').where('expires_at', '<', now).execute()
  await db.insertInto('pairing').values({ code_hash: sha256(code), shop_id: shop, expires_at: expiresAt }).execute()
  return { code, expiresAt }
}

export interface Attempt {
  readonly request: PairRequest
  /** The bytes that were signed, and the header with the signature. */
  readonly body: Uint8Array
  readonly signature: unknown
  readonly ip: string
  readonly now: number
}

/** Joins a till to the shop of its code. Throws a Refusal; wrong tries are counted even so. */
export async function pair(db: Database, attempt: Attempt): Promise<PairReply> {
  const source = sha256(`pairing ${attempt.ip}`)
  const outcome = await db.transaction().execute(async (trx) => {
    // Tries from one address wait for one another, or many at once would all be the first.
    await sql`select pg_advisory_xact_lock(hashtextextended(${source}, 0))`.execute(trx)
    const since = attempt.now - TRIES_WINDOW_MS
    await trx.deleteFrom('pairing_try').where('at', '<', since).execute()
    const { tries, first } = await trx.selectFrom('pairing_try').select((e) => [e.fn.countAll<number>().as('tries'), e.fn.min('at').as('first')]).where('source', '=', source).executeTakeFirstOrThrow()
    if (tries >= TRIES_MAX) return new Refusal('pairing.too_many_tries', 'too many wrong codes from this address; wait ten minutes', { retryAfterMs: first + TRIES_WINDOW_MS - attempt.now })
    const result = await tryCode(trx, attempt)
    if (result instanceof Refusal) await trx.insertInto('pairing_try').values({ source, at: attempt.now }).execute()
    return result
  })
  if (outcome instanceof Refusal) throw outcome
  return outcome
}

async function tryCode(trx: ShopTransaction, { request, body, signature, now }: Attempt): Promise<PairReply | Refusal> {
  const codeHash = sha256(request.code)
  const code = await trx.selectFrom('pairing').selectAll().where('code_hash', '=', codeHash).where('expires_at', '>=', now).where('tries', '<', TRIES_MAX).forUpdate().executeTakeFirst()
  if (!code) return new Refusal('pairing.code_wrong', 'no such code, or it is used up; ask for a new one')
  const failed = async (refusal: Refusal): Promise<Refusal> => {
    await trx.updateTable('pairing').set({ tries: code.tries + 1 }).where('code_hash', '=', codeHash).execute()
    return refusal
  }
  if (!isSignedBy(request.publicKey, body, signature)) return failed(new Refusal('signature.invalid', 'the body is not signed by the key it names'))
  if (request.shop !== undefined && request.shop !== code.shop_id) return new Refusal('pairing.other_shop', 'the code is of another shop than the till')
  await setShop(trx, code.shop_id)
  const counter = await trx.selectFrom('counter').selectAll().where('shop_id', '=', code.shop_id).forUpdate().executeTakeFirstOrThrow()
  const known = await trx.selectFrom('device').selectAll().where('shop_id', '=', code.shop_id).where('device_id', '=', request.device).forUpdate().executeTakeFirst()
  if (known && known.public_key !== request.publicKey) return failed(new Refusal('not.allowed', 'this device is known by another key'))
  const { name } = await trx.selectFrom('directory').select('name').where('shop_id', '=', code.shop_id).executeTakeFirstOrThrow()
  const token = newSecret('xpt', code.shop_id)
  const till = known?.till ?? counter.tills + 1
  const ledgerShops = [...new Set([...known?.ledger_shops ?? [], request.ledgerShop])]
  const fresh = { token_hash: sha256(token), ledger_shops: ledgerShops, paired_at: now, seen_at: now, revoked_at: null }
  if (known) {
    await trx.updateTable('device').set(fresh).where('shop_id', '=', code.shop_id).where('device_id', '=', request.device).execute()
  } else {
    await trx.updateTable('counter').set({ tills: till }).where('shop_id', '=', code.shop_id).execute()
    await trx.insertInto('device').values({
      shop_id: code.shop_id, device_id: request.device, till, public_key: request.publicKey, head: GENESIS, quarantined_at: null, ...fresh,
    }).execute()
  }
  await trx.deleteFrom('pairing').where('code_hash', '=', codeHash).execute()
  return { shop: code.shop_id, name, till: String(till).padStart(2, '0'), token, rev: counter.rev, time: now, ack: known?.ack ?? 0 }
}
