import { createHash } from 'node:crypto'
import { countingIds } from './clock-and-ids.ts'
import { MemoryLedger, runLedgerStoreSuite } from './ledger-store.ts'

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
const ids = countingIds()

runLedgerStoreSuite('in memory', () => ({ store: new MemoryLedger({ shop: ids.next(), device: ids.next() }, sha256) }), sha256)
