/** Builds the two screens: index.html for the cashier, display.html for the customer. Nothing inline, so that the CSP can be strict. */
import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false', __VUE_I18N_LEGACY_API__: 'false' },
  build: {
    outDir: here('../../dist/renderer'),
    emptyOutDir: true,
    target: 'chrome120',
    // A picture turned into a data URL inside a style sheet is fine; a script turned into one would break the CSP.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: here('index.html'), display: here('display.html') } },
  },
})
