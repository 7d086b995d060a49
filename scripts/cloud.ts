/**
 * Works the cloud from a terminal with the operator's key: makes shops, pairing codes and prices. `npm run cloud -- help`.
 * Answers are JSON on stdout; a refusal goes to stderr and the exit status is 1.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { backUp } from '#cloud/storage/base-backup.ts'
import { restore } from '#cloud/storage/restore.ts'
import { StartupError } from '#cloud/storage/startup-error.ts'
import { parseYuan } from '#shared/money/money.ts'
import { readArguments } from './arguments.ts'
import { ROOT } from './run-command.ts'

const HELP = `npm run cloud -- COMMAND [options]

  shops                                    the shops there are
  create --name NAME [--kind shop|stall|pharmacy] [--slug NAME]
  code [--shop ID]                         a one-time code to pair a till with, good for ten minutes
  owner-key [--shop ID]                    a new key for the shop's manage page; the old one stops working
  goods [--shop ID] [--find TEXT]          goods with price and stock
  price --good ID|CODE|NAME --yuan 3.50 [--partial] [--shop ID]   --partial: part of the name will do, where one good has it
  summary [--shop ID]                      what the tills have sent
  devices [--shop ID]                      the tills; revoke --device ID withdraws one
  credit rotate|revoke [--shop ID]         the shop's credit code
  health                                   whether the cloud can serve, and why not
  metrics                                  its figures, as Prometheus reads them
  backup DIR                               backs the running cloud up, and keeps its log there from now on
  restore DIR --data NEW [--until TIME]    a new cloud folder as it was then (ISO time), or as late as there is
  person-export --person ID [--shop ID]    everything held on a member, to hand to them; it is written down that it was
  person-erase --person ID [--shop ID]     destroys what is known of a member, here and at every till, for good
  rotate-personal-key [--destroy] [--given]   new keys for personal records, all sealed anew; --destroy: the old keys
                                           go, and with them whatever was backed up under them; --given: the newest is in XIAOPU_PERSONAL_KEYS already

--shop may be left out where there is one shop, and may be its id or short name.
--data DIR    where the cloud keeps its data (default: data), for its address and the operator's key
--url URL     the cloud's address          --key KEY   the operator's key, else XIAOPU_OPERATOR_KEY or the file`

/** A sentence for whoever typed the command. */
class CommandError extends Error {}

const { values, positionals } = readArguments({
  allowPositionals: true,
  options: {
    data: { type: 'string' }, url: { type: 'string' }, key: { type: 'string' }, shop: { type: 'string' }, name: { type: 'string' },
    kind: { type: 'string', default: 'shop' }, slug: { type: 'string' }, good: { type: 'string' }, yuan: { type: 'string' }, find: { type: 'string' }, until: { type: 'string' }, device: { type: 'string' }, partial: { type: 'boolean', default: false },
    person: { type: 'string' }, destroy: { type: 'boolean', default: false }, given: { type: 'boolean', default: false },
  },
}, HELP)

const DATA = values.data ?? join(ROOT, 'data')
/** Goods that a refusal names. */
const NAMED_MAX = 5

interface Shop { id: string; slug: string | null; name: string }
interface Good { id: string; code: string; name: string; price: number; picture?: string }

/** The start script keeps the cloud's files in a folder of its own. */
function dataFile(name: string): string | undefined {
  const file = [join(resolve(DATA), 'cloud', name), join(resolve(DATA), name)].find(existsSync)
  return file && readFileSync(file, 'utf8').trim()
}

function readUrl(): string {
  if (values.url) return values.url.replace(/\/+$/, '')
  const ready = dataFile('ready.json')
  if (!ready) throw new CommandError(`No cloud has run with --data ${DATA}. Start it, or say --url.`)
  return (JSON.parse(ready) as { url: string }).url
}

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const key = values.key ?? process.env.XIAOPU_OPERATOR_KEY ?? dataFile('operator.key')
  if (!key) throw new CommandError(`There is no operator.key in --data ${DATA}. Say --data or --key.`)
  const url = readUrl()
  const response = await fetch(`${url}${path}`, {
    method, headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => { throw new CommandError(`Nothing answers at ${url}. Is the cloud running?`) })
  const answer = await response.json() as Record<string, unknown>
  if (!response.ok) throw new CommandError(`${String(answer.code)}: ${String(answer.message)}`)
  return answer
}

async function shopPath(): Promise<string> {
  const { shops } = await call('GET', '/api/shops') as unknown as { shops: Shop[] }
  const chosen = values.shop === undefined ? shops : shops.filter(({ id, slug, name }) => [id, slug, name].includes(values.shop ?? ''))
  if (chosen.length !== 1) throw new CommandError(values.shop === undefined ? `There are ${shops.length} shops; say which with --shop.` : `There is no one shop ${values.shop}.`)
  return `/api/shops/${chosen[0]!.id}`
}

