/**
 * One till: a disk, a clock of its own, a cable, a printer, and a process that can die between any two writes. What the
 * process would have said after its death nobody hears.
 */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import Sqlite from 'better-sqlite3'
import { type Till, type TillWorld, composeTill } from '#desktop/loopback/compose.ts'
import type { Pins } from '#desktop/host/staff/pins.ts'
import { MIGRATIONS } from '#desktop/storage/open.ts'
import { Settings } from '#desktop/storage/settings.ts'
import { RESTORED } from '#desktop/sync/cloud-sync.ts'
import { type CallInput, type CallName, type CallResult } from '#shared/host/contract.ts'
import { TillError, type TillErrorShape } from '#shared/host/frames.ts'
import type { TillStore } from '#shared/host/store.ts'
import { uuidv7 } from '#shared/identity/ids.ts'
import { fakeDevices } from '#shared/testing/devices.ts'
import type { Chance } from './chance.ts'
import type { Disk } from './disk.ts'
import { Cable, type Network } from './network.ts'
import { SimulatedPrinter } from './printer.ts'
import type { Schedule } from './schedule.ts'

/** Thrown through the code of a process that has just died. */
class Died extends Error {}

/** Calls of the store that write to the disk. */
const WRITES = new Set<keyof TillStore>([
  'commit', 'together', 'acknowledge', 'applyChanges', 'settleSearch', 'settleSold', 'mark', 'setSetting', 'pair', 'putPrinter', 'removePrinter', 'retryPrints', 'setPinVerifier',
  'keepRows', 'dropKeptRow', 'recover', 'nextHlc', 'append', 'renew',
])

/** What a call came to, as the screen sees it: no answer at all is a doubt. */
export type Heard<Name extends CallName> = { readonly result: CallResult<Name> } | { readonly refused: TillErrorShape } | { readonly doubt: true }

/** PINs are not what is tried here, and a slow hash would be most of a seed's time. */
const plainPins: Pins = { make: async (pin) => `plain ${pin}`, check: async (pin, verifier) => verifier === `plain ${pin}` }

export interface MachineParts {
  readonly name: string
  readonly schedule: Schedule
  readonly chance: Chance
  readonly network: Network
  readonly disk: Disk
  /** A folder of the real disk, for what a till keeps beside its database. */
  readonly folder: string
  readonly mishaps: number
  /** Hears what goes on, for whoever looks for the reason of a failure. */
  readonly trace?: ((line: string) => void) | undefined
}

export class Machine {
  readonly name: string
  readonly cable = new Cable()
  readonly printer: SimulatedPrinter
  /** Its scales: they are there whichever process runs. */
  readonly devices = fakeDevices()
  readonly disk: Disk
  /** ms that this till's clock is ahead of the world's. */
  skew = 0
  /** Its last backup, made by the till itself when a shift closed. */
  backup: Buffer | undefined
  /** Its ledger has been another one, or somewhere else, and what it says of itself is not the whole story. */
  isTainted = false
  /** What its log said at level error. */
  readonly errors: string[] = []
  readonly #parts: MachineParts
  #till: Till | undefined
  #process = 0
  /** Writes until something happens to one: the process dies before it or after it, or the disk is full. */
  #fuse: { writes: number; what: 'dies before' | 'dies after' | 'disk full' } | undefined
  #isDying = false

  constructor(parts: MachineParts) {
    this.#parts = parts
    this.name = parts.name
    this.disk = parts.disk
    this.printer = new SimulatedPrinter(parts.schedule, parts.chance, parts.mishaps)
  }

