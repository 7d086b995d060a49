/**
 * `npm run simulate -- --seed N --steps N [--tills N] [--seeds N]`: runs the production code of tills and cloud through what
 * can happen to them, and asks in the end whether the promise held. A seed replays exactly. Every twentieth seed runs on
 * real SQLite files and the real PostgreSQL; `--real` makes every one.
 */
import { parseArgs } from 'node:util'
import { openReal, type Real } from './simulate/real.ts'
import { simulate } from './simulate/simulation.ts'

const USAGE = 'Usage: npm run simulate -- [--seed N] [--seeds N] [--steps N] [--tills N] [--real] [--trace]\n'
const REAL_EVERY = 20

function readOptions() {
  const { values } = parseArgs({ options: {
    seed: { type: 'string', default: '1' }, seeds: { type: 'string', default: '1' }, steps: { type: 'string', default: '60' },
    tills: { type: 'string' }, real: { type: 'boolean', default: false }, trace: { type: 'boolean', default: false },
  } })
  const number = (text: string, min: number): number => {
    const value = Number(text)
    if (!Number.isSafeInteger(value) || value < min) throw new Error(`${text} is not a whole number of at least ${min}`)
    return value
  }
  return {
    seed: number(values.seed, 0), seeds: number(values.seeds, 1), steps: number(values.steps, 1),
    tills: values.tills === undefined ? undefined : number(values.tills, 1), real: values.real, trace: values.trace,
  }
}

let options: ReturnType<typeof readOptions>
try {
  options = readOptions()
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n${USAGE}`)
  process.exit(2)
}
let real: Real | undefined
const sum = { seeds: 0, real: 0, deeds: 0, sales: 0, deaths: 0, failed: [] as number[] }
try {
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    const isReal = options.real || (options.seeds > 1 && seed % REAL_EVERY === 0)
    if (isReal) real ??= await openReal()
    const parts = isReal ? await real!.parts() : undefined
    const outcome = await simulate({ seed, steps: options.steps, tills: options.tills, ...(options.trace ? { trace: (line: string) => process.stderr.write(`${line}\n`) } : {}), ...parts?.world })
    await parts?.drop()
    sum.seeds += 1
    sum.real += isReal ? 1 : 0
    sum.deeds += outcome.deeds
    sum.sales += outcome.sales
    sum.deaths += outcome.deaths
    if (outcome.faults.length > 0) {
      sum.failed.push(seed)
      const again = `npm run simulate -- --seed ${seed} --steps ${options.steps}${options.tills === undefined ? '' : ` --tills ${options.tills}`}${isReal ? ' --real' : ''}`
      process.stderr.write(`seed ${seed} failed; again with: ${again}\n${outcome.faults.map((fault) => `  ${fault}`).join('\n')}\n`)
    }
  }
} finally {
  await real?.close()
}
process.stdout.write(`${JSON.stringify({ name: 'simulate', ...sum })}\n`)
process.exit(sum.failed.length > 0 ? 1 : 0)
