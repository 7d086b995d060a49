/** What the screen does with a code that is no good on its way to the ticket: where it leads, and what is said and to be done. */
import type { CodeMeaning } from '#shared/host/schemas.ts'
import { formatYuan } from '#shared/money/money.ts'
import { i18n, type MessageKey, reasonText, t, type Values } from '../i18n/index.ts'
import { play } from '../sound.ts'
import { useCarried } from './carried.ts'
import { useNotice } from './notice.ts'
import { usePanels } from './panels.ts'
import { usePay } from './pay.ts'
import { useTicket } from './ticket.ts'
import type { Ask } from '#shared/codes/recognise.ts'

type Good = Extract<CodeMeaning, { kind: 'good' }>
type Unknown = Extract<CodeMeaning, { kind: 'unknown' }>
type Other = Exclude<CodeMeaning, Good | Unknown>

/** What the screen is asking for now. */
export function asking(): Ask {
  const panel = usePanels().current
  if (panel === 'pay') return 'pay'
  if (panel === 'members') return 'member'
  if (panel === 'receipts') return 'receipt'
  return panel === 'refund' ? 'refund' : 'sell'
}

export function follow(answer: Other, ask: Ask): void {
  const notice = useNotice()
  switch (answer.kind) {
    case 'receipt':
      play('accepted')
      useCarried().receipt(answer.sale)
      break
    case 'member':
      play('accepted')
      useCarried().member(answer.phone)
      break
    case 'payment':
      notice.show({
        tone: 'refuse', message: t('read.payment', { channel: t(`channel.${answer.channel}`) }), next: t(ask !== 'pay' ? 'read.paymentFirst' : usePay().codes.length > 0 ? 'read.paymentCode' : 'read.paymentNone'),
        ...ask === 'pay' && usePay().codes.length > 0 && { action: { label: t('payCode.show'), run: () => { notice.clear(); usePay().ask(0) } } },
      })
      break
    case 'credit':
      notice.show({ tone: 'attention', message: t('read.credit'), next: t('read.creditNext') })
      break
    case 'coupon':
      notice.show({ tone: 'attention', message: t('read.coupon', { code: answer.code }), next: t('read.couponNext') })
      break
  }
}

/** What a label said that somebody should look at, before its line goes on the ticket or at once after. */
export function warn({ good, label }: Good, isOnTicket: boolean): void {
  if (!label) return
  const values: Values = { name: good.name, day: label.expires ?? '', amount: formatYuan(label.amount ?? 0), listed: formatYuan(label.listed ?? 0) }
  const line = useTicket().selected
  const takeOff = isOnTicket && { label: t('ticket.remove'), run: () => { useNotice().clear(); if (useTicket().selected === line) useTicket().remove() } }
  if (label.expired) useNotice().show({ tone: 'refuse', message: t('read.expired', values), next: t('read.expiredNext'), ...(takeOff && { action: takeOff }) })
  else if (label.listed !== null) useNotice().show({ tone: 'attention', message: t('read.labelOff', values), next: t('read.labelOffNext'), ...(takeOff && { action: takeOff }) })
}

/** Why a code is nothing, and what to do next. */
export function unknownWords({ code, text, detail }: Pick<Unknown, 'code' | 'text' | 'detail'>, canAdd: boolean): { message: string; next: string } {
  const name = code.replaceAll('.', '_')
  const own = `read.${name}Next` as MessageKey
  const next = i18n.global.te(own) ? own : canAdd ? 'read.nextAdd' : 'read.next'
  return { message: `${reasonText('read', code, { detail })} ${text}`.trim(), next: t(next, { detail }) }
}
