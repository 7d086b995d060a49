/**
 * One shop's life from one seed: tills that sell, edit, close and print; a network, a cloud, disks and clocks that fail them;
 * then fair weather, and the question whether everything is there, once, and agrees to the fen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MORNING } from '#shared/testing/clock-and-ids.ts'
import { uuidv7 } from '#shared/identity/ids.ts'
import type { Notices } from '#cloud/storage/notices.ts'
import type { CloudUnderTest } from '#cloud/testing/books.ts'
import { MemoryCloud } from '#cloud/testing/memory-cloud.ts'
import { Auditor } from './auditor.ts'
import { Cashier } from './cashier.ts'
import { Chance } from './chance.ts'
import { CloudMachine, SimulatedNotices } from './cloud-machine.ts'
import { type Disk, memoryDisk } from './disk.ts'
import { findFaults } from './judgement.ts'
import { Machine } from './machine.ts'
import { Network } from './network.ts'
import { Schedule } from './schedule.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly steps: number
  readonly tills?: number | undefined
  /** Hears every step, with the world's time. */
  trace?(line: string): void
  /** What the tills' files are on; memory if not given. */
  disk?(name: string): Disk
  /** What the cloud keeps its books in; memory if not given. */
  cloud?(notices: Notices): CloudUnderTest
}
export interface Outcome {
  readonly seed: number
  readonly tills: number
  readonly deeds: number
  readonly sales: number
  readonly deaths: number
  /** What is wrong, in words; empty when the promise held. */
  readonly faults: readonly string[]
}

const HOUR_MS = 3_600_000
/** The longest that tills may take to come into step once nothing hinders them. */
const CALM_MS = 2 * HOUR_MS
const CALM_ROUNDS = 12

export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const chance = new Chance(options.seed)
  const schedule = new Schedule(MORNING)
  const notices = new SimulatedNotices()
  const store = options.cloud?.(notices) ?? new MemoryCloud(() => uuidv7(schedule.now, chance.bytes(10)))
  const world = new World(chance, schedule, new CloudMachine(schedule, store, notices), options)
  try {
    await world.begin()
    for (let step = 0; step < options.steps; step++) await world.step()
    await world.calm()
    return await world.outcome()
  } catch (error) {
    return { ...world.figures(), faults: [error instanceof Error ? error.stack ?? error.message : String(error)] }
  } finally {
    await world.close()
  }
}

class World {
  readonly #chance
  readonly #schedule
  readonly #cloud
  readonly #options
  readonly #network
  readonly #auditor = new Auditor()
  readonly #cashiers: Cashier[] = []
  readonly #mishaps: number
  readonly #folder = mkdtempSync(join(tmpdir(), 'xiaopu-simulated-'))
  #shop = ''
  #deaths = 0

  constructor(chance: Chance, schedule: Schedule, cloud: CloudMachine, options: SimulationOptions) {
    this.#chance = chance
    this.#schedule = schedule
    this.#cloud = cloud
    this.#options = options
    this.#mishaps = chance.pick([0, 0.05, 0.2, 0.5])
    this.#network = new Network(schedule, chance, cloud, this.#mishaps)
  }

  async begin(): Promise<void> {
    this.#shop = await this.#cloud.store.createShop(this.#schedule.now)
    const tills = this.#options.tills ?? this.#chance.int(1, 3)
    for (let i = 1; i <= tills; i++) {
      const name = `till ${i}`
      const cashier = this.#addTill(name, `0${i}`)
      await cashier.machine.start()
      await cashier.setUp()
      if (this.#chance.odds(0.6)) await cashier.pair()
      await cashier.openShift()
      await cashier.addGood()
    }
  }

  #trace(line: string): void {
    this.#options.trace?.(`${new Date(this.#schedule.now).toISOString()} ${line}`)
  }

  #addTill(name: string, no: string): Cashier {
    const disk = this.#options.disk?.(name) ?? memoryDisk()
    const machine = new Machine({
      name, schedule: this.#schedule, chance: this.#chance, network: this.#network, disk, folder: join(this.#folder, name), mishaps: this.#mishaps, trace: (line) => this.#trace(line),
    })
    const cashier = new Cashier(machine, this.#auditor, this.#chance, no, () => this.#cloud.store.createCode(this.#shop, this.#schedule.now))
    this.#cashiers.push(cashier)
    return cashier
  }

