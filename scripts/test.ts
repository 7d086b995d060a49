/**
 * What `npm test` runs: gets a browser and a Chinese font where they are missing, builds the screens, checks,
 * and runs every test, all under this Node. The last line of its output is exactly
 * `N passed, N failed, N skipped`; the build and each check count as one test each.
 *
 * `npm test -- PATTERN…` runs the test files whose path contains a pattern, without the checks.
 */
import { createVitest } from 'vitest/node'
import type { TestModule, TestSuite, Vitest } from 'vitest/node'
import { ensureBrowser, ensureChineseFont } from './browser.ts'
import { buildRenderer, hasRenderer } from './build.ts'
import { runChecks } from './check.ts'
import { ROOT } from './run-command.ts'

type Tally = { passed: number; failed: number; skipped: number }

/** What must be there before the first test, each counted as one. One that fails does not keep the rest from running. */
async function prepare(tally: Tally): Promise<void> {
  await count(tally, 'browser', async () => {
    await ensureBrowser()
    await ensureChineseFont()
  })
  if (hasRenderer()) await count(tally, 'build', () => buildRenderer())
}

async function count(tally: Tally, name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
    tally.passed += 1
  } catch (error) {
    tally.failed += 1
    console.log(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function check(tally: Tally): Promise<void> {
  for (const { passed } of await runChecks()) tally[passed ? 'passed' : 'failed'] += 1
}

async function runTests(tally: Tally, patterns: readonly string[]): Promise<void> {
  const vitest = await createVitest('test', { root: ROOT, run: true, watch: false, reporters: ['default'] })
  // Stopped by hand, it still closes its workers and servers, and still counts.
  const stop = (): void => { void vitest.cancelCurrentRun('keyboard-input') }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    await vitest.start([...patterns])
    tallyRun(tally, vitest)
  } finally {
    await vitest.close()
  }
}

function tallyRun(tally: Tally, vitest: Vitest): void {
  for (const module of vitest.state.getTestModules()) {
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      // A test that was begun and never ended is not a pass.
      tally[state === 'pending' ? 'failed' : state] += 1
    }
    tally.failed += brokenAround(module)
  }
  tally.failed += vitest.state.getUnhandledErrors().length
}

/** Files that could not be loaded and hooks that threw: failures that no test carries. */
function brokenAround(module: TestModule): number {
  const suites: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()]
  return suites.filter((suite) => suite.errors().length > 0).length
}

const patterns = process.argv.slice(2)
const tally: Tally = { passed: 0, failed: 0, skipped: 0 }
await prepare(tally)
if (patterns.length === 0) await check(tally)
const ranBefore = tally.passed + tally.failed
try {
  await runTests(tally, patterns)
} catch (error) {
  // Nothing matched, a project's set-up threw, or the configuration is wrong: none of it is a pass.
  tally.failed += 1
  console.log(error instanceof Error ? (error.stack ?? error.message) : String(error))
}
const ranNothing = tally.passed + tally.failed === ranBefore
if (ranNothing) console.log('No test ran.')
const lastLine = `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`
// Whatever a test left open must not keep us, nor may leaving cut off the last line.
process.stdout.write(lastLine, () => process.exit(tally.failed > 0 || ranNothing ? 1 : 0))
