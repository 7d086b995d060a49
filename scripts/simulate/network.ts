/**
 * The network between tills and the cloud, with everything a network does: it delays, loses a question, loses an answer,
 * delivers twice and late, cuts in the middle, and is away for hours. What reaches the cloud is handled by its own routes.
 */
import type { Wire, WireAnswer, WireRequest } from '#shared/ports/ports.ts'
import type { Chance } from './chance.ts'
import type { CloudMachine } from './cloud-machine.ts'
import type { Schedule } from './schedule.ts'

/** The cable of one till. */
export class Cable {
  isUp = true
  /** How often it was pulled: a line that was open then says nothing any more. */
  pulls = 0

  pull(): void {
    this.isUp = false
    this.pulls += 1
  }
  plug(): void {
    this.isUp = true
  }
}

type Fate = 'heard' | 'question lost' | 'answer lost' | 'heard twice' | 'slow'

export class Network {
  readonly #schedule
  readonly #chance
  readonly #cloud
  /** How much of what is sent meets a mishap; 0 once the weather has cleared. */
  mishaps: number

  constructor(schedule: Schedule, chance: Chance, cloud: CloudMachine, mishaps: number) {
    this.#schedule = schedule
    this.#chance = chance
    this.#cloud = cloud
    this.mishaps = mishaps
  }

  #fate(): Fate {
    if (!this.#chance.odds(this.mishaps)) return 'heard'
    return this.#chance.pick<Fate>(['question lost', 'answer lost', 'heard twice', 'slow'])
  }

  /** The line of one process of a till, which hears nothing more once it is dead. */
  wire(cable: Cable, isAlive: () => boolean): Wire {
    const open = new Set<() => void>()
    let isClosed = false
    /** Settles once, and not for the dead. */
    const promised = <Result>(work: (resolve: (result: Result) => void, reject: (why: string) => void) => void): Promise<Result> => new Promise((resolve, reject) => {
      let isOver = false
      const once = (settle: () => void): void => {
        if (isOver) return
        isOver = true
        open.delete(giveUp)
        if (isAlive()) settle()
      }
      const fail = (why: string): void => once(() => reject(new Error(why)))
      const giveUp = (): void => fail('closed')
      open.add(giveUp)
      work((result) => once(() => resolve(result)), fail)
      if (isClosed) giveUp()
    })
    const isUp = (): boolean => !isClosed && isAlive() && cable.isUp
    return {
      ask: (request) => promised<WireAnswer>((resolve, reject) => {
        // Nobody waits for ever; and whoever gave up does not hear what comes after.
        this.#schedule.after(request.timeoutMs, () => reject('no answer'))
        if (cable.isUp) this.#send(request, isUp, () => reject('the line broke'), resolve)
        else this.#schedule.after(this.#chance.int(1, 500), () => reject('no network'))
      }),
      listen: (request, onText, signal) => promised<WireAnswer | undefined>((resolve, reject) => {
        let leave = (): void => {}
        signal.addEventListener('abort', () => {
          leave()
          reject('aborted')
        })
        const { pulls } = cable
        const isCut = (): boolean => isClosed || signal.aborted || !isAlive() || cable.pulls !== pulls
        const delay = this.#chance.int(1, 80)
        this.#schedule.after(delay, async () => {
          if (isCut() || !this.#cloud.isUp || !cable.isUp) return reject('no network')
          const told = await this.#cloud.follow(request, {
            write: (text) => { this.#schedule.after(delay, () => { if (!isCut()) onText(text) }) },
            // A cable that is pulled says nothing: only silence tells.
            end: () => { if (!isCut()) resolve(undefined) },
            isCut,
          })
          if (typeof told !== 'function') return resolve(told)
          leave = told
          if (isCut()) leave()
        })
      }),
      close() {
        isClosed = true
        for (const giveUp of open) giveUp()
      },
    }
  }

  #send(request: WireRequest, isUp: () => boolean, fail: () => void, answer: (answer: WireAnswer) => void): void {
    const fate = this.#fate()
    const delay = (): number => (fate === 'slow' ? this.#chance.int(1_000, 30_000) : this.#chance.int(1, 80))
    if (fate === 'question lost') return
    this.#schedule.after(delay(), async () => {
      if (!isUp() || !this.#cloud.isUp) return fail()
      const reply = await this.#cloud.handle(request)
      if (fate === 'heard twice') this.#schedule.after(this.#chance.int(1, 60_000), async () => { if (this.#cloud.isUp) await this.#cloud.handle(request) })
      if (fate === 'answer lost' || reply === undefined) return fail()
      this.#schedule.after(delay(), () => (isUp() ? answer(reply) : fail()))
    })
  }
}
