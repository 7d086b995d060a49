/** The far end of PouchDB's replication: express-pouchdb over LevelDB in the folder it is given. Says its address. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pouch, requirePouch } from './pouch-package.ts'

const folder = process.argv[2]!
const express = requirePouch('express') as () => { use(handler: unknown): void; listen(port: number, host: string, up: () => void): Server }
const expressPouch = requirePouch('express-pouchdb') as (pouch: unknown, options: object) => unknown
const Stored = pouch().defaults({ prefix: `${folder}/`, adapter: 'leveldb' })

const app = express()
app.use(expressPouch(Stored, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: join(folder, 'log.txt') }))
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ ready: 'pouchdb', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })}\n`)
})
process.once('SIGTERM', () => process.exit(0))
process.once('disconnect', () => process.exit(0))
