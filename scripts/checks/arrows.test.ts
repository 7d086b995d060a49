import { describe, expect, test } from 'vitest'
import { checkArrows, formatViolation } from './arrows.ts'

/** The rules one file breaks, given its path and text. */
function rules(path: string, text: string): string[] {
  return checkArrows([{ path, text }]).map((violation) => violation.rule)
}

/** What a row expects: part of the rule that is broken, or undefined where the import is fine. */
type Row = readonly [path: string, specifier: string, rule: string | undefined]

const rows: readonly Row[] = [
  // between the top folders
  ['printers/receipt/lines.ts', '#shared/money/money.ts', undefined],
  ['printers/receipt/lines.ts', '#desktop/devices/usb.ts', 'printers imports only shared, printers'],
  ['desktop/devices/usb.ts', '#printers/escpos/encode.ts', undefined],
  ['desktop/sync/push.ts', '#cloud/api/server.ts', 'desktop imports only'],
  ['cloud/api/server.ts', '#desktop/host/till.ts', 'cloud imports only'],
  ['cloud/api/sync.e2e.test.ts', '#desktop/host/till.ts', 'cloud imports only'],
  ['scripts/simulate.ts', '#desktop/host/till.ts', undefined],
  ['scripts/simulate.ts', '#cloud/server.ts', undefined],
  ['desktop/main/main.ts', '#scripts/build.ts', 'only tests import scripts'],
  ['desktop/loopback/sale.e2e.test.ts', '#scripts/browser.ts', undefined],
  ['desktop/main/main.ts', '../../shared/host/contract.ts', 'uses the alias #shared/'],
  ['scripts/start.ts', '../package.json', undefined],
  ['scripts/start.ts', '#elsewhere/x.ts', 'the aliases are'],
  // shared is pure
  ['shared/codes/gtin.ts', 'zod', undefined],
  ['shared/codes/gtin.ts', 'node:crypto', 'imports nothing of Node'],
  ['shared/codes/gtin.ts', 'crypto', 'imports nothing of Node'],
  ['shared/codes/gtin.ts', 'vue', 'of packages it imports only zod, pinyin-pro'],
  ['shared/codes/gtin.ts', 'better-sqlite3', 'of packages it imports only'],
  ['shared/codes/gtin.ts', 'vitest', 'of packages it imports only'],
  ['shared/codes/gtin.test.ts', 'vitest', undefined],
  ['shared/codes/gtin.test.ts', 'node:fs', undefined],
  ['shared/codes/gtin.test.ts', 'electron', 'of packages it imports only'],
  ['shared/codes/gtin.test.ts', '#desktop/host/till.ts', 'shared imports only shared'],
  ['shared/codes/gtin.test.ts', '#scripts/browser.ts', 'only tests import scripts'],
  ['shared/testing/ledger-suite.ts', 'vitest', undefined],
  ['shared/testing/ledger-suite.ts', 'node:fs', 'imports nothing of Node'],
  ['shared/catalog/good.ts', '../../package.json', 'shared imports nothing from outside'],
  // the order within shared
  ['shared/cart/cart.ts', '../money/money.ts', undefined],
  ['shared/cart/cart.ts', './line.ts', undefined],
  ['shared/cart/cart.ts', '#shared/money/money.ts', undefined],
  ['shared/money/money.ts', '../cart/cart.ts', 'cart is right of money'],
  ['shared/money/money.ts', '#shared/cart/cart.ts', 'cart is right of money'],
  ['shared/money/money.test.ts', '../cart/cart.ts', undefined],
  ['shared/sales/sale.ts', '../payments/split.ts', undefined],
  ['shared/odds/ends.ts', '../money/money.ts', 'shared/odds has no place'],
  ['shared/cart/cart.ts', '../odds/ends.ts', 'shared/odds has no place'],
  ['shared/cart/cart.ts', './cart.test.ts', 'nothing but a test imports a test'],
  // the rooms of the till
  ['desktop/main/main.ts', '../storage/store.ts', undefined],
  ['desktop/loopback/server.ts', '../host/till.ts', undefined],
  ['desktop/host/till.ts', '../storage/store.ts', 'knows ports, not adapters'],
  ['desktop/host/till.ts', '#desktop/payments/alipay.ts', 'knows ports, not adapters'],
  ['desktop/host/till.ts', 'electron', 'know Electron'],
  ['desktop/host/till.ts', 'better-sqlite3', 'through a port'],
  ['desktop/host/till.ts', 'vue', 'knows no screen'],
  ['desktop/host/till.ts', 'node:path', undefined],
  ['desktop/host/till.test.ts', '../storage/store.ts', undefined],
  ['desktop/renderer/app.ts', 'vue', undefined],
  ['desktop/renderer/app.ts', 'node:path', 'runs in a browser'],
  ['desktop/renderer/app.ts', '../host/till.ts', 'only shared, printers and itself'],
  ['desktop/renderer/vite.config.ts', 'node:path', undefined],
  ['desktop/storage/store.ts', '../sync/push.ts', 'does not know desktop/sync'],
  ['desktop/sync/push.ts', '../storage/store.ts', 'does not know desktop/storage'],
  ['desktop/devices/usb.ts', '../host/till.ts', 'does not know desktop/host'],
  ['desktop/preload/preload.ts', 'electron', undefined],
  ['desktop/preload/preload.ts', '#shared/host/frames.ts', undefined],
  ['desktop/preload/preload.ts', '#shared/money/money.ts', 'nothing of ours but shared/host'],
  ['desktop/preload/preload.ts', '../host/till.ts', 'nothing of ours but shared/host'],
  ['desktop/attic/box.ts', '../host/till.ts', 'is not a room'],
  // the rooms of the cloud
  ['cloud/web/shop.ts', '../projections/shop.ts', undefined],
  ['cloud/api/orders.ts', '../payments/alipay.ts', undefined],
  ['cloud/storage/journal.ts', '../projections/shop.ts', 'projections is right of storage'],
  ['cloud/server.ts', './api/orders.ts', undefined],
  ['cloud/api/orders.ts', 'electron', 'know Electron'],
]

