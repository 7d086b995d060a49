/** Which file of the built screens an address of the till's own scheme means; nothing outside their folder. */
import { join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The file's URL, or undefined for an address of another host or one that leads out of the folder. */
export function pageFile(folder: string, address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  if (url.host !== 'till') return undefined
  let path
  try {
    path = normalize(join(folder, decodeURIComponent(url.pathname)))
  } catch {
    return undefined
  }
  return path.startsWith(folder + sep) ? pathToFileURL(path).href : undefined
}
