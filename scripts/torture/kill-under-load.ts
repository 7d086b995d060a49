/**
 * SIGKILL at random instants while a till works: in the middle of a sale, between two, while it opens again, and while a
 * paper comes out. After every restart it must verify, hold every acknowledged sale once, and agree to the fen.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { SEALED } from '#desktop/storage/backup/backups.ts'
import { restoreLedger } from '#desktop/storage/backup/restore.ts'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { sha256 } from '#desktop/storage/till-store.ts'
import { verifyLedger } from '#desktop/storage/ledger/verify.ts'
import { CALLS, type CallName } from '#shared/host/contract.ts'
import { TillError } from '#shared/host/frames.ts'
import { chance } from '../replay/sales-files.ts'
import { Auditor } from './auditor.ts'
import { type Host, beginHost, startHost } from './host.ts'
import { Load } from './load.ts'
import { checkPapers } from './papers.ts'
import { type TortureOptions, type TortureReport, Verdict } from './report.ts'

/** A till lives through so many kills, then a new one is begun: checking all of a ledger takes longer the longer it is. */
const KILLS_A_TILL = 25
/** Long enough for a few dozen writes, short enough to hit the middle of one again and again. */
const LIFE_MS_MAX = 400
const OPENING_MS_MAX = 700
const PASSPHRASE = 'killed at any instant'

export interface Figures { kills: number; killedOpening: number; sales: number; repeated: number; papers: number; copies: number }

/** `killed.load`: everything a till can do. */
export async function killUnderLoad(options: TortureOptions): Promise<TortureReport> {
  return torture('kill.load', options, async (host, random) => {
    await pause(random() * LIFE_MS_MAX)
    await host.kill()
  })
}

/** `kill.print`: at the moment that a paper has begun to come out. */
export async function killWhilePrinting(options: TortureOptions): Promise<TortureReport> {
  return torture('kill.print', options, async (host, random, printer) => {
    await printer.opened(printer.received.length + 1 + Math.floor(random() * 10))
    await host.kill()
  })
}

/** `kill.backup`: while a backup is made beside the selling. Every file that bears a backup's name is whole. */
export async function killInBackup(options: TortureOptions): Promise<TortureReport> {
  if (!Object.hasOwn(CALLS, 'till.backup')) return { name: 'kill.backup', seed: options.seed, lost: 0, doubled: 0, wrong: [], skipped: 'this till makes no backups' }
  return torture('kill.backup', options, async (host, random) => {
    const { sealedSince } = await host.client.call('till.backups', {})
    if (sealedSince === null) await host.client.call('till.backupPassphrase', { key: randomUUID(), passphrase: PASSPHRASE })
    const making = host.client.call('till.backup' as CallName, { key: randomUUID() } as never).catch((error: unknown) => {
      if (!(error instanceof TillError)) throw error
    })
    await pause(random() * LIFE_MS_MAX)
    await host.kill()
    await making
  }, checkBackups)
}

async function checkBackups(host: Host, verdict: Verdict): Promise<void> {
  const { folder } = await host.client.call('till.backups' as CallName, {} as never) as unknown as { folder: string }
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder).filter((each) => each.endsWith(SEALED))) {
    const room = mkdtempSync(join(tmpdir(), 'xiaopu-opened-'))
    // Read from its first row to its last on the way.
    await restoreLedger(join(folder, name), join(room, 'till'), { key: 'opened', value: '' }, () => Promise.resolve(PASSPHRASE)).catch((error: unknown) => verdict.fault(`backup ${name}: ${String(error)}`))
    rmSync(room, { recursive: true })
  }
}

type Look = (host: Host, verdict: Verdict) => Promise<void>
type Kill = (host: Host, random: () => number, printer: PrinterSimulator) => Promise<void>

async function torture(name: string, { times, seed, log }: TortureOptions, kill: Kill, look?: Look): Promise<TortureReport> {
  const verdict = new Verdict()
  const random = chance(seed)
  const figures: Figures = { kills: 0, killedOpening: 0, sales: 0, repeated: 0, papers: 0, copies: 0 }
  while (figures.kills < times && verdict.wrong.length === 0) {
    await oneTill(Math.min(KILLS_A_TILL, times - figures.kills), verdict, random, figures, kill, look)
    log(`${name}: ${figures.kills} of ${times} kills, ${figures.sales} sales, ${verdict.wrong.length} wrong`)
  }
  return { name, seed, ...figures, lost: verdict.lost, doubled: verdict.doubled, wrong: verdict.wrong }
}

async function oneTill(kills: number, verdict: Verdict, random: () => number, figures: Figures, kill: Kill, look?: Look): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-torture-'))
  const printer = await startPrinterSimulator()
  let host: Host | undefined
  try {
    const auditor = new Auditor(verdict)
    const load = new Load({ auditor, chance: random })
    host = await startHost({ folder })
    await load.setUp(host.client, printer.address)
    for (let killed = 0; killed < kills; killed++) {
      const killing = kill(host, random, printer)
      await load.work(host.client)
      await killing
      // One in five is killed once more while it opens: in the recovery of the crash before.
      if (random() < 0.2 && killed + 1 < kills) {
        const opening = beginHost({ folder })
        await pause(random() * OPENING_MS_MAX)
        opening.child.kill('SIGKILL')
        await opening.ended
        figures.killedOpening += 1
        killed += 1
      }
      host = await startHost({ folder })
      await load.settle(host.client)
      await auditor.check(host.client)
      await look?.(host, verdict)
      if (verdict.wrong.length > 0) break
    }
    await auditor.check(host.client, true)
    await host.stop()
    // As a stranger finds it: the file alone.
    const db = openForReading(join(folder, LEDGER_FILE))
    auditor.checkVerification(verifyLedger(db, sha256))
    db.close()
    const papers = checkPapers(folder, auditor, printer.received)
    figures.kills += kills
    figures.sales += auditor.sales.size
    figures.repeated += load.repeated
    figures.papers += papers.jobs
    figures.copies += papers.copies
  } finally {
    await host?.part.stop()
    await printer.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
