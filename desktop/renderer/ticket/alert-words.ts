/** An alert in words: what happened, and what to do about it. */
import { formatYuan } from '#shared/money/money.ts'
import type { Alert } from '#shared/host/schemas.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { t } from '../i18n/index.ts'

export function alertWords({ what }: Alert): { message: string; next: string } {
  const { ticket, tills } = what
  const values = { tills: tills.join(t('held.comma')), goods: ticket.lines.map(({ name }) => name).join(t('held.comma')), total: formatYuan(priceTicket(ticket.lines).total) }
  return { message: t('alerts.takenTwice', values), next: t('alerts.takenTwiceNext') }
}
