/**
 * What every npm script goes through: makes sure that the packages of package-lock.json are installed and
 * that Node 24 is there, then runs a TypeScript file under that Node. A fresh clone on a machine with only
 * Node 20 therefore needs no other step. Plain JavaScript without packages, because it runs before any exist.
 *
 *   node scripts/setup.mjs [--quiet] [scripts/x.ts [argument…]]
 *   node scripts/setup.mjs --mark      records the present lock as installed, and installs nothing
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_OLDEST = [20, 19]
const NAPI_NEEDED = 10
/** A half-written lock of a process that died before naming itself is ignored after this. */
const LOCK_WITHOUT_PID_MS = 10_000
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/** A sentence for whoever started us; never a stack trace. */
export class SetupError extends Error {}

/** Splits our own switches from the script and its arguments: switches count only before the script. */
export function parseArguments(/** @type {readonly string[]} */ args) {
  const scriptAt = args.findIndex((arg) => !arg.startsWith('--'))
  const own = scriptAt === -1 ? args : args.slice(0, scriptAt)
  const unknown = own.find((arg) => arg !== '--quiet' && arg !== '--mark')
  if (unknown !== undefined) throw new SetupError(`setup does not know ${unknown}; it knows --quiet and --mark.`)
  return {
    quiet: own.includes('--quiet'),
    mark: own.includes('--mark'),
    script: scriptAt === -1 ? undefined : args[scriptAt],
    rest: scriptAt === -1 ? [] : args.slice(scriptAt + 1),
  }
}

