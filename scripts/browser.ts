/**
 * Finds a Chromium, Chrome or Edge for the till's window and for tests, and gets one where there is none.
 * Nothing is installed without a line that says so, and system packages only as root on Debian.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'
import { SCREEN_JS_FLAGS } from '#desktop/loopback/screen-flags.ts'
import { packageCommand, run } from './run-command.ts'

export type Browser = { readonly path: string; readonly name: string }
type Machine = { readonly platform: NodeJS.Platform; readonly env: NodeJS.ProcessEnv; readonly home: string }

/** A server that does not answer is given up after this; the fallback is quicker than the wait. */
const CONNECT_LIMIT_MS = 10_000
const DOWNLOAD_LIMIT_MS = 10 * 60_000

const LINUX_COMMANDS: readonly (readonly [command: string, name: string])[] = [
  ['chromium', 'Chromium'], ['google-chrome-stable', 'Google Chrome'], ['google-chrome', 'Google Chrome'],
  ['microsoft-edge-stable', 'Microsoft Edge'], ['microsoft-edge', 'Microsoft Edge'], ['chromium-browser', 'Chromium'],
]
const MAC_APPLICATIONS = ['Chromium', 'Google Chrome', 'Microsoft Edge']
const WINDOWS_PROGRAMS: readonly (readonly [program: string, name: string])[] = [
  ['Chromium\\Application\\chrome.exe', 'Chromium'],
  ['Google\\Chrome\\Application\\chrome.exe', 'Google Chrome'],
  ['Microsoft\\Edge\\Application\\msedge.exe', 'Microsoft Edge'],
]

/** Where browsers usually are on a machine, best first; whether they are there is not looked at. */
export function usualPlaces({ platform, env, home }: Machine): Browser[] {
  if (platform === 'win32') {
    const folders = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter((folder) => folder !== undefined)
    return WINDOWS_PROGRAMS.flatMap(([program, name]) => folders.map((folder) => ({ path: win32.join(folder, program), name })))
  }
  if (platform === 'darwin') {
    return MAC_APPLICATIONS.flatMap((name) => ['/Applications', posix.join(home, 'Applications')]
      .map((folder) => ({ path: `${folder}/${name}.app/Contents/MacOS/${name}`, name })))
  }
  const folders = [...new Set([...(env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/')), '/usr/bin', '/usr/local/bin', '/snap/bin'])]
  return LINUX_COMMANDS.flatMap(([command, name]) => folders.map((folder) => ({ path: posix.join(folder, command), name })))
}

/**
 * The browser to use: what XIAOPU_BROWSER names, else an installed one, else Playwright's own.
 * Throws when XIAOPU_BROWSER names nothing, because another browser is not what was asked for.
 */
export async function findBrowser(): Promise<Browser | undefined> {
  const wanted = process.env['XIAOPU_BROWSER']
  if (wanted) {
    if (!existsSync(wanted)) throw new Error(`XIAOPU_BROWSER names ${wanted}, and there is no such file.`)
    return { path: wanted, name: 'the browser of XIAOPU_BROWSER' }
  }
  const installed = usualPlaces({ platform: process.platform, env: process.env, home: homedir() }).find(({ path }) => existsSync(path))
  return installed ?? await findPlaywrightBrowser()
}

/** Playwright's download is only files: on a bare Linux the libraries it needs may be missing, so it must also start. */
async function findPlaywrightBrowser(): Promise<Browser | undefined> {
  const { chromium } = await import('@playwright/test')
  const path = chromium.executablePath()
  if (!existsSync(path)) return undefined
  if (process.platform === 'linux' && (await run({ file: path, args: ['--version'] })).status !== 0) return undefined
  return { path, name: "Playwright's Chromium" }
}

/** Tries to get a browser, first by download, then from Debian. Whether it worked is for `findBrowser` to say. */
export async function installBrowser(): Promise<void> {
  console.log('No Chromium, Chrome or Edge here: downloading Chromium with Playwright …')
  const playwright = packageCommand('@playwright/test', 'playwright')
  const download = await run({ ...playwright, args: [...playwright.args, 'install', '--no-shell', 'chromium'] }, {
    limitMs: DOWNLOAD_LIMIT_MS,
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: String(CONNECT_LIMIT_MS) },
  })
  if (download.status === 0 && await findPlaywrightBrowser()) return
  console.log(download.status === 0
    ? '  downloaded, but it does not start here (libraries are missing).'
    : `  that did not work: ${lastLine(download.output)}`)
  if (isDebianRoot()) await aptInstall(['chromium', 'fonts-noto-cjk'])
}

/** A browser, installed if need be. Throws with what to do by hand when there is no way to get one. */
export async function ensureBrowser(): Promise<Browser> {
  const found = await findBrowser()
  if (found) return found
  await installBrowser()
  const installed = await findBrowser()
  if (installed) return installed
  throw new Error('There is no browser, and none could be installed. Install Chromium, Google Chrome or Microsoft Edge, or set XIAOPU_BROWSER to the path of one.')
}

/** Sees to it that Chinese is drawn as characters, not as boxes. Only Linux comes without such a font. */
export async function ensureChineseFont(): Promise<void> {
  if (process.platform !== 'linux' || await hasChineseFont()) return
  if (isDebianRoot()) await aptInstall(['fontconfig', 'fonts-noto-cjk'])
  if (!await hasChineseFont()) console.log('No Chinese font here: texts may show as boxes. Install one, such as the package fonts-noto-cjk.')
}

async function hasChineseFont(): Promise<boolean> {
  const { status, output } = await run({ file: 'fc-list', args: [':lang=zh', 'family'] })
  return status === 0 && output.trim() !== ''
}

export function isDebianRoot(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get')
}

async function aptInstall(packages: readonly string[]): Promise<void> {
  console.log(`Installing from Debian (${packages.join(', ')}); this takes a minute …`)
  const apt = async (...args: string[]): Promise<boolean> => {
    const { status, output } = await run(
      { file: 'apt-get', args: ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args] },
      { env: { DEBIAN_FRONTEND: 'noninteractive' } },
    )
    if (status !== 0) console.log(`  apt-get ${args[0]} did not work: ${lastLine(output)}`)
    return status === 0
  }
  // A failed update is said and not fatal: older lists may still name the packages.
  await apt('update')
  await apt('install', '-y', '--no-install-recommends', ...packages)
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() || 'it said nothing'
}

export type FlagOptions = {
  readonly headless?: boolean
  /** Opens this address as an application's window, without tabs and address bar. */
  readonly appUrl?: string
  /** A folder for the profile. Leave it out where Playwright starts the browser: it brings its own. */
  readonly profileDir?: string
}

/** Flags that keep a browser from calling home and asking questions; right for a machine without internet. */
export function browserFlags({ headless = false, appUrl, profileDir }: FlagOptions, isRoot = process.getuid?.() === 0): string[] {
  return [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    `--js-flags=${SCREEN_JS_FLAGS}`,
    '--no-first-run',
    '--no-default-browser-check',
    // Chromium refuses to start as root with its sandbox; for anyone else the sandbox stays.
    ...(isRoot ? ['--no-sandbox'] : []),
    ...(headless ? ['--headless'] : []),
    ...(profileDir === undefined ? [] : [`--user-data-dir=${profileDir}`]),
    // The till's own window: as large as there is room, and nothing of the browser's own in front of it.
    ...(appUrl === undefined ? [] : ['--start-maximized', '--disable-features=Translate', `--app=${appUrl}`]),
  ]
}
