/**
 * `sync.drain.pouchdb`: the drain of ten thousand unsent sales against PouchDB (LevelDB, batches of 500) replicating the
 * same documents to express-pouchdb, taken in turn; each in documents a second.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openCloudStage } from './cloud-stage.ts'
import { type Figure, rateFigure } from './figures.ts'
import { fetchPouch, type Pouch, pouch } from './peers/pouch-package.ts'
import { startPart } from '../part.ts'
import { drain, ringUnsent, type Unsent } from './unsent.ts'

const RUNS = 3
const BATCH = 500

export async function syncDrainPouchdb(): Promise<Figure[]> {
  await fetchPouch()
  const Pouch = pouch()
  const stage = await openCloudStage()
  try {
    const unsent = await ringUnsent(stage)
    const ours: number[] = []
    const peers: number[] = []
    for (let run = -1; run < RUNS; run++) {
      const drained = await drain(stage, unsent)
      const ms = await replicate(Pouch, join(stage.folder, `pouchdb-${run}`), unsent)
      // The first run of each meets cold code and empty files.
      if (run < 0) continue
      ours.push(drained.rows / drained.ms * 1000)
      peers.push(unsent.rows.length / ms * 1000)
    }
    return [rateFigure('sync.drain.pouchdb', 'documents/s', ours, peers)]
  } finally {
    await stage.close()
  }
}

/** Milliseconds in which PouchDB has replicated a document for each row. */
async function replicate(Pouch: Pouch, folder: string, { rows }: Unsent): Promise<number> {
  const [here, there] = ['here', 'there'].map((name) => join(folder, name))
  for (const made of [here!, there!]) mkdirSync(made, { recursive: true })
  const server = await startPart({ script: 'scripts/bench/peers/pouch-server.ts', args: [there!], log: (line) => process.stderr.write(`${line}\n`) })
  try {
    const source = new Pouch(join(here!, 'ledger'), { adapter: 'leveldb' })
    const documents = rows.map(({ text }) => {
      const envelope = JSON.parse(text) as { id: string }
      return { _id: envelope.id, ...envelope }
    })
    for (let from = 0; from < documents.length; from += BATCH) {
      if ((await source.bulkDocs(documents.slice(from, from + BATCH))).some(({ error }) => error)) throw new Error('PouchDB did not take every document')
    }
    const began = performance.now()
    const { ok, docs_written: written } = await Pouch.replicate(source, `${server.ready['url']}/ledger`, { batch_size: BATCH })
    const ms = performance.now() - began
    if (!ok || written !== documents.length) throw new Error(`PouchDB wrote ${written} of ${documents.length} documents`)
    await source.close()
    return ms
  } finally {
    await server.stop()
  }
}
