import { expect, test } from 'vitest'
import { GoodFields } from '#shared/catalog/good.ts'
import { ShopFields } from '#shared/catalog/shop.ts'
import { checkGtin, isInStore } from '#shared/codes/gtin.ts'
import { PinSchema, StaffFields } from '#shared/identity/staff.ts'
import { checkUscc } from '#shared/codes/uscc.ts'
import { MilliSchema } from '#shared/quantity/quantity.ts'
import { LAKESIDE } from './shops.ts'

const { goods } = LAKESIDE

test('shop and staff are what a till takes', () => {
  const shop = ShopFields.parse(LAKESIDE.fields)
  expect(checkUscc(shop.uscc)).toBe('valid')
  expect(shop.hours).toHaveLength(7)
  for (const { fields, pin } of LAKESIDE.staff) expect([StaffFields.parse(fields), PinSchema.parse(pin)]).toEqual([fields, pin])
  expect(LAKESIDE.staff.map(({ fields }) => `${fields.no} ${fields.role}`)).toEqual(['01 owner', '02 cashier'])
})

test.each(goods.map((good) => [good.fields.name, good] as const))('%s', (_name, { fields, stock }) => {
  expect(GoodFields.parse(fields)).toEqual(fields)
  expect(MilliSchema.parse(stock)).toBeGreaterThan(0)
  expect(fields.price).toBeGreaterThan(fields.cost!)
  expect(checkGtin(fields.code)).toBe('valid')
  expect(isInStore(fields.code) || /^69[0-9]/.test(fields.code)).toBe(true)
  expect(isInStore(fields.code)).toBe(fields.pricing === 'weight')
})

test('about sixty goods; names, codes and quick keys are their own', () => {
  expect(goods.length).toBeGreaterThanOrEqual(60)
  expect(new Set(goods.map(({ fields }) => fields.name)).size).toBe(goods.length)
  expect(new Set(goods.map(({ fields }) => fields.code)).size).toBe(goods.length)
  expect(goods.map(({ fields }) => fields.quick!).filter((quick) => quick > 0).sort((a, b) => a - b)).toEqual(Array.from({ length: 36 }, (_, index) => index + 1))
})

test('every picture is small, its own, and a well-formed drawing without text, script or address', () => {
  const pictures = [LAKESIDE.fields.logo!, ...goods.map(({ fields }) => fields.picture!)]
  expect(new Set(pictures).size).toBe(pictures.length)
  for (const url of pictures) {
    expect(url.length).toBeLessThanOrEqual(4096)
    expect(url).toMatch(/^data:image\/svg\+xml,[^\s"#<>]+( [^\s"#<>]+)*$/)
    const svg = decodeURIComponent(url.slice('data:image/svg+xml,'.length))
    expect(unbalanced(svg)).toEqual([])
    expect(svg).not.toMatch(/NaN|undefined|<text|<script|href|url\(/)
  }
})

/** Tags left open or closed twice, and anything between tags: enough of XML for drawings made of elements alone. */
function unbalanced(svg: string): string[] {
  const open: string[] = []
  const rest = svg.replace(/<(\/?)([a-z]+)((?: [a-zA-Z-]+='[^'<&]*')*)(\/?)>/g, (_tag, closing: string, name: string, _attributes, empty: string) => {
    if (closing !== '') return open.pop() === name ? '' : `</${name}>`
    if (empty === '') open.push(name)
    return ''
  })
  return [...open, ...(rest === '' ? [] : [rest])]
}
