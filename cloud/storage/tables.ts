/** The tables as Kysely sees them. Times of type bigint are UTC milliseconds and arrive as numbers; see database.ts. */
import type { ColumnType, Generated } from 'kysely'

/** Written as JSON text, read as a value. */
type Json<T> = ColumnType<T, string, string>
type Document = Record<string, unknown>

export interface Tables {
  directory: { shop_id: string; slug: string | null; name: string; kind: string; created_at: Generated<Date> }
  platform: { personal_ring: Generated<string | null>; kid: string }
  pairing: { code_hash: string; shop_id: string; expires_at: number; tries: Generated<number> }
  pairing_try: { source: string; at: number }
  shop: { shop_id: string; owner_key_hash: string; credit_suspended: Generated<boolean>; created_at: Generated<Date> }
  counter: { shop_id: string; rev: Generated<number>; arrivals: Generated<number>; tills: Generated<number> }
  device: {
    shop_id: string; device_id: string; till: number; public_key: string; ledger_shops: string[]; token_hash: string
    ack: Generated<number>; head: string; paired_at: number; seen_at: number; revoked_at: number | null; quarantined_at: number | null
  }
  journal: {
    shop_id: string; device_id: string; seq: number; arrival: number; id: string | null; type: string | null
    at: number | null; text: string; hash: string; received_at: number
  }
  journal_flag: { shop_id: string; device_id: string; seq: number; code: string; reason: string }
  edit: { shop_id: string; arrival: number; kind: string; id: string; fields: Json<Document>; hlc: string; editor: string; at: number }
  reference: { shop_id: string; kind: string; id: string; doc: Json<Document>; clocks: Json<Record<string, string>>; rev: number }
  lost_edit: { shop_id: string; arrival: number; kind: string; id: string; field: string; value: Json<unknown>; hlc: string; editor: string; won: Json<unknown> | null; won_hlc: string | null; rev: number }
  sale: {
    shop_id: string; id: string; device_id: string; seq: number; no: string; at: number; date: string
    total_fen: number; lines: number
  }
  person: {
    shop_id: string; person_id: string; digest: string; event_id: string; hlc: string; fields: string; key_id: string; sealed: Buffer
    device_id: string; received_at: number
  }
  person_tag: { shop_id: string; kind: string; tag: string; person_id: string; key_id: string }
  stock: { shop_id: string; good_id: string; device_id: string; quantity: number; counted: boolean; updated_at: number; rev: number }
  lot: { shop_id: string; good_id: string; no: string; expiry: string; device_id: string; quantity: number }
  sold_lot: { shop_id: string; good_id: string; no: string; expiry: string; sale_id: string; quantity: number }
  sale_good: { shop_id: string; good_id: string; sale_id: string; date: string; quantity: number; unnamed: number; named: boolean }
  sale_good_upto: { shop_id: string; arrival: number }
  trace_scan: { shop_id: string; lot_id: string; item: string; scans: number; first_at: number; last_at: number }
  balance: { shop_id: string; device_id: string; account: string; fen: number }
  credit_code: { shop_id: string; jti: string; issued_at: number; expires_at: number; revoked_at: number | null }
}
