/** The window the till is shown in: Electron where it is to be had, else a browser as an app window, else only the address. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { browserFlags, findBrowser } from './browser.ts'
import { packageCommand, run, ROOT } from './run-command.ts'

const DOWNLOAD_LIMIT_MS = 15 * 60_000
const MISSED = join(ROOT, '.cache/electron-missed')

/** Whether a window can be shown at all. */
export function hasDisplay(env = process.env, platform = process.platform): boolean {
  return platform === 'win32' || platform === 'darwin' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY'])
}

/** The binary, if it is there already. */
export function electronBinary(): string | undefined {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const pathFile = join(folder, 'path.txt')
  const path = existsSync(pathFile) ? join(folder, 'dist', readFileSync(pathFile, 'utf8').trim()) : undefined
  return path !== undefined && existsSync(path) ? path : undefined
}

/**
 * Fetches Electron's binary, once: where that failed it isn't tried again at every start, only for `insist`.
 * Says in one line what came of it.
 */
export async function fetchElectron(insist: boolean, say: (line: string) => void): Promise<string | undefined> {
  const found = electronBinary()
  if (found) return found
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/electron/package.json'), 'utf8')) as { version: string }
  if (!insist && existsSync(MISSED) && readFileSync(MISSED, 'utf8') === version) return undefined
  say(`Fetching Electron ${version} (about 120 MB, once) …`)
  const began = Date.now()
  const progress = setInterval(() => say(`  still fetching, ${Math.round((Date.now() - began) / 1000)} s …`), 5000)
  const outcome = await run(packageCommand('electron', 'install-electron'), { limitMs: DOWNLOAD_LIMIT_MS })
  clearInterval(progress)
  const fetched = electronBinary()
  if (outcome.status === 0 && fetched) return fetched
  mkdirSync(dirname(MISSED), { recursive: true })
  writeFileSync(MISSED, version)
  const reason = outcome.output.trim().split('\n').find((line) => /error/i.test(line)) ?? 'no answer'
  say(`Electron could not be fetched here (${reason.trim().slice(0, 120)}): going on in the browser. "npm start -- --electron" tries again.`)
  return undefined
}

/** Opens the till as an app window of the system's browser, in a profile of its own; undefined where there is none. */
export async function openBrowserWindow(url: string, profileDir: string): Promise<ChildProcess | undefined> {
  const browser = await findBrowser()
  return browser && spawn(browser.path, browserFlags({ appUrl: url, profileDir }), { stdio: 'ignore' })
}
