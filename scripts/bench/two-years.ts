/**
 * A till with 100,000 goods and two years of 500 sales a day, made once in a run of benches and copied for each: it takes
 * minutes. Where XIAOPU_BENCH_TILL names such a till's folder, made before, that one is copied.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { CallArgs } from '#shared/host/contract.ts'
import type { Good } from '#shared/catalog/good.ts'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import { OWNER, TWO_YEARS, makeHistory } from '../demo/history.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { ROOT } from '../run-command.ts'
import { startStack, withTill } from '../stack.ts'

let made: Promise<string> | undefined

function twoYears(): Promise<string> {
  const given = process.env['XIAOPU_BENCH_TILL']
  if (given !== undefined && existsSync(join(given, LEDGER_FILE))) return Promise.resolve(given)
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return makeHistory(join(folder, 'till'), { ...TWO_YEARS, until: Date.now() }).then((history) => history.folder)
}

/** Copies the till into `folder`, which is not there yet. */
export async function copyTwoYears(folder: string): Promise<void> {
  made ??= twoYears()
  cpSync(await made, folder, { recursive: true })
}

/** A folder with the till in `till`, a full set of quick keys, its owner at the counter and a shift open; and its goods, those that are bought most first. */
export async function openedTwoYears(folder: string): Promise<Good[]> {
  await copyTwoYears(join(folder, 'till'))
  const stack = await startStack({ data: folder, cloud: false })
  try {
    return await withTill(stack.tillUrl, async (till) => {
      await till.call('staff.signIn', { ...OWNER, key: randomUUID() })
      await till.call('shift.open', { key: randomUUID(), float: 0 })
      for (const { fields } of LAKESIDE.goods) if (fields.quick) await till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: fields as CallArgs<'goods.put'>['set'] })
      return (await till.call('goods.list', { limit: 1000 })).goods
    })
  } finally {
    await stack.stop()
  }
}
