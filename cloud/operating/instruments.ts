/** A service's turns at its database and the metrics of all it does, made for each other. */
import { connectionsOf, type Database } from '#cloud/storage/database.ts'
import { makeMetrics, type Metrics } from './metrics.ts'
import { makeTurns, type Turns } from './turns.ts'

export interface Instruments { readonly turns: Turns; readonly metrics: Metrics }

export function makeInstruments(db: Database): Instruments {
  const turns = makeTurns((seconds) => metrics.waited(seconds))
  const metrics = makeMetrics({
    turns: () => ({ running: turns.queue.running, waiting: turns.queue.waiting, lanes: turns.queue.lanes }),
    connections: () => connectionsOf(db),
  })
  return { turns, metrics }
}
