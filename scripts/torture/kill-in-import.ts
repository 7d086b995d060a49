/** `kill.import`: the host killed while five thousand goods come in from a file. All of them are there afterwards or none, and the same import again is the same import. */
import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { TillError } from '#shared/host/frames.ts'
import { chance } from '../replay/sales-files.ts'
import { Auditor } from './auditor.ts'
import { type FaultyDisk, faultyDisk, makeFaultyDisk } from './faulty-disk.ts'
import { startHost } from './host.ts'
import { Load } from './load.ts'
import { type TortureOptions, type TortureReport, Verdict } from './report.ts'

export const IMPORT_ROWS = 5000
const WRITES_BEFORE = 30

export async function killInImport({ times, seed, log }: TortureOptions): Promise<TortureReport> {
  const verdict = new Verdict()
  const random = chance(seed)
  const room = mkdtempSync(join(tmpdir(), 'xiaopu-import-'))
  try {
    const auditor = new Auditor(verdict)
    const begun = join(room, 'begun')
    let host = await startHost({ folder: begun })
    const load = new Load({ auditor, chance: random })
    await load.setUp(host.client)
    await load.work(host.client, WRITES_BEFORE)
    const goodsBefore = (await host.client.call('till.snapshot', {})).goods
    await host.stop()

    const made = makeFaultyDisk()
    const whole = await undisturbed(begun, join(room, 'whole'), 'library' in made ? faultyDisk(made.library, join(room, 'whole'), join(room, 'control-whole')) : undefined)
    const rowsOfImport = whole.rows - auditor.rows
    let [killedInside, wasIn] = [0, 0]
    for (let n = 0; n < times && verdict.wrong.length === 0; n++) {
      const folder = join(room, 'till')
      cpSync(begun, folder, { recursive: true })
      const disk = 'library' in made && n % 2 === 0 ? faultyDisk(made.library, folder, join(room, 'control')) : undefined
      host = await startHost({ folder, env: disk?.env ?? {} })
      disk?.spoil({ operation: 'any', effect: 'kill', skip: Math.floor(random() * whole.operations) })
      const key = randomUUID()
      const importing = host.client.call('goods.import', { key, ...goodsFile() }).then(() => false, (error: unknown) => error instanceof TillError && error.code === 'host.gone')
      if (!disk) {
        await Promise.race([importing, pause(random() * whole.ms)])
        host.part.child.kill('SIGKILL')
      }
      if (await importing) killedInside += 1
      await host.kill()
      disk?.close()

      host = await startHost({ folder })
      const { goods } = await host.client.call('till.snapshot', {})
      if (goods !== goodsBefore && goods !== goodsBefore + IMPORT_ROWS) verdict.fault(`${goods - goodsBefore} of ${IMPORT_ROWS} goods came in`)
      if (goods !== goodsBefore) wasIn += 1
      const again = await host.client.call('goods.import', { key, ...goodsFile() })
      if (again.added !== IMPORT_ROWS || again.refused !== 0) verdict.fault(`the import again: ${again.added} added, ${again.refused} refused`)
      const after = await host.client.call('till.snapshot', {})
      if (after.goods !== goodsBefore + IMPORT_ROWS) verdict.fault(`${after.goods - goodsBefore} goods after the import again, expected ${IMPORT_ROWS}`)
      auditor.rows += rowsOfImport
      await auditor.check(host.client, true)
      auditor.rows -= rowsOfImport
      await host.stop()
      rmSync(folder, { recursive: true })
      log(`kill.import: ${n + 1} of ${times} kills`)
    }
    return { name: 'kill.import', seed, kills: times, killedInside, wasIn, rows: IMPORT_ROWS, lost: verdict.lost, doubled: verdict.doubled, wrong: verdict.wrong }
  } finally {
    rmSync(room, { recursive: true, force: true })
  }
}

/** One import to its end: how long it takes, how many operations of the disk, how many rows the journal has then. */
async function undisturbed(begun: string, folder: string, disk: FaultyDisk | undefined): Promise<{ ms: number; operations: number; rows: number }> {
  cpSync(begun, folder, { recursive: true })
  const host = await startHost({ folder, env: disk?.env ?? {} })
  disk?.spoil({ operation: 'any', effect: 'kill', skip: 10_000_000 })
  const began = performance.now()
  await host.client.call('goods.import', { key: randomUUID(), ...goodsFile() })
  const ms = performance.now() - began
  const operations = disk?.counts().seen ?? 0
  const { rows } = await host.client.call('ledger.verify', {})
  await host.stop()
  disk?.close()
  return { ms, operations, rows }
}

export function goodsFile(): { name: string; data: string } {
  const lines = Array.from({ length: IMPORT_ROWS }, (_, i) => `进货${i},${(100 + (i % 900)) / 100},${3_000_000 + i},${i % 50}`)
  return { name: 'goods.csv', data: Buffer.from(`名称,售价,条码,库存\n${lines.join('\n')}\n`).toString('base64') }
}
