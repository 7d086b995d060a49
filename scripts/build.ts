/**
 * Bundles the screens and Electron's two scripts, only when something that goes into them has changed.
 * What is built replaces the old in one step: a failed build leaves the last good one, and two at once do no harm.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { InlineConfig } from 'vite'
import { ROOT } from './run-command.ts'
import { namesUnder } from './checks/source-files.ts'

export type BuildOptions = { readonly quiet?: boolean }

type Target = {
  readonly name: string
  readonly outDir: string
  /** Folders from the root whose content decides whether to build again. */
  readonly folders: readonly string[]
  readonly isInput: (path: string) => boolean
  readonly configs: (outDir: string) => InlineConfig[]
}

const RENDERER_CONFIG = 'desktop/renderer/vite.config.ts'
/** Files that every build depends on. */
const FILES = ['package.json', 'package-lock.json', 'scripts/build.ts']
const isTest = (path: string): boolean => path.endsWith('.test.ts')

const RENDERER: Target = {
  name: 'the screens',
  outDir: 'dist/renderer',
  folders: ['desktop/renderer', 'shared', 'printers'],
  isInput: (path) => !isTest(path),
  configs: (outDir) => [{ configFile: join(ROOT, RENDERER_CONFIG), root: join(ROOT, 'desktop/renderer'), build: { outDir, emptyOutDir: true } }],
}

const ELECTRON: Target = {
  name: "Electron's scripts",
  outDir: 'dist/electron',
  folders: ['desktop', 'shared', 'printers'],
  isInput: (path) => !isTest(path) && !path.startsWith('desktop/renderer/'),
  configs: (outDir) => [
    // The main process loads its packages from node_modules, native ones included.
    nodeBundle('desktop/main/main.ts', 'main.cjs', outDir, false),
    // Threads of the main process: each finds its file beside it.
    nodeBundle('desktop/storage/backup/worker.ts', 'backup-worker.cjs', outDir, false),
    nodeBundle('desktop/host/export/workbook.ts', 'workbook-worker.cjs', outDir, false),
    nodeBundle('desktop/host/import/history-thread.ts', 'history-worker.cjs', outDir, false),
    // A sandboxed preload can load nothing but Electron, so everything else goes in.
    nodeBundle('desktop/preload/preload.ts', 'preload.cjs', outDir, true),
  ],
}

/** Builds the screens to dist/renderer if need be. True when it built. Throws with Vite's findings. */
export function buildRenderer(options: BuildOptions = {}): Promise<boolean> {
  return buildIfChanged(RENDERER, options)
}

/** Builds desktop/main and desktop/preload to dist/electron/{main,preload}.cjs if need be. True when it built. */
export function buildElectron(options: BuildOptions = {}): Promise<boolean> {
  return buildIfChanged(ELECTRON, options)
}

/** False while the screens have not been written or are not part of this copy. */
export function hasRenderer(): boolean {
  return existsSync(join(ROOT, RENDERER_CONFIG))
}

async function buildIfChanged(target: Target, { quiet = false }: BuildOptions): Promise<boolean> {
  const outDir = join(ROOT, target.outDir)
  const stampFile = join(dirname(outDir), `.${target.outDir.split('/').at(-1)}-stamp`)
  const stamp = stampOf(target)
  if (existsSync(outDir) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false

  // Vite takes longer to load than it takes to see that there is nothing to do.
  const { build } = await import('vite')
  if (!quiet) console.log(`Building ${target.name} …`)
  const startedAt = performance.now()
  const fresh = `${outDir}.${process.pid}.new`
  try {
    for (const config of target.configs(fresh)) await build({ root: ROOT, logLevel: quiet ? 'error' : 'warn', ...config })
    replaceFolder(outDir, fresh)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  writeFileSync(stampFile, stamp)
  if (!quiet) console.log(`  done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  return true
}

function stampOf({ folders, isInput }: Target): string {
  const hash = createHash('sha256')
  const paths = [...FILES, ...folders.flatMap((folder) => namesUnder(ROOT, folder)).filter(isInput)]
  for (const path of paths) {
    const content = readFileSync(join(ROOT, path))
    hash.update(`${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

function replaceFolder(folder: string, fresh: string): void {
  const old = `${folder}.${process.pid}.old`
  mkdirSync(dirname(folder), { recursive: true })
  if (existsSync(folder)) renameSync(folder, old)
  renameSync(fresh, folder)
  rmSync(old, { recursive: true, force: true })
}

function nodeBundle(entry: string, fileName: string, outDir: string, isSelfContained: boolean): InlineConfig {
  return {
    configFile: false,
    publicDir: false,
    ssr: { target: 'node', noExternal: isSelfContained ? true : undefined },
    build: {
      ssr: join(ROOT, entry),
      outDir,
      emptyOutDir: false,
      sourcemap: true,
      minify: false,
      target: 'node24',
      rolldownOptions: { external: ['electron'], output: { format: 'cjs', entryFileNames: fileName, codeSplitting: false } },
    },
  }
}

if (import.meta.main) {
  await buildRenderer()
  await buildElectron()
}
