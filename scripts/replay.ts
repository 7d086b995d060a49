/**
 * `npm run replay -- FILE`: rings a sales history up at a till, one sale an order, and proves that file, till and cloud
 * come to the same sum. Prints one line of JSON; refused rows go to a report. Ends with 1 where the sums differ, with 2
 * where nothing could be rung up.
 */
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { TillError } from '#shared/host/frames.ts'
import { readArguments, readNumber } from './arguments.ts'
import { percentile, ringUp, tillNet } from './replay/ring.ts'
import { fileSentence } from './replay/refusal.ts'
import { type RefusedRow, SALES_COLUMNS, type SalesMapping } from './replay/sale-row.ts'
import { Spool } from './replay/spool.ts'
import { openStage } from './replay/stage.ts'
import { PartFailed } from './part.ts'
import { ROOT } from './run-command.ts'

const USAGE = `npm run replay -- FILE [options]     FILE is CSV, or CSV in gzip
  --map order=…,item=…,quantity=…,amount=…,paid=…,price=…,time=…   columns that are not found by themselves
  --url READY_URL    at a till that runs (else in a shop of its own, thrown away after)
  --data DIR         in a shop kept in DIR; with --url, where the cloud's operator key is (default: data)
  --staff NO --pin PIN   who signs in where nobody is (01, 1234)
  --report FILE      where refused rows are listed (default: data/replay/FILE-refused.csv)
  --limit N          only the first N rows
  --keep             keep the shop of its own`

export interface ReplayResult {
  readonly sales: number
  readonly lines: number
  /** Rows refused, each listed in the report. */
  readonly skipped: number
  readonly fileFen: number
  readonly tillFen: number
  /** null where the till has no cloud. */
  readonly cloudFen: number | null
  readonly p50Ms: number
  readonly p95Ms: number
}
export interface ReplayOptions {
  readonly file: string
  readonly report: string
  readonly given?: SalesMapping
  readonly rowsMax?: number
  readonly url?: string
  /** Where the stack of this replay keeps its data, and where an operator's key is looked for. */
  readonly data: string
  readonly operatorKey?: string
  readonly staff?: { readonly no: string; readonly pin: string }
  readonly say?: (line: string) => void
}

const PROGRESS_MS = 2000

