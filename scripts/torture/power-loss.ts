/**
 * `power`: the plug is pulled. A till works on a disk that writes down every change and every sync; then, for any moment
 * of that, a disk is made as a power cut may have left it, opened by the product, and asked for every sale and member that
 * had been acknowledged by then: a member's record needs the keys' file, which the database knows nothing of. Done once with the product and once with synchronous=NORMAL, which must lose some: else this
 * torture would prove nothing.
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { composeTill } from '#desktop/loopback/compose.ts'
import { TillError } from '#shared/host/frames.ts'
import { chance } from '../replay/sales-files.ts'
import { Auditor } from './auditor.ts'
import { faultyDisk, makeFaultyDisk } from './faulty-disk.ts'
import { HOST, startHost } from './host.ts'
import { Load } from './load.ts'
import { type DiskRecord, RecordedDisk, mark, readRecords } from './recorded-disk.ts'
import { type TortureOptions, type TortureReport, Verdict } from './report.ts'

/** The till's folder, from the disk's root; nothing of it is there in the beginning. */
const TILL = 'data/till'
/** Writes between two starts: enough that SQLite moves its log into its file now and then. */
const WRITES = 150
/** Syncs that fail once or a few times, some with a crash behind. */
const FAILED_SYNCS = 12
const MEMORY = '/dev/shm'

export async function powerLoss({ times, seed, log }: TortureOptions): Promise<TortureReport> {
  const made = makeFaultyDisk()
  if ('missing' in made) return { name: 'power', seed, lost: 0, doubled: 0, wrong: [], skipped: made.missing }
  const cuts = { times, seed, log }
  const full = await torture(made.library, HOST, cuts)
  const normal = await torture(made.library, 'scripts/torture/host-normal.ts', cuts)
  const { verdict } = full
  if (normal.verdict.lost === 0) verdict.fault('synchronous=NORMAL lost nothing: this torture proves nothing')
  const { cuts: tried, sales, members, syncs, records } = full
  return {
    name: 'power', seed, cuts: tried, sales, members, syncs, changes: records, lost: verdict.lost, doubled: verdict.doubled, wrong: verdict.wrong,
    normal: { cuts: normal.cuts, cutsThatLost: normal.cutsThatLost, lost: normal.verdict.lost },
  }
}

interface Result { verdict: Verdict; cuts: number; cutsThatLost: number; sales: number; members: number; syncs: number; records: number }

async function torture(library: string, script: string, { times, seed, log }: TortureOptions): Promise<Result> {
  const random = chance(seed)
  const verdict = new Verdict()
  const room = mkdtempSync(join(tmpdir(), 'xiaopu-power-'))
  const left = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'xiaopu-power-'))
  try {
    const auditor = await work(library, script, room, random, verdict)
    const records = readRecords(readFileSync(join(room, 'record')))
    const at = moments(records, times, random)
    const disk = new RecordedDisk(random)
    const known = { ids: new Set<string>(), rows: 0 }
    let [done, cutsThatLost] = [0, 0]
    for (const [i, record] of records.entries()) {
      if (record.kind === 'A') {
        known.rows = record.offset
        if (record.name !== '') known.ids.add(record.name)
      } else disk.apply(record)
      for (let n = at.get(i) ?? 0; n > 0; n--) {
        const folder = join(left, String(done))
        mkdirSync(folder)
        disk.cut(folder)
        const before = verdict.lost
        await inspect(join(folder, TILL), auditor, known, verdict, `cut ${done} after change ${i}`)
        if (verdict.lost > before) cutsThatLost += 1
        rmSync(folder, { recursive: true })
        done += 1
        if (done % 100 === 0) log(`power (${script}): ${done} of ${times} cuts, ${verdict.lost} lost`)
      }
    }
    return { verdict, cuts: done, cutsThatLost, sales: auditor.sales.size, members: auditor.members.size, syncs: records.filter(({ kind }) => kind === 'S').length, records: records.length }
  } finally {
    rmSync(room, { recursive: true, force: true })
    rmSync(left, { recursive: true, force: true })
  }
}

