/**
 * SIGKILL at random instants while a till works: in the middle of a sale, between two, while it opens again, and while a
 * paper comes out. After every restart it must verify, hold every acknowledged sale once, and agree to the fen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { sha256 } from '#desktop/storage/till-store.ts'
import { verifyLedger } from '#desktop/storage/verify.ts'
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

type Kill = (host: Host, random: () => number, printer: PrinterSimulator) => Promise<void>

async function torture(name: string, { times, seed, log }: TortureOptions, kill: Kill): Promise<TortureReport> {
  const verdict = new Verdict()
  const random = chance(seed)
  const figures: Figures = { kills: 0, killedOpening: 0, sales: 0, repeated: 0, papers: 0, copies: 0 }
  while (figures.kills < times && verdict.wrong.length === 0) {
    await oneTill(Math.min(KILLS_A_TILL, times - figures.kills), verdict, random, figures, kill)
    log(`${name}: ${figures.kills} of ${times} kills, ${figures.sales} sales, ${verdict.wrong.length} wrong`)
  }
  return { name, seed, ...figures, lost: verdict.lost, doubled: verdict.doubled, wrong: verdict.wrong }
}

async function oneTill(kills: number, verdict: Verdict, random: () => number, figures: Figures, kill: Kill): Promise<void> {
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
