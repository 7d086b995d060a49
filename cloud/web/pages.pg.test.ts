import { createPublicKey, randomUUID, verify } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shortId } from '#shared/identity/ids.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, saleBody, type TestTill } from '#cloud/testing/till.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const start = Date.parse('2026-11-23T04:00:00Z') // Monday noon in Shanghai
const hostile = `</script><img src=x onerror=alert(1)>"'&\u202e`
let cloud: TestCloud
let shop: string
let till: TestTill
let ownerKey: string
let time = start
const good = randomUUID()
const sale = randomUUID()

beforeAll(async () => {
  cloud = await startCloud({ now: () => time })
  const opened = await openShop(cloud, { slug: 'lakeside', address: '湖州市衣裳街 18 号', phone: '0572-1234567', hours: [{ day: 1, open: 420, close: 1320 }], promises: ['七天包退'] })
  ;({ shop, till, ownerKey } = opened)
  till.record('good.changed', { good, set: { name: hostile, price: 350, unit: '瓶', category: hostile.slice(0, 40) }, hlc: '0190000000000000-a' })
  till.record('stock.moved', { reason: 'received', note: '', lines: [{ good, delta: 20_000 }] })
  till.sell({ good, sale, name: hostile })
  await till.push()
})
afterAll(() => cloud.destroy())

const get = async (path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string; headers: Headers }> => {
  const response = await fetch(`${cloud.url}${path}`, { headers, redirect: 'manual' })
  return { status: response.status, text: await response.text(), headers: response.headers }
}
const token = async (): Promise<string> => String((await till.changes()).changes.find(({ kind }) => kind === 'credit')?.doc.token)

