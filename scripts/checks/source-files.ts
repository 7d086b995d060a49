/**
 * The project's own source as text, for checks that read all of it. Knows nothing of what is checked.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A file by its path from the root of the repository, with forward slashes on every system. */
export type SourceFile = { readonly path: string; readonly text: string }

/** All files under the folders whose names end in one of the endings, in a stable order. Missing folders are empty. */
export function readSourceFiles(root: string, folders: readonly string[], endings: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) => namesUnder(root, folder))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** Paths from the root of every file under a folder, sorted, without what is installed or hidden. */
export function namesUnder(root: string, folder: string): string[] {
  if (!statSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory()) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? namesUnder(root, path) : [path]
    })
}
