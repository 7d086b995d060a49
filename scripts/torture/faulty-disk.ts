/**
 * The master of faulty-disk.c: makes it where there is a C compiler, starts a till's host upon it, and tells it what to
 * spoil. Where it can't be made, tortures that need it are counted as skipped and say why.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../run-command.ts'

const SOURCE = join(import.meta.dirname, 'faulty-disk.c')
const BUILT = join(ROOT, '.cache/torture')
const CONTROL_BYTES = 256
const COUNTS_AT = 128

export type Operation = 'any' | 'write' | 'sync' | 'truncate' | 'open' | 'unlink' | 'rename' | 'mkdir'
export interface Order {
  readonly operation: Operation
  /** Only files whose name ends so; `*` is all. */
  readonly ending?: string
  /** An errno by its name; `kill` ends the process at that moment, `short` writes half of what was asked. */
  readonly effect: 'EIO' | 'ENOSPC' | 'EROFS' | 'EDQUOT' | 'kill' | 'short'
  /** So many such operations are let through first, and so many are spoilt then; for ever without. */
  readonly skip?: number
  readonly times?: number
}

export interface FaultyDisk {
  /** For the environment of the process that is to stand on this disk. */
  readonly env: Readonly<Record<string, string>>
  /** From now on, until another order or `heal`. */
  spoil(order: Order): void
  heal(): void
  /** Operations that the order in force was for, and how many of them it spoilt. */
  counts(): { seen: number; spoilt: number }
  close(): void
}

/** The library's path, or why there is none here. */
export function makeFaultyDisk(): { library: string } | { missing: string } {
  if (process.platform !== 'linux') return { missing: 'faults of the disk are injected on Linux only' }
  const library = join(BUILT, `faulty-disk-${statSync(SOURCE).mtimeMs}-${process.arch}.so`)
  if (existsSync(library)) return { library }
  mkdirSync(BUILT, { recursive: true })
  const making = `${library}.${process.pid}`
  const made = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', making, SOURCE, '-ldl', '-lpthread'], { encoding: 'utf8' })
  if (made.status !== 0) return { missing: `no C compiler made faulty-disk.c: ${made.error?.message ?? made.stderr.trim().split('\n')[0]}` }
  renameSync(making, library)
  return { library }
}

/** A disk for the files under `folder`. `control` is a path outside of it; `record`, if given, too. */
export function faultyDisk(library: string, folder: string, control: string, record?: string): FaultyDisk {
  writeFileSync(control, Buffer.alloc(CONTROL_BYTES))
  const handle = openSync(control, 'r+')
  let order = 0
  const tell = (line: string): void => {
    const bytes = Buffer.alloc(COUNTS_AT)
    bytes.write(`${++order} ${line}\n`)
    writeSync(handle, bytes, 0, bytes.length, 0)
  }
  const effectOf = (effect: Order['effect']): number => (effect === 'kill' ? 0 : effect === 'short' ? -1 : constants.errno[effect])
  return {
    env: {
      LD_PRELOAD: library, FAULTY_DISK_FOLDER: folder, FAULTY_DISK_CONTROL: control,
      ...(record === undefined ? {} : { FAULTY_DISK_RECORD: record }),
    },
    spoil({ operation, ending = '*', effect, skip = 0, times = -1 }) {
      writeSync(handle, Buffer.alloc(8), 0, 8, COUNTS_AT)
      tell(`${operation} ${ending} ${effectOf(effect)} ${skip} ${times}`)
    },
    heal: () => tell('none * 0 0 0'),
    counts() {
      const bytes = Buffer.alloc(8)
      readSync(handle, bytes, 0, 8, COUNTS_AT)
      return { seen: bytes.readUInt32LE(0), spoilt: bytes.readUInt32LE(4) }
    },
    close: () => closeSync(handle),
  }
}