test('the shop\'s page says what a neighbour wants, and hostile names stay text', async () => {
  const page = await get('/s/lakeside')
  expect(page.status).toBe(200)
  for (const text of ['湖畔便利店', '营业中', '湖州市衣裳街 18 号', '3.50', '有货 19 瓶', '七天包退', '未评级', '库存是刚刚的']) expect(page.text).toContain(text)
  expect(page.text).not.toContain('<img src=x')
  expect(page.text.match(/<script/g)).toEqual(['<script'])
  const [, data = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(page.text) ?? []
  expect(JSON.parse(data)).toMatchObject({ '@type': 'Store', name: '湖畔便利店', makesOffer: [{ price: '3.50', priceCurrency: 'CNY', itemOffered: { name: hostile } }] })
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  expect((await get(`/s/${shortId(shop)}`)).status).toBe(200)
  expect((await get('/s/lakeside?q=nothing')).text).toContain('没有找到')
  expect((await get('/s/lakeside?lang=en')).text).toContain('In stock')
  expect((await get('/s/lakeside', { 'accept-language': 'en-GB,en;q=0.9' })).text).toContain('lang="en"')
  expect((await get('/')).text).toContain('/s/lakeside')
  for (const path of ['/s/nobody', `/s/${randomUUID()}`, '/s/..%2f', '/nothing']) expect((await get(path)).status).toBe(404)
})

test('an address can be written in no way that breaks a page or leads its links elsewhere', async () => {
  // By hand, because fetch puts such addresses in order first.
  const raw = (path: string): Promise<string> => new Promise((resolve, reject) => {
    const { hostname, port } = new URL(cloud.url)
    request({ hostname, port, path }, (answer) => { void answer.setEncoding('utf8').toArray().then((parts) => resolve(`${answer.statusCode} ${parts.join('')}`)) }).on('error', reject).end()
  })
  for (const path of ['//', '//[', '//a//evil.example', '/.//evil.example?q=1']) {
    const page = await raw(path)
    expect(page).toMatch(/^404 /)
    expect(page).not.toContain('evil.example')
  }
  expect(await raw('/.//evil.example?q=1')).toContain('<a href="?q=1&amp;lang=en" hreflang="en">')
})

test('a price changed in the cloud is on the page at once; a silent till makes the stock doubtful', async () => {
  await cloud.call('PATCH', `/api/shops/${shop}/goods/${good}`, { price: 420 }, ownerKey)
  expect((await get('/s/lakeside')).text).toContain('4.20')
  time += 2 * HOUR
  expect((await get('/s/lakeside')).text).toMatch(/2 小时没有联网.*约 19 瓶/s)
  time = start
})

test('the receipt shows lines and total and no staff; one that has not come yet says so', async () => {
  const page = await get(`/r/${shortId(shop)}/${shortId(sale)}`)
  expect(page.status).toBe(200)
  expect(page.text).toContain('3.50')
  expect(page.text).toContain('20261123-1')
  expect(page.text).toContain('noindex')
  expect(page.text).not.toContain('<img src=x')
  const missing = await get(`/r/lakeside/${randomUUID()}`)
  expect(missing.status).toBe(404)
  expect(missing.text).toContain('还没到网上')
})

test('the receipt\'s figures are those of the paper: listed price, what was taken off, the unit it is sold by', async () => {
  const opened = await openShop(cloud)
  const id = randomUUID()
  const body = saleBody({ good, sale: id })
  const base = { good, code: '', pricing: 'piece', unit: '瓶', per: 1000, quantity: 1000 }
  opened.till.record('sale.completed', {
    ...body, gross: 2500, discount: 100, total: 2400, tenders: [{ channel: 'cash', amount: 2400, given: 2400, change: 0 }],
    postings: [{ account: 'drawer', fen: 2400 }, { account: 'discounts', fen: 100 }, { account: 'sales', fen: -2500 }],
    lines: [
      { ...base, name: '酱油', price: 800, list: 1000, gross: 1000, discount: 200, net: 800 },
      { ...base, name: '陈醋', price: 600, list: 500, gross: 500, discount: -100, net: 600 },
      { ...base, name: '青菜', pricing: 'weight', unit: '斤', per: 500, quantity: 1250, price: 400, list: 400, gross: 1000, discount: 0, net: 1000 },
    ],
  })
  expect((await opened.till.push()).body.flags).toEqual([])
  const text = (await get(`/r/${shortId(opened.shop)}/${shortId(id)}`)).text.replace(/<[^>]*>/g, '')
  expect(text).toMatch(/酱油1 瓶 × ￥10\.00\/瓶 · 优惠 -￥2\.00￥8\.00/)
  expect(text).toMatch(/陈醋1 瓶 × ￥6\.00\/瓶￥6\.00/)
  expect(text).toMatch(/青菜2\.500 斤 × ￥4\.00\/斤￥10\.00/)
  expect(text).toMatch(/小计￥26\.00优惠-￥2\.00/)
})

test('a receipt says of every promotion what it took off', async () => {
  const opened = await openShop(cloud)
  const id = randomUUID()
  const base = { good, code: '', pricing: 'piece', unit: '瓶', per: 1000, quantity: 2000, price: 1000, list: 1000, gross: 2000 }
  opened.till.record('sale.completed', {
    ...saleBody({ good, sale: id }), gross: 2000, discount: 709, total: 1291, tenders: [{ channel: 'cash', amount: 1291, given: 1291, change: 0 }],
    postings: [{ account: 'drawer', fen: 1291 }, { account: 'discounts', fen: 709 }, { account: 'sales', fen: -2000 }],
    lines: [{ ...base, name: '酱油', discount: 709, net: 1291, offs: [{ why: 'promotion', fen: 500, promotion: good, name: '第二件半价' }, { why: 'spend', fen: 200, promotion: good, name: '满十减二' }, { why: 'rounding', fen: 9 }] }],
  })
  expect((await opened.till.push()).body.flags).toEqual([])
  const text = (await get(`/r/${shortId(opened.shop)}/${shortId(id)}`)).text.replace(/<[^>]*>/g, '')
  expect(text).toContain('· 第二件半价 -￥5.00￥15.00')
  expect(text).toMatch(/小计￥20\.00满十减二-￥2\.00抹零-￥0\.09共优惠-￥7\.09/)
})

test('a receipt says what a member paid with and got, and nothing of what they have left', async () => {
  const opened = await openShop(cloud)
  const id = randomUUID()
  const member = randomUUID()
  opened.till.record('sale.completed', {
    ...saleBody({ good, sale: id }), gross: 2000, discount: 900, total: 1100,
    tenders: [{ channel: 'points', amount: 100, given: 0, change: 0 }, { channel: 'stored_value', amount: 1000, given: 0, change: 0 }],
    postings: [{ account: 'channel:points', fen: 100 }, { account: 'value:redeemed', fen: 1000 }, { account: 'discounts', fen: 900 }, { account: 'sales', fen: -2000 }],
    lines: [{ good, code: '', pricing: 'piece', unit: '瓶', per: 1000, quantity: 2000, price: 1000, list: 1000, gross: 2000, name: '酱油', discount: 900, net: 1100, offs: [{ why: 'birthday', fen: 400 }, { why: 'coupon', fen: 500, coupon: good, name: '开业立减' }] }],
    member: { member, points: 777, value: 88_800 }, moves: [{ member, purse: 'points', delta: 877, why: 'adjusted' }, { member, purse: 'points', delta: -100, why: 'spent' }, { member, purse: 'value', delta: 89_800, why: 'topped_up' }, { member, purse: 'value', delta: -1000, why: 'spent' }],
  })
  expect((await opened.till.push()).body.flags).toEqual([])
  const text = (await get(`/r/${shortId(opened.shop)}/${shortId(id)}`)).text.replace(/<[^>]*>/g, '')
  expect(text).toMatch(/生日优惠-￥4\.00开业立减-￥5\.00共优惠-￥9\.00[\s\S]*积分抵扣￥1\.00储值支付￥10\.00/)
  expect(text).not.toMatch(/777|888/)
})

test('the credit code checks with nothing but the public key', async () => {
  const [header = '', payload = '', signature = ''] = (await token()).split('.')
  const { keys } = JSON.parse((await get('/.well-known/jwks.json')).text) as { keys: { kid: string; kty: string; crv: string; x: string }[] }
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string; alg: string }
  const jwk = keys.find((key) => key.kid === kid)!
  const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: 'jwk' })
  const check = (text: string): boolean => verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
  expect(alg).toBe('EdDSA')
  expect(check(`${header}.${payload}`)).toBe(true)
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  expect(claims).toMatchObject({ iss: cloud.url, sub: shortId(shop), name: '湖畔便利店', kind: 'shop', grade: 'unrated', iat: start / 1000, exp: (start + 7 * DAY) / 1000 })
  expect(check(`${header}.${Buffer.from(JSON.stringify({ ...claims, name: '别家' })).toString('base64url')}`)).toBe(false)
})