  get isRunning(): boolean {
    return this.#till !== undefined
  }
  get store(): TillStore {
    if (!this.#till) throw new Error(`${this.name} is not running`)
    return this.#till.store
  }

  now(): number {
    return this.#parts.schedule.now + this.skew
  }

  /** Sets off a mishap at one of the next writes. */
  setFuse(what: 'dies before' | 'dies after' | 'disk full'): void {
    this.#fuse = { writes: this.#parts.chance.int(1, 8), what }
  }
  clearFuse(): void {
    this.#fuse = undefined
  }

  /** Starts the process on what the disk holds; false where it died in the attempt. */
  async start(): Promise<boolean> {
    if (this.#till) return true
    this.#process += 1
    this.#isDying = false
    try {
      this.#till = composeTill({
        folder: this.#parts.folder, version: '0.0.0-simulated', migrations: MIGRATIONS, world: this.#world(this.#process),
        log: (level, code, detail) => {
          if (this.#isDying) return
          const line = `${this.name}: ${code} ${JSON.stringify(detail ?? {})}`
          this.#parts.trace?.(line)
          // A disk that was full by our own doing is rightly complained of.
          if (level === 'error' && !line.includes('ledger.disk_full')) this.errors.push(line)
        },
      })
    } catch (error) {
      if (!(error instanceof Died)) throw error
    }
    await this.#parts.schedule.settle()
    if (this.#isDying) await this.die()
    return this.#till !== undefined
  }

  /** The process ends at once, as with the power. */
  async die(): Promise<void> {
    this.#isDying = true
    this.#till = undefined
    this.#process += 1
    this.disk.letGo()
    await this.#parts.schedule.settle()
  }

  /** Its disk is gone, and an image of an earlier moment in its place, brought back by the till's own command or by hand. */
  async replaceDisk(image: Buffer, byHand: boolean): Promise<void> {
    await this.die()
    this.isTainted = true
    this.disk.restore(byHand ? image : marked(image))
  }

  /** The process ends in good order. */
  async stop(): Promise<void> {
    const till = this.#till
    this.#till = undefined
    if (till) {
      const closed = till.close()
      await this.#parts.schedule.passUntil(() => false, 500, 4_000)
      await closed
    }
    this.#process += 1
    this.disk.letGo()
  }

  /** Says something to the till as its screen does. No answer within the world's time is a doubt. */
  async call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<Heard<Name>> {
    const till = this.#till
    if (!till) return { doubt: true }
    let heard: Heard<Name> | undefined
    void till.dispatcher.receive(JSON.stringify({ call: { id: 1, name, input } })).then((text) => {
      const { reply } = JSON.parse(text) as { reply: { result?: CallResult<Name>; error?: TillErrorShape } }
      heard = reply.error ? { refused: reply.error } : { result: reply.result as CallResult<Name> }
    })
    await this.#parts.schedule.settle()
    if (heard === undefined && !this.#isDying) await this.#parts.schedule.passUntil(() => heard !== undefined || this.#isDying, 50, 120_000)
    // Dead between the write and the answer: whatever it would have said, nobody heard it.
    if (this.#isDying || this.#till !== till) {
      await this.die()
      return { doubt: true }
    }
    return heard ?? { doubt: true }
  }

  /** Buries the process if one of its writes was its last. */
  async buryIfDead(): Promise<void> {
    if (this.#isDying && this.#till) await this.die()
  }

  #world(process: number): Partial<TillWorld> {
    const { schedule, chance, network, disk } = this.#parts
    const isAlive = (): boolean => this.#process === process && !this.#isDying
    return {
      clock: { now: () => this.now() },
      ids: { next: () => uuidv7(this.now(), chance.bytes(10)) },
      timer: {
        after: (ms, run) => schedule.after(ms, () => {
          if (!isAlive()) return
          try {
            run()
          } catch (error) {
            if (!(error instanceof Died)) throw error
          }
        }),
      },
      pins: plainPins,
      random: () => chance.next(),
      deviceKey: () => keyFrom(chance.bytes(32)),
      wire: () => network.wire(this.cable, isAlive),
      printer: () => this.printer.device(isAlive),
      devices: this.devices,
      openLedger: (_folder, migrations) => disk.open(migrations),
      copyLedger: () => {
        const image = this.disk.image()
        this.backup = image
        return { done: Promise.resolve({ file: `${this.name}.db`, rows: this.store.head().seq, head: this.store.head().hash, sales: 0, bytes: image.length }), stop: async () => {} }
      },
      store: (store) => this.#watched(store, isAlive),
    }
  }

  /** The store, whose writes may be the process's last. Reads go on, so that the dying code comes to its end quietly. */
  #watched(store: TillStore, isAlive: () => boolean): TillStore {
    return new Proxy(store, {
      get: (target, name: keyof TillStore) => {
        const method = target[name] as (...args: unknown[]) => unknown
        if (!WRITES.has(name)) return method
        return (...args: unknown[]) => {
          if (!isAlive()) throw new Died()
          const what = this.#burn()
          if (what === 'dies before') this.#isDying = true
          if (what === 'dies before') throw new Died()
          if (what === 'disk full') throw new TillError('ledger.disk_full')
          const result = method(...args)
          if (what !== 'dies after') return result
          this.#isDying = true
          throw new Died()
        }
      },
    })
  }

  #burn(): 'dies before' | 'dies after' | 'disk full' | undefined {
    if (!this.#fuse) return undefined
    this.#fuse.writes -= 1
    if (this.#fuse.writes > 0) return undefined
    const { what } = this.#fuse
    this.#fuse = undefined
    return what
  }
}

/** The image with the mark that restoring sets: the till asks its cloud where it stands before it sells. */
function marked(image: Buffer): Buffer {
  const db = new Sqlite(image)
  new Settings(db).set(`own:${RESTORED}`, '1')
  const made = db.serialize()
  db.close()
  return made
}

/** PKCS #8 of an Ed25519 key (RFC 8410) up to its 32 secret bytes. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

function keyFrom(secret: Uint8Array): { publicKey: string; privateKey: string } {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, createHash('sha256').update(secret).digest()]), format: 'der', type: 'pkcs8' })
  return { publicKey: createPublicKey(key).export({ format: 'jwk' }).x!, privateKey: key.export({ type: 'pkcs8', format: 'pem' }) as string }
}
