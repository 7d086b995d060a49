import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isNodeRecentEnough, layout, lockHash, parseArguments, reasonToInstall, scriptEnvironment, tryLock } from './setup.mjs'

const SETUP = fileURLToPath(new URL('./setup.mjs', import.meta.url))
let root: string
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'xiaopu-setup-')) })
afterEach(() => { rmSync(root, { recursive: true, force: true }) })

test('switches count only before the script', () => {
  expect(parseArguments(['--quiet', 'scripts/x.ts', '--mark', 'a'])).toEqual({ quiet: true, mark: false, script: 'scripts/x.ts', rest: ['--mark', 'a'] })
  expect(parseArguments(['--mark'])).toEqual({ quiet: false, mark: true, script: undefined, rest: [] })
  expect(() => parseArguments(['--loud', 'scripts/x.ts'])).toThrow('--loud')
})

test.each([['18.20.0', false], ['20.18.9', false], ['20.19.0', true], ['22.0.0', true], ['24.1.0', true]])('Node %s: %s', (version, enough) => {
  expect(isNodeRecentEnough(version)).toBe(enough)
})

test('installs when nothing is there, when Node 24 is not, when it is unknown what is, and when the lock changed', () => {
  const at = layout(root)
  writeFileSync(at.lockFile, '{}')
  expect(reasonToInstall(at)).toContain('nothing is installed')
  mkdirSync(at.modules)
  expect(reasonToInstall(at)).toContain('Node 24 is missing')
  mkdirSync(dirname(at.node), { recursive: true })
  writeFileSync(at.node, '')
  expect(reasonToInstall(at)).toContain('not recorded')
  writeFileSync(at.mark, `${lockHash(at)}\n`)
  expect(reasonToInstall(at)).toBeUndefined()
  writeFileSync(at.lockFile, '{ }')
  expect(reasonToInstall(at)).toContain('has changed')
})

test('the packages’ commands and Node 24 come first on the path, whatever its spelling', () => {
  const at = layout(root)
  expect(scriptEnvironment(at, { PATH: '/usr/bin' })['PATH']).toBe([at.bin, dirname(at.node), '/usr/bin'].join(delimiter))
  const windows = scriptEnvironment(at, { Path: 'C:\\Windows' })
  expect(windows['Path']).toContain('C:\\Windows')
  expect(windows).not.toHaveProperty('PATH')
})

describe('the lock of an installation', () => {
  test('is held by one', () => {
    const file = join(root, 'cache', 'install.lock')
    expect(tryLock(file)).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe(String(process.pid))
    expect(tryLock(file)).toBe(false)
  })

  test('of a process that is gone is taken over', () => {
    const file = join(root, 'install.lock')
    writeFileSync(file, String(spawnSync(process.execPath, ['--version']).pid))
    expect(tryLock(file)).toBe(true)
  })

  test('without a name is waited for, though not for ever', () => {
    const file = join(root, 'install.lock')
    writeFileSync(file, '')
    expect(tryLock(file)).toBe(false)
    utimesSync(file, 0, 0)
    expect(tryLock(file)).toBe(true)
  })
})

describe.skipIf(process.platform === 'win32')('the script', () => {
  /** A checkout that seems installed: never this one, because a test must not set off an installation here. */
  function checkoutWith(script: string): string {
    const at = layout(root)
    const setup = join(root, 'scripts', 'setup.mjs')
    mkdirSync(dirname(setup))
    mkdirSync(dirname(at.node), { recursive: true })
    copyFileSync(SETUP, setup)
    symlinkSync(process.execPath, at.node)
    writeFileSync(at.lockFile, '{}')
    writeFileSync(at.mark, lockHash(at))
    writeFileSync(join(root, 'scripts', 'x.ts'), script)
    return setup
  }

  test('gets its arguments, and its status is ours', () => {
    const setup = checkoutWith("const words: string[] = process.argv.slice(2)\nconsole.log(words.join(' '))\nprocess.exit(7)")
    const { status, stdout, stderr } = spawnSync(process.execPath, [setup, '--quiet', 'scripts/x.ts', 'a', '--b'], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 7, stdout: 'a --b\n', stderr: '' })
  })

  test('gets our signal, and may take its time to end', async () => {
    const setup = checkoutWith("process.on('SIGTERM', () => setTimeout(() => process.exit(5), 200))\nsetInterval(() => {}, 1000)\nconsole.log('ready')")
    const child = spawn(process.execPath, [setup, 'scripts/x.ts'], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([5, null])
  })

  test('that does not exist is named', () => {
    const { status, stderr } = spawnSync(process.execPath, [checkoutWith(''), '--quiet', 'scripts/nowhere.ts'], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toContain('There is no scripts/nowhere.ts')
  })

  test('is not run without Node 24, and it is said what to do', () => {
    const setup = checkoutWith('')
    const { node } = layout(root)
    rmSync(node)
    writeFileSync(node, '#!/bin/sh\necho 9\n', { mode: 0o755 })
    const { status, stderr } = spawnSync(process.execPath, [setup, 'scripts/x.ts'], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toContain('Node-API 9')
  })
})