/** Whether a version such as `20.20.2` is at least the oldest Node that can install the packages. */
export function isNodeRecentEnough(/** @type {string} */ version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = NODE_OLDEST
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/** Where things are in a checkout. */
export function layout(/** @type {string} */ root) {
  const modules = join(root, 'node_modules')
  return {
    root,
    lockFile: join(root, 'package-lock.json'),
    modules,
    bin: join(modules, '.bin'),
    node: join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    mark: join(modules, '.xiaopu-lock-hash'),
    // Not inside node_modules: npm ci deletes that folder while the lock is held.
    installLock: join(root, '.cache', 'install.lock'),
  }
}

/** @typedef {ReturnType<typeof layout>} Layout */

export function lockHash(/** @type {Layout} */ at) {
  if (!existsSync(at.lockFile)) throw new SetupError('package-lock.json is missing; get it back with: git checkout package-lock.json')
  return createHash('sha256').update(readFileSync(at.lockFile)).digest('hex')
}

/** Why the packages must be installed, as a sentence, or undefined when they are as the lock says. */
export function reasonToInstall(/** @type {Layout} */ at) {
  if (!existsSync(at.modules)) return 'nothing is installed yet'
  if (!existsSync(at.node)) return 'Node 24 is missing from node_modules'
  if (!existsSync(at.mark)) return 'it is not recorded which packages are installed'
  if (readFileSync(at.mark, 'utf8').trim() !== lockHash(at)) return 'package-lock.json has changed'
  return undefined
}

function isAlive(/** @type {number} */ pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/** Takes the lock if nobody living holds it. True when it is ours. */
export function tryLock(/** @type {string} */ file) {
  mkdirSync(dirname(file), { recursive: true })
  for (const attempt of [1, 2]) {
    try {
      const handle = openSync(file, 'wx')
      writeSync(handle, String(process.pid))
      closeSync(handle)
      return true
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    }
    if (attempt === 1 && isStale(file)) rmSync(file, { force: true })
  }
  return false
}

function isStale(/** @type {string} */ file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    if (pid > 0) return !isAlive(pid)
    return Date.now() - statSync(file).mtimeMs > LOCK_WITHOUT_PID_MS
  } catch {
    return true // It went away between two looks: free.
  }
}

async function withInstallLock(/** @type {Layout} */ at, /** @type {() => void} */ work) {
  let said = false
  while (!tryLock(at.installLock)) {
    if (!said) console.error('Waiting for another installation in this folder to finish …')
    said = true
    await new Promise((wake) => { setTimeout(wake, 500) })
  }
  try {
    work()
  } finally {
    rmSync(at.installLock, { force: true })
  }
}

/** Installs what the lock names. Progress goes to stderr, so that a script's own stdout stays clean. */
async function install(/** @type {Layout} */ at) {
  await withInstallLock(at, () => {
    const reason = reasonToInstall(at)
    if (reason === undefined) return // The one we waited for did it.
    console.error(`Installing the packages (${reason}); this takes about half a minute …`)
    // The npm that runs us, if it is npm that does; otherwise the one on the path, which is a .cmd on Windows.
    const ours = process.env.npm_execpath
    const npm = ours !== undefined && basename(ours) === 'npm-cli.js'
      ? { file: process.execPath, args: [ours], shell: false }
      : { file: 'npm', args: [], shell: process.platform === 'win32' }
    // Errors only: npm's warnings are about this older Node, under which the packages will not run.
    const done = spawnSync(npm.file, [...npm.args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: at.root,
      stdio: ['ignore', 2, 2],
      shell: npm.shell,
      // npm start under `NODE_ENV=production` must still get the tools that build the screens.
      env: { ...process.env, npm_config_include: 'dev' },
    })
    if (done.status !== 0) {
      throw new SetupError('npm ci did not succeed; what it said is above. Check the network or the registry (npm config get registry), then run the same command again.')
    }
    requireNode24(at)
    writeMark(at)
  })
}

/** Fails with advice unless the Node in node_modules is there, starts, and can load the native modules. */
function requireNode24(/** @type {Layout} */ at) {
  const skipped = 'Most often install scripts were skipped: run `npm config delete ignore-scripts`, delete node_modules, and run the same command again.'
  if (!existsSync(at.node)) throw new SetupError(`Node 24 was not unpacked to node_modules/node. ${skipped}`)
  const asked = spawnSync(at.node, ['-p', 'process.versions.napi'], { encoding: 'utf8' })
  if (asked.status !== 0) throw new SetupError(`node_modules/node does not run here (${asked.error?.message ?? asked.stderr.trim()}). Delete node_modules and run the same command again.`)
  if (!(Number(asked.stdout) >= NAPI_NEEDED)) throw new SetupError(`node_modules/node has Node-API ${asked.stdout.trim()}, and ${NAPI_NEEDED} is needed. ${skipped}`)
}

function writeMark(/** @type {Layout} */ at) {
  writeFileSync(at.mark, `${lockHash(at)}\n`)
}

/**
 * The environment of the script: Node 24 and the packages' commands come first on the path.
 * @returns {NodeJS.ProcessEnv}
 */
export function scriptEnvironment(/** @type {Layout} */ at, /** @type {NodeJS.ProcessEnv} */ env) {
  // Windows spells it Path, and a second spelling would be ignored or win at random.
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  return {
    // Node keeps what it made of the sources, types already erased: a second start loads it instead of making it again.
    NODE_COMPILE_CACHE: join(at.root, '.cache/node'),
    ...env, [pathName]: [at.bin, dirname(at.node), env[pathName]].filter(Boolean).join(delimiter), XIAOPU_NODE: at.node,
  }
}

/** Runs the script and becomes its shadow: passes signals on, waits for it however long it takes, ends as it ends. */
function runScript(/** @type {Layout} */ at, /** @type {string} */ script, /** @type {readonly string[]} */ args) {
  const file = resolve(at.root, script)
  if (!existsSync(file)) throw new SetupError(`There is no ${script}.`)
  const child = spawn(at.node, [file, ...args], { stdio: 'inherit', env: scriptEnvironment(at, process.env) })
  // A terminal sends Ctrl-C to the whole group, so the child has it already and a copy would read as
  // "quit at once". Without a terminal only we were signalled.
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    })
  }
  child.on('error', (error) => fail(`${script} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
  })
}

function fail(/** @type {string} */ sentence) {
  console.error(`\nxiaopu: ${sentence}`)
  process.exitCode = 1
}

async function main() {
  const { quiet, mark, script, rest } = parseArguments(process.argv.slice(2))
  if (!isNodeRecentEnough(process.versions.node)) {
    throw new SetupError(`This is Node ${process.versions.node}; ${NODE_OLDEST.join('.')} or newer is needed to begin with. Get one from https://nodejs.org, or from your system's packages.`)
  }
  const at = layout(fileURLToPath(new URL('..', import.meta.url)))
  if (mark) {
    writeMark(at)
    return
  }
  if (reasonToInstall(at) !== undefined) await install(at)
  else if (!quiet) requireNode24(at)
  if (script !== undefined) runScript(at, script, rest)
}

// The real path, because a checkout may be reached through a link (macOS' /tmp is one).
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    if (!(error instanceof SetupError)) throw error
    fail(error.message)
  })
}