/** Rejects with TillError or PartFailed where it can't begin or go on. */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const say = options.say ?? (() => undefined)
  const report = new Report(options.report)
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-replay-'))
  try {
    const refuse = (bad: readonly RefusedRow[]): void => report.add(bad)
    const spool = await Spool.read(options.file, folder, { given: options.given, rowsMax: options.rowsMax, refuse })
    say(`${spool.rows} rows; columns: ${Object.entries(spool.mapping).map(([field, column]) => `${field} = ${column}`).join(', ')}`)
    const stage = await openStage({ ...options, staff: options.staff ?? { no: '01', pin: '1234' }, log: say })
    try {
      await stage.drain()
      const before = { till: await tillNet(stage.client), cloud: await stage.cloudFen() }
      let saidAt = performance.now()
      const rung = await ringUp(stage.client, spool, {
        refuse,
        progress(orders) {
          if (performance.now() - saidAt < PROGRESS_MS) return
          saidAt = performance.now()
          say(`${orders} orders rung up`)
        },
      })
      say('Waiting until the cloud has everything …')
      await stage.drain()
      const cloud = await stage.cloudFen()
      return {
        sales: rung.sales, lines: rung.lines, skipped: report.rows, fileFen: spool.accepted().fen,
        tillFen: await tillNet(stage.client) - before.till + rung.alreadyFen,
        cloudFen: cloud === null || before.cloud === null ? null : cloud - before.cloud + rung.alreadyFen,
        p50Ms: percentile(rung.latenciesMs, 0.5), p95Ms: percentile(rung.latenciesMs, 0.95),
      }
    } finally {
      spool.close()
      await stage.close()
    }
  } finally {
    report.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Refused rows as CSV, written as they come; a spreadsheet knows by the mark that it is UTF-8. */
class Report {
  /** Rows listed, each counted once however many reasons it has. */
  rows = 0
  readonly #handle: number

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true })
    this.#handle = openSync(file, 'w')
    writeSync(this.#handle, '\ufeffrow,column,value,code\r\n')
  }

  add(bad: readonly RefusedRow[]): void {
    this.rows += new Set(bad.map(({ row }) => row)).size
    for (const { row, column, value, code } of bad) writeSync(this.#handle, `${[String(row), column, value, code].map(quoted).join(',')}\r\n`)
  }

  close(): void {
    closeSync(this.#handle)
  }
}

/** A cell of CSV. One that a spreadsheet would run as a formula is kept as text. */
function quoted(cell: string): string {
  const text = /^[=+@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function readMapping(text: string | undefined): SalesMapping {
  const mapping: SalesMapping = {}
  for (const part of (text ?? '').split(',').filter((each) => each !== '')) {
    const at = part.indexOf('=')
    const field = SALES_COLUMNS.find((name) => name === part.slice(0, at).trim())
    if (field === undefined) throw new TillError('arguments.invalid', { map: part, fields: SALES_COLUMNS })
    mapping[field] = part.slice(at + 1).trim()
  }
  return mapping
}

async function main(): Promise<number> {
  const { values, positionals } = readArguments({
    allowPositionals: true,
    options: {
      map: { type: 'string' }, url: { type: 'string' }, data: { type: 'string' }, staff: { type: 'string', default: '01' }, pin: { type: 'string', default: '1234' },
      report: { type: 'string' }, limit: { type: 'string' }, keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false },
    },
  }, USAGE)
  const rowsMax = values.limit === undefined ? undefined : readNumber('--limit', values.limit, { min: 1, max: Number.MAX_SAFE_INTEGER }, USAGE)
  const say = (line: string): void => { process.stderr.write(`${line}\n`) }
  const [file] = positionals
  if (values.help || file === undefined) {
    say(USAGE)
    return values.help ? 0 : 2
  }
  if (!existsSync(file)) throw new TillError('file.unreadable', { name: file, reason: 'missing' })
  const isOwn = values.url === undefined && values.data === undefined
  const data = isOwn ? mkdtempSync(join(tmpdir(), 'xiaopu-shop-')) : resolve(values.data ?? join(ROOT, 'data'))
  const report = resolve(values.report ?? join(ROOT, 'data', 'replay', `${basename(file)}-refused.csv`))
  try {
    const result = await replay({
      file: resolve(file), report, data, given: readMapping(values.map), staff: { no: values.staff, pin: values.pin }, say,
      ...(rowsMax === undefined ? {} : { rowsMax }), ...(values.url === undefined ? {} : { url: values.url }),
      ...(process.env['XIAOPU_OPERATOR_KEY'] === undefined ? {} : { operatorKey: process.env['XIAOPU_OPERATOR_KEY'] }),
    })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    if (result.skipped > 0) say(`${result.skipped} rows refused: ${report}`)
    if (result.cloudFen === null) say('This till has no cloud: only file and till were compared.')
    return result.fileFen === result.tillFen && (result.cloudFen ?? result.tillFen) === result.tillFen ? 0 : 1
  } finally {
    if (isOwn && !values.keep) rmSync(data, { recursive: true, force: true })
    else if (isOwn) say(`Kept in ${data}`)
  }
}

if (import.meta.main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof TillError || error instanceof PartFailed)) throw error
    const sentence = fileSentence(error.code, error.detail)
    if (sentence !== undefined) process.stderr.write(`${sentence}\n`)
    process.stderr.write(`${JSON.stringify({ error: { code: error.code, detail: error.detail } })}\n`)
    process.exitCode = 2
  }
}