  async step(): Promise<void> {
    const { odds, pass } = { odds: (part: number) => this.#chance.odds(part), pass: (ms: number) => this.#schedule.pass(ms) }
    await pass(this.#chance.weighed([[6, this.#chance.int(1, 2_000)], [3, this.#chance.int(2_000, 60_000)], [1, this.#chance.int(60_000, 4 * HOUR_MS)]]))
    for (const { machine } of this.#cashiers) await machine.buryIfDead()
    const cashier = this.#chance.pick(this.#cashiers)
    if (odds(0.25)) await this.#mishap(cashier)
    else await cashier.act()
  }

  async #mishap(cashier: Cashier): Promise<void> {
    const { machine } = cashier
    const [, what, run] = this.#chance.weighed(this.#mishapsOf(cashier).map((mishap) => [mishap[0], mishap] as const))
    this.#trace(`${machine.name}: ${what}`)
    await run()
  }

  #mishapsOf(cashier: Cashier): readonly (readonly [weight: number, what: string, run: () => void | Promise<void>])[] {
    const { machine } = cashier
    const dies = (run: () => void | Promise<void>) => async (): Promise<void> => {
      this.#deaths += 1
      await run()
    }
    return [
      [4, 'its cable is pulled', () => machine.cable.pull()], [6, 'its cable is plugged in', () => machine.cable.plug()],
      [2, 'the cloud stops', () => this.#cloud.stop()], [4, 'the cloud starts', () => this.#cloud.start()],
      [3, 'will die before a write', dies(() => machine.setFuse('dies before'))], [3, 'will die after a write', dies(() => machine.setFuse('dies after'))],
      [1, 'its disk will be full', () => machine.setFuse('disk full')],
      [2, 'dies', dies(() => machine.die())], [1, 'is stopped', () => machine.stop()],
      [1, 'its clock jumps', () => { machine.skew += this.#chance.int(-24 * HOUR_MS, 24 * HOUR_MS) }],
      [2, 'is paired', () => cashier.pair()], [2, 'a good is edited in the cloud', () => this.#editInCloud()],
      [1, 'loses its disk, and its last backup is brought back', () => this.#bringBack(cashier)], [1, 'is copied, and both go on', () => this.#copy(cashier)],
    ]
  }

  async #bringBack(cashier: Cashier): Promise<void> {
    const { machine } = cashier
    const kept = machine.backup
    if (!kept) return
    await machine.replaceDisk(kept, this.#chance.odds(0.5))
    await cashier.takeOver()
    const there = new Set(machine.isRunning ? [...this.#auditor.deeds.keys()].filter((key) => machine.store.event(key)) : [])
    this.#auditor.lostDisk(machine.name, there)
  }

  /** The till's folder on another machine, as when somebody moves to a new one and starts the old one again. */
  async #copy({ machine, no }: Cashier): Promise<void> {
    if (!machine.isRunning || !machine.store.anyPin() || this.#cashiers.length >= 5) return
    const image = machine.disk.image()
    machine.isTainted = true
    const twin = this.#addTill(`${machine.name} twin ${this.#cashiers.length}`, no)
    await twin.machine.replaceDisk(image, true)
    await twin.takeOver()
  }

  async #editInCloud(): Promise<void> {
    const goods = [...this.#auditor.deeds.values()].flatMap(({ effect, state }) => (effect.kind === 'edit' && state === 'done' ? [effect.of] : []))
    if (goods.length === 0) return
    const id = this.#chance.pick(goods)
    const fields = this.#chance.pick<Readonly<Record<string, unknown>>>([{ price: this.#chance.int(1, 5_000) }, { name: `云改${this.#chance.int(1, 999_999)}` }])
    for (const [field, value] of Object.entries(fields)) this.#auditor.gave(id, field, value)
    await this.#cloud.store.edit(this.#shop, [{ kind: 'good', id, fields }], this.#schedule.now)
    await this.#cloud.changed()
  }

  /** Fair weather: everything is mended, everything unanswered is asked again, and time is given until all is in step. */
  async calm(): Promise<void> {
    this.#network.mishaps = 0
    this.#cloud.start()
    for (const cashier of this.#cashiers) {
      const { machine } = cashier
      machine.clearFuse()
      machine.printer.mishaps = 0
      machine.cable.plug()
      await machine.buryIfDead()
      await cashier.insist()
      await cashier.pair()
    }
    const isInStep = async ({ machine }: Cashier): Promise<boolean> => {
      const { store } = machine
      if (store.acknowledged() !== store.head().seq || store.printStatus().some(({ waiting }) => waiting > 0)) return false
      const answer = await machine.call('sync.status', {})
      return 'result' in answer && answer.result.state === 'online'
    }
    const inStep = async (): Promise<boolean> => {
      for (const cashier of this.#cashiers) if (!await isInStep(cashier)) return false
      return true
    }
    // A till that stands idle can't know that a twin has gone on with its ledger: the next thing that is done at it shows that.
    for (const cashier of this.#cashiers) if (cashier.machine.isTainted) await cashier.touch()
    // A till that the cloud refuses shows it, and whoever stands there does what it says.
    for (let round = 0; round < CALM_ROUNDS; round++) {
      await this.#schedule.passUntil(inStep, 1_000, CALM_MS / CALM_ROUNDS)
      // What came up last has to come down to the others, and whoever lost their place has to notice.
      await this.#schedule.pass(120_000)
      if (await inStep()) break
      for (const cashier of this.#cashiers) {
        await cashier.pair()
        await cashier.renew()
      }
    }
    for (const { machine } of this.#cashiers) this.#trace(`${machine.name}: ${JSON.stringify(await machine.call('sync.status', {}))}`)
  }

  figures(): Omit<Outcome, 'faults'> {
    return { seed: this.#options.seed, tills: this.#cashiers.length, deeds: this.#auditor.deeds.size, sales: this.#auditor.sales().length, deaths: this.#deaths }
  }

  async outcome(): Promise<Outcome> {
    const machines = this.#cashiers.map(({ machine }) => machine)
    const faults = await findFaults({ machines, auditor: this.#auditor, cloud: this.#cloud.store, shop: this.#shop })
    const escaped = this.#schedule.faults.map((fault) => `escaped: ${fault instanceof Error ? fault.stack ?? fault.message : String(fault)}`)
    return { ...this.figures(), faults: [...escaped, ...faults] }
  }

  async close(): Promise<void> {
    for (const { machine } of this.#cashiers) {
      await machine.die()
      machine.disk.destroy()
    }
    await this.#cloud.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
