/** The bare batch insert that sync is measured against: HTTP, one connection, 500 rows a request, each waited for. */
import type { JournalRow } from '#shared/ledger/envelope.ts'
import { type Part, startPart } from '../../part.ts'
import type { CloudStage } from '../cloud-stage.ts'

const ROWS = 500

export interface Bare {
  readonly part: Part
  /** Milliseconds that all rows took. */
  insert(rows: readonly JournalRow[]): Promise<number>
  close(): Promise<void>
}

export async function startBare(stage: CloudStage): Promise<Bare> {
  const part = await startPart({ script: 'scripts/bench/peers/bare-server.ts', args: [], env: { DATABASE_URL: stage.databaseUrl }, log: (line) => process.stderr.write(`${line}\n`) })
  let runs = 0
  return {
    part,
    async insert(rows) {
      const url = `${part.ready['url']}/rows/${runs++}`
      const began = performance.now()
      for (let from = 0; from < rows.length; from += ROWS) {
        const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(rows.slice(from, from + ROWS)) })
        if (!response.ok) throw new Error(`the bare server answered ${response.status} ${await response.text()}`)
        await response.json()
      }
      return performance.now() - began
    },
    close: () => part.stop(),
  }
}
