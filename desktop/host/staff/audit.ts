/** The audit trail is the journal itself: who did what and when, searched from its end. */
import type { AuditRow } from '#shared/host/schemas.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { businessDate } from '#shared/ledger/business-date.ts'
import { type Context, requireRight } from '../context.ts'

/** Rows looked at by one call: some tens of milliseconds, which a sale may have to wait. */
const LOOKED_AT_MAX = 5000

export function auditHandlers(context: Context): Pick<Handlers, 'audit.list'> {
  const { store } = context
  return {
    'audit.list'({ before, types, staff, from, to, text, limit }) {
      requireRight(context, 'audit.read')
      const { zone } = store.shop()
      const words = text.toLowerCase()
      const rows: AuditRow[] = []
      let next: number | null = null
      let looked = 0
      store.trail({ before, types }, (row) => {
        looked += 1
        const date = businessDate(row.at, zone)
        const fits = (staff === undefined || row.actor === staff) && (from === undefined || date >= from) && (to === undefined || date <= to)
          && (words === '' || says(row.body, words))
        if (fits) rows.push({ ...row, date, staffNo: row.actor === null ? null : store.staff(row.actor)?.no ?? null, sent: row.seq <= store.acknowledged() })
        if (rows.length < limit && looked < LOOKED_AT_MAX) return true
        next = row.seq
        return false
      })
      return { rows, next }
    },
  }
}

/** Whether a value anywhere in it says `words`, which are in lower case. */
function says(value: unknown, words: string): boolean {
  if (typeof value === 'string' || typeof value === 'number') return String(value).toLowerCase().includes(words)
  return value !== null && typeof value === 'object' && Object.values(value).some((part) => says(part, words))
}
