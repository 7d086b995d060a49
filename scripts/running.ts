/** Where `npm start` says that it runs, so that other commands find its till. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const fileIn = (data: string): string => join(data, 'running.json')

/** Only for its owner's eyes: the address holds the token of this launch. */
export function sayRunning(data: string, till: string, cloud: string | undefined): void {
  writeFileSync(fileIn(data), JSON.stringify({ pid: process.pid, till, cloud }), { mode: 0o600 })
}

export function sayStopped(data: string): void {
  rmSync(fileIn(data), { force: true })
}

/** The address of the till that runs on this folder, if one does. */
export function runningTill(data: string): string | undefined {
  try {
    const { till, pid } = JSON.parse(readFileSync(fileIn(data), 'utf8')) as { till: string; pid: number }
    process.kill(pid, 0)
    return till
  } catch {
    return undefined
  }
}
