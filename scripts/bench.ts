/** `npm run bench [-- NAME…]`: prints each figure as one JSON line. */
import type { Figure } from './bench/figures.ts'

const BENCHES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  'start.ready': async () => (await import('./bench/start-ready.ts')).startReady(),
  'cloud.sale.bytes': async () => (await import('./bench/cloud-bytes.ts')).cloudSaleBytes(),
  'cloud.journal.parts': async () => (await import('./bench/cloud-bytes.ts')).cloudJournalParts(),
  'till.scan.paint': async () => (await import('./bench/scan-paint.ts')).scanPaint(),
  'till.sale.commit': async () => (await import('./bench/sale-commit.ts')).saleCommit(),
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  process.stderr.write(`No such bench: ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}\n`)
  process.exit(2)
}
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  for (const figure of await BENCHES[name]!()) process.stdout.write(`${JSON.stringify(figure)}\n`)
}
