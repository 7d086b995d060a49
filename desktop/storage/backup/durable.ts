/** Files that must be there after a power cut: their content and their names forced to the disk. */
import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'

/** The ending of a file that is not finished. */
export const PART = '.part'
const isWindows = process.platform === 'win32'

/** Makes a file's content, or a folder's names, durable. Windows keeps a folder's names by itself. */
export function syncPath(path: string, isFolder = false): void {
  if (isWindows && isFolder) return
  const handle = openSync(path, isFolder ? 'r' : 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Gives a finished file its name, in place of what had it: after a power cut there is the old or the new, whole. */
export function moveInto(part: string, file: string): void {
  syncPath(part)
  renameSync(part, file)
  syncPath(dirname(file), true)
}
