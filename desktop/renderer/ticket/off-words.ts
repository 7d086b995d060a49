/** What was taken off, in a few words: the promotion's name, or what was done by hand. */
import { formatYuan } from '#shared/money/money.ts'
import { type Off, isTicketWide, sumOffs } from '#shared/pricing/offs.ts'
import type { PricedLine } from '#shared/pricing/price.ts'
import { t } from '../i18n/index.ts'

export interface OffText { readonly text: string; readonly fen: number }

export const offName = ({ name, why }: Pick<Off, 'name' | 'why'>): string => name ?? t(`off.${why}`)

/** A line's own promotions as one text; what was done to it by hand the line says itself. */
export function whyText({ offs }: PricedLine): string {
  return offs.filter(({ why }) => why === 'promotion').map((off) => `${offName(off)} -${formatYuan(off.fen)}`).join(t('held.comma'))
}
/** fen of a line without its share of what is off the whole ticket, which stands below the lines. */
export const ownNet = ({ net, offs }: PricedLine): number => offs.reduce((sum, off) => (isTicketWide(off) ? sum + off.fen : sum), net as number)

/** What is off the whole ticket, once each. */
export const wideOffs = (lines: readonly PricedLine[]): OffText[] => sumOffs(lines).filter(isTicketWide).map((off) => ({ text: offName(off), fen: off.fen }))
