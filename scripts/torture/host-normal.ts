/** The product's host with one word changed: synchronous=NORMAL instead of FULL. What it loses shows that the torture can tell. */
import Sqlite from 'better-sqlite3'

const pragma = Sqlite.prototype.pragma
Sqlite.prototype.pragma = function (source, options) {
  return pragma.call(this, source === 'synchronous = FULL' ? 'synchronous = NORMAL' : source, options)
}
await import('#desktop/loopback/main.ts')
