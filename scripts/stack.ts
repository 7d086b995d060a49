/** The whole of Xiaopu on one machine: the cloud on its database and the till's host, each a process; a dead one is started again. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectTill } from './connect.ts'
import { type Part, startPart } from './part.ts'

export interface StackOptions {
  /** Folder of everything that is kept. */
  readonly data: string
  /** 0 takes any free port. */
  readonly tillPort?: number
  readonly cloudPort?: number
  /** False: the till alone. */
  readonly cloud?: boolean
  /** A new till shows demonstration data. */
  readonly demo?: boolean
  /** Electron's binary: the till then runs in its shell. */
  readonly electron?: string
  readonly log?: (line: string) => void
  /** Somebody closed the till's own window: a shell that ends in good order is not started again. */
  readonly onQuit?: () => void
}
export interface Stack {
  readonly tillUrl: string
  readonly cloudUrl: string | undefined
  /** The key of the cloud's operator. */
  readonly operatorKey: string | undefined
  readonly till: () => Part
  readonly cloudPart: () => Part | undefined
  stopCloud(): Promise<void>
  startCloud(): Promise<void>
  stop(): Promise<void>
}

const RESTART_PAUSE_MS = 200
const RESTART_PAUSE_MAX_MS = 5_000

/** Rejects with PartFailed: loopback.port_taken, folder.*, database.newer and the like. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const log = options.log ?? (() => undefined)
  const token = randomBytes(24).toString('base64url')
  let stopping = false
  const startTill = (port: number): Promise<Part> => startPart({
    script: options.electron ? '.' : 'desktop/loopback/main.ts',
    ...(options.electron ? { program: options.electron } : {}),
    args: ['--data', join(options.data, 'till'), '--port', String(port), ...(options.demo ? ['--demo'] : [])],
    env: { XIAOPU_TOKEN: token }, log,
  })
  const startCloud = (port: number): Promise<Part> => startPart({ script: 'cloud/main.ts', args: ['--data', join(options.data, 'cloud'), '--port', String(port)], log })

  const started = await Promise.allSettled([startTill(options.tillPort ?? 0), options.cloud === false ? undefined : startCloud(options.cloudPort ?? 0)])
  const failed = started.find((each) => each.status === 'rejected')
  if (failed) {
    await Promise.all(started.map((each) => (each.status === 'fulfilled' ? each.value?.stop() : undefined)))
    throw failed.reason
  }
  let [till, cloud] = started.map((each) => (each.status === 'fulfilled' ? each.value : undefined))
  const tillUrl = till!.ready['url']!
  const cloudUrl = cloud?.ready['url']

  /** A part that ended without being asked to is started again, at its old address, until it is up. */
  const watch = async (first: Part, again: () => Promise<Part>, replaced: (part: Part) => void): Promise<void> => {
    for (let part = first; ;) {
      const why = await part.ended
      const isOver = (): boolean => stopping || (part !== till && part !== cloud)
      if (isOver()) return
      if (options.electron && part === till && why === '0') return options.onQuit?.()
      log(JSON.stringify({ level: 'warn', code: 'part.restarted', why }))
      let next: Part | undefined
      for (let pauseMs = RESTART_PAUSE_MS; next === undefined; pauseMs = Math.min(pauseMs * 2, RESTART_PAUSE_MAX_MS)) {
        await pause(pauseMs)
        if (isOver()) return
        next = await again().catch((error: unknown) => { log(String(error)); return undefined })
      }
      // Whoever stopped everything meanwhile did not know this one.
      if (isOver()) return await next.stop()
      replaced(next)
      part = next
    }
  }
  const port = (url: string): number => Number(new URL(url).port)
  void watch(till!, () => startTill(port(tillUrl)), (part) => { till = part })
  const watchCloud = (): void => void watch(cloud!, () => startCloud(port(cloudUrl!)), (part) => { cloud = part })
  if (cloud) watchCloud()

  return {
    tillUrl, cloudUrl,
    operatorKey: cloud ? readFileSync(cloud.ready['operatorKeyFile']!, 'utf8').trim() : undefined,
    till: () => till!,
    cloudPart: () => cloud,
    async stopCloud() {
      const part = cloud
      cloud = undefined
      await part?.stop()
    },
    async startCloud() {
      cloud = await startCloud(port(cloudUrl!))
      watchCloud()
    },
    async stop() {
      stopping = true
      await Promise.all([till?.stop(), cloud?.stop()])
    },
  }
}

/** Calls a till once and hangs up. */
export async function withTill<Result>(url: string, work: (client: Awaited<ReturnType<typeof connectTill>>) => Promise<Result>): Promise<Result> {
  const client = await connectTill(url)
  try {
    return await work(client)
  } finally {
    client.close()
  }
}
