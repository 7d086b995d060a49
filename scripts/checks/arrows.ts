/**
 * Proves the arrows of the design: who may import whom. `shared` ← `printers` ← `desktop` and `cloud`, an order
 * among the folders of `shared` and of `cloud`, and rooms of the till that do not know each other. Type imports
 * count: what a file cannot name, it cannot depend on. Pure: files in, violations out.
 */
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { importsOf } from './imports.ts'
import type { SourceFile } from './source-files.ts'

export type Violation = { readonly file: string; readonly line: number; readonly specifier: string; readonly rule: string }

/** Folders at the top that have an alias (`#shared/…`) and are checked. */
export const CHECKED_FOLDERS = ['shared', 'printers', 'desktop', 'cloud', 'scripts'] as const
type Top = (typeof CHECKED_FOLDERS)[number]

/** In `shared` a folder imports only those to its left. */
export const SHARED_ORDER = [
  'money', 'quantity', 'codes', 'identity', 'catalog', 'cart', 'pricing', 'ledger', 'payments', 'stock', 'sales', 'members',
  'documents', 'trace', 'pharmacy', 'devices', 'sync', 'ports', 'host', 'testing',
]
/** In `cloud` likewise; files beside these folders put them together. */
export const CLOUD_ORDER = ['storage', 'identity', 'operating', 'projections', 'payments', 'jobs', 'web', 'api', 'testing']

const SHARED_PACKAGES = ['zod', 'pinyin-pro']
const TEST_PACKAGES = ['vitest', 'fast-check']

const TOPS_ALLOWED: Record<Top, readonly Top[]> = {
  shared: ['shared'],
  printers: ['shared', 'printers'],
  desktop: ['shared', 'printers', 'desktop'],
  cloud: ['shared', 'printers', 'cloud'],
  scripts: CHECKED_FOLDERS,
}

/** Rooms of the till that put the others together, so may import all of them. */
const ASSEMBLIES = ['main', 'loopback', 'testing']
const ROOMS = [...ASSEMBLIES, 'preload', 'host', 'storage', 'sync', 'devices', 'payments', 'renderer']

/** A file's address in the house. `room` is empty for a file directly in its top folder. */
type Place = { readonly path: string; readonly top: string; readonly room: string; readonly isTest: boolean }

type Target =
  | { readonly kind: 'ours'; readonly place: Place; readonly relative: boolean }
  | { readonly kind: 'node' }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'unknown-alias' }

export function checkArrows(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    const from = placeOf(file.path)
    return importsOf(file).flatMap(({ specifier, line }) => {
      const rule = brokenRule(from, resolve(from, specifier))
      return rule === undefined ? [] : [{ file: file.path, line, specifier, rule }]
    })
  })
}

export function formatViolation({ file, line, specifier, rule }: Violation): string {
  return `${file}:${line} imports ${specifier}: ${rule}`
}

function placeOf(path: string): Place {
  const parts = path.split('/')
  return {
    path,
    top: parts[0] ?? '',
    room: parts.length > 2 ? (parts[1] ?? '') : '',
    // Build configuration runs in Node whatever folder it lies in, and ships nowhere: as free as a test.
    isTest: /\.(test|config)\.ts$/.test(path),
  }
}

function resolve(from: Place, specifier: string): Target {
  if (specifier.startsWith('.')) {
    return { kind: 'ours', place: placeOf(posix.join(posix.dirname(from.path), specifier)), relative: true }
  }
  if (specifier.startsWith('#')) {
    const place = placeOf(specifier.slice(1))
    return isChecked(place.top) ? { kind: 'ours', place, relative: false } : { kind: 'unknown-alias' }
  }
  if (isBuiltin(specifier)) return { kind: 'node' }
  const [first = '', second = ''] = specifier.split('/')
  return { kind: 'package', name: first.startsWith('@') ? `${first}/${second}` : first }
}

function isChecked(top: string): top is Top {
  return CHECKED_FOLDERS.some((name) => name === top)
}

