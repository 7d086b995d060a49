/**
 * One process a data folder. The lock is a local socket rather than a file, because the system frees it however its
 * holder dies, and process numbers come round again.
 */
import { createHash } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartupError } from './startup-error.ts'

function addressOf(folder: string): string {
  const name = `xiaopu-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 24)}`
  if (process.platform === 'linux') return `\0${name}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

/** Takes the folder until the server is closed or the process ends. Throws `data.in_use` when another holds it. */
export async function lockFolder(folder: string): Promise<Server> {
  const address = addressOf(folder)
  const inUse = new StartupError('data.in_use', `Another cloud is running on ${folder}. Stop it, or give this one another folder with --data.`)
  const server = await listen(address)
  if (server) return server
  if (process.platform === 'linux' || process.platform === 'win32' || await answers(address)) throw inUse
  // A socket file left by a process that died.
  rmSync(address, { force: true })
  const second = await listen(address)
  if (!second) throw inUse
  return second
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    server.listen(address, () => {
      server.unref()
      resolve(server)
    })
  })
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
