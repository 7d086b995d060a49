/** PIN verifiers: salted scrypt (RFC 7914), slow on purpose; tries are counted so that four digits can't be guessed at the till. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { TillError } from '#shared/host/frames.ts'

const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }
const TRIES_FREE = 5
const WAIT_MS = 30_000

function derive(pin: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, 32, COST, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/** How PINs are kept and compared: never as they are. */
export interface Pins {
  /** What is kept of a PIN. */
  make(pin: string): Promise<string>
  check(pin: string, verifier: string): Promise<boolean>
}

export const slowPins: Pins = {
  async make(pin) {
    const salt = randomBytes(16)
    return `scrypt$${COST.N}$${salt.toString('base64url')}$${(await derive(pin, salt)).toString('base64url')}`
  },
  async check(pin, verifier) {
    const [, , salt, key] = verifier.split('$')
    const expected = Buffer.from(key ?? '', 'base64url')
    const found = await derive(pin, Buffer.from(salt ?? '', 'base64url'))
    return expected.length === found.length && timingSafeEqual(expected, found)
  },
}

/** Counts wrong PINs by staff number; after five, each further one costs a wait that doubles. */
export class Tries {
  readonly #wrong = new Map<string, { count: number; until: number }>()

  /** Throws TillError staff.locked_out with the seconds to wait. `now` in ms. */
  check(no: string, now: number): void {
    const entry = this.#wrong.get(no)
    if (entry && entry.until > now) throw new TillError('staff.locked_out', { seconds: Math.ceil((entry.until - now) / 1000) })
  }

  wrong(no: string, now: number): void {
    const count = (this.#wrong.get(no)?.count ?? 0) + 1
    const over = count - TRIES_FREE
    this.#wrong.set(no, { count, until: over < 0 ? 0 : now + WAIT_MS * 2 ** Math.min(over, 6) })
  }

  right(no: string): void {
    this.#wrong.delete(no)
  }
}
