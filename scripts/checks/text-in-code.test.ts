import { expect, test } from 'vitest'
import { findTextInCode } from './text-in-code.ts'

const lines = (path: string, text: string): number[] => findTextInCode([{ path, text }]).map(({ line }) => line)

test.each([
  ['a string', "const a = '现金'", [1]],
  ['a template', 'const a = `\n${b}元`', [2]],
  ['a pattern', 'const a = /元$/', [1]],
  ['a name', 'const 元 = 1', [1]],
  ['full-width punctuation', "const a = '：'", [1]],
  ['a line comment', "const a = 1 // 现金\n", []],
  ['a block comment', "/* 现金 */ const a = '/*'", []],
  ['a doc comment', '/** 现金 {@link 现} */\nexport const a = 1', []],
  ['an escape, which can be read by nobody', "const a = '\\u73b0'", []],
  ['a yuan sign, which is not a text', "const a = '¥'", []],
])('%s', (_what, text, expected) => {
  expect(lines('desktop/renderer/a.ts', text)).toEqual(expected)
})

test('a component: its template, attributes and script, not its comments', () => {
  const text = [
    '<script setup lang="ts">', '// 现金', "const a = '现金'", '</script>',
    '<template>', '  <!-- 现金', '  现金 -->', '  <p title="现金">', '    现金', '  </p>', '</template>',
    '<style>', '/* 现金 */', '</style>',
  ].join('\n')
  expect(lines('desktop/renderer/a.vue', text)).toEqual([3, 8, 9])
})
