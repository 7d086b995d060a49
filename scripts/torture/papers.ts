/** What a till's printer must have got: a paper of every acknowledged sale, done or still to come, and every repeat marked as a copy. */
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { WORDS } from '#shared/documents/words.ts'
import type { Auditor } from './auditor.ts'

const COPY_MARK = iconv.encode(WORDS.zh.copy, 'gb18030')
const NUMBER = /\d{8}-\d{2,}-\d{4,}/

interface JobRow { ref: string; state: string; error: string | null; copy: number }

/** Compares the queue in a till's file, which no host has now, and the papers that came out, with the sales acknowledged. */
export function checkPapers(folder: string, auditor: Auditor, received: readonly Uint8Array[]): { jobs: number; copies: number; waiting: number } {
  const { verdict } = auditor
  const db = openForReading(join(folder, LEDGER_FILE))
  const jobs = db.prepare<[], JobRow>("SELECT ref, state, error, copy FROM print_job WHERE kind = 'receipt'").all()
  db.close()
  const out = new Set<string>()
  const originals = new Map<string, number>()
  let copies = 0
  for (const bytes of received.map((each) => Buffer.from(each))) {
    const no = NUMBER.exec(bytes.toString('latin1'))?.[0]
    if (no === undefined) continue
    out.add(no)
    if (bytes.includes(COPY_MARK)) copies += 1
    else originals.set(no, (originals.get(no) ?? 0) + 1)
  }
  for (const [no, times] of originals) if (times > 1) verdict.fault(`the paper of ${no} came out ${times} times without a copy's mark`)
  const byRef = Map.groupBy(jobs, (job) => job.ref)
  for (const [sale, { no }] of auditor.sales) {
    const own = byRef.get(sale)
    if (!own) verdict.fault(`no print job of sale ${no}`)
    else if (own.some((job) => job.state === 'done') && !out.has(no)) verdict.fault(`the paper of ${no} is called done and never came out`)
    for (const job of own ?? []) {
      if (job.state === 'failed' && job.error !== 'printer.unconfirmed') verdict.fault(`the paper of ${no} was given up: ${job.error}`)
    }
  }
  return { jobs: jobs.length, copies, waiting: jobs.filter((job) => job.state === 'queued' || job.state === 'sending').length }
}