async function goodsOf(shop: string, find: string | undefined): Promise<Good[]> {
  const { goods } = await call('GET', `${shop}/goods`) as unknown as { goods: Good[] }
  return find === undefined ? goods : goods.filter(({ id, code, name }) => id === find || code === find || name.includes(find))
}

/** Goods without their pictures, which would fill the terminal. */
async function listGoods(): Promise<Omit<Good, 'picture'>[]> {
  return (await goodsOf(await shopPath(), values.find)).map(({ picture: _picture, ...good }) => good)
}

async function setPrice(): Promise<unknown> {
  const price = parseYuan(values.yuan ?? '')
  const wish = values.good ?? ''
  if (price === undefined || price < 0 || wish === '') throw new CommandError('price needs --good and --yuan, such as --good 6901 --yuan 3.50; a price is never below zero.')
  const shop = await shopPath()
  const found = await goodsOf(shop, wish)
  const exact = found.filter(({ id, code, name }) => [id, code, name].includes(wish))
  const [good, ...others] = exact.length === 0 && values.partial ? found : exact
  const named = found.slice(0, NAMED_MAX).map(({ name }) => name).join(', ')
  if (!good) throw new CommandError(found.length === 0 ? `No good matches ${wish}.` : `No good is named exactly ${wish}. There is: ${named}. Say one of them, or add --partial.`)
  if (others.length > 0) throw new CommandError(`${others.length + 1} goods match ${wish}: ${named}. Say the id.`)
  const { id, code, name } = good
  return { id, code, name, before: good.price, price, ...await call('PATCH', `${shop}/goods/${id}`, { price }) }
}

async function newOwnerKey(): Promise<unknown> {
  const shop = await shopPath()
  return { manage: `${readUrl()}/manage/${shop.split('/').at(-1)}`, ...await call('POST', `${shop}/owner-key`) }
}

async function ask(path: string, key: string | undefined): Promise<Response> {
  const url = readUrl()
  return fetch(`${url}${path}`, { headers: key ? { authorization: `Bearer ${key}` } : {} }).catch(() => { throw new CommandError(`Nothing answers at ${url}. Is the cloud running?`) })
}

async function health(): Promise<unknown> {
  const response = await ask('/health', undefined)
  if (!response.ok) process.exitCode = 1
  return response.json()
}

/** As it comes: it is no JSON. */
async function metrics(): Promise<string> {
  const response = await ask('/metrics', values.key ?? dataFile('metrics.key'))
  if (!response.ok) throw new CommandError(`The metrics were refused (${response.status}). Say --data or --key.`)
  return response.text()
}

function backup(folder: string | undefined): Promise<unknown> {
  if (folder === undefined) throw new CommandError('Say where to: backup DIR, on another disk than the data.')
  return backUp(existsSync(join(DATA, 'cloud')) ? join(resolve(DATA), 'cloud') : resolve(DATA), folder)
}

function restoreTo(folder: string | undefined): Promise<unknown> {
  if (folder === undefined || values.data === undefined) throw new CommandError('Say from where and where to: restore DIR --data NEW [--until TIME].')
  const until = values.until === undefined ? undefined : Date.parse(values.until)
  if (until !== undefined && Number.isNaN(until)) throw new CommandError(`${values.until} is no time; write it like 2026-11-24T13:05:00+08:00.`)
  return restore(folder, resolve(values.data), until)
}

async function run(command: string | undefined): Promise<unknown> {
  switch (command) {
    case 'shops': return call('GET', '/api/shops')
    case 'create': return call('POST', '/api/shops', { name: values.name, kind: values.kind, ...(values.slug ? { slug: values.slug } : {}) })
    case 'code': return call('POST', `${await shopPath()}/pairing-codes`)
    case 'owner-key': return newOwnerKey()
    case 'goods': return listGoods()
    case 'price': return setPrice()
    case 'summary': return call('GET', `${await shopPath()}/summary`)
    case 'devices': return call('GET', `${await shopPath()}/devices`)
    case 'revoke': return call('POST', `${await shopPath()}/devices/${values.device ?? ''}/revoke`)
    case 'person-export': return call('POST', `${await shopPath()}/people/${values.person ?? ''}/export`)
    case 'person-erase': return call('POST', `${await shopPath()}/people/${values.person ?? ''}/erase`)
    case 'rotate-personal-key': return call('POST', '/api/personal-keys/renew', { destroy: values.destroy, given: values.given })
    case 'credit': return call('POST', `${await shopPath()}/credit-code/${positionals[1] === 'revoke' ? 'revoke' : 'rotate'}`)
    case 'backup': return backup(positionals[1])
    case 'restore': return restoreTo(positionals[1])
    case 'health': return health()
    case 'metrics': return metrics()
    default: throw new CommandError(HELP)
  }
}

if (positionals[0] === 'help') {
  console.log(HELP)
} else {
  run(positionals[0]).then((answer) => console.log(typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2)), (error: unknown) => {
    if (!(error instanceof CommandError || error instanceof StartupError)) throw error
    console.error(error instanceof StartupError ? `${error.code}: ${error.message}` : error.message)
    process.exitCode = 1
  })
}