/** The sentence an import breaks, or undefined. */
function brokenRule(from: Place, target: Target): string | undefined {
  if (!isChecked(from.top)) return undefined
  switch (target.kind) {
    case 'unknown-alias': return `the aliases are ${CHECKED_FOLDERS.map((top) => `#${top}/`).join(', ')}`
    case 'node': return brokenByNode(from)
    case 'package': return brokenByPackage(from, target.name)
    case 'ours': return brokenByPath(from.top, from, target.place, target.relative)
  }
}

function brokenByNode(from: Place): string | undefined {
  if (from.isTest) return undefined
  if (from.top === 'shared') return 'shared is pure and imports nothing of Node; take it as an argument or a port'
  if (from.top === 'desktop' && from.room === 'renderer') return 'the renderer runs in a browser and imports nothing of Node'
  return undefined
}

function brokenByPackage(from: Place, name: string): string | undefined {
  if (from.top === 'shared') {
    const allowed = from.isTest || from.room === 'testing' ? [...SHARED_PACKAGES, ...TEST_PACKAGES] : SHARED_PACKAGES
    return allowed.includes(name) ? undefined : `shared is pure; of packages it imports only ${allowed.join(', ')}`
  }
  if (from.isTest) return undefined
  if (name === 'electron' && !(from.top === 'scripts' || (from.top === 'desktop' && ['main', 'preload'].includes(from.room)))) {
    return 'only desktop/main and desktop/preload know Electron'
  }
  if (from.top === 'desktop' && name === 'better-sqlite3' && ['host', 'renderer', 'preload'].includes(from.room)) {
    return `desktop/${from.room} reaches the database through a port, not through its driver`
  }
  if (from.top === 'desktop' && from.room === 'host' && (name === 'vue' || name === 'pinia')) {
    return 'desktop/host knows no screen'
  }
  return undefined
}

function brokenByPath(top: Top, from: Place, to: Place, relative: boolean): string | undefined {
  if (!isChecked(to.top)) {
    return top === 'shared' ? 'shared imports nothing from outside shared' : undefined
  }
  if (relative && to.top !== top) return `an import that leaves ${top}/ uses the alias #${to.top}/`
  if (to.top === 'scripts' && (from.isTest || from.room === 'testing') && top !== 'shared') return undefined
  if (!TOPS_ALLOWED[top].includes(to.top)) {
    if (to.top === 'scripts') return 'only tests import scripts'
    return `${top} imports only ${TOPS_ALLOWED[top].join(', ')}`
  }
  if (from.isTest) return undefined
  if (to.isTest) return 'nothing but a test imports a test'
  if (top === 'shared') return brokenByOrder('shared', SHARED_ORDER, from, to)
  if (top === 'cloud' && to.top === 'cloud') return from.room === '' ? undefined : brokenByOrder('cloud', CLOUD_ORDER, from, to)
  if (top === 'desktop') return brokenByRoom(from, to)
  return undefined
}

function brokenByOrder(top: string, order: readonly string[], from: Place, to: Place): string | undefined {
  const here = order.indexOf(from.room)
  const there = order.indexOf(to.room)
  if (here === -1) return `${top}/${from.room} has no place in the order of scripts/checks/arrows.ts: ${order.join(' ')}`
  if (there === -1) return `${top}/${to.room} has no place in the order of scripts/checks/arrows.ts: ${order.join(' ')}`
  return there > here ? `in ${top} a folder imports only those to its left, and ${to.room} is right of ${from.room}` : undefined
}

function brokenByRoom(from: Place, to: Place): string | undefined {
  if (from.room === 'preload') {
    const isOwn = to.top === 'desktop' && to.room === 'preload'
    const isContract = to.top === 'shared' && to.room === 'host'
    return isOwn || isContract ? undefined : 'desktop/preload imports nothing of ours but shared/host'
  }
  if (to.top !== 'desktop') return undefined
  if (!ROOMS.includes(from.room)) return `desktop/${from.room} is not a room of scripts/checks/arrows.ts: ${ROOMS.join(' ')}`
  if (from.room === to.room || ASSEMBLIES.includes(from.room)) return undefined
  const assembled = 'only desktop/main and desktop/loopback put rooms together'
  switch (from.room) {
    case 'host': return `desktop/host knows ports, not adapters; ${assembled}`
    case 'renderer': return 'desktop/renderer imports only shared, printers and itself'
    default: return `desktop/${from.room} does not know desktop/${to.room}; ${assembled}`
  }
}
