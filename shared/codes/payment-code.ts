/**
 * Codes that customers show to pay (付款码), by length and beginning as the channels publish them. Other codes look like
 * them: an 18-digit scale label that starts 25 like Alipay's, a company's number like WeChat's. So whoever asks must know
 * that payment is being asked for; this says only what it would be then.
 */

export const PAYMENT_CODE_CHANNELS = ['wechat', 'alipay', 'unionpay', 'ecny'] as const
export type PaymentCodeChannel = (typeof PAYMENT_CODE_CHANNELS)[number]

const FORMS: readonly (readonly [PaymentCodeChannel, RegExp])[] = [
  ['wechat', /^1[0-5][0-9]{16}$/], ['alipay', /^(2[5-9]|30)[0-9]{14,22}$/], ['unionpay', /^62[0-9]{17}$/], ['ecny', /^01[0-9]{17}$/],
]

export function paymentChannelOf(text: string): PaymentCodeChannel | undefined {
  return FORMS.find(([, form]) => form.test(text))?.[0]
}
