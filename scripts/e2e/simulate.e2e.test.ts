/** A thousand lives of a shop, every twentieth on real files and the real PostgreSQL; one process for each processor. */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '#scripts/run-command.ts'

const SEEDS = 1000
const STEPS = 40

function run(seed: number, seeds: number): Promise<{ status: number | null; said: string; sum: { seeds: number; real: number; failed: number[] } }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts/simulate.ts'), '--seed', String(seed), '--seeds', String(seeds), '--steps', String(STEPS)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { said += text })
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, said, sum: JSON.parse(out.trim().split('\n').at(-1) || '{}') as { seeds: number; real: number; failed: number[] } }))
  })
}

test(`${SEEDS} seeds: nothing lost, nothing doubled, every sum right`, { timeout: 1_800_000 }, async () => {
  const processes = Math.max(1, Math.min(8, availableParallelism()))
  const share = Math.ceil(SEEDS / processes)
  const runs = await Promise.all(Array.from({ length: processes }, (_, i) => run(1 + i * share, share)))
  for (const { said, sum, status } of runs) {
    expect(said).toBe('')
    expect(sum.failed).toEqual([])
    expect(status).toBe(0)
    expect(sum.real).toBeGreaterThan(0)
  }
  expect(runs.reduce((seeds, { sum }) => seeds + sum.seeds, 0)).toBeGreaterThanOrEqual(SEEDS)
})
