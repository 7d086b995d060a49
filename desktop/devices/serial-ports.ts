/**
 * The serial ports of this machine. On Linux from the file system, because serialport's own list needs `udevadm`: first
 * by the names that stay the same whichever socket a device is plugged into.
 */
import { readFileSync, readdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { SerialPortInfo } from '#shared/ports/devices.ts'

const BY_ID = 'dev/serial/by-id'
const TTYS = 'sys/class/tty'

/** `root` is the folder that /dev and /sys are in. */
export function linuxPorts(root = '/'): SerialPortInfo[] {
  const named = names(join(root, BY_ID)).map((name) => ({ port: `/${BY_ID}/${name}`, label: name.replace(/^usb-/, '').replaceAll('_', ' '), tty: target(join(root, BY_ID, name)) }))
  const known = new Set(named.map(({ tty }) => tty))
  const others = names(join(root, TTYS)).filter((tty) => !known.has(tty) && isThere(join(root, TTYS, tty))).map((tty) => ({ port: `/dev/${tty}`, label: tty }))
  return [...named.map(({ port, label }) => ({ port, label })), ...others]
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

function target(link: string): string | undefined {
  try {
    return basename(realpathSync(link))
  } catch {
    return undefined
  }
}

/** Terminals without a device are the system's own; a UART of type 0 is a number without a chip behind it. */
function isThere(folder: string): boolean {
  if (!names(folder).includes('device')) return false
  try {
    return readFileSync(join(folder, 'type'), 'utf8').trim() !== '0'
  } catch {
    return true
  }
}

export async function serialPorts(): Promise<SerialPortInfo[]> {
  if (process.platform === 'linux') return linuxPorts()
  try {
    const { SerialPort } = await import('serialport')
    const found = await SerialPort.list()
    return found.map(({ path, manufacturer, ...rest }) => ({ port: path, label: ('friendlyName' in rest ? String(rest.friendlyName) : manufacturer) || path }))
  } catch {
    return []
  }
}
