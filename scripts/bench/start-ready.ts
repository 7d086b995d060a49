/** `start.ready`: `npm start` when everything is installed and built, from the command to its ready line. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../run-command.ts'
import { type Figure, p95Figure } from './figures.ts'

const RUNS = 7

export async function startReady(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-bench-'))
  try {
    await timeStart(folder)
    const seconds: number[] = []
    for (let i = 0; i < RUNS; i++) seconds.push(await timeStart(folder))
    return [p95Figure('start.ready', 's', seconds)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Seconds to the ready line; then it is stopped as Ctrl-C does. */
async function timeStart(folder: string): Promise<number> {
  const began = performance.now()
  const child = spawn('npm', ['start', '--silent', '--', '--data', folder, '--port', '0', '--cloud-port', '0', '--no-open'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const ended = new Promise<void>((resolve) => { child.once('close', () => resolve()) })
  let seconds: number | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('ready ')) return
    seconds = (performance.now() - began) / 1000
    // Ctrl-C goes to everything that the terminal started.
    process.kill(-child.pid!, 'SIGINT')
  })
  await ended
  if (seconds === undefined) throw new Error('npm start ended before it was ready')
  return seconds
}
