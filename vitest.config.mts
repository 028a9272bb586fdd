import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/prepare.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    sequence: { shuffle: true },
    retry: 0,
    pool: 'forks',
    maxWorkers: 2,
    // Bounds against hanging, not measures: a loaded machine of two cores takes its time for an engine run.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    unstubEnvs: true,
  },
});
