/**
 * Three kinds of test, told apart by the suffix of the file: `x.test.ts` needs nothing, `x.pg.test.ts` a
 * PostgreSQL server, `x.e2e.test.ts` a browser and a server. Forks, because better-sqlite3 and other
 * native modules belong to a process, not to a worker thread.
 */
import vue from '@vitejs/plugin-vue'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const database = './cloud/testing/global-setup.ts'
const elsewhere = ['**/node_modules/**', 'dist/**', 'data/**', '.cache/**']

export default defineConfig({
  plugins: [vue()],
  test: {
    pool: 'forks',
    maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
    passWithNoTests: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...elsewhere, '**/*.pg.test.ts', '**/*.e2e.test.ts'],
          testTimeout: 15_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'pg',
          include: ['**/*.pg.test.ts'],
          exclude: elsewhere,
          globalSetup: [database],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          exclude: elsewhere,
          globalSetup: [database],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Real windows and real time: let the cheap projects finish before anything is timed.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
