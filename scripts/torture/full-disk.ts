/**
 * `disk.full`: a real small disk that fills up and is cleared again, and one that is mounted read-only. Needs the right to
 * mount; without it this part is counted as skipped.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PartFailed } from '../part.ts'
import { chance } from '../replay/sales-files.ts'
import { startMessage } from '../start-messages.ts'
import { Auditor } from './auditor.ts'
import { startHost } from './host.ts'
import { Load } from './load.ts'
import { type TortureOptions, type TortureReport, Verdict } from './report.ts'

const DISK_BYTES = 12 * 1024 * 1024
const WRITES = 40
const TRIES = 30

const mount = (...args: string[]): boolean => spawnSync('mount', args).status === 0

export async function fullDisk({ times, seed, log }: TortureOptions): Promise<TortureReport> {
  const verdict = new Verdict()
  const random = chance(seed)
  const room = mkdtempSync(join(tmpdir(), 'xiaopu-full-'))
  const disk = join(room, 'disk')
  mkdirSync(disk)
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !mount('-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk)) {
    rmSync(room, { recursive: true })
    return { name: 'disk.full', seed, lost: 0, doubled: 0, wrong: [], skipped: 'mounting a small disk needs Linux and root' }
  }
  const folder = join(disk, 'till')
  const filler = join(disk, 'holiday.mp4')
  const figures = { filled: 0, refused: 0, startsRefused: 0, sales: 0 }
  /** Starts where nothing can be written: whether that is refused, for one of these reasons, in a sentence. */
  const isRefused = async (when: string, ...codes: string[]): Promise<boolean> => {
    try {
      await (await startHost({ folder })).kill()
      return false
    } catch (error) {
      if (!(error instanceof PartFailed)) throw error
      figures.startsRefused += 1
      if (!codes.includes(error.code)) verdict.fault(`${when}: ${error.message}`)
      if (startMessage(error.code, error.detail).startsWith('Could not start')) verdict.fault(`${when}: no sentence for ${error.code}`)
      return true
    }
  }
  try {
    const auditor = new Auditor(verdict)
    const load = new Load({ auditor, chance: random })
    let host = await startHost({ folder })
    await load.setUp(host.client)
    for (let n = 0; n < times && verdict.wrong.length === 0; n++) {
      await load.work(host.client, WRITES)
      fill(filler)
      const refused = await load.workIll(host.client, TRIES, ['ledger.disk_full'])
      if (refused === 0) verdict.fault('a full disk refused nothing')
      figures.refused += refused
      figures.filled += 1
      if (n % 2 === 1) {
        await host.kill()
        // It may come up and show what there is; that it sells nothing has been seen.
        await isRefused('on a full disk', 'ledger.disk_full')
        rmSync(filler)
        host = await startHost({ folder })
      } else rmSync(filler)
      await load.settle(host.client)
      await load.work(host.client, WRITES)
      await auditor.check(host.client)
      // The log and its index are gone after a stop in good order, and have no room now.
      await host.stop()
      fill(filler)
      await isRefused('on a full disk after a stop', 'ledger.disk_full', 'folder.unwritable')
      rmSync(filler)
      host = await startHost({ folder })
      log(`disk.full: ${n + 1} of ${times}`)
    }
    await host.stop()
    mount('-o', 'remount,ro', disk)
    if (!(await isRefused('on a disk mounted read-only', 'folder.unwritable', 'ledger.read_only'))) verdict.fault('the till started on a disk mounted read-only')
    mount('-o', 'remount,rw', disk)
    host = await startHost({ folder })
    await auditor.check(host.client, true)
    await host.stop()
    figures.sales = auditor.sales.size
    return { name: 'disk.full', seed, ...figures, lost: verdict.lost, doubled: verdict.doubled, wrong: verdict.wrong }
  } finally {
    // Lazily, should a host still stand on it after a fault of ours.
    spawnSync('umount', ['-l', disk])
    rmSync(room, { recursive: true, force: true })
  }
}

/** Writes until nothing more goes: in pieces, then byte by byte. */
function fill(file: string): void {
  for (const bytes of [1 << 20, 1 << 16, 4096, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    }
  }
}
