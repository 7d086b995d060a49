/**
 * The real Electron, wherever its binary and a display are: the shell opens its window over IPC, a sale goes through, and
 * the page has nothing but the transport. Skipped, and counted as skipped, elsewhere.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from '@playwright/test'
import { describe, expect, it } from 'vitest'
import { buildElectron, buildRenderer } from '../build.ts'
import { ROOT } from '../run-command.ts'
import { electronBinary, hasDisplay } from '../shell.ts'
import { at } from '../testing/screen.ts'

const binary = electronBinary()

describe.skipIf(binary === undefined || !hasDisplay())('the till in Electron', () => {
  it('opens, makes a shop, and gives its page the transport alone', async () => {
    await buildRenderer({ quiet: true })
    await buildElectron({ quiet: true })
    const folder = mkdtempSync(join(tmpdir(), 'xiaopu-electron-'))
    const app = await _electron.launch({ executablePath: binary!, cwd: ROOT, args: ['.', '--data', join(folder, 'till')] })
    try {
      const page = await app.firstWindow()
      await at(page, 'first-shop').fill('窗口小店')
      await at(page, 'first-owner').fill('店主')
      await at(page, 'first-pin').fill('2580')
      await at(page, 'first-again').fill('2580')
      await at(page, 'first-go').click()
      await at(page, 'shift-float').waitFor()
      const reachable = await page.evaluate(() => ({
        keys: Object.keys((window as unknown as { xiaopu: object }).xiaopu).sort(),
        node: typeof (globalThis as { process?: unknown }).process, require: typeof (globalThis as { require?: unknown }).require,
      }))
      expect(reachable).toEqual({ keys: ['onFrame', 'send'], node: 'undefined', require: 'undefined' })
    } finally {
      await app.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
