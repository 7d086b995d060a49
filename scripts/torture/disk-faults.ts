/**
 * `disk`: a disk that fails under a working till, in each way it can. Every refusal must say what is wrong in a sentence of
 * its own, reading must go on, nothing acknowledged may be missing, and selling must go on by itself as soon as the disk
 * is well, or after a crash in the middle of it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TillClient } from '#shared/host/client.ts'
import { TillError } from '#shared/host/frames.ts'
import { PartFailed } from '../part.ts'
import { chance } from '../replay/sales-files.ts'
import { startMessage } from '../start-messages.ts'
import { Auditor } from './auditor.ts'
import { type FaultyDisk, type Order, faultyDisk, makeFaultyDisk } from './faulty-disk.ts'
import { type Host, startHost } from './host.ts'
import { Load } from './load.ts'
import { type TortureOptions, type TortureReport, Verdict } from './report.ts'

interface Fault extends Order {
  /** The codes that a refusal may have. */
  readonly says: readonly string[]
  /** How many writes are tried on the ill disk. */
  readonly tries?: number
}
const TRIES = 20
/** Enough that SQLite moves its log into its file. */
const TO_CHECKPOINT = 250
const FULL = ['ledger.disk_full']
const IO = ['ledger.io']
const FAULTS: readonly Fault[] = [
  { operation: 'write', ending: '-wal', effect: 'ENOSPC', says: FULL },
  { operation: 'write', effect: 'ENOSPC', says: FULL },
  { operation: 'write', ending: '-wal', effect: 'EDQUOT', says: [...FULL, ...IO] },
  { operation: 'write', ending: '-wal', effect: 'EIO', says: IO },
  { operation: 'write', effect: 'EROFS', says: IO },
  { operation: 'write', ending: '-wal', effect: 'short', says: [...FULL, ...IO] },
  { operation: 'sync', ending: '-wal', effect: 'EIO', says: IO },
  { operation: 'sync', ending: '-wal', effect: 'EIO', times: 1, says: IO },
  { operation: 'sync', ending: '-wal', effect: 'ENOSPC', says: IO },
  { operation: 'sync', ending: 'till.db', effect: 'EIO', skip: 0, tries: TO_CHECKPOINT, says: IO },
  { operation: 'write', ending: 'till.db', effect: 'EIO', skip: 0, tries: TO_CHECKPOINT, says: IO },
  { operation: 'any', effect: 'EIO', says: IO },
]
const WRITES = 12

interface Figures { faults: number; refused: number; crashes: number; openings: number; sales: number }

export async function diskFaults({ times, seed, log }: TortureOptions): Promise<TortureReport> {
  const made = makeFaultyDisk()
  if ('missing' in made) return { name: 'disk', seed, lost: 0, doubled: 0, wrong: [], skipped: made.missing }
  const verdict = new Verdict()
  const random = chance(seed)
  const figures: Figures = { faults: 0, refused: 0, crashes: 0, openings: 0, sales: 0 }
  const room = mkdtempSync(join(tmpdir(), 'xiaopu-disk-'))
  const folder = join(room, 'till')
  const disk = faultyDisk(made.library, folder, join(room, 'control'))
  try {
    const auditor = new Auditor(verdict)
    const load = new Load({ auditor, chance: random })
    let host = await startHost({ folder, env: disk.env })
    await load.setUp(host.client)
    for (let n = 0; n < times && verdict.wrong.length === 0; n++) {
      const fault = FAULTS[n % FAULTS.length]!
      // Beginning anywhere in a transaction.
      const order = { skip: Math.floor(random() * 12), ...fault }
      await load.work(host.client, WRITES)
      disk.spoil(order)
      figures.refused += await load.workIll(host.client, fault.tries ?? TRIES, fault.says)
      if (disk.counts().spoilt === 0) verdict.fault(`${nameOf(fault)}: the fault never came`)
      await readsGoOn(host.client, nameOf(fault), verdict)
      if (random() < 0.5) {
        await host.kill()
        figures.crashes += 1
        figures.openings += await openIll(folder, disk, verdict)
        disk.heal()
        host = await startHost({ folder, env: disk.env })
      }
      disk.heal()
      // At the first try, without a restart.
      await load.settle(host.client)
      await load.work(host.client, WRITES)
      await auditor.check(host.client)
      figures.faults += 1
      log(`disk: ${nameOf(fault)}: ${verdict.wrong.length} wrong`)
    }
    await auditor.check(host.client, true)
    await host.stop()
    figures.sales = auditor.sales.size
    return { name: 'disk', seed, ...figures, lost: verdict.lost, doubled: verdict.doubled, wrong: verdict.wrong }
  } finally {
    disk.close()
    rmSync(room, { recursive: true, force: true })
  }
}

const nameOf = ({ operation, ending = '', effect, times }: Order): string => `${operation} ${ending} ${effect}${times === undefined ? '' : ` ${times}×`}`

async function readsGoOn(client: TillClient, when: string, verdict: Verdict): Promise<void> {
  try {
    const { goods } = await client.call('goods.search', { text: '商品', limit: 10 })
    if (goods.length === 0) verdict.fault(`${when}: nothing is found any more`)
    await client.call('till.snapshot', {})
    await client.call('sale.list', { limit: 5 })
  } catch (error) {
    if (!(error instanceof TillError)) throw error
    verdict.fault(`${when}: a read was refused: ${error.message}`)
  }
}

/** The till is started while its disk is ill: it comes up, or says in a sentence why not. */
async function openIll(folder: string, disk: FaultyDisk, verdict: Verdict): Promise<number> {
  let host: Host | undefined
  try {
    host = await startHost({ folder, env: disk.env })
  } catch (error) {
    if (!(error instanceof PartFailed)) throw error
    if (startMessage(error.code, error.detail).startsWith('Could not start')) verdict.fault(`starting on an ill disk: ${error.message}`)
    return 1
  }
  await host.kill()
  return 1
}
