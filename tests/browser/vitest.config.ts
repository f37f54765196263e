import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests that need a browser: `npm run test:browser`. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, '../..'),
  test: {
    include: ['tests/browser/**/*.browser.ts'],
    pool: 'forks',
    server: { deps: { external: [/\/dist\//] } },
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
