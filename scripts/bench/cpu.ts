/** Processor time of other processes, which says what work costs on a machine that others use too. Linux only. */
import { readdirSync, readFileSync } from 'node:fs'

/** The kernel counts in hundredths of a second wherever Node runs on Linux. */
const MS_A_TICK = 10

interface Stat { readonly pid: number; readonly parent: number; readonly own: number; readonly ended: number }

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name is in brackets and may hold anything; what follows counts from the state, field 3 of proc(5).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = (field: number): number => Number(fields[field - 3])
    return { pid, parent: ticks(4), own: ticks(14) + ticks(15), ended: ticks(16) + ticks(17) }
  } catch {
    return undefined
  }
}

/** Milliseconds a process and its children have worked; NaN where the system does not say. */
export function cpuMs(pid: number): number {
  const root = statOf(pid)
  if (!root) return Number.NaN
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => statOf(Number(name))).filter((stat) => stat?.parent === pid)
  return (root.own + root.ended + children.reduce((sum, child) => sum + child!.own + child!.ended, 0)) * MS_A_TICK
}
