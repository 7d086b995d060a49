import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pageFile } from './page-file.ts'

describe('pageFile', () => {
  it('finds the screens', () => {
    expect(pageFile('/app/dist/renderer', 'xiaopu://till/assets/a%20b.js')).toBe(pathToFileURL('/app/dist/renderer/assets/a b.js').href)
  })
  it.each(['xiaopu://till/..%2f..%2fetc/passwd', 'xiaopu://till/%2e%2e/%2e%2e/secret', 'xiaopu://other/index.html', 'nonsense', 'xiaopu://till/%E0%A4%A'])('refuses %s', (address) => {
    const file = pageFile('/app/dist/renderer', address)
    expect(file === undefined || file.startsWith('file:///app/dist/renderer/')).toBe(true)
  })
  it('never leads out of the folder', () => {
    fc.assert(fc.property(fc.webPath(), (path) => {
      const file = pageFile('/app/dist/renderer', `xiaopu://till${path}`)
      return file === undefined || file.startsWith('file:///app/dist/renderer/')
    }))
  })
})
