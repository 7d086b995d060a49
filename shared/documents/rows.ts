/** A label and what stands against it, as every paper has them. */
import { formatYuan } from '../money/money.ts'

/** `strong` is the one number that is read from afar. */
export interface ReceiptRow {
  readonly label: string
  readonly value: string
  readonly strong: boolean
}

export const row = (label: string, value: string, strong = false): ReceiptRow => ({ label, value, strong })

/** fen → `￥16.30`, with the full-width sign (U+FFE5): half-width U+00A5 is another character on many printers. */
export function yuanText(amount: number): string {
  return amount < 0 ? `-￥${formatYuan(-amount)}` : `￥${formatYuan(amount)}`
}
