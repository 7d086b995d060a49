/** `npm run bench [-- NAME… [--full]]`: prints each figure as one JSON line; `--full` takes the time that the largest take. */
import type { Figure } from './bench/figures.ts'

const BENCHES: Readonly<Record<string, (full: boolean) => Promise<Figure[]>>> = {
  'start.ready': async () => (await import('./bench/start-ready.ts')).startReady(),
  'cloud.sale.bytes': async () => (await import('./bench/cloud-bytes.ts')).cloudSaleBytes(),
  'cloud.journal.parts': async () => (await import('./bench/cloud-bytes.ts')).cloudJournalParts(),
  'till.scan.paint': async () => (await import('./bench/scan-paint.ts')).scanPaint(),
  'till.cold.start': async () => (await import('./bench/cold-start.ts')).coldStart(),
  'till.scan.paint.100k': async () => (await import('./bench/scan-paint.ts')).scanPaint100k(),
  'till.search.paint.100k': async () => (await import('./bench/search-paint.ts')).searchPaint(),
  'till.sale.commit.2y': async () => (await import('./bench/sale-commit-2y.ts')).saleCommit2y(),
  'till.memory.1000': async () => (await import('./bench/memory.ts')).memory1000(),
  'report.2y': async () => (await import('./bench/report-2y.ts')).report2y(),
  'recall.1m': async (full) => (await import('./bench/recall.ts')).recall1m(full),
  'cloud.ingest.50': async () => (await import('./bench/cloud-ingest.ts')).cloudIngest(),
  'ledger.curve': async (full) => (await import('./bench/ledger-curve.ts')).ledgerCurve(full),
  'sync.drain': async () => (await import('./bench/sync-drain.ts')).syncDrain(),
  'sync.drain.pouchdb': async () => (await import('./bench/sync-drain-pouchdb.ts')).syncDrainPouchdb(),
  'sync.pull.100k': async () => (await import('./bench/sync-pull.ts')).syncPull(),
  'price.promotions': async () => (await import('./bench/price-promotions.ts')).pricePromotions(),
  'print.first.byte': async () => (await import('./bench/print.ts')).printFirstByte(),
  'labels.500': async () => (await import('./bench/print.ts')).labels500(),
  'till.sale.commit': async () => (await import('./bench/sale-commit.ts')).saleCommit(),
}

const full = process.argv.includes('--full')
const names = process.argv.slice(2).filter((name) => name !== '--full')
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  process.stderr.write(`No such bench: ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}\n`)
  process.exit(2)
}
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  for (const figure of await BENCHES[name]!(full)) process.stdout.write(`${JSON.stringify(figure)}\n`)
}
