/**
 * Everything that can be proved without running the product. `npm run check` does all of it,
 * `npm run check -- arrows types` some. `npm test` does it too and counts each check as a test.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SERVICE_TABLES } from '#cloud/storage/tenancy.ts'
import { checkArrows, CHECKED_FOLDERS, formatViolation } from './checks/arrows.ts'
import { packageCommand, ROOT, run } from './run-command.ts'
import type { Command } from './run-command.ts'
import { ACROSS_SHOPS, checkSqlHabits, formatSqlFinding } from './checks/sql-habits.ts'
import { readSourceFiles } from './checks/source-files.ts'
import { findTextInCode } from './checks/text-in-code.ts'

/** What is wrong, ready to print; empty when all is well. */
type Findings = string
type Check = { readonly name: string; readonly proves: string; readonly find: () => Promise<Findings> | Findings }

export type CheckResult = { readonly name: string; readonly passed: boolean }

const SCREENS = 'desktop/renderer'
const CONTRACT_PAGE = join(ROOT, 'scripts/contract-page.ts')

const CHECKS: readonly Check[] = [
  { name: 'arrows', proves: 'folders import only what the design lets them', find: findCrossedArrows },
  { name: 'types', proves: 'types agree', find: () => findingsOf(packageCommand('vue-tsc'), '--noEmit', '--incremental', '--tsBuildInfoFile', '.cache/types.tsbuildinfo') },
  { name: 'lint', proves: 'oxlint finds nothing', find: () => findingsOf(packageCommand('oxlint'), '--deny-warnings') },
  { name: 'vue', proves: 'eslint finds nothing in components', find: lintComponents },
  { name: 'sql', proves: 'statements of the cloud keep to one shop and can be spread by shop', find: findSqlHabits },
  { name: 'text', proves: 'no Chinese in the code of the screens outside i18n', find: findTextOutsideTranslations },
  ...(existsSync(CONTRACT_PAGE)
    ? [{ name: 'docs', proves: 'generated documents are current', find: () => findingsOf({ file: process.execPath, args: [CONTRACT_PAGE] }, '--check') }]
    : []),
]

/**
 * Runs the checks named, or all, and prints a line for each in their order, with its findings when it fails.
 * Programs run side by side. Throws RangeError on a name that is no check.
 */
export async function runChecks(names: readonly string[] = []): Promise<CheckResult[]> {
  const unknown = names.find((name) => !CHECKS.some((check) => check.name === name))
  if (unknown !== undefined) throw new RangeError(`There is no check ${unknown}; there are ${CHECKS.map(({ name }) => name).join(', ')}.`)
  const running = CHECKS
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map((check) => ({ ...check, findings: startCheck(check) }))
  const results: CheckResult[] = []
  for (const { name, proves, findings } of running) {
    const found = await findings
    results.push({ name, passed: found === '' })
    console.log(found === '' ? `✓ ${name}: ${proves}` : `✗ ${name} (to prove: ${proves})\n${found.replace(/^/gm, '    ')}`)
  }
  return results
}

/** A check that falls over has found something too; it must not take the others with it. */
async function startCheck(check: Check): Promise<Findings> {
  try {
    return await check.find()
  } catch (error) {
    return `the check itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
}

async function findingsOf(command: Command, ...args: string[]): Promise<Findings> {
  const { status, output } = await run({ file: command.file, args: [...command.args, ...args] }, { env: { NO_COLOR: '1' } })
  return status === 0 ? '' : output.trim() || `it ended with status ${status ?? 'unknown'} and said nothing`
}

function findCrossedArrows(): Findings {
  return checkArrows(readSourceFiles(ROOT, CHECKED_FOLDERS, ['.ts', '.vue'])).map(formatViolation).join('\n')
}

function findSqlHabits(): Findings {
  const code = readSourceFiles(ROOT, ['cloud'], ['.ts']).filter(({ path }) => !path.endsWith('.test.ts') && !path.startsWith('cloud/testing/'))
  return checkSqlHabits({ code, migrations: readSourceFiles(ROOT, ['migrations/cloud'], ['.sql']), serviceTables: Object.keys(SERVICE_TABLES), across: ACROSS_SHOPS }).map(formatSqlFinding).join('\n')
}

function lintComponents(): Promise<Findings> {
  return findingsOf(
    packageCommand('eslint'),
    '--cache', '--cache-strategy', 'content', '--cache-location', '.cache/eslint/',
    '--max-warnings', '0', '--no-error-on-unmatched-pattern', '**/*.vue',
  )
}

function findTextOutsideTranslations(): Findings {
  const files = readSourceFiles(ROOT, [SCREENS], ['.ts', '.vue'])
    .filter(({ path }) => !path.startsWith(`${SCREENS}/i18n/`) && !path.endsWith('.test.ts'))
  return findTextInCode(files).map(({ file, line, text }) => `${file}:${line} has ${text}: move it to ${SCREENS}/i18n`).join('\n')
}

if (import.meta.main) {
  try {
    const results = await runChecks(process.argv.slice(2))
    process.exitCode = results.every(({ passed }) => passed) ? 0 : 1
  } catch (error) {
    console.error(error instanceof RangeError ? error.message : error)
    process.exitCode = 2
  }
}
