/**
 * Keeps each shop's credit code fresh: issued for a week, again when half of it is gone or when what it says has
 * changed, and handed to the tills like any reference data. A suspended shop gets none.
 */
import { randomBytes } from 'node:crypto'
import { readCreditCode, writeCreditCode, type CreditClaims } from '#shared/identity/credit-code.ts'
import { shortId, type Id } from '#shared/identity/ids.ts'
import { ShopFields } from '#shared/catalog/shop.ts'
import { CreditDocSchema, type CreditDoc } from '#shared/sync/protocol.ts'
import type { PlatformKey } from '#cloud/identity/platform-key.ts'
import { inShop, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import { referenceKey } from '#cloud/projections/fold.ts'
import { editInTransaction, loadReferences } from '#cloud/projections/references.ts'

const LIFE_MS = 7 * 24 * 3_600_000
/** Rules for rating shops do not exist yet, and the code says so. */
const GRADE = 'unrated'

export interface CreditDesk {
  readonly db: Database
  readonly key: PlatformKey
  /** Where public pages are served, without a slash at the end. */
  readonly site: string
}

/** Issues a code if the present one is missing, half used up or out of date; or always, revoking all before it. */
export function keepCredit(desk: CreditDesk, shop: Id, now: number, renew = false): Promise<CreditDoc | undefined> {
  return inShop(desk.db, shop, async (trx) => {
    const row = await trx.selectFrom('shop').select('credit_suspended').where('shop_id', '=', shop).forUpdate().executeTakeFirst()
    if (!row) return undefined
    if (renew) {
      await revokeAll(trx, shop, now)
      await trx.updateTable('shop').set({ credit_suspended: false }).where('shop_id', '=', shop).execute()
    } else if (row.credit_suspended) return undefined
    const known = await loadReferences(trx, shop, [{ kind: 'shop', id: shop }, { kind: 'credit', id: shop }])
    const claims = claimsOf(desk, shop, known.get(referenceKey('shop', shop))?.doc ?? {})
    const present = CreditDocSchema.safeParse(known.get(referenceKey('credit', shop))?.doc).data
    if (present && !renew && isGood(desk, present, claims, now)) return present
    return issue(desk, trx, shop, claims, now)
  })
}

/** Withdraws every code of a shop; none is issued again until keepCredit is asked to renew. */
export function revokeCredit(db: Database, shop: Id, now: number): Promise<void> {
  return inShop(db, shop, async (trx) => {
    await trx.updateTable('shop').set({ credit_suspended: true }).where('shop_id', '=', shop).execute()
    await revokeAll(trx, shop, now)
    // A document with nothing in it that ended this moment: tills stop showing the code.
    const nothing: CreditDoc = { token: '', url: '', issuedAt: now, expiresAt: now }
    await editInTransaction(trx, shop, [{ kind: 'credit', id: shop, fields: nothing }], 'cloud', now)
  })
}

async function revokeAll(trx: ShopTransaction, shop: Id, now: number): Promise<void> {
  await trx.updateTable('credit_code').set({ revoked_at: now }).where('shop_id', '=', shop).where('revoked_at', 'is', null).execute()
}

type Wanted = Omit<CreditClaims, 'jti' | 'iat' | 'exp'>

function claimsOf({ site }: CreditDesk, shop: Id, doc: Record<string, unknown>): Wanted {
  const { name = '', uscc = '', kind = 'shop' } = ShopFields.pick({ name: true, uscc: true, kind: true }).partial().catch({}).parse(doc)
  return { iss: site, sub: shortId(shop), name, ...(uscc === '' ? {} : { uscc }), kind, grade: GRADE }
}

function isGood({ key, site }: CreditDesk, doc: CreditDoc, wanted: Wanted, now: number): boolean {
  if (now >= (doc.issuedAt + doc.expiresAt) / 2 || !doc.url.startsWith(`${site}/c/`)) return false
  const read = readCreditCode(doc.token, key.check, now)
  if (read.verdict !== 'valid') return false
  const { claims } = read
  return (['iss', 'sub', 'name', 'uscc', 'kind', 'grade'] as const).every((name) => claims[name] === wanted[name])
}

async function issue({ key, site }: CreditDesk, trx: ShopTransaction, shop: Id, wanted: Wanted, now: number): Promise<CreditDoc> {
  const jti = randomBytes(6).toString('base64url')
  const expiresAt = now + LIFE_MS
  const token = writeCreditCode({ ...wanted, jti, iat: Math.floor(now / 1000), exp: Math.floor(expiresAt / 1000) }, key)
  const doc: CreditDoc = { token, url: `${site}/c/${token}`, issuedAt: now, expiresAt }
  await trx.insertInto('credit_code').values({ shop_id: shop, jti, issued_at: now, expires_at: expiresAt, revoked_at: null }).execute()
  await editInTransaction(trx, shop, [{ kind: 'credit', id: shop, fields: { ...doc } }], 'cloud', now)
  return doc
}

/** One round over all shops: where their pages are, and their codes. Returns the shops that failed, with why. */
export async function keepShops(desk: CreditDesk, now: number): Promise<{ shop: Id; error: unknown }[]> {
  const failed: { shop: Id; error: unknown }[] = []
  for (const { shop_id: shop } of await desk.db.selectFrom('directory').select('shop_id').execute()) {
    try {
      await keepSite(desk, shop, now)
      await keepCredit(desk, shop, now)
    } catch (error) {
      failed.push({ shop, error })
    }
  }
  return failed
}

/** Tells a shop's tills where its pages are. */
async function keepSite({ db, site }: CreditDesk, shop: Id, now: number): Promise<void> {
  await inShop(db, shop, async (trx) => {
    const known = await loadReferences(trx, shop, [{ kind: 'shop', id: shop }])
    if (known.get(referenceKey('shop', shop))?.doc.site === site) return
    await editInTransaction(trx, shop, [{ kind: 'shop', id: shop, fields: { site } }], 'cloud', now)
  })
}