describe('one import', () => {
  test.each(rows)('%s → %s', (path, specifier, rule) => {
    const broken = rules(path, `import '${specifier}'\n`)
    expect(broken).toEqual(rule === undefined ? [] : [expect.stringContaining(rule)])
  })
})

describe('every way to import is seen', () => {
  test.each([
    ["import type { Till } from '#desktop/host/till.ts'"],
    ["import { type Till } from '#desktop/host/till.ts'"],
    ["export { till } from '#desktop/host/till.ts'"],
    ["export type * from '#desktop/host/till.ts'"],
    ["const till = await import('#desktop/host/till.ts')"],
    ["const till = await import(`#desktop/host/till.ts`)"],
    ["type Till = import('#desktop/host/till.ts').Till"],
    ["import till = require('#desktop/host/till.ts')"],
    ["const till = require('#desktop/host/till.ts')"],
  ])('%s', (text) => {
    expect(rules('shared/money/money.ts', `\n${text}\n`)).toEqual(['shared imports only shared'])
  })

  test('a reference to types', () => {
    expect(rules('shared/money/money.ts', '/// <reference types="node" />\n')).toHaveLength(1)
  })

  test('both scripts of a component, at their own lines', () => {
    const text = [
      '<script lang="ts">', "import '../host/a.ts'", '</script>',
      '<template><p>import</p></template>',
      '<script setup lang="ts">', "import type { B } from 'node:path'", 'defineProps<{ b: B }>()', '</script>',
    ].join('\n')
    expect(checkArrows([{ path: 'desktop/renderer/x.vue', text }]).map(({ line }) => line)).toEqual([2, 6])
  })

  test('words in comments and strings are not imports', () => {
    const text = "// import 'vue'\nconst text = \"import x from 'vue'\"\n/* require('vue') */\n"
    expect(rules('shared/money/money.ts', text)).toEqual([])
  })
})

test('a violation reads as file, line, import and rule', () => {
  const [violation] = checkArrows([{ path: 'shared/money/money.ts', text: "\nimport 'vue'\n" }])
  expect(violation && formatViolation(violation)).toBe(
    'shared/money/money.ts:2 imports vue: shared is pure; of packages it imports only zod, pinyin-pro',
  )
})