test('the credit page tells valid, expired, revoked and forged apart', async () => {
  const present = await token()
  expect(await get(`/c/${present}`)).toMatchObject({ status: 200, text: expect.stringContaining('湖州市衣裳街 18 号') as string })
  const [header, payload = '', signature] = present.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  const forged = `${header}.${Buffer.from(JSON.stringify({ ...claims, name: '假店' })).toString('base64url')}.${signature}`
  for (const bad of [forged, 'x', `${present}x`, `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`]) {
    const page = await get(`/c/${bad}`)
    expect(page.status).toBe(404)
    expect(page.text).not.toContain('假店')
  }
  expect((await get(`/c/${forged}`)).text).toContain('不是真的')
  time = start + 8 * DAY
  expect((await get(`/c/${present}`)).text).toContain('已过期')
  time = start
  // The profile changes what the code says, so a new one is issued; the old one stays true of its time.
  await cloud.call('PATCH', `/api/shops/${shop}`, { name: '湖畔新店' }, ownerKey)
  const renewed = await token()
  expect(renewed).not.toBe(present)
  expect((await get(`/c/${present}`)).text).toContain('湖畔新店')
  expect((await cloud.call('POST', `/api/shops/${shop}/credit-code/revoke`)).status).toBe(200)
  expect((await get(`/c/${renewed}`)).text).toContain('已撤销')
  expect((await get('/s/lakeside')).text).toContain('没有有效的信用码')
  expect((await cloud.call('POST', `/api/shops/${shop}/credit-code/rotate`)).status).toBe(200)
  expect((await get(`/c/${await token()}`)).text).toContain('有效')
})

