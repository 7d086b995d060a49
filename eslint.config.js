/**
 * ESLint reads only .vue files: oxlint covers everything else and is far faster, but does not look
 * into templates.
 */
import parser from '@typescript-eslint/parser'
import vue from 'eslint-plugin-vue'

export default [
  { ignores: ['node_modules/**', 'dist/**', 'data/**', '.cache/**', '**/*.{js,mjs,cjs,ts}'] },
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser, ecmaVersion: 'latest', sourceType: 'module' } },
    rules: {
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-macros-order': 'error',
      'vue/no-unused-refs': 'error',
      'vue/no-v-html': 'error',
      'vue/require-default-prop': 'off',
      // Components are imported by name, never registered as elements that HTML might have too.
      'vue/multi-word-component-names': 'off',
      // How lines break is a matter of taste, and of the editor.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
    },
  },
]
