/**
 * As whom PostgreSQL runs. It refuses to run as root, so root lends it the account `postgres`, made when missing. A
 * checkout below a private home folder can't be entered by that account; then it keeps one capability, to pass through.
 */
import { execFileSync } from 'node:child_process'
import { chownSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartupError } from './startup-error.ts'

export interface Account {
  /** The command line that runs `file` as this account. */
  command(file: string, args: readonly string[]): { file: string; args: string[]; ids: { uid?: number; gid?: number } }
  /** Gives it a folder. */
  own(folder: string): void
}

/** The account for files that must be reachable at `paths`. */
export function postgresAccount(paths: readonly string[]): Account {
  if (process.platform === 'win32' || process.getuid?.() !== 0) {
    return { command: (file, args) => ({ file, args: [...args], ids: {} }), own() {} }
  }
  const ids = findIds() ?? makeIds()
  const passable = paths.every(isPassable)
  return {
    command: (file, args) => (passable
      ? { file, args: [...args], ids }
      : {
          file: 'setpriv',
          args: [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups', '--inh-caps=+dac_override', '--ambient-caps=+dac_override', file, ...args],
          ids: {},
        }),
    own: (folder) => chownSync(folder, ids.uid, ids.gid),
  }
}

function findIds(): { uid: number; gid: number } | undefined {
  const match = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))
  return match ? { uid: Number(match[1]), gid: Number(match[2]) } : undefined
}

function makeIds(): { uid: number; gid: number } {
  const advice = 'PostgreSQL does not run as root. Start as an ordinary user, or add an account for it: useradd --system postgres'
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'ignore' })
  } catch {
    throw new StartupError('database.account', advice)
  }
  const ids = findIds()
  if (!ids) throw new StartupError('database.account', advice)
  return ids
}

/** Whether everybody may enter every folder on the way. */
function isPassable(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
    if (dirname(at) === at) return true
  }
}
