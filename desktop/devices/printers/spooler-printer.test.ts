/** The spooler's programs, with a stand-in of ours for `lp` and `lpstat` first on the path. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemTimer } from '#desktop/loopback/system.ts'
import { hurriedTimer } from '#desktop/testing/hurried-timer.ts'
import { runPrinterSuite } from '#shared/testing/printer.ts'
import { spoolerPrinter, spoolerQueues } from './spooler-printer.ts'
import { WINDOWS_PRINT, powershell } from './winspool.ts'

const QUEUE = '小票 XP-58'
const path = process.env['PATH']
let folder: string
const at = (name: string): string => join(folder, name)

/** Takes what it is given into a file of its own, in their order, and does as the file `how` says. */
const LP = `#!/bin/sh
how=$(cat "$0.how")
printf '%s\\n' "$@" > "$0.args"
case "$how" in
  off) echo "lp: The printer or class does not exist." >&2; exit 1;;
  refuse) echo "lp: Destination is not accepting jobs." >&2; exit 1;;
  stall) exec sleep 1000;;
esac
n=$(ls "$0".job* 2>/dev/null | wc -l)
cat > "$0.job$(printf '%04d' $n)"
echo "request id is X-$n (1 file(s))"
`
function program(name: string, text: string): void {
  writeFileSync(at(name), text)
  chmodSync(at(name), 0o755)
}
const jobs = (): Uint8Array[] => readdirSync(folder).filter((name) => name.startsWith('lp.job')).sort().map((name) => Uint8Array.from(readFileSync(at(name))))
const how = (what: string): void => writeFileSync(at('lp.how'), what)

describe.skipIf(process.platform === 'win32')('CUPS', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'xiaopu-lp-'))
    process.env['PATH'] = folder + delimiter + path
    program('lp', LP)
    program('lpstat', '#!/bin/sh\nprintf "XP-58\\n小票 XP-58\\n\\n"\n')
  })
  afterEach(() => {
    for (const name of readdirSync(folder)) if (name.startsWith('lp.')) rmSync(at(name))
  })
  afterAll(() => {
    process.env['PATH'] = path
    rmSync(folder, { recursive: true })
  })

  runPrinterSuite('spooler', { mute: 'taken', answers: false, stalls: true, cuts: false }, async () => {
    how('print')
    return {
      printer: spoolerPrinter({ queue: QUEUE }, { timer: hurriedTimer(20), stallMs: 20_000 }),
      received: jobs,
      async behave(what) { how(typeof what === 'string' ? what : 'off') },
      loseNerve: () => Promise.resolve(),
      close: () => Promise.resolve(),
    }
  })

  test('the bytes go to the queue as they are', async () => {
    how('print')
    await spoolerPrinter({ queue: QUEUE }, { timer: systemTimer }).send(Buffer.from('paper'))
    expect(readFileSync(at('lp.args'), 'utf8').trimEnd().split('\n')).toEqual(['-d', QUEUE, '-o', 'raw', '-t', 'Xiaopu', '-'])
  })

  test('a queue that takes nothing says so', async () => {
    how('refuse')
    expect(await spoolerPrinter({ queue: QUEUE }, { timer: systemTimer }).send(Buffer.from('paper'))).toEqual({ ok: false, code: 'printer.refused', sent: 0 })
  })

  test('queues are found by their names', async () => {
    expect(await spoolerQueues({ timer: systemTimer })).toEqual([
      { address: 'spooler:XP-58', label: 'XP-58', by: 'spooler' },
      { address: `spooler:${encodeURIComponent(QUEUE)}`, label: QUEUE, by: 'spooler' },
    ])
  })
})

test('a machine without a spooler says what is missing', async () => {
  const nothing = mkdtempSync(join(tmpdir(), 'xiaopu-no-lp-'))
  process.env['PATH'] = nothing
  try {
    expect(existsSync(join(nothing, 'lp'))).toBe(false)
    expect(await spoolerPrinter({ queue: 'X' }, { timer: systemTimer, platform: 'linux' }).send(Buffer.from('x'))).toEqual({ ok: false, code: 'printer.no_driver', sent: 0 })
    expect(await spoolerQueues({ timer: systemTimer, platform: 'linux' })).toEqual([])
    expect(await spoolerPrinter({ queue: 'X' }, { timer: systemTimer, platform: 'win32' }).send(Buffer.from('x'))).toEqual({ ok: false, code: 'printer.no_driver', sent: 0 })
  } finally {
    process.env['PATH'] = path
    rmSync(nothing, { recursive: true })
  }
})

test('the program for Windows fits on a command line and holds no queue\'s name', () => {
  const [, args] = powershell(WINDOWS_PRINT)
  expect(args.join(' ').length).toBeLessThan(32_000)
  expect(Buffer.from(args.at(-1)!, 'base64').toString('utf16le')).toBe(WINDOWS_PRINT)
})
