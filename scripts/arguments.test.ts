import { execPath } from 'node:process'
import { describe, expect, test } from 'vitest'
import { run, ROOT } from './run-command.ts'

const command = (script: string, ...args: string[]) => run({ file: execPath, args: [`${ROOT}scripts/${script}.ts`, ...args] })

/** Of what a command says of a refusal: a sentence for people, and a line for programs. */
const codeIn = (output: string): string => (JSON.parse(output.slice(output.indexOf('{'))) as { error: { code: string } }).error.code

describe('a slip in what was typed: one sentence and the usage, never a stack', () => {
  test.each([
    ['start', ['--bogus'], 'Unknown option \'--bogus\'.\nnpm start -- [options]'],
    ['start', ['--port', 'abc', '--no-open'], '--port abc is no whole number from 0 to 65535.\n'],
    ['start', ['--cloud-port', '65536', '--no-open'], '--cloud-port 65536 is no whole number from 0 to 65535.\n'],
    ['till', ['--bogus'], 'Unknown option \'--bogus\'.\nnpm run till'],
    ['cloud', ['--bogus'], 'Unknown option \'--bogus\'.\nnpm run cloud'],
    ['cloud', ['price', '--good', 'X', '--yuan', '-3'], '--yuan needs a value; one that begins with "-" is written --yuan=-3.\n'],
    ['credit-code', ['--bogus'], 'Unknown option \'--bogus\'.\nnpm run credit-code'],
    ['replay', ['--bogus'], 'Unknown option \'--bogus\'.\nnpm run replay'],
    ['replay', ['x.csv', '--limit', 'abc'], '--limit abc is no whole number from 1'],
    ['bench', ['--bogus'], 'No such bench: --bogus.'],
  ] as const)('%s %j', async (script, args, beginning) => {
    const { status, output } = await command(script, ...args)
    expect(output.slice(0, beginning.length)).toBe(beginning)
    expect(output).not.toMatch(/^ +at /m)
    expect(status).toBe(2)
  })

  test('a folder that isn\'t there, given to till verify', async () => {
    const { status, output } = await command('till', 'verify', '--data', '/there/is/no/such/folder')
    expect([status, codeIn(output)]).toEqual([1, 'ledger.not_found'])
  })

  test('an address that is none', async () => {
    const { status, output } = await command('till', 'call', 'till.snapshot', '--url', 'nowhere')
    expect([status, codeIn(output)]).toEqual([1, 'host.gone'])
  })
})
