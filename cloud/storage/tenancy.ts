/**
 * Which tables are not a shop's. Every other table is one: it begins each key with `shop_id`, is bound by row security,
 * and can be spread over machines by shop. Checks read this list; a table that is on it owes its reason.
 */

/** Tables of the whole service, small enough to stand in one place, each with why it is no shop's. */
export const SERVICE_TABLES: Readonly<Record<string, string>> = {
  directory: 'the public list of shops, which pages read across shops and which turns a short name into a shop',
  pairing: 'a code tells which shop it opens, so it is looked up before a shop is known; it lives ten minutes',
  pairing_try: 'wrong codes are counted by where they came from, and a wrong code names no shop',
  platform: 'which keys sign and seal here, one row for the whole service',
  schema_version: 'of the database, not of what is in it',
}
