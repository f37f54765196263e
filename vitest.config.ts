import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // The tests import dist/, the files that ship, so that worker threads and child processes run the same code.
    pool: 'forks',
    // dist/ runs as it is: transformed, its coverage would be of other text than its source maps are for.
    server: { deps: { external: [/\/dist\//] } },
    setupFiles: ['tests/coverage.setup.ts'],
    maxWorkers: 2,
    // Against tests that hang, not against machines that are busy.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
