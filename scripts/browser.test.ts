import { describe, expect, test } from 'vitest'
import { browserFlags, usualPlaces } from './browser.ts'

const paths = (...machine: Parameters<typeof usualPlaces>): string[] => usualPlaces(...machine).map(({ path }) => path)

describe('usual places', () => {
  test('Linux: the path first, then folders a service may lack; a distribution’s Chromium before Chrome', () => {
    const found = paths({ platform: 'linux', env: { PATH: '/opt/x/bin:relative:/usr/bin' }, home: '/home/a' })
    expect(found.slice(0, 4)).toEqual(['/opt/x/bin/chromium', '/usr/bin/chromium', '/usr/local/bin/chromium', '/snap/bin/chromium'])
    expect(found.indexOf('/usr/bin/chromium')).toBeLessThan(found.indexOf('/usr/bin/google-chrome'))
    expect(found.filter((path) => path.includes('relative'))).toEqual([])
  })

  test('Linux without PATH', () => {
    expect(paths({ platform: 'linux', env: {}, home: '/' })).toContain('/usr/bin/chromium')
  })

  test('macOS: for all users and for this one', () => {
    const found = paths({ platform: 'darwin', env: {}, home: '/Users/a' })
    expect(found).toContain('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome')
    expect(found).toContain('/Users/a/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge')
  })

  test('Windows: only folders the environment names', () => {
    const found = paths({ platform: 'win32', env: { 'PROGRAMFILES': 'C:\\Program Files' }, home: 'C:\\Users\\a' })
    expect(found).toEqual([
      'C:\\Program Files\\Chromium\\Application\\chrome.exe',
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
    ])
  })
})

describe('flags', () => {
  test('the sandbox is given up only as root', () => {
    expect(browserFlags({}, true)).toContain('--no-sandbox')
    expect(browserFlags({}, false)).not.toContain('--no-sandbox')
  })

  test('a window of an application has its address and its profile', () => {
    const flags = browserFlags({ appUrl: 'http://127.0.0.1:1/', profileDir: '/p' }, false)
    expect(flags).toEqual(expect.arrayContaining(['--app=http://127.0.0.1:1/', '--user-data-dir=/p', '--no-first-run', '--disable-sync']))
    expect(flags).not.toContain('--headless')
  })
})