test('an owner signs in, changes a price and makes a pairing code, by forms alone', async () => {
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${cloud.url}${path}`, { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' })
  expect((await get('/manage/lakeside')).text).toContain('店主密钥')
  expect((await post('/manage/lakeside/login', { key: 'wrong' })).status).toBe(401)
  expect((await post('/manage/lakeside/login', { key: ownerKey }, { origin: 'https://evil.example' })).status).toBe(401)
  const signedIn = await post('/manage/lakeside/login', { key: ownerKey })
  expect(signedIn.status).toBe(303)
  const setCookie = signedIn.headers.get('set-cookie') ?? ''
  expect(setCookie).toMatch(/HttpOnly; SameSite=Strict/)
  const cookie = setCookie.split(';')[0]!
  const page = (await get('/manage/lakeside', { cookie })).text
  const word = /name="word" value="([^"]+)"/.exec(page)?.[1] ?? ''
  expect(page).not.toContain('<script')
  const save = (yuan: string, with_: string): Promise<Response> => post(`/manage/lakeside/goods/${good}`, { yuan, word: with_ }, { cookie })
  expect((await save('5.60', word)).headers.get('location')).toContain('said=saved')
  expect((await save('9.99', 'guessed')).headers.get('location')).toContain('said=expired')
  expect((await save('-1', word)).headers.get('location')).toContain('said=price_bad')
  expect((await post(`/manage/lakeside/goods/${good}`, { yuan: '1', word })).status).toBe(401)
  expect((await get('/s/lakeside')).text).toContain('5.60')
  expect(await (await post('/manage/lakeside/code', { word }, { cookie })).text()).toMatch(/<b>[0-9A-Z]{4} [0-9A-Z]{4}<\/b>/)
  const other = await openShop(cloud)
  expect((await get(`/manage/${shortId(other.shop)}`, { cookie })).text).toContain('店主密钥')
})

test('guessing an owner\'s key is stopped, in words', async () => {
  const { shop: other } = await openShop(cloud)
  const guess = (): Promise<Response> => fetch(`${cloud.url}/manage/${other}/login`, { method: 'POST', body: new URLSearchParams({ key: 'xpo_' }), redirect: 'manual' })
  for (let i = 0; i < 12; i++) await (await guess()).text()
  const stopped = await guess()
  expect(stopped.status).toBe(429)
  expect(await stopped.text()).toContain('试得太多了')
})

test('keys open their own doors only, and bad input names the field', async () => {
  const other = await openShop(cloud)
  expect((await cloud.call('GET', `/api/shops/${shop}/summary`, undefined, other.ownerKey)).status).toBe(401)
  expect((await cloud.call('GET', '/api/shops', undefined, ownerKey)).status).toBe(401)
  expect((await cloud.call('GET', `/api/shops/${randomUUID()}/summary`)).status).toBe(404)
  expect(await cloud.call('PATCH', `/api/shops/${shop}/goods/${good}`, { price: 1.5 })).toMatchObject({ status: 400, body: { code: 'input.invalid', detail: { field: 'price' } } })
  expect(await cloud.call('PATCH', `/api/shops/${shop}/goods/${good}`, { smell: 'red' })).toMatchObject({ status: 400 })
  expect(await cloud.call('POST', '/api/shops', { name: 'x', kind: 'shop', slug: 'lakeside' })).toMatchObject({ status: 400, body: { detail: { field: 'slug' } } })
  expect(await cloud.call('PUT', `/api/shops/${shop}/goods/${randomUUID()}`, { name: '新' })).toMatchObject({ status: 400 })
  expect(await cloud.call('GET', `/api/shops/${shop}/sales`)).toMatchObject({ status: 200, body: { sales: [{ id: sale, totalFen: 350 }] } })
})