/** A till's life on a disk that writes everything down: first start, a crash, a stop in good order, failing syncs. */
async function work(library: string, script: string, room: string, random: () => number, verdict: Verdict): Promise<Auditor> {
  const root = join(room, 'disk')
  const record = join(room, 'record')
  mkdirSync(root)
  const disk = faultyDisk(library, root, join(room, 'control'), record)
  const printer = await startPrinterSimulator()
  const auditor = new Auditor(verdict, (what, rows) => appendFileSync(record, mark(what ?? '', rows)))
  const load = new Load({ auditor, chance: random, inFlight: 1 })
  const start = () => startHost({ folder: join(root, TILL), env: disk.env, script })
  try {
    let host = await start()
    await load.setUp(host.client, printer.address)
    await load.work(host.client, WRITES)
    disk.spoil({ operation: 'any', effect: 'kill', skip: Math.floor(random() * 50) })
    await load.work(host.client)
    await host.kill()
    disk.heal()

    host = await start()
    await load.settle(host.client)
    await load.work(host.client, WRITES)
    await host.stop()

    host = await start()
    await load.work(host.client, WRITES)
    for (let n = 0; n < FAILED_SYNCS; n++) {
      disk.spoil({ operation: 'sync', effect: 'EIO', skip: Math.floor(random() * 5), times: 1 + Math.floor(random() * 3) })
      await load.workIll(host.client, 8, ['ledger.io'])
      if (n % 4 === 3) {
        await host.kill()
        disk.heal()
        host = await start()
      }
      disk.heal()
      await load.settle(host.client)
      await load.work(host.client, 5)
    }
    await auditor.check(host.client, true)
    await host.stop()
    return auditor
  } finally {
    await printer.close()
    disk.close()
  }
}

/** How many cuts after which record: half of them right after an acknowledgement, where most can be lost. */
function moments(records: readonly DiskRecord[], times: number, random: () => number): Map<number, number> {
  const acknowledged = records.flatMap(({ kind }, i) => (kind === 'A' ? [i] : []))
  const at = new Map<number, number>()
  for (let n = 0; n < times; n++) {
    const i = n % 2 === 0 ? acknowledged[Math.floor(random() * acknowledged.length)]! : Math.floor(random() * records.length)
    at.set(i, (at.get(i) ?? 0) + 1)
  }
  return at
}

/** Opens what a cut left, as the next morning does, and looks for all that was known to be done. */
async function inspect(folder: string, auditor: Auditor, known: { ids: ReadonlySet<string>; rows: number }, verdict: Verdict, when: string): Promise<void> {
  let till
  try {
    till = composeTill({ folder, version: 'torture', log: () => undefined })
  } catch (error) {
    if (!(error instanceof TillError)) throw error
    return verdict.fault(`${when}: ${error.message}`)
  }
  try {
    const { ok, rows, faults } = till.store.verify()
    if (!ok) verdict.fault(`${when}: ${JSON.stringify(faults.slice(0, 2))}`)
    for (const id of known.ids) {
      const phone = auditor.members.get(id)
      if (phone !== undefined) {
        if (till.store.people.fields(id)?.phone !== phone) verdict.lose(`${when}: member ${id}`)
        continue
      }
      const found = till.store.sale(id)
      const { no, total } = auditor.sales.get(id)!
      if (!found) verdict.lose(`${when}: sale ${no}`)
      else if (found.no !== no || found.total !== total) verdict.fault(`${when}: sale ${no} is ${found.no} of ${found.total}`)
    }
    if (rows < known.rows) verdict.fault(`${when}: ${rows} rows, ${known.rows} were acknowledged`)
    const sales = till.store.listSales({ limit: auditor.sales.size + 1 })
    for (const { sale, no } of sales) if (!auditor.sales.has(sale)) verdict.double(`${when}: sale ${no} that nobody rang`)
  } finally {
    await till.close()
  }
}
