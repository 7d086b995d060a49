/**
 * What an operator watches, in Prometheus' text format. Labels are patterns of routes and codes of ours, each from a
 * short list: never an id of a shop, a till or a person, nor anything a caller wrote.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

const SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** What is read when somebody asks, rather than counted as it happens. */
export interface Watched {
  turns(): { running: number; waiting: number; lanes: number }
  connections(): { used: number; idle: number; waiting: number }
}

export type Metrics = ReturnType<typeof makeMetrics>

export function makeMetrics(watched: Watched) {
  const register = new Registry()
  const registers = [register]
  const requests = new Histogram({ name: 'xiaopu_http_request_seconds', help: 'Requests answered, by route pattern and status', labelNames: ['method', 'route', 'status'], buckets: SECONDS, registers })
  const refusals = new Counter({ name: 'xiaopu_refusals_total', help: 'Requests refused, by code; rate.limited are the 429s', labelNames: ['code'], registers })
  const pushes = new Counter({ name: 'xiaopu_pushes_total', help: 'Batches of journal rows, by outcome: stored, or the code of the refusal (sync.fork quarantines a till)', labelNames: ['outcome'], registers })
  const rows = new Counter({ name: 'xiaopu_rows_ingested_total', help: 'Journal rows stored for the first time', registers })
  const flags = new Counter({ name: 'xiaopu_flags_total', help: 'Rows that were stored and not believed or not understood, by code', labelNames: ['code'], registers })
  const pulls = new Histogram({ name: 'xiaopu_pull_changes', help: 'Changes in a page that a till pulled', buckets: [0, 1, 10, 100, 1000], registers })
  const streams = new Gauge({ name: 'xiaopu_streams_open', help: 'Tills that listen', registers })
  const turnWait = new Histogram({ name: 'xiaopu_turn_wait_seconds', help: 'Time that work waited for its turn at the database', buckets: SECONDS, registers })
  const notices = new Counter({ name: 'xiaopu_notices_total', help: 'Wake-ups heard from any process; lost is a lost line, after which every till is told to look', labelNames: ['kind'], registers })
  const jobs = new Histogram({ name: 'xiaopu_job_seconds', help: 'Rounds of a job, by outcome', labelNames: ['job', 'outcome'], buckets: [...SECONDS, 100, 300], registers })
  const jobDone = new Gauge({ name: 'xiaopu_job_done_timestamp_seconds', help: 'When a round of a job last came to its end', labelNames: ['job'], registers })
  new Gauge({
    name: 'xiaopu_turns', help: 'Work at the database: running, waiting for its turn, and lanes that do either', labelNames: ['state'], registers,
    collect() { for (const [state, count] of Object.entries(watched.turns())) this.set({ state }, count) },
  })
  new Gauge({
    name: 'xiaopu_database_connections', help: 'Connections of the pool, and work that waits for one', labelNames: ['state'], registers,
    collect() { for (const [state, count] of Object.entries(watched.connections())) this.set({ state }, count) },
  })

  return {
    contentType: register.contentType,
    text: (): Promise<string> => register.metrics(),
    /** Memory, processor, garbage collection and the lag of the event loop: of the process, so once in each. */
    watchProcess: (): void => collectDefaultMetrics({ register }),
    answered(method: string, route: string | undefined, status: number, seconds: number): void {
      requests.observe({ method: METHODS.has(method) ? method : 'other', route: route ?? 'none', status }, seconds)
    },
    refused: (code: string): void => refusals.inc({ code }),
    pushed(outcome: string, fresh: number, codes: readonly string[]): void {
      pushes.inc({ outcome })
      rows.inc(fresh)
      for (const code of codes) flags.inc({ code })
    },
    pulled: (changes: number): void => pulls.observe(changes),
    streams: (by: 1 | -1): void => streams.inc(by),
    waited: (seconds: number): void => turnWait.observe(seconds),
    noticed: (kind: 'rev' | 'revoked' | 'lost'): void => notices.inc({ kind }),
    jobRan(job: string, outcome: 'done' | 'failed', seconds: number): void {
      jobs.observe({ job, outcome }, seconds)
      jobDone.set({ job }, Date.now() / 1000)
    },
  }
}
