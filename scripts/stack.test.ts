import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startStack } from './stack.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'xiaopu-stack-')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A shell that writes down that it was started, is up for a moment, and ends with `status`. */
function shellThatEnds(status: number): { program: string; starts: () => number } {
  const program = join(folder, 'shell')
  const marks = join(folder, 'starts')
  writeFileSync(marks, '')
  writeFileSync(program, `#!${process.execPath}
require('node:fs').appendFileSync(${JSON.stringify(marks)}, '.')
console.log('{"ready":"till","url":"http://127.0.0.1:9/?token=t"}')
setTimeout(() => process.exit(${status}), 50)
`)
  chmodSync(program, 0o755)
  return { program, starts: () => readFileSync(marks, 'utf8').length }
}

it.skipIf(process.platform === 'win32')('a shell whose window was closed is not opened again; one that broke is', async () => {
  const closed = shellThatEnds(0)
  const onQuit = vi.fn()
  const stack = await startStack({ data: folder, cloud: false, electron: closed.program, onQuit })
  await vi.waitFor(() => expect(onQuit).toHaveBeenCalledOnce())
  await stack.stop()
  expect(closed.starts()).toBe(1)

  const broken = shellThatEnds(3)
  const again = await startStack({ data: folder, cloud: false, electron: broken.program, onQuit })
  await vi.waitFor(() => expect(broken.starts()).toBeGreaterThan(1), { timeout: 5000 })
  await again.stop()
  expect(onQuit).toHaveBeenCalledOnce()
})
