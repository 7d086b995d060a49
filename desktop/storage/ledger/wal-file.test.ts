/** What stands in a log behind a broken frame: little after a power cut, and more only where the log was damaged. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { COMMITS_UNSEEN_MAX, commitsUnseen, readWal } from './wal-file.ts'

const [HEADER, FRAME] = [32, 24 + 4096]
const COMMITS = 10
let log: string
/** A log of ten commits of one frame each, as a kill leaves it. */
beforeEach(() => {
  const room = mkdtempSync(join(tmpdir(), 'xiaopu-wal-'))
  onTestFinished(() => rmSync(room, { recursive: true, force: true }))
  const file = join(room, 'a.db')
  const db = new Sqlite(file)
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)')
  db.pragma('wal_checkpoint(RESTART)')
  for (let n = 0; n < COMMITS; n++) db.prepare('INSERT INTO t (text) VALUES (?)').run(`第${n}行`)
  log = `${file}.copy`
  copyFileSync(`${file}-wal`, log)
  db.close()
})
function spoil(from: number, length: number, byte = 0): void {
  writeFileSync(log, Buffer.from(readFileSync(log)).fill(byte, from, from + length))
}
const frame = (n: number): number => HEADER + n * FRAME

test('a whole log has nothing unseen', () => {
  expect(readWal(log)).toMatchObject({ pageSize: 4096, seen: COMMITS, hasGap: false })
  expect(commitsUnseen(log)).toBe(0)
})

test('as many commits as stand behind the broken frame, itself too', () => {
  for (const [at, unseen] of [[9, 1], [8, 2], [7, 3]] as const) {
    spoil(frame(at) + 100, 8, 0xa5)
    expect(commitsUnseen(log)).toBe(unseen)
  }
})

test('frames whose headers are gone count too, where others stand behind them: three lost commits never look like two', () => {
  // A page of the disk is not a frame of the log: its zeros take the end of one and the head of the next.
  spoil(frame(7) + 50, 4096)
  expect(readWal(log)).toMatchObject({ seen: 7, hasGap: true })
  expect(commitsUnseen(log)).toBe(3)
  expect(commitsUnseen(log)).toBeGreaterThan(COMMITS_UNSEEN_MAX)
})

test('the gaps of the one commit that a power cut tore are no damage, nor is an end that was never written', () => {
  spoil(frame(8), FRAME)
  expect(commitsUnseen(log)).toBe(2)
  spoil(frame(8), 2 * FRAME)
  expect(commitsUnseen(log)).toBe(0)
})
