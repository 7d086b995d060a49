import { expect, test } from 'vitest'
import { errorFacts, maskedJson, maskText } from './log.ts'

const token = `xpt_${'0'.repeat(32)}_${'aB3-_'.repeat(8)}xyz`
test.each([
  [`Authorization: Bearer ${token}`, 'Authorization: Bearer[secret]'],
  [`the token ${token} again`, 'the token [secret] again'],
  ['at /c/eyJhbGciOiJFZERTQSJ9.eyJuYW1lIjoi.c2ln done', 'at /c/[token] done'],
  ['call 13812345678 or +86 138-1234-5678', 'call [phone] or [phone]'],
  ['id 11010519491231002X.', 'id [number].'],
  ['postgres://xiaopu:hunter2@127.0.0.1:5432/x', 'postgres://xiaopu:[secret]@127.0.0.1:5432/x'],
  ['good 冰爽可乐 (瓶装) is out', 'good [text] ([text]) is out'],
  ['-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----', '[key]'],
  ['http://127.0.0.1:4000/?token=abc&x=1', 'http://127.0.0.1:4000/?token=[secret]&x=1'],
])('%s', (text, masked) => expect(maskText(text)).toBe(masked))

test('ids, times, counts and codes stay as they are', () => {
  const line = { time: '2026-11-24T05:00:00.000Z', at: 1_795_000_000_000, shop: '01a8c3e4-5b6d-7f80-9123-456789abcdef', code: 'sync.lost', bytes: 13_812_345_678 }
  expect(JSON.parse(maskedJson(line))).toEqual(line)
})

test('an error is told by its kind, code and place, and not by what it quotes', () => {
  const quoting = (): never => JSON.parse('{"name":"Alice Example" 138}') as never
  try {
    quoting()
  } catch (error) {
    const facts = errorFacts(error)
    expect(facts.error).toBe('SyntaxError')
    expect(facts.message).toBeUndefined()
    expect(facts.at.join()).toContain('log.test.ts')
    expect(JSON.stringify(facts)).not.toContain('Alice')
  }
  expect(errorFacts(Object.assign(new Error('open "Alice.csv" failed for 13812345678'), { code: 'EACCES' }))).toMatchObject({ error: 'Error', code: 'EACCES', message: 'open […] failed for [phone]' })
  expect(errorFacts('Alice')).toEqual({ error: 'string', at: [] })
})
