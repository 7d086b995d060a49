/**
 * A serial cable without a chip: a pseudo-terminal whose one end the till opens and whose other end a test holds. Its
 * path is a link that stays, as /dev/serial/by-id's are, so that a device can be unplugged and plugged in again.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Pseudo-terminals are made with `script` (util-linux): in every Linux, and nowhere else in this form. */
export const hasCables = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0

export interface SerialCable {
  /** What the till is told to open. */
  readonly port: string
  plug(): Promise<void>
  unplug(): Promise<void>
  /** From the device to the till. */
  send(bytes: Uint8Array): void
  /** Called with what the till sends. */
  heard: (bytes: Uint8Array) => void
  close(): Promise<void>
}

/** Throws when the terminal can't be made. */
export async function serialCable(): Promise<SerialCable> {
  // Ports are in /dev; its shared memory is a folder that everybody may write to.
  const folder = mkdtempSync('/dev/shm/xiaopu-cable-')
  const name = join(folder, 'name')
  const cable: SerialCable = {
    port: join(folder, 'port'),
    heard: () => undefined,
    async plug() {
      const made = spawn('script', ['-qfc', `stty raw -echo; tty > ${name}.new && mv ${name}.new ${name}; exec sleep 1000000`, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] })
      made.stdin.on('error', () => undefined)
      made.stdout.on('data', (bytes: Buffer) => cable.heard(bytes))
      while (!existsSync(name)) {
        if (made.exitCode !== null) throw new Error(`script ended with ${made.exitCode}`)
        await new Promise((resolve) => { setTimeout(resolve, 10) })
      }
      terminal = made
      symlinkSync(readFileSync(name, 'utf8').trim(), cable.port)
    },
    async unplug() {
      const gone = terminal
      terminal = undefined
      rmSync(cable.port, { force: true })
      rmSync(name, { force: true })
      if (!gone) return
      const ended = new Promise((resolve) => { gone.once('close', resolve) })
      gone.kill('SIGKILL')
      await ended
    },
    send: (bytes) => { terminal?.stdin?.write(bytes) },
    async close() {
      await cable.unplug()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  let terminal: ChildProcess | undefined
  await cable.plug()
  return cable
}
