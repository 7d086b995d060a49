/**
 * `sync.drain`: ten thousand unsent sales from a till's process through the cloud's into PostgreSQL, projections
 * included, in rows a second; against a bare batch insert of the same rows into the same PostgreSQL, taken in turn.
 * `sync.drain.cpu` is what that costs in processor time, which a busy machine blurs less.
 */
import { cpuMs } from './cpu.ts'
import { openCloudStage } from './cloud-stage.ts'
import { type Figure, rateFigure, valueFigure } from './figures.ts'
import { startBare } from './peers/bare.ts'
import { drain, ringUnsent } from './unsent.ts'

const RUNS = 5

export async function syncDrain(): Promise<Figure[]> {
  const stage = await openCloudStage()
  try {
    const unsent = await ringUnsent(stage)
    const bare = await startBare(stage)
    try {
      const ours: number[] = []
      const peers: number[] = []
      const cpu: Record<'till' | 'cloud' | 'postgres' | 'peer', number[]> = { till: [], cloud: [], postgres: [], peer: [] }
      for (let run = -1; run < RUNS; run++) {
        const drained = await drain(stage, unsent)
        const working = (): number => cpuMs(bare.part.child.pid!) + cpuMs(stage.postgresPid) + ownCpuMs()
        const before = working()
        const ms = await bare.insert(unsent.rows)
        const worked = working() - before
        // The first run of each meets cold code and empty files.
        if (run < 0) continue
        ours.push(drained.rows / drained.ms * 1000)
        peers.push(unsent.rows.length / ms * 1000)
        for (const part of ['till', 'cloud', 'postgres'] as const) cpu[part].push(drained.cpu[part] / drained.rows * 1000)
        cpu.peer.push(worked / unsent.rows.length * 1000)
      }
      const all = cpu.till.map((till, run) => till + cpu.cloud[run]! + cpu.postgres[run]!)
      return [
        rateFigure('sync.drain', 'rows/s', ours, peers),
        valueFigure('sync.drain.cpu', 'ms/1000 rows', all, cpu.peer),
        ...(['till', 'cloud', 'postgres'] as const).map((part) => valueFigure(`sync.drain.cpu.${part}`, 'ms/1000 rows', cpu[part])),
      ]
    } finally {
      await bare.close()
    }
  } finally {
    await stage.close()
  }
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
