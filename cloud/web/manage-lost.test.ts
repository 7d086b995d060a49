/** Edits that lost, in words of the shop's owner. */
import { expect, test } from 'vitest'
import { GoodFields } from '#shared/catalog/good.ts'
import { PAPER_DEFAULTS } from '#shared/catalog/paper.ts'
import { ShopFields } from '#shared/catalog/shop.ts'
import type { Voice } from './language.ts'
import { lostEdits } from './manage-lost.ts'
import { zh } from './messages/zh.ts'

const voice = { language: 'zh', otherHref: '', href: (path) => path, t: (key, values = {}) => zh[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '')) } satisfies Voice
function told(field: string, value: unknown): string {
  const side = { value, till: '01', at: 0 }
  const shown = lostEdits([{ kind: 'shop', id: '0190a5b0-0000-7000-8000-000000000001', name: '', field, lost: side, won: side }], 'Asia/Shanghai', voice)
  return shown === '' ? '' : shown.text
}

test('every field of a shop and of a good has a name that people know', () => {
  for (const field of Object.keys({ ...ShopFields.shape, ...GoodFields.shape })) expect(told(field, '')).not.toContain(`店铺 · ${field}<`)
})

test('what has many parts is not shown as a program writes it', () => {
  expect(told('paper', { ...PAPER_DEFAULTS, logo: { width: 8, height: 1, dots: 'AA==' } })).toMatch(/小票样式.*改成 …（/)
  expect(told('payCodes', [{ name: '微信', text: 'wxp://a' }, { name: '支付宝', text: 'https://b' }])).toContain('改成 微信 支付宝（')
  expect(told('expiredStops', ['乳品', '药品'])).toContain('改成 乳品 药品（')
  expect(told('price', 350)).toContain('改成 3.50（')
})
